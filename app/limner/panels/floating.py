"""A card that floats over the canvas and can be put elsewhere by its title."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

_LEFT: Final = Qt.MouseButton.LeftButton
_EDGE: Final = 4
"""Device-independent pixels that are kept free between a card and the edge of the canvas."""


class Floating(QObject):
    """Keeps `card`, a child of `canvas`, where it was put: so far from the right and the top edge.

    It is never out of sight: where the canvas is too small for its place, it comes nearer.
    """

    def __init__(self, card: QWidget, title: QWidget, canvas: QWidget, away: QPoint) -> None:
        super().__init__(card)
        self._card, self._canvas = card, canvas
        self._title = title
        self._away = away
        self._held: QPoint | None = None
        title.setCursor(Qt.CursorShape.OpenHandCursor)
        title.setToolTip("Drag to move")
        for watched in (title, canvas):
            watched.installEventFilter(self)

    def settle(self) -> None:
        """Put the card in its place, at the size that it needs."""
        self._card.adjustSize()
        right = self._canvas.width() - self._card.width()
        self._card.move(self._inside(QPoint(right - self._away.x(), self._away.y())))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._title and isinstance(event, QMouseEvent):
            return self._feel(event)
        if event.type() == QEvent.Type.Resize and self._card.isVisible():
            self.settle()
        return False

    def _feel(self, event: QMouseEvent) -> bool:
        """Follow the left button while it holds the title; whether the event is used up."""
        at = event.globalPosition().toPoint()
        if event.type() == QEvent.Type.MouseButtonPress and event.button() == _LEFT:
            self._held = at - self._card.pos()
            self._title.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.type() == QEvent.Type.MouseMove and self._held is not None:
            self._put(self._inside(at - self._held))
        elif event.type() == QEvent.Type.MouseButtonRelease and event.button() == _LEFT:
            self._held = None
            self._title.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            return False
        return True

    def _put(self, corner: QPoint) -> None:
        self._card.move(corner)
        right = self._canvas.width() - self._card.width()
        self._away = QPoint(right - corner.x(), corner.y())

    def _inside(self, corner: QPoint) -> QPoint:
        """The nearest place at which all of the card is on the canvas, its title at least."""
        right = self._canvas.width() - self._card.width() - _EDGE
        bottom = self._canvas.height() - self._card.height() - _EDGE
        x = max(min(corner.x(), right), _EDGE)
        return QPoint(x, max(min(corner.y(), bottom), _EDGE))
