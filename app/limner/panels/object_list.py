"""The annotations of one image as a Qt model that follows the document patch by patch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.annotations import Annotation, AnnotationId, Opaque, kind_of
from limner.model.ontology import UNKNOWN_COLOUR
from limner.model.patch import Patch
from limner.panels.facts import size_of
from limner.panels.matching import Matching
from limner.panels.object_columns import Followed, Mask, ObjectColumns, Places
from limner.panels.object_filter import KEPT, ObjectFilter, State
from limner.panels.row_changes import RowChanges
from limner.panels.rows import ModelIndex
from limner.panels.sorting import SortBy, ordered
from limner.panels.text import plain, tooltip
from limner.tools.bench import Bench

_ROOT: Final = QModelIndex()
_MANY: Final = 1000
"""More rows than this are painted anew without looking for each."""

_NONE: Final = np.empty(0, dtype=np.intp)


class Column(IntEnum):
    NAME = 0
    KIND = 1
    SIZE = 2
    EYE = 3


class Role(IntEnum):
    """What the delegate asks for besides the text."""

    COLOUR = Qt.ItemDataRole.UserRole
    WARNING = Qt.ItemDataRole.UserRole + 1
    """"refused", "opaque" or nothing."""
    HIDDEN = Qt.ItemDataRole.UserRole + 2


class ObjectList(QAbstractTableModel):
    """Rows that a filter lets through, sorted; by z-order, lowest first, unless told otherwise.

    A row is a number into `_rows`, which holds places of the columns: no row costs an object.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._bench: Bench | None = None
        self.columns = ObjectColumns()
        self._matching = Matching(self.columns, self.in_state)
        self._sort_by, self._is_reversed = SortBy.Z_ORDER, False
        self._order: Places = _NONE
        self._rows: Places = _NONE
        self._row_at: Places | None = None
        """The row by place, -1 where there is none; made when somebody asks."""
        self._refusals: Mapping[AnnotationId, str] = {}
        self._selected: Places = _NONE
        self.hidden: frozenset[AnnotationId] = frozenset()
        self._hidden: Places | None = None
        """The places of what is hidden and there; looked up when somebody asks."""

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        annotation = self.columns.get(int(self._rows[index.row()]))
        if annotation is None:
            return None  # screen readers ask about a row while it is being taken away
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(annotation, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole if index.column() == Column.EYE:
                return "Hide or show (Space)"
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._words(annotation))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(annotation, Column(index.column()))
            case Role.COLOUR:
                return self._colour(annotation)
            case Role.WARNING:
                return self._warning(annotation)
            case Role.HIDDEN:
                return annotation.id in self.hidden
            case _:
                return None

    # --- rows and ids

    @property
    def total(self) -> int:
        """How many annotations the image has, shown or not."""
        return len(self._order)

    def id_at(self, row: int) -> AnnotationId:
        return self.ids_at(row, row)[0]

    def ids_at(self, first: int, last: int) -> list[AnnotationId]:
        """The ids of the rows from `first` to `last`."""
        return self.columns.ids_at(self._rows[first : last + 1])

    def ids_not_shown(self) -> frozenset[AnnotationId]:
        """What the filter holds back."""
        rest = self.columns.is_there.copy()
        rest[self._rows] = False
        return frozenset(self.columns.ids_at(np.flatnonzero(rest)))

    def row_of(self, id_: AnnotationId) -> int | None:
        """The row that shows the annotation; None when the filter hides it."""
        place = self.columns.place_of(id_)
        row = -1 if place is None else int(self._by_place()[place])
        return None if row < 0 else row

    def rows_of(self, places: Places) -> Places:
        """The rows, ascending, of those of `places` that are shown."""
        rows = self._by_place()[places]
        return np.sort(rows[rows >= 0])

    def name_of(self, id_: AnnotationId) -> str:
        """ "car 1"; empty for an annotation that is not there."""
        annotation = self._bench.document.get(id_) if self._bench else None
        return "" if annotation is None else self._name(annotation)

    def colour_of(self, id_: AnnotationId) -> str:
        """The colour of its class, `#rrggbb`; grey for an annotation that is not there."""
        annotation = self._bench.document.get(id_) if self._bench else None
        return UNKNOWN_COLOUR if annotation is None else self._colour(annotation)

    def _by_place(self) -> Places:
        if self._row_at is None:
            self._row_at = np.full(len(self.columns.ids), -1, dtype=np.intp)
            self._row_at[self._rows] = np.arange(len(self._rows))
        return self._row_at

    # --- what is selected

    @property
    def selected_rows(self) -> Places:
        """The rows, ascending, of what is selected and shown."""
        return self.rows_of(self._selected)

    def is_selected(self, first: int, last: int) -> Mask:
        """Whether each of the rows from `first` to `last` is selected."""
        chosen = np.zeros(len(self.columns.ids), dtype=np.bool_)
        chosen[self._selected] = True
        return chosen[self._rows[first : last + 1]]

    @property
    def last_selected_row(self) -> int | None:
        """The row of what was selected last, of what is shown."""
        rows = self._by_place()[self._selected]
        shown = rows[rows >= 0]
        return int(shown[-1]) if len(shown) else None

    @property
    def selected_ids(self) -> list[AnnotationId]:
        """What is selected and shown."""
        return self.columns.ids_at(self._rows[self.selected_rows])

    def select(self, ids: Iterable[AnnotationId]) -> None:
        """These are selected, in the order of `ids`."""
        self._selected = self.columns.places_of(ids)

    def show_state(self, state: State) -> None:
        """Filter anew if the filter asks for a state, which has changed."""
        if self._matching.depends_on(state):
            self.refill()

    # --- what is shown

    def edit(self, bench: Bench | None, *, is_same_image: bool = False) -> None:
        """Show the annotations of an image, or of none; `follow` hears of its patches.

        What is shown again (`is_same_image`) keeps its numbers.
        """
        self._bench = bench
        if bench is not None:
            self._take(bench, is_same_image=is_same_image)
        self._refusals = {}
        self._selected, self._hidden = _NONE, None
        self._sort()
        self.refill()

    def filter(self, wanted: ObjectFilter) -> None:
        """Show only what matches."""
        self._matching.want(wanted)
        self.refill()

    def sort_by(self, by: SortBy, *, is_reversed: bool) -> None:
        self._sort_by, self._is_reversed = by, is_reversed
        self._sort()
        self.refill()

    def found_by(self, wanted: ObjectFilter) -> Mask:
        """By place: what another filter would show."""
        return self._matching.shown_by(wanted)

    def set_refusals(self, refusals: Mapping[AnnotationId, str]) -> None:
        touched = self._refusals.keys() | refusals.keys()
        self._refusals = dict(refusals)
        self._state_changed(State.REFUSED, touched)

    def set_hidden(self, hidden: frozenset[AnnotationId]) -> None:
        touched = self.hidden ^ hidden
        self.hidden, self._hidden = hidden, None
        self._state_changed(State.HIDDEN, touched)

    def is_all_hidden(self) -> bool:
        """Whether every row that is shown is of something hidden."""
        if len(self.hidden) < len(self._rows):
            return False
        return bool(self.in_state(State.HIDDEN)[self._rows].all())

    def refill(self) -> None:
        """Show what the filter lets through now, as a new list."""
        self.beginResetModel()
        self._show(self._wanted_rows())
        self.endResetModel()

    def _take(self, bench: Bench, *, is_same_image: bool) -> None:
        if not is_same_image:
            wanted = self._matching.wanted
            self.columns = ObjectColumns()
            self._matching = Matching(self.columns, self.in_state)
            self._matching.want(wanted)
        self._matching.follow(self.columns.show(bench.document).places)

    def _sort(self) -> None:
        if self._bench is None:
            self._order = _NONE
        else:
            self._order = ordered(self.columns, self._sort_by, is_reversed=self._is_reversed)

    def _wanted_rows(self) -> Places:
        shown = self._matching.shown()
        return self._order[shown[self._order]]

    def _show(self, rows: Places) -> None:
        self._rows, self._row_at = rows, None

    def _state_changed(self, state: State, touched: Collection[AnnotationId]) -> None:
        if self._matching.depends_on(state):
            self.refill()
        elif len(touched) > _MANY:
            self._repaint(np.arange(len(self._rows)))
        else:
            self._repaint(self.rows_of(self.columns.places_of(touched)))

    def _repaint(self, rows: Places) -> None:
        if len(rows):
            first, last = int(rows[0]), int(rows[-1])
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def in_state(self, state: State) -> Mask:
        """By place: who is hidden, selected or refused."""
        mask = np.zeros(len(self.columns.ids), dtype=np.bool_)
        match state:
            case State.SELECTED:
                mask[self._selected] = True
            case State.HIDDEN:
                if self._hidden is None:
                    self._hidden = self.columns.places_of(self.hidden)
                mask[self._hidden] = True
            case State.REFUSED:
                mask[self.columns.places_of(self._refusals)] = True
        return mask

    # --- following the document

    def follow(self, patch: Patch) -> None:
        """Show what a patch that was just applied has changed."""
        followed = self.columns.follow(patch)
        self._matching.follow(followed.places)
        is_sorted = self._sort_by is not SortBy.Z_ORDER
        if followed.is_order_touched or is_sorted or self._matching.wanted:
            self._change_rows(followed)
        self._repaint(self.rows_of(followed.places))

    def _change_rows(self, followed: Followed) -> None:
        self._sort()
        self._row_at = self._hidden = None
        self._selected = self._selected[self.columns.is_there[self._selected]]
        wanted = self._wanted_rows()
        changes = RowChanges.between(self._rows, wanted, followed.places)
        if changes is None:
            self.refill()
            return
        for first, last in changes.gone:
            self.beginRemoveRows(_ROOT, first, last)
            self._show(np.delete(self._rows, slice(first, last + 1)))
            self.endRemoveRows()
        for first, last in changes.come:
            self.beginInsertRows(_ROOT, first, last)
            self._show(np.insert(self._rows, first, wanted[first : last + 1]))
            self.endInsertRows()

    # --- what a row says

    def _text(self, annotation: Annotation, column: Column) -> str:
        match column:
            case Column.NAME:
                return self._name(annotation)
            case Column.KIND:
                return KEPT if isinstance(annotation, Opaque) else str(kind_of(annotation))
            case Column.SIZE:
                return size_of(annotation)
            case Column.EYE:
                return ""

    def _name(self, annotation: Annotation) -> str:
        place = self.columns.place_of(annotation.id)
        if place is None:
            return ""
        label = self.columns.shown_names[self.columns.label[place]]
        return f"{label} {self.columns.number[place]}"

    def _colour(self, annotation: Annotation) -> str:
        if self._bench is None or isinstance(annotation, Opaque):
            return UNKNOWN_COLOUR
        return self._bench.ontology.colour_of(annotation)

    def _warning(self, annotation: Annotation) -> str:
        if annotation.id in self._refusals:
            return "refused"
        return "opaque" if isinstance(annotation, Opaque) else ""

    def _words(self, annotation: Annotation) -> str:
        lines = [self._name(annotation)]
        if isinstance(annotation, Opaque):
            lines.append(annotation.reason)
        else:
            lines.append(f"{kind_of(annotation)}, {size_of(annotation)}")
        if refusal := self._refusals.get(annotation.id):
            lines.append(refusal)
        lines.append(f"id {annotation.id}")
        return "\n".join(lines)

    def _spoken(self, annotation: Annotation, column: Column) -> str:
        if column is Column.EYE:
            return "hidden" if annotation.id in self.hidden else "shown"
        if column is Column.NAME:
            return plain(self._words(annotation).replace("\n", ", "))
        return self._text(annotation, column)
