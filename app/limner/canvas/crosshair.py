"""Two hairlines through the pointer, to see what lies level with it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QColor, QPainter, QRegion

from limner.canvas.viewport import Size

_CORE: Final = QColor(255, 255, 255, 225)
_EDGE: Final = QColor(12, 14, 18, 130)
"""On each side of the light line, so that it is seen on light ground too."""

_PAD: Final = 3
"""Device-independent pixels that are certain to hold both edges of a line."""


class Crosshair:
    """Where the lines cross, in device-independent pixels of the canvas; None: nowhere."""

    def __init__(self) -> None:
        self.at: QPointF | None = None

    def place(self, canvas: QSize) -> QRegion:
        """The part of a canvas of this size that the lines are on."""
        if self.at is None:
            return QRegion()
        x, y = int(self.at.x()) - _PAD, int(self.at.y()) - _PAD
        across = QRect(0, y, canvas.width(), 2 * _PAD + 1)
        down = QRect(x, 0, 2 * _PAD + 1, canvas.height())
        return QRegion(across) + down

    def paint(self, painter: QPainter, canvas: Size, ratio: float) -> None:
        """Draw over a canvas of so many device pixels, which are the painter's unit."""
        if self.at is None:
            return
        x, y = int(self.at.x() * ratio), int(self.at.y() * ratio)
        width, height = canvas
        across, down = QRect(0, y, width, 1), QRect(x, 0, 1, height)
        for line, colour in (
            (across.adjusted(0, -1, 0, 1), _EDGE),
            (down.adjusted(-1, 0, 1, 0), _EDGE),
            (across, _CORE),
            (down, _CORE),
        ):
            painter.setClipRect(line)  # Qt fills quickly in a rectangle only, not in a region
            painter.fillRect(line, colour)
        painter.setClipping(False)
