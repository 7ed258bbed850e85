"""The annotations of one image as a Qt model that follows the document patch by patch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import IntEnum
from typing import Any, Final

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.annotations import Annotation, AnnotationId, Opaque, kind_of
from limner.model.ontology import UNKNOWN_COLOUR
from limner.model.patch import Patch
from limner.panels.facts import about, size_of
from limner.panels.matching import Matching
from limner.panels.object_columns import Followed, Mask, ObjectColumns, Places
from limner.panels.object_filter import KEPT, ObjectFilter, State
from limner.panels.object_rows import ObjectRows
from limner.panels.row_changes import RowChanges
from limner.panels.rows import ModelIndex
from limner.panels.soon import Soon
from limner.panels.sorting import SortBy, ordered
from limner.panels.text import plain, tooltip
from limner.tools.bench import Bench

_ROOT: Final = QModelIndex()
_MANY: Final = 1000
"""More rows than this are painted anew without looking for each."""


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
    """Rows that a filter lets through, sorted; by z-order, lowest first, unless told otherwise."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._bench: Bench | None = None
        self.rows = ObjectRows()
        self._matching = Matching(self.rows.columns, self.rows.state)
        self._sort_by, self._is_reversed = SortBy.Z_ORDER, False
        self._order = self.rows.places
        self._touched: list[Places] = []
        self._repainting = Soon(self, self._repaint_touched)

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        annotation = self.rows.columns.get(int(self.rows.places[index.row()]))
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
                return annotation.id in self.rows.hidden_ids
            case _:
                return None

    @property
    def total(self) -> int:
        """How many annotations the image has, shown or not."""
        return len(self._order)

    def id_at(self, row: int) -> AnnotationId:
        return self.rows.ids(row, row)[0]

    def name_of(self, id_: AnnotationId) -> str:
        """ "car 1"; empty for an annotation that is not there."""
        return self.rows.columns.name_of(id_)

    def colour_of(self, id_: AnnotationId) -> str:
        """The colour of its class, `#rrggbb`; grey for an annotation that is not there."""
        annotation = self._bench.document.get(id_) if self._bench else None
        return UNKNOWN_COLOUR if annotation is None else self._colour(annotation)

    def show_state(self, state: State) -> None:
        """Filter anew if the filter asks for a state, which has changed."""
        if self._matching.depends_on(state):
            self.refill()

    # --- what is shown

    def edit(self, bench: Bench | None, *, is_same_image: bool = False) -> None:
        """Show the annotations of an image, or of none; `follow` hears of its patches.

        What is shown again (`is_same_image`) keeps its numbers.
        """
        self._bench, self._touched = bench, []
        if bench is not None:
            self._take(bench, is_same_image=is_same_image)
        self.rows.begin()
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
        if refusals == self.rows.refusals:
            return
        touched = self.rows.refusals.keys() | refusals.keys()
        self.rows.refusals = dict(refusals)
        self._state_changed(State.REFUSED, touched)

    def set_hidden(self, hidden: frozenset[AnnotationId]) -> None:
        touched = self.rows.hidden_ids ^ hidden
        self.rows.hide(hidden)
        self._state_changed(State.HIDDEN, touched)

    def refill(self) -> None:
        """Show what the filter lets through now, as a new list."""
        self.beginResetModel()
        self.rows.show(self._wanted_rows())
        self.endResetModel()

    def _take(self, bench: Bench, *, is_same_image: bool) -> None:
        if not is_same_image:
            wanted = self._matching.wanted
            self.rows.columns = ObjectColumns()
            self._matching = Matching(self.rows.columns, self.rows.state)
            self._matching.want(wanted)
        self._matching.follow(self.rows.columns.show(bench.document).places)

    def _sort(self) -> None:
        if self._bench is None:
            self._order = np.empty(0, dtype=np.intp)
        else:
            self._order = ordered(self.rows.columns, self._sort_by, is_reversed=self._is_reversed)

    def _wanted_rows(self) -> Places:
        shown = self._matching.shown()
        return self._order[shown[self._order]]

    def _state_changed(self, state: State, touched: Collection[AnnotationId]) -> None:
        if self._matching.depends_on(state):
            self.refill()
        elif len(touched) > _MANY:
            self._repaint(np.arange(len(self.rows)))
        else:
            self._repaint(self.rows.of(self.rows.columns.places_of(touched)))

    def _repaint(self, rows: Places) -> None:
        if len(rows):
            first, last = int(rows[0]), int(rows[-1])
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    # --- following the document

    def follow(self, patch: Patch) -> None:
        """Show what a patch that was just applied has changed.

        Rows come and go at once; those that stay are painted anew when the canvas has been.
        """
        followed = self.rows.columns.follow(patch)
        self._matching.follow(followed.places)
        is_sorted = self._sort_by is not SortBy.Z_ORDER
        if followed.is_order_touched or is_sorted or self._matching.wanted:
            self._change_rows(followed)
        self._touched.append(followed.places)
        self._repainting.start()

    def _repaint_touched(self) -> None:
        places, self._touched = self._touched, []
        if places:
            self._repaint(self.rows.of(np.concatenate(places)))

    def _change_rows(self, followed: Followed) -> None:
        self._sort()
        self.rows.changed()
        wanted = self._wanted_rows()
        changes = RowChanges.between(self.rows.places, wanted, followed.places)
        if changes is None:
            self.refill()
            return
        for first, last in changes.gone:
            self.beginRemoveRows(_ROOT, first, last)
            self.rows.show(np.delete(self.rows.places, slice(first, last + 1)))
            self.endRemoveRows()
        for first, last in changes.come:
            self.beginInsertRows(_ROOT, first, last)
            self.rows.show(np.insert(self.rows.places, first, wanted[first : last + 1]))
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
        return self.rows.columns.name_of(annotation.id)

    def _colour(self, annotation: Annotation) -> str:
        if self._bench is None or isinstance(annotation, Opaque):
            return UNKNOWN_COLOUR
        return self._bench.ontology.colour_of(annotation)

    def _warning(self, annotation: Annotation) -> str:
        if annotation.id in self.rows.refusals:
            return "refused"
        return "opaque" if isinstance(annotation, Opaque) else ""

    def _words(self, annotation: Annotation) -> str:
        facts = (self._name(annotation), about(annotation), self.rows.refusals.get(annotation.id))
        return "\n".join([*filter(None, facts), f"id {annotation.id}"])

    def _spoken(self, annotation: Annotation, column: Column) -> str:
        if column is Column.EYE:
            return "hidden" if annotation.id in self.rows.hidden_ids else "shown"
        if column is Column.NAME:
            return plain(self._words(annotation).replace("\n", ", "))
        return self._text(annotation, column)
