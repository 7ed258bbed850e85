"""Rulers along the top and the left of the canvas, in image pixels."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QGridLayout, QWidget
from typing_extensions import override

from limner.canvas.device_pixels import count_device_pixels, to_device
from limner.canvas.turn import UNTURNED, Turn
from limner.canvas.view import Canvas
from limner.canvas.viewport import Size, whole

_BREADTH: Final = 20
_SPACING: Final = 64.0
"""Device-independent pixels that a numbered tick and its number need."""
_LONG, _SHORT = 0.5, 0.25
"""How much of the breadth a tick without a number takes."""
_FONT: Final = 0.78
"""The numbers are so much smaller than other text."""


class Ticks(NamedTuple):
    """Image pixels from one numbered tick to the next, and how many parts lie between them."""

    step: int
    parts: int


class Scale(NamedTuple):
    """Where pixel 0 of the image lies along a ruler, and how far apart pixels are (may be < 0)."""

    origin: float
    pitch: float

    def at(self, pixel: float) -> float:
        return self.origin + pixel * self.pitch


def ticks_for(pitch: float, spacing: float = _SPACING) -> Ticks:
    """1, 2 or 5 times a power of ten, as close together as numbers can be read.

    `pitch` is how long one image pixel is, in the unit of `spacing`. No tick lies inside a pixel.
    """
    needed = max(spacing / max(abs(pitch), 1e-9), 1.0)
    power = 10 ** math.floor(math.log10(needed) + 1e-9)
    for lead, parts in ((1, 5), (2, 4), (5, 5), (10, 5)):
        if lead * power >= needed * (1 - 1e-9):
            step = lead * power
            return Ticks(step, math.gcd(step, parts) if step < 10 else parts)
    raise AssertionError("ten times the power of ten below a number is above it")


class Ruler(QWidget):
    """One of the two; it follows the canvas and the pointer."""

    def __init__(self, canvas: Canvas, orientation: Qt.Orientation) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._canvas = canvas
        self._is_flat = orientation == Qt.Orientation.Horizontal
        if self._is_flat:
            self.setFixedHeight(_BREADTH)
        else:
            self.setFixedWidth(_BREADTH)
        self._mark: float | None = None
        canvas.view_changed.connect(self.update)
        canvas.picture_shown.connect(self._another_picture)
        canvas.pointer_at.connect(self._follow)
        canvas.pointer_left.connect(self._lose)

    @property
    def mark(self) -> float | None:
        """Where the pointer is, in device-independent pixels along the ruler."""
        return self._mark

    @property
    def scale(self) -> Scale:
        """How the image lies along the ruler; a turned view may show its other axis."""
        origin, one = self._canvas.to_widget(0, 0), self._canvas.to_widget(1, 1)
        begin = self._along(origin)
        return Scale(begin, self._along(one) - begin)

    def _along(self, at: QPointF) -> float:
        return at.x() if self._is_flat else at.y()

    def _another_picture(self, _picture: object) -> None:
        self.update()

    def _follow(self, x: float, y: float) -> None:
        if self.isVisible():
            self._set_mark(self._along(self._canvas.to_widget(x, y)))

    def _lose(self) -> None:
        self._set_mark(None)

    def _set_mark(self, mark: float | None) -> None:
        for place in (self._mark, mark):
            if place is not None:
                self.update(self._place(place))
        self._mark = mark

    def _place(self, mark: float) -> QRect:
        begin = math.floor(mark) - 2
        flat = QRect(begin, 0, 5, _BREADTH)
        return flat if self._is_flat else flat.transposed().translated(-begin, begin)

    # Painting: as if it lay flat, in device pixels; the one at the side reads from below

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        with QPainter(self) as painter:
            count_device_pixels(painter, ratio)
            painter.setTransform(self._turn().onto(self._size(ratio)), True)
            seen = (
                self._turn()
                .onto(self._size(ratio))
                .inverted()[0]
                .mapRect(to_device(event.rect(), ratio))
            )
            self._paint_ground(painter, ratio)
            if self._canvas.has_frame:
                self._paint_ticks(painter, ratio, seen)
            self._paint_mark(painter, ratio)

    def _turn(self) -> Turn:
        return UNTURNED if self._is_flat else Turn(3)

    def _size(self, ratio: float) -> Size:
        return math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)

    def _flat(self, ratio: float) -> Scale:
        """The scale along the ruler as it is painted, in device pixels."""
        origin, pitch = self.scale.origin * ratio, self.scale.pitch * ratio
        return Scale(origin, pitch) if self._is_flat else Scale(self._end(ratio) - origin, -pitch)

    def _end(self, ratio: float) -> int:
        return self._turn().room(self._size(ratio))[0]

    def _pixels(self) -> int:
        """How many image pixels lie along the ruler."""
        width, height = self._canvas.image_size
        shows_rows = self._is_flat == bool(self._canvas.turn.quarters % 2)
        return height if shows_rows else width

    def _paint_ground(self, painter: QPainter, ratio: float) -> None:
        """Where there is image, the ruler is lighter."""
        end, breadth = self._end(ratio), round(_BREADTH * ratio)
        painter.fillRect(0, 0, end, breadth, _colour(QPalette.ColorRole.Window))
        if self._canvas.has_frame:
            light, scale = _colour(QPalette.ColorRole.AlternateBase), self._flat(ratio)
            left, right = sorted((whole(scale.at(0)), whole(scale.at(self._pixels()))))
            left, right = max(left, 0), min(right, end)
            painter.fillRect(left, 0, right - left, breadth, light)
        line = max(1, round(ratio))
        painter.fillRect(0, breadth - line, end, line, _colour(QPalette.ColorRole.Mid))

    def _paint_ticks(self, painter: QPainter, ratio: float, seen: QRect) -> None:
        scale = self._flat(ratio)
        step, parts = ticks_for(scale.pitch / ratio)
        breadth, line = round(_BREADTH * ratio), max(1, round(ratio))
        painter.setFont(_small(self.font()))
        painter.setPen(_colour(QPalette.ColorRole.PlaceholderText))
        for number in self._numbers(scale, step / parts, seen, ratio):
            pixel, has_number = number * step // parts, number % parts == 0
            at = whole(scale.at(pixel))
            length = round(breadth * (_LONG if has_number else _SHORT))
            ink = _colour(QPalette.ColorRole.PlaceholderText)
            painter.fillRect(at, breadth - length, line, length, ink)
            if has_number:
                _write(painter, QPointF(at + 3 * ratio, 0), f"{pixel}", ratio)

    def _numbers(self, scale: Scale, part: float, seen: QRect, ratio: float) -> range:
        """Which ticks are in sight, or their numbers are."""
        near = _SPACING * ratio
        ends = [
            (at - scale.origin) / (scale.pitch * part)
            for at in (seen.left() - near, seen.right() + near)
        ]
        last = math.floor(self._pixels() / part)
        first, beyond = max(math.floor(min(ends)), 0), min(math.ceil(max(ends)), last)
        return range(first, beyond + 1)

    def _paint_mark(self, painter: QPainter, ratio: float) -> None:
        if self._mark is None:
            return
        at = math.floor(self._mark * ratio)
        if not self._is_flat:
            at = self._end(ratio) - 1 - at
        accent = _colour(QPalette.ColorRole.Accent)
        painter.fillRect(at, 0, max(1, round(ratio)), round(_BREADTH * ratio), accent)


class Rulers(QWidget):
    """The canvas with rulers along two of its sides, when they are on."""

    def __init__(self, canvas: Canvas) -> None:
        super().__init__()
        self.top = Ruler(canvas, Qt.Orientation.Horizontal)
        self.left = Ruler(canvas, Qt.Orientation.Vertical)
        self._corner = QWidget()
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        grid.addWidget(self._corner, 0, 0)
        grid.addWidget(self.top, 0, 1)
        grid.addWidget(self.left, 1, 0)
        grid.addWidget(canvas, 1, 1)
        self.switch(on=False)

    @property
    def is_on(self) -> bool:
        return not self.top.isHidden()

    def switch(self, *, on: bool) -> None:
        for part in (self._corner, self.top, self.left):
            part.setVisible(on)


def _colour(role: QPalette.ColorRole) -> QColor:
    """The theme's: the style sheet changes the palettes of widgets."""
    return QGuiApplication.palette().color(role)


def _small(font: QFont) -> QFont:
    small = QFont(font)
    small.setPointSizeF(font.pointSizeF() * _FONT)
    return small


def _write(painter: QPainter, at: QPointF, text: str, ratio: float) -> None:
    """Write along the ruler, above the ticks; `at` is in device pixels."""
    painter.save()
    painter.translate(at)
    painter.scale(ratio, ratio)
    place = QRectF(0, 0, _SPACING, _BREADTH * 0.7)
    painter.drawText(place, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)
    painter.restore()
