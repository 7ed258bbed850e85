"""The rows of the object list: how they look, and how they are selected, a hundred thousand too."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem
from typing_extensions import override

from limner.panels import icons
from limner.panels.object_list import Column, ObjectList, Role
from limner.panels.rows import (
    EYE_WIDTH,
    ROW_HEIGHT,
    ModelIndex,
    RowPainter,
    RowsView,
    draw_text,
    square,
)
from limner.panels.tokens import Tokens, colour_of

_PAD: Final = 5
_DOT: Final = 12
_ICON: Final = 15
_ICON_WIDTH: Final = 24
_KIND_ICONS: Final = {str(kind): name for kind, name in icons.KIND_ICONS.items()}
_NOWHERE: Final = -1
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier


class How(Enum):
    """What becomes of the rows that are chosen, and of the others."""

    ONLY = auto()
    ADD = auto()
    REMOVE = auto()


@dataclass(frozen=True, slots=True)
class Choice:
    """The rows from `first` to `last`; none when `last` is smaller."""

    first: int
    last: int
    how: How = How.ONLY


class ObjectView(RowsView):
    """Says what the person chooses; which rows are selected, the list knows.

    Qt's own selection takes 15 µs for each range, and each range slows painting. So it holds only
    what is in sight, for the painter and for screen readers.
    """

    chosen = Signal(object)
    """Choice: the person selected rows, by mouse or keyboard."""
    activated_row = Signal(QModelIndex)

    def __init__(self, rows: ObjectList) -> None:
        super().__init__(eye_column=Column.EYE)
        self._list = rows
        self._anchor = QPersistentModelIndex()
        self._drag_row, self._drag_how = _NOWHERE, How.ONLY
        self.setModel(rows)
        self.setItemDelegate(_ObjectPainter(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName("Objects")
        self.setMinimumHeight(56)
        self.verticalScrollBar().valueChanged.connect(self.show_selection)
        self._measure()

    def go_to(self, row: int) -> None:
        """Bring a row into view and make it the one that the keyboard goes on from."""
        index = self.model().index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.NoUpdate
        self.selectionModel().setCurrentIndex(index, flags)
        self._anchor = QPersistentModelIndex(index)
        self.scrollTo(index)

    @override
    def selected_row_numbers(self) -> list[int]:
        """The selected rows, ascending, in sight or not."""
        rows: list[int] = self._list.rows.selected.tolist()
        return rows

    def show_selection(self) -> None:
        """Tell Qt what is selected of the rows in sight, and a screenful around them."""
        screenful = self.viewport().height() // ROW_HEIGHT + 1
        top = self.verticalScrollBar().value() // ROW_HEIGHT
        first = max(0, top - screenful)
        is_selected = self._list.rows.are_selected(first, top + 2 * screenful)
        self.select_rows((is_selected.nonzero()[0] + first).tolist(), Column.EYE)

    @property
    def shows_selected(self) -> bool:
        """Whether any row that is wholly in sight is selected."""
        top = self.verticalScrollBar().value()
        first, beyond = -(-top // ROW_HEIGHT), (top + self.viewport().height()) // ROW_HEIGHT
        return bool(self._list.rows.are_selected(first, beyond - 1).any())

    # --- choosing

    @override
    def reset(self) -> None:
        """Other rows: a drag over those that were here ends."""
        super().reset()
        self._drag_row = _NOWHERE

    @override
    def selectionCommand(
        self, index: ModelIndex, event: QEvent | None = None
    ) -> QItemSelectionModel.SelectionFlag:
        """Qt moves its current row and selects nothing by itself."""
        return QItemSelectionModel.SelectionFlag.NoUpdate

    @override
    def selectAll(self) -> None:
        self.chosen.emit(Choice(0, self._list.rowCount() - 1))

    @override
    def event(self, event: QEvent) -> bool:
        # Ctrl+A is a key of the window as well: here it means the rows that are shown.
        is_override = event.type() == QEvent.Type.ShortcutOverride
        is_all = isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.SelectAll)
        if is_override and is_all:
            event.accept()
            return True
        return super().event(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and not self._is_eye(index):
            self._press(index, event.modifiers())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        row = self._row_near(event.position().toPoint().y())
        is_held = bool(event.buttons() & Qt.MouseButton.LeftButton)
        if is_held and self._drag_row not in (_NOWHERE, row):
            self._choose(row, self._drag_how)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._drag_row = _NOWHERE

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        before, held = self.currentIndex().row(), event.modifiers()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated_row.emit(self.currentIndex())
            return
        if event.key() == Qt.Key.Key_Space and held & _CTRL:
            self._press(self.currentIndex(), held)
            return
        super().keyPressEvent(event)
        row = self.currentIndex().row()
        if row not in (before, -1) and (held & _SHIFT or not held & _CTRL):
            self._press(self.currentIndex(), held)

    @override
    def moveCursor(
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        """Home and End go to the first and the last row; a table's go along the columns."""
        rows = self._list.rowCount()
        if rows and action == QAbstractItemView.CursorAction.MoveHome:
            return self._list.index(0, 0)
        if rows and action == QAbstractItemView.CursorAction.MoveEnd:
            return self._list.index(rows - 1, 0)
        return super().moveCursor(action, modifiers)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._measure()
        self.show_selection()

    def _press(self, index: QModelIndex, held: Qt.KeyboardModifier) -> None:
        row = index.row()
        if row < 0:
            if not held & (_SHIFT | _CTRL):
                self.chosen.emit(Choice(0, -1))
            return
        how = How.ADD if held & _CTRL else How.ONLY
        if held & _SHIFT and self._anchor.isValid():
            self._choose(row, how)
            return
        if how is How.ADD and self._list.rows.are_selected(row, row).all():
            how = How.REMOVE
        self._anchor = QPersistentModelIndex(index)
        self._choose(row, how)

    def _choose(self, row: int, how: How) -> None:
        """Everything between the anchor and `row`; a drag goes on from here."""
        anchor = self._anchor.row()
        self._drag_row, self._drag_how = row, how
        self.chosen.emit(Choice(min(anchor, row), max(anchor, row), how))

    def _row_near(self, y: int) -> int:
        """The row at `y` of the viewport, or the nearest that is in sight."""
        row = self.rowAt(min(max(y, 0), self.viewport().height() - 1))
        return row if row >= 0 else self._list.rowCount() - 1

    def _measure(self) -> None:
        """The name comes first: in a narrow column the type is an icon and the size gives way."""
        letters, width = self.fontMetrics(), self.viewport().width()
        kind = letters.horizontalAdvance("keypoint") + 14
        size = letters.horizontalAdvance("0000\N{MULTIPLICATION SIGN}0000") + 12
        name = letters.horizontalAdvance("pedestrian 12345") + _PAD + _DOT
        self.setColumnHidden(Column.SIZE, width < name + _ICON_WIDTH + size + EYE_WIDTH)
        if width < name + kind + size + EYE_WIDTH:
            kind = _ICON_WIDTH
        self.stretch(Column.NAME, {Column.KIND: kind, Column.SIZE: size, Column.EYE: EYE_WIDTH})


class _ObjectPainter(RowPainter):
    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        rect, hidden = option.rect, bool(index.data(Role.HIDDEN))
        match Column(index.column()):
            case Column.NAME:
                self._draw_name(painter, rect, index, tokens, hidden=hidden)
            case Column.EYE:
                self.draw_eye(painter, rect, index.row(), hidden=hidden)
            case Column.KIND if rect.width() <= _ICON_WIDTH:
                name = _KIND_ICONS.get(index.data(), "circle-help")
                icons.paint(painter, name, square(rect, _ICON), QColor(tokens.muted))
            case _:
                draw_text(painter, rect, index.data(), tokens.muted)

    def _draw_name(
        self, painter: QPainter, rect: QRect, index: ModelIndex, tokens: Tokens, *, hidden: bool
    ) -> None:
        mark = QRectF(rect.left() + _PAD, rect.center().y() - _DOT / 2 + 1, _DOT, _DOT)
        warning = index.data(Role.WARNING)
        if warning:
            ink = QColor(tokens.bad if warning == "refused" else tokens.warn)
            mark = mark.adjusted(-2, -2, 2, 2)
            icons.paint(painter, "triangle-alert", mark, ink)
        else:
            icons.paint_dot(painter, mark, colour_of(index.data(Role.COLOUR)))
        room = rect.adjusted(_PAD + _DOT + 8, 0, -6, 0)
        draw_text(painter, room, index.data(), tokens.muted if hidden else tokens.text)
