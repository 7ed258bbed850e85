"""Between a widget's own pixels and those of the screen, of which there may be 1.25 to each."""

from __future__ import annotations

import math

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QPainter

from limner.canvas.viewport import whole


def count_device_pixels(painter: QPainter, ratio: float) -> None:
    """Make the painter's unit the device pixel, and let it begin on a whole one.

    A widget may begin within a pixel of a screen with a fractional ratio; turned tiles would then
    be rounded this way and that.
    """
    painter.scale(1 / ratio, 1 / ratio)
    begin = painter.deviceTransform()
    painter.translate(whole(begin.dx()) - begin.dx(), whole(begin.dy()) - begin.dy())


def to_device(rect: QRect, ratio: float) -> QRect:
    """The device pixels under some of a widget's own."""
    area = QRectF(rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio)
    return area.toAlignedRect()


def to_widget(place: QRect, ratio: float) -> QRect:
    """A widget's own pixels that cover these device pixels."""
    left, top = math.floor(place.left() / ratio), math.floor(place.top() / ratio)
    right = math.ceil((place.right() + 1) / ratio)
    bottom = math.ceil((place.bottom() + 1) / ratio)
    return QRect(left, top, right - left, bottom - top)
