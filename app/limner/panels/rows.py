"""The list view that every panel with rows uses: even rows, an eye column, drawn by a delegate.

A table with fixed row heights, because it lays out fifty thousand rows in no time; a list view
asks Python about every single row first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)
from typing_extensions import override

from limner.panels import icons
from limner.panels.row_changes import runs
from limner.panels.tokens import Tokens, tokens_now

ModelIndex = QModelIndex | QPersistentModelIndex
ROW_HEIGHT: Final = 28
EYE_WIDTH: Final = 24
_EYE: Final = 16
_ROWS_WANTED: Final = 6
_ROOT: Final = QModelIndex()


class RowsView(QTableView):
    """Rows without headers or grid; `eye_column`, if any, is clicked without selecting the row."""

    eye_clicked = Signal(int)
    """The row whose eye was clicked."""
    eye_pressed = Signal()
    """Space: the eye of every selected row."""

    def __init__(self, row_height: int = ROW_HEIGHT, eye_column: int | None = None) -> None:
        super().__init__()
        self.eye_column = eye_column
        self.hovered_row = -1
        self._dress(row_height)

    def stretch(self, column: int, fixed: dict[int, int]) -> None:
        """Let `column` take what the `fixed` columns (column -> pixels) leave."""
        header = self.horizontalHeader()
        header.setMinimumSectionSize(0)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for other, width in fixed.items():
            self.setColumnWidth(other, width)

    def select_rows(self, rows: list[int], last: int) -> None:
        """Select exactly `rows`, ascending; neighbours are joined, for every range is slow."""
        model = self.model()
        chosen = QItemSelection()
        for first, final in runs(np.array(rows, dtype=np.intp)):
            chosen.select(model.index(first, 0), model.index(final, last))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(chosen, flags)

    def selected_row_numbers(self) -> list[int]:
        """The selected rows, ascending."""
        chosen = self.selectionModel().selectedRows()
        return sorted(index.row() for index in chosen)

    @override
    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _ROWS_WANTED * ROW_HEIGHT)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and self._is_eye(index):
            self.eye_clicked.emit(index.row())
            event.accept()
            return
        super().mousePressEvent(event)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._is_eye(self.indexAt(event.position().toPoint())):
            self.mousePressEvent(event)
            return
        super().mouseDoubleClickEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._hover(index.row())
        if event.buttons() and self._is_eye(index):
            return
        super().mouseMoveEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)
        super().leaveEvent(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and self.eye_column is not None:
            self.eye_pressed.emit()
            return
        super().keyPressEvent(event)

    @override
    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and last row; a table would go to a column."""
        last = self.model().rowCount() - 1
        ends = {self.CursorAction.MoveHome: 0, self.CursorAction.MoveEnd: last}
        if action in ends and last >= 0:
            return self.model().index(ends[action], self.currentIndex().column())
        return super().moveCursor(action, modifiers)

    @override
    def keyboardSearch(self, search: str) -> None:
        """Letters are the keys of tools and classes; the search field finds rows."""

    def _dress(self, row_height: int) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.horizontalHeader().hide()
        rows = self.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setMinimumSectionSize(row_height)
        rows.setDefaultSectionSize(row_height)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalScrollBar().setSingleStep(row_height)

    def _is_eye(self, index: QModelIndex) -> bool:
        return index.isValid() and index.column() == self.eye_column

    def _hover(self, row: int) -> None:
        if row == self.hovered_row:
            return
        before, self.hovered_row = self.hovered_row, row
        for each in (before, row):
            if each >= 0:
                top, height = self.rowViewportPosition(each), self.rowHeight(each)
                self.viewport().update(0, top, self.viewport().width(), height)


class RowPainter(QStyledItemDelegate):
    """Paints one cell; subclasses draw the content in `draw`."""

    def __init__(self, view: RowsView) -> None:
        super().__init__(view)
        self._view = view

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex) -> None:
        tokens = tokens_now()
        painter.save()
        self._ground(painter, option, index, tokens)
        self.draw(painter, option, index, tokens)
        painter.restore()

    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        """Draw the content of the cell into `option.rect`."""
        raise NotImplementedError

    def draw_eye(self, painter: QPainter, rect: QRect, row: int, *, hidden: bool) -> None:
        """The eye: always there when it is shut, else only under the pointer."""
        if hidden or row == self._view.hovered_row:
            tokens = tokens_now()
            ink = QColor(tokens.text if hidden else tokens.muted)
            icons.paint(painter, "eye-off" if hidden else "eye", square(rect, _EYE), ink)

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, QColor(tokens.select))
        elif index.row() == self._view.hovered_row:
            painter.fillRect(option.rect, QColor(tokens.hover))
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            self._mark_current(painter, option.rect, index.column(), tokens)

    def _mark_current(self, painter: QPainter, rect: QRect, column: int, tokens: Tokens) -> None:
        if column == 0:
            painter.fillRect(
                QRect(rect.left(), rect.top(), 2, rect.height()), QColor(tokens.accent)
            )


def square(rect: QRect, side: int) -> QRectF:
    """A square of `side` in the middle of `rect`."""
    found = QRectF(0, 0, side, side)
    found.moveCenter(QRectF(rect).center())
    return found


def draw_text(
    painter: QPainter,
    rect: QRect,
    text: str,
    colour: str,
    *,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
    elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
) -> None:
    """One line of text in the middle of `rect`'s height, elided to its width."""
    shown = painter.fontMetrics().elidedText(text, elide, rect.width())
    flags = align | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
    painter.setPen(QColor(colour))
    painter.drawText(rect, int(flags) | int(Qt.TextFlag.TextSingleLine), shown)
