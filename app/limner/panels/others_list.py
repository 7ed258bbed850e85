"""What others did to the open image, as a Qt model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.merge import News
from limner.panels.conflict_list import Role
from limner.panels.conflict_words import UNKNOWN, Source, news_in_words
from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip

_ROOT: Final = QModelIndex()


@dataclass(frozen=True, slots=True)
class Told:
    """One annotation that others touched; `is_back` when it is again as it was before."""

    news: News
    name: str
    colour: str
    source: Source = UNKNOWN
    is_back: bool = False

    @property
    def words(self) -> str:
        done = news_in_words(self.news)
        return f"{done}, put back" if self.is_back else done


class OthersList(QAbstractListModel):
    """Rows in the order in which they were given."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: Sequence[Told] = ()

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
                return row.words
            case Role.WHO:
                return row.source.words(datetime.now().astimezone())
            case Role.FAINT:
                return row.is_back
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip("\n".join(_words(row)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return ", ".join(_words(row))
            case _:
                return None

    def at(self, number: int) -> Told:
        return self._rows[number]

    def number_of(self, news: News | None) -> int | None:
        """The row of the annotation that this is about."""
        ids = (number for number, row in enumerate(self._rows) if news and row.news.id == news.id)
        return next(ids, None)

    def show(self, rows: Sequence[Told]) -> None:
        """Show these; the view keeps its place when they are about the same as before."""
        is_same = [row.news.id for row in rows] == [row.news.id for row in self._rows]
        if is_same and rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
        elif not is_same:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()


def _words(row: Told) -> list[str]:
    who = row.source.words(datetime.now().astimezone())
    return [plain(row.name), row.words, *([who] if who else [])]
