"""Rows of two lines: a class and its name, what happened to it, and who did it when."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractItemModel, QEvent, QModelIndex, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem
from typing_extensions import override

from limner.panels import icons
from limner.panels.conflict_list import Role
from limner.panels.rows import ModelIndex, RowPainter, RowsView, draw_text
from limner.panels.tokens import Tokens, colour_of

ROW_HEIGHT: Final = 46
_PAD: Final = 6
_DOT: Final = 12
_LINE: Final = 19
_LEAST_ROOM: Final = 60


class TwoLines(RowsView):
    """A list of which one row is looked at; its keys are letters, which it takes from the window.

    Only a click or a key chooses: a view makes its first row current when it gets the focus.
    """

    stepped = Signal(int)
    """The person went to this row."""
    lettered = Signal(str)
    """One of the `letters` was typed."""
    hovered = Signal(int)
    """The pointer is over this row; -1 when it is over none."""

    def __init__(self, model: QAbstractItemModel, name: str, letters: str) -> None:
        super().__init__(ROW_HEIGHT)
        self._letters = letters
        self.setModel(model)
        self.setItemDelegate(_Painter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.stretch(0, {})
        self.setAccessibleName(name)
        self.setMinimumHeight(ROW_HEIGHT)
        self.clicked.connect(self._clicked)

    def go_to(self, row: int | None) -> None:
        """Make a row the one that is looked at, without telling `stepped`."""
        if row is None:
            self.setCurrentIndex(QModelIndex())
            self.clearSelection()
            return
        index = self.model().index(row, 0)
        self.setCurrentIndex(index)
        self.select_rows([row], 0)
        self.scrollTo(index)

    @override
    def event(self, event: QEvent) -> bool:
        is_question = event.type() == QEvent.Type.ShortcutOverride
        if is_question and isinstance(event, QKeyEvent) and self._letter(event):
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        letter, before = self._letter(event), self.currentIndex()
        if letter:
            self.lettered.emit(letter)
            return
        super().keyPressEvent(event)
        if self.currentIndex() != before:
            self.stepped.emit(self.currentIndex().row())

    @override
    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row; a table's go along the columns."""
        last = self.model().rowCount() - 1
        if action == QAbstractItemView.CursorAction.MoveHome:
            return self.model().index(0, 0)
        if action == QAbstractItemView.CursorAction.MoveEnd:
            return self.model().index(last, 0)
        return super().moveCursor(action, modifiers)

    def _letter(self, event: QKeyEvent) -> str:
        held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        text = event.text().casefold()
        is_one = bool(text) and text in self._letters
        return text if is_one and held == Qt.KeyboardModifier.NoModifier else ""

    @override
    def _hover(self, row: int) -> None:
        has_changed = row != self.hovered_row
        super()._hover(row)
        if has_changed:
            self.hovered.emit(row)

    def _clicked(self, index: QModelIndex) -> None:
        self.stepped.emit(index.row())


class _Painter(RowPainter):
    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        rect, is_faint = option.rect, bool(index.data(Role.FAINT))
        mark = QRectF(rect.left() + _PAD, rect.top() + _PAD + 4, _DOT, _DOT)
        icons.paint_dot(painter, mark, colour_of(index.data(Role.COLOUR)))
        left = rect.left() + _PAD + _DOT + 8
        line = QRect(left, rect.top() + 4, rect.right() - _PAD - left, _LINE)
        _draw_name(painter, line, index, tokens, is_faint=is_faint)
        line.translate(0, _LINE)
        draw_text(painter, line, index.data(Role.WHAT), tokens.muted)


def _draw_name(
    painter: QPainter, line: QRect, index: ModelIndex, tokens: Tokens, *, is_faint: bool
) -> None:
    """The name, and at the right who and when: of the two the name keeps some room."""
    who = index.data(Role.WHO)
    wanted = painter.fontMetrics().horizontalAdvance(who)
    room = min(wanted, max(line.width() - _LEAST_ROOM, 0))
    right = line.adjusted(line.width() - room, 0, 0, 0)
    draw_text(painter, right, who, tokens.muted, align=Qt.AlignmentFlag.AlignRight)
    rest = line.adjusted(0, 0, -room - (10 if who else 0), 0)
    draw_text(painter, rest, index.data(), tokens.muted if is_faint else tokens.text)
