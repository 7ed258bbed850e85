"""The versions of an image as a Qt model, and how a row of them is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from limner.panels.rows import ModelIndex, RowPainter, draw_text
from limner.panels.text import plain, tooltip
from limner.panels.tokens import Tokens
from limner.panels.when import when
from limner.sync.past import Moment

ROW_HEIGHT: Final = 48
_ROOT: Final = QModelIndex()
_LINE: Final = 19
_LEFT: Final = 14
_TEXT: Final = 32
_DOT: Final = 4.5


class Role(IntEnum):
    """What the painter asks for besides the text."""

    HEAD = Qt.ItemDataRole.UserRole
    DETAIL = Qt.ItemDataRole.UserRole + 1
    COUNT = Qt.ItemDataRole.UserRole + 2
    IS_MINE = Qt.ItemDataRole.UserRole + 3


class MomentList(QAbstractListModel):
    """Row 0 is the present, below it come the versions, newest first."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._moments: tuple[Moment, ...] = ()
        self._present = ""

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else 1 + len(self._moments)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        moment = self.at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole | Role.HEAD:
                return "Now" if moment is None else when(moment.at)
            case Role.DETAIL:
                return self._present if moment is None else plain(detail(moment))
            case Role.COUNT:
                return None if moment is None else moment.count
            case Role.IS_MINE:
                return moment is None or moment.is_mine
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._words(moment))
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(self._words(moment).replace("\n", ", "))
            case _:
                return None

    def at(self, row: int) -> Moment | None:
        """The version of a row; None is the present."""
        return self._moments[row - 1] if 0 < row <= len(self._moments) else None

    def row_of(self, moment: Moment | None) -> int:
        """Where the same version stands now; 0 when it is the present or not there."""
        if moment is None:
            return 0
        for row, each in enumerate(self._moments, 1):
            if (each.number, each.rev) == (moment.number, moment.rev):
                return row
        return 0

    def show(self, moments: Sequence[Moment]) -> None:
        self.beginResetModel()
        self._moments = tuple(moments)
        self.endResetModel()

    def describe_present(self, words: str) -> None:
        """What stands beside "Now"."""
        if words != self._present:
            self._present = words
            self.dataChanged.emit(self.index(0), self.index(0))

    def _words(self, moment: Moment | None) -> str:
        if moment is None:
            return f"Now\n{self._present}"
        count = "" if moment.count is None else f"\n{_shapes(moment.count)}"
        rev = "" if moment.rev is None else f"\nversion {moment.rev} of the server"
        return f"{when(moment.at)}\n{detail(moment)}{count}{rev}"


def who(moment: Moment) -> str:
    """Whose version it is; empty when nobody says so."""
    return "you" if moment.is_mine else moment.author


def detail(moment: Moment) -> str:
    """Who made the version, and what it is."""
    name = who(moment)
    return f"{name[:1].upper()}{name[1:]} · {moment.title}" if name else moment.title


def _shapes(count: int) -> str:
    return "1 shape" if count == 1 else f"{count:,} shapes"


class MomentPainter(RowPainter):
    """A line through time with a dot for each version, and two lines of text beside it."""

    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        rect = option.rect
        self._draw_line(painter, rect, index, tokens)
        text = QRect(rect.left() + _TEXT, rect.top() + 5, rect.width() - _TEXT - 8, _LINE)
        count: int | None = index.data(Role.COUNT)
        shown = "" if count is None else _shapes(count)
        draw_text(painter, text, shown, tokens.muted, align=Qt.AlignmentFlag.AlignRight)
        used = painter.fontMetrics().horizontalAdvance(shown) + 10
        font = QFont(painter.font())
        heavy = QFont(font)
        heavy.setWeight(QFont.Weight.Medium)
        painter.setFont(heavy)
        draw_text(painter, text.adjusted(0, 0, -used, 0), index.data(Role.HEAD), tokens.text)
        painter.setFont(font)
        text.translate(0, _LINE)
        draw_text(painter, text, index.data(Role.DETAIL), tokens.muted)

    @staticmethod
    def _draw_line(painter: QPainter, rect: QRect, index: ModelIndex, tokens: Tokens) -> None:
        x, y = rect.left() + _LEFT, rect.top() + 15
        top = rect.top() if index.row() else y
        is_last = index.row() == index.model().rowCount() - 1
        painter.fillRect(x - 1, top, 2, (y if is_last else rect.bottom() + 1) - top, tokens.border)
        colour = QColor(tokens.muted if index.row() else tokens.accent)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, 2))
        painter.setBrush(colour if index.data(Role.IS_MINE) else QColor(tokens.panel))
        painter.drawEllipse(QRectF(x - _DOT, y - _DOT, 2 * _DOT, 2 * _DOT))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
