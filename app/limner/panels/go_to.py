"""Go to an object by its name, number or id, or to a point: a line that opens over the image."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final, NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget
from typing_extensions import override

from limner.model.annotations import AnnotationId
from limner.panels.icons import dot
from limner.panels.text import label, plain

_WIDTH: Final = 440
_ROWS: Final = 8
_POINT: Final = re.compile(r"\s*x?\s*(-?\d+(?:\.\d+)?)\s*(?:[,;]|\s)\s*y?\s*(-?\d+(?:\.\d+)?)\s*")
_HINT: Final = "A label, a number, an id or a filter · or a point: 1200, 850"
_KEYS: Final = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: +1}


class Goal(NamedTuple):
    """An object as it is listed."""

    id: AnnotationId
    name: str
    colour: str


class Goals(NamedTuple):
    """The first of the objects that were found, and how many there are in all."""

    first: list[Goal]
    total: int


def point_of(words: str) -> tuple[float, float] | None:
    """The point that "120, 80" or "x 120 y 80" names, in image pixels."""
    found = _POINT.fullmatch(words)
    x, y = (float(found[1]), float(found[2])) if found else (math.nan, math.nan)
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


class GoTo(QFrame):
    """Enter goes to what is marked in the list below the line; arrows mark another."""

    object_wanted = Signal(str)
    """AnnotationId."""
    point_wanted = Signal(float, float)
    """Image pixels."""

    def __init__(self, parent: QWidget, find: Callable[[str], Goals]) -> None:
        """`find` is given the words of a filter."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("panel")
        self.setAccessibleName("Go to an object or a point")
        self.setFixedWidth(_WIDTH)
        self._find = find
        self.line = _Line()
        self.line.setPlaceholderText("Go to…")
        self.line.setAccessibleName("Label, number, id or point")
        self.list = QListWidget()
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.words = label(muted=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 10)
        column.setSpacing(8)
        for part in (self.line, self.list, self.words):
            column.addWidget(part)
        self.line.textChanged.connect(self._look)
        self.line.stepped.connect(self._mark)
        self.line.returnPressed.connect(self._go)
        self.list.itemClicked.connect(self._go)

    def open_over(self, widget: QWidget) -> None:
        """Appear near the top of a widget, ready to be typed into."""
        self.line.clear()
        self._look("")
        corner = widget.mapToGlobal(widget.rect().topLeft())
        self.move(corner.x() + max((widget.width() - self.width()) // 2, 0), corner.y() + 48)
        self.show()
        self.line.setFocus()

    def _look(self, words: str) -> None:
        self.list.clear()
        point = point_of(words)
        goals = self._find(words) if words.strip() and point is None else Goals([], 0)
        for goal in goals.first:
            item = QListWidgetItem(dot(goal.colour), plain(goal.name))
            item.setData(Qt.ItemDataRole.UserRole, goal.id)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.words.setText(_said(words, point, goals))
        self._fit()

    def _fit(self) -> None:
        rows = min(self.list.count(), _ROWS)
        self.list.setVisible(rows > 0)
        self.list.setFixedHeight(rows * max(self.list.sizeHintForRow(0), 0))
        self.adjustSize()

    def _mark(self, by: int) -> None:
        count = self.list.count()
        if count:
            self.list.setCurrentRow((self.list.currentRow() + by) % count)

    def _go(self) -> None:
        point = point_of(self.line.text())
        if point is not None:
            self.hide()
            self.point_wanted.emit(*point)
        elif self.list.count():
            self.hide()
            self.object_wanted.emit(self.list.currentItem().data(Qt.ItemDataRole.UserRole))


class _Line(QLineEdit):
    stepped = Signal(int)
    """-1 or +1: an arrow key asks for the row above or below."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = _KEYS.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        else:
            self.stepped.emit(by)


def _said(words: str, point: tuple[float, float] | None, goals: Goals) -> str:
    if point is not None:
        return f"Enter goes to x {point[0]:g}, y {point[1]:g}"
    if not words.strip():
        return _HINT
    if not goals.total:
        return "Nothing on this image is called so."
    more = goals.total - len(goals.first)
    return f"and {more:,} more" if more else "Enter goes there · ↑ ↓ choose"
