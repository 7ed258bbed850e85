"""The picture of an image's values, with black, middle and white to take hold of."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from limner.imaging.histogram import Histogram
from limner.imaging.picture import Window
from limner.panels.tokens import tokens_now

_PAD: Final = 8
_GRIP: Final = 7
_TALL: Final = 84
_STEP: Final = 1 / 128
"""An arrow key moves a grip by this part of the span; ten times as far with Shift."""

_RGB: Final = ("#ef5350", "#66bb6a", "#5c8df6")
LEAST_GAMMA: Final = 0.1
MOST_GAMMA: Final = 10.0


class Grip(Enum):
    BLACK = "black"
    MIDDLE = "gamma"
    WHITE = "white"


class HistogramView(QWidget):
    """Shows a histogram and the tone over it; the mouse and the arrow keys change the tone.

    Tab goes from grip to grip with Left and Right moving the one that is held.
    """

    changed = Signal(float, float, float)
    """Low, high and gamma, as the person has put them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Histogram with black, middle and white")
        self.setToolTip(
            "Drag black, middle and white · Up and Down choose one, Left and Right move it"
        )
        self._histogram: Histogram | None = None
        self._window = Window(0.0, 255.0)
        self._gamma = 1.0
        self._held = Grip.BLACK
        self._is_dragging = False

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, _TALL + 2 * _GRIP)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(160, _TALL + 2 * _GRIP)

    def show_values(self, histogram: Histogram | None) -> None:
        self._histogram = histogram
        self.update()

    def show_tone(self, window: Window, gamma: float) -> None:
        self._window, self._gamma = window, gamma
        self.update()

    # --- where things are

    def _room(self) -> QRectF:
        return QRectF(_PAD, 2, self.width() - 2 * _PAD, _TALL - 4)

    def _x(self, value: float) -> float:
        low, high = self._span()
        part = min(max((value - low) / (high - low), 0.0), 1.0)
        return self._room().left() + part * self._room().width()

    def _value(self, x: float) -> float:
        low, high = self._span()
        part = (x - self._room().left()) / max(self._room().width(), 1.0)
        return low + min(max(part, 0.0), 1.0) * (high - low)

    def _span(self) -> Window:
        return self._histogram.span if self._histogram is not None else Window(0.0, 255.0)

    def _middle(self) -> float:
        """The value that is shown as half bright."""
        low, high = self._window
        return low + (high - low) * math.pow(0.5, self._gamma)

    def _places(self) -> dict[Grip, float]:
        return {
            Grip.BLACK: self._x(self._window.low),
            Grip.MIDDLE: self._x(self._middle()),
            Grip.WHITE: self._x(self._window.high),
        }

    # --- the mouse and the keys

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        x = event.position().x()
        places = self._places()
        self._held = min(places, key=lambda grip: abs(places[grip] - x))
        self._is_dragging = True
        self._put(x)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging:
            self._put(event.position().x())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        grips = list(Grip)
        at = grips.index(self._held)
        match event.key():
            case Qt.Key.Key_Up:
                self._held = grips[min(at + 1, 2)]
            case Qt.Key.Key_Down:
                self._held = grips[max(at - 1, 0)]
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                far = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
                way = 1 if event.key() == Qt.Key.Key_Right else -1
                step = way * far * _STEP * max(self._room().width(), 1.0)
                self._put(self._places()[self._held] + step)
            case _:
                super().keyPressEvent(event)
                return
        self.update()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def _put(self, x: float) -> None:
        """Bring the held grip to a place; black stays left of white."""
        value, (low, high) = self._value(x), self._window
        least = (self._span().high - self._span().low) / 1024
        match self._held:
            case Grip.BLACK:
                low = min(value, high - least)
            case Grip.WHITE:
                high = max(value, low + least)
            case Grip.MIDDLE:
                part = min(max((value - low) / (high - low), 1e-3), 1 - 1e-3)
                gamma = float(np.log(part) / np.log(0.5))
                self._gamma = min(max(gamma, LEAST_GAMMA), MOST_GAMMA)
        self._window = Window(low, high)
        self.changed.emit(low, high, self._gamma)
        self.update()

    # --- paint

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        tokens = tokens_now()
        room = self._room()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(tokens.border), 1.0))
            painter.setBrush(QColor(tokens.base))
            painter.drawRoundedRect(room.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            if self._histogram is not None:
                within = room.adjusted(1, 3, -1, -1)
                _paint_counts(painter, self._histogram, within, QColor(tokens.muted))
            self._paint_tone(painter, room, QColor(tokens.accent))
            for grip, x in self._places().items():
                self._paint_grip(painter, grip, x)

    def _paint_tone(self, painter: QPainter, room: QRectF, ink: QColor) -> None:
        """The curve from values to brightness."""
        low, high = self._window
        steps = np.linspace(0.0, 1.0, 33)
        curve = [
            QPointF(
                self._x(low + part * (high - low)), room.bottom() - shown * (room.height() - 2) - 1
            )
            for part, shown in zip(steps, steps ** (1 / self._gamma), strict=True)
        ]
        start, end = QPointF(room.left(), room.bottom() - 1), QPointF(room.right(), room.top() + 1)
        painter.setPen(QPen(ink, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(QPolygonF([start, *curve, end]))

    def _paint_grip(self, painter: QPainter, grip: Grip, x: float) -> None:
        tokens = tokens_now()
        tip, foot = QPointF(x, _TALL - 1), _TALL + 2 * _GRIP - 3
        held = self.hasFocus() and grip is self._held
        painter.setPen(QPen(QColor(tokens.accent if held else tokens.text), 2.0 if held else 1.0))
        painter.setBrush(
            {
                Grip.BLACK: QColor("#000000"),
                Grip.MIDDLE: QColor("#808080"),
                Grip.WHITE: QColor("#ffffff"),
            }[grip]
        )
        corners = [tip, QPointF(x + _GRIP - 1, foot), QPointF(x - _GRIP + 1, foot)]
        painter.drawPolygon(QPolygonF(corners))


def _paint_counts(painter: QPainter, histogram: Histogram, room: QRectF, muted: QColor) -> None:
    """Heights grow with the square root, for rare values to be seen beside frequent ones."""
    channels = histogram.channels
    most = max(int(np.partition(counts, -3)[-3]) for counts in channels) or 1
    inks = [muted] if len(channels) == 1 else [QColor(rgb) for rgb in _RGB]
    painter.setPen(Qt.PenStyle.NoPen)
    for counts, ink in zip(channels, inks, strict=True):
        ink.setAlpha(170 if len(channels) == 1 else 110)
        heights = np.minimum(np.sqrt(counts / most), 1.0) * room.height()
        xs = np.linspace(room.left(), room.right(), len(counts) + 1)
        outline = [QPointF(room.left(), room.bottom())]
        for left, right, height in zip(xs[:-1], xs[1:], heights, strict=True):
            outline += [QPointF(left, room.bottom() - height)]
            outline += [QPointF(right, room.bottom() - height)]
        outline.append(QPointF(room.right(), room.bottom()))
        painter.setBrush(ink)
        painter.drawPolygon(QPolygonF(outline))
