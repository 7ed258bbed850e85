"""The annotations of one image as a Qt model that follows the document patch by patch."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    Opaque,
    kind_of,
)
from limner.model.ontology import UNKNOWN_COLOUR
from limner.model.patch import Patch
from limner.panels.facts import size_of
from limner.panels.numbering import Numbering
from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip
from limner.tools.bench import Bench

_ROOT: Final = QModelIndex()
_MANY: Final = 200
"""A patch of more rows than this is quicker shown as a new list."""


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
    """Rows in z-order, lowest first, narrowed by a filter."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._bench: Bench | None = None
        self._numbers = Numbering()
        self._ranks: dict[AnnotationId, float] = {}
        self._keys: list[tuple[float, AnnotationId]] = []
        self._needle = ""
        self._refusals: Mapping[AnnotationId, str] = {}
        self.hidden: frozenset[AnnotationId] = frozenset()

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._keys)

    @override
    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        annotation = self.at(index.row())
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

    @property
    def total(self) -> int:
        """How many annotations the image has, shown or not."""
        return len(self._bench.document) if self._bench else 0

    def at(self, row: int) -> Annotation:
        """The annotation shown in a row."""
        found = self._bench and self._bench.document.get(self._keys[row][1])
        if not found:
            raise LookupError(f"no annotation in row {row}")
        return found

    def id_at(self, row: int) -> AnnotationId:
        return self._keys[row][1]

    def row_of(self, id_: AnnotationId) -> int | None:
        """The row that shows the annotation; None when the filter hides it."""
        rank = self._ranks.get(id_)
        if rank is None:
            return None
        row = bisect_left(self._keys, (rank, id_))
        return row if row < len(self._keys) and self._keys[row][1] == id_ else None

    def name_of(self, id_: AnnotationId) -> str:
        """ "car 1"; empty for an annotation that is not there."""
        annotation = self._bench.document.get(id_) if self._bench else None
        return "" if annotation is None else self._name(annotation)

    def edit(self, bench: Bench | None) -> None:
        """Show the annotations of another image, or of none; `follow` hears of its patches."""
        self._bench = bench
        self._numbers = Numbering()
        self._refusals, self.hidden = {}, frozenset()
        for annotation in bench.document if bench else ():
            self._numbers.give(annotation.id, annotation.name)
        self._refill()

    def filter(self, needle: str) -> None:
        """Show only annotations with `needle` in their label, number or id, whatever the case."""
        self._needle = needle.strip().casefold()
        self._refill()

    def set_refusals(self, refusals: Mapping[AnnotationId, str]) -> None:
        touched = self._refusals.keys() | refusals.keys()
        self._refusals = dict(refusals)
        self._touch(touched)

    def set_hidden(self, hidden: frozenset[AnnotationId]) -> None:
        touched = self.hidden ^ hidden
        self.hidden = hidden
        self._touch(touched)

    # --- following the document

    def follow(self, patch: Patch) -> None:
        """Show what a patch that was just applied has changed."""
        for id_, (_, after) in patch.changes.items():
            if after is None:
                self._numbers.take(id_)
            else:
                self._numbers.give(id_, after.name)
        if len(patch.changes) > _MANY:
            self._refill()
            return
        for id_, (_, after) in patch.changes.items():
            self._follow(id_, after)

    def _follow(self, id_: AnnotationId, after: Annotation | None) -> None:
        row = self.row_of(id_)
        is_shown = after is not None and self._fits(after)
        if row is not None and after is not None and is_shown and self._ranks[id_] == after.rank:
            self.dataChanged.emit(self.index(row, 0), self.index(row, len(Column) - 1))
            return
        if row is not None:
            self.beginRemoveRows(_ROOT, row, row)
            del self._keys[row], self._ranks[id_]
            self.endRemoveRows()
        if after is not None and is_shown:
            key = (after.rank, id_)
            at = bisect_left(self._keys, key)
            self.beginInsertRows(_ROOT, at, at)
            insort(self._keys, key)
            self._ranks[id_] = after.rank
            self.endInsertRows()

    def _refill(self) -> None:
        self.beginResetModel()
        document = self._bench.document if self._bench else ()
        self._keys = [(a.rank, a.id) for a in document if self._fits(a)]
        self._ranks = {id_: rank for rank, id_ in self._keys}
        self.endResetModel()

    def _fits(self, annotation: Annotation) -> bool:
        if not self._needle:
            return True
        return self._needle in f"{self._name(annotation)}\n{annotation.id}".casefold()

    def _touch(self, ids: Iterable[AnnotationId]) -> None:
        rows = [row for row in map(self.row_of, ids) if row is not None]
        if rows:
            last = len(Column) - 1
            self.dataChanged.emit(self.index(min(rows), 0), self.index(max(rows), last))

    # --- what a row says

    def _text(self, annotation: Annotation, column: Column) -> str:
        match column:
            case Column.NAME:
                return self._name(annotation)
            case Column.KIND:
                return "kept" if isinstance(annotation, Opaque) else str(kind_of(annotation))
            case Column.SIZE:
                return size_of(annotation)
            case Column.EYE:
                return ""

    def _name(self, annotation: Annotation) -> str:
        return f"{plain(annotation.name) or 'unreadable'} {self._numbers[annotation.id]}"

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
