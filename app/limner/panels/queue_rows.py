"""What is not on its server yet, as a Qt model: images and verdicts, each with its reason."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QImage
from typing_extensions import override

from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip
from limner.panels.when import when
from limner.review.waiting import Waiting

_ROOT: Final = QModelIndex()
_KEPT_THUMBNAILS: Final = 400

Key = tuple[str, str]
"""(server, image id), or what tells verdicts apart."""


class Act(StrEnum):
    """What a person can do about a row; the value is the word on its button."""

    OPEN = "Open"
    RESOLVE = "Resolve conflicts"
    SHOW_SHAPE = "Show the shape"
    CHANGE_KEY = "Change key…"
    TRY_AGAIN = "Try again"
    EXPORT = "Export…"


class Wait(Enum):
    """Which rows are shown; the value is the word on its switch."""

    ALL = "All"
    NEEDS_YOU = "Needs you"
    WAITING = "Waiting"


@dataclass(frozen=True, slots=True)
class Row:
    """Work that a server does not have.

    `edits` gestures wait, the first made at `since` (Unix time). `fraction` of it has been sent,
    while it is being sent; `acts` are what can be done, the likeliest first. `verdict` is the
    answer of a review, where it is one.
    """

    key: Key
    name: str
    place: str
    reason: str
    needs_you: bool = False
    edits: int = 0
    since: float | None = None
    fraction: float | None = None
    acts: tuple[Act, ...] = (Act.OPEN,)
    verdict: Waiting | None = None

    @property
    def is_verdict(self) -> bool:
        return self.verdict is not None

    @property
    def amount(self) -> str:
        """How much waits, and since when."""
        edits = "" if not self.edits else "1 edit" if self.edits == 1 else f"{self.edits:,} edits"
        since = f"since {when(self.since)}" if self.since is not None else ""
        return " ".join(filter(None, (edits, since)))


class Role(IntEnum):
    """What the painter asks for besides the text."""

    ROW = Qt.ItemDataRole.UserRole
    THUMBNAIL = Qt.ItemDataRole.UserRole + 1


class QueueList(QAbstractListModel):
    """Rows in the order in which they were given, or those of them that wait in one way."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._rows: Sequence[Row] = ()
        self._shown: list[Row] = []
        self._filter = Wait.ALL
        self._thumbnails: OrderedDict[Key, QImage] = OrderedDict()
        self._asked: set[Key] = set()

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._shown)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self._shown[index.row()]
        match role:
            case Role.ROW:
                return row
            case Role.THUMBNAIL:
                return self._thumbnails.get(row.key)
            case Qt.ItemDataRole.DisplayRole:
                return plain(row.name)
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip("\n".join(_lines(row)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(", ".join(_lines(row)), 600)
            case _:
                return None

    @property
    def shown(self) -> list[Row]:
        """The rows as they are filtered."""
        return list(self._shown)

    def at(self, row: int) -> Row | None:
        return self._shown[row] if 0 <= row < len(self._shown) else None

    def row_of(self, key: Key | None) -> int | None:
        return next((place for place, row in enumerate(self._shown) if row.key == key), None)

    def count(self, wait: Wait) -> int:
        """How many rows wait in this way, shown or not."""
        return sum(_waits(row, wait) for row in self._rows)

    def show(self, rows: Sequence[Row]) -> bool:
        """Show these; whether other rows are there now, and not the same ones in other words."""
        self._rows = rows
        return self._choose()

    def filter(self, wait: Wait) -> bool:
        """Show only what waits in this way; as `show`."""
        self._filter = wait
        return self._choose()

    def set_thumbnail(self, key: Key, image: QImage) -> None:
        self._thumbnails[key] = image
        if len(self._thumbnails) > _KEPT_THUMBNAILS:
            dropped, _ = self._thumbnails.popitem(last=False)
            self._asked.discard(dropped)
        row = self.row_of(key)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def ask(self, first: int, last: int) -> list[Key]:
        """The images in these shown rows whose thumbnail nobody was asked for yet."""
        seen = [row.key for row in self._shown[first : last + 1] if not row.is_verdict]
        wanted = [key for key in seen if key not in self._asked]
        self._asked.update(wanted)
        return wanted

    def _choose(self) -> bool:
        shown = [row for row in self._rows if _waits(row, self._filter)]
        if [row.key for row in shown] == [row.key for row in self._shown]:
            self._reword(shown)
            return False
        self.beginResetModel()
        self._shown = shown
        self.endResetModel()
        return True

    def _reword(self, shown: list[Row]) -> None:
        """The same rows, some in other words."""
        pairs = enumerate(zip(self._shown, shown, strict=True))
        changed = [place for place, (before, after) in pairs if before != after]
        self._shown = shown
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))


def _waits(row: Row, wait: Wait) -> bool:
    return wait is Wait.ALL or row.needs_you == (wait is Wait.NEEDS_YOU)


def _lines(row: Row) -> list[str]:
    return list(filter(None, (row.name, row.place, row.amount, row.reason)))
