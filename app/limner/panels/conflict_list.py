"""The conflicts of one image as a Qt model: what it is, what both changed, who and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.panels.conflict_words import UNKNOWN, Source, conflict_in_words
from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip

_ROOT: Final = QModelIndex()


class Role(IntEnum):
    """What the delegate asks for besides the name."""

    COLOUR = Qt.ItemDataRole.UserRole
    WHAT = Qt.ItemDataRole.UserRole + 1
    WHO = Qt.ItemDataRole.UserRole + 2
    FAINT = Qt.ItemDataRole.UserRole + 3


@dataclass(frozen=True, slots=True)
class Row:
    """One open conflict: the names are plain text, `held` is what is on the image now."""

    conflict: Conflict
    name: str
    colour: str
    held: Annotation | None = None
    source: Source = UNKNOWN

    @property
    def id(self) -> AnnotationId:
        return self.conflict.id


class ConflictList(QAbstractListModel):
    """Rows in the order in which they were given."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._rows: Sequence[Row] = ()
        self._places: dict[AnnotationId, int] = {}

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return plain(row.name)
            case Role.COLOUR:
                return row.colour
            case Role.WHAT:
                return conflict_in_words(row.conflict)
            case Role.WHO:
                return row.source.words(_now())
            case Role.FAINT:
                return False
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip("\n".join(self._words(row)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(self._words(row))
            case _:
                return None

    def at(self, number: int) -> Row:
        return self._rows[number]

    def number_of(self, id_: AnnotationId | None) -> int | None:
        return None if id_ is None else self._places.get(id_)

    def show(self, rows: Sequence[Row]) -> None:
        """Show these; the view keeps its place when they are the same conflicts as before."""
        if [row.id for row in rows] == [row.id for row in self._rows]:
            self._rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self._rows = rows
        self._places = {row.id: number for number, row in enumerate(rows)}
        self.endResetModel()

    def nearest(self, id_: AnnotationId | None, rows: Sequence[Row]) -> AnnotationId | None:
        """Which of `rows` is to be looked at after `id_`: the same, else what came next here."""
        place, left = self.number_of(id_), {row.id for row in rows}
        following = [] if place is None else [*self._rows[place:], *reversed(self._rows[:place])]
        first = rows[0].id if rows else None
        return next((row.id for row in following if row.id in left), first)

    def _words(self, row: Row) -> list[str]:
        who = row.source.words(_now())
        return [plain(row.name), conflict_in_words(row.conflict), *([who] if who else [])]


def _now() -> datetime:
    return datetime.now().astimezone()
