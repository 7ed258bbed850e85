"""The image itself, painted from the pyramid level that fits the zoom."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRect, QRectF
from PySide6.QtGui import QColor, QPainter, QPen

from limner.canvas.buffers import image_of_bytes, image_over
from limner.canvas.viewport import Frame, whole
from limner.imaging.picture import Area, Picture
from limner.imaging.tone import Tone

CRISP_FROM: Final = 8.0
"""Device pixels per image pixel from which pixels are shown as squares, not blurred."""

GRID_FROM: Final = 16.0
"""Device pixels per image pixel from which the pixel grid is drawn."""

_GRID: Final = QColor(128, 128, 128, 96)


class Backdrop:
    """Paints what lies under the shapes: the ground around the image, its pixels, their grid."""

    def __init__(self) -> None:
        self.picture: Picture | None = None
        self.tone: Tone | None = None
        self.is_smooth = True
        self.ground = QColor("#16181d")

    def look_at(self, frame: Frame) -> None:
        """Say which part of the plane is on the canvas, for what is missing of it to come."""
        if self.picture is None or not frame.width or not frame.height:
            return
        level = _level(self.picture, frame.zoom, coarse=False)
        area = _area(self.picture, level, frame)
        if area.left < area.right and area.top < area.bottom:
            self.picture.look(level, area)

    def paint(self, painter: QPainter, frame: Frame, *, coarse: bool = False) -> None:
        """Fill the frame, whose top-left corner is the painter's (0, 0).

        `coarse` takes the next smaller level, for what is on the screen only until the tiles are
        ready: half the memory is read, and it is a little soft.
        """
        painter.fillRect(QRect(0, 0, frame.width, frame.height), self.ground)
        if self.picture is None:
            return
        shown = _shown(self.picture, frame)
        if shown.isEmpty():
            return
        painter.save()
        painter.setClipRect(shown)
        if frame.zoom < CRISP_FROM:
            level = _level(self.picture, frame.zoom, coarse=coarse)
            _paint_level(painter, self.picture, level, frame)
        else:
            _paint_squares(painter, self.picture, shown, frame)
        if frame.zoom >= GRID_FROM:
            _paint_grid(painter, shown, frame)
        painter.restore()


def _shown(picture: Picture, frame: Frame) -> QRect:
    """The part of the frame that the image covers, on whole device pixels."""
    right, bottom = whole(picture.width * frame.zoom), whole(picture.height * frame.zoom)
    image = QRect(-frame.left, -frame.top, max(right, 1), max(bottom, 1))
    return image.intersected(QRect(0, 0, frame.width, frame.height))


def _level(picture: Picture, zoom: float, *, coarse: bool) -> int:
    """The level that is shrunk to no less than a half, so that no pixel is skipped."""
    wanted = math.floor(-math.log2(zoom) + 1e-9) if zoom < 1 else 0
    return min(max(wanted, 0) + (1 if coarse else 0), len(picture.levels) - 1)


def _paint_level(painter: QPainter, picture: Picture, level: int, frame: Frame) -> None:
    """Draw the pixels of one level under the frame, and two more on each side for the blur."""
    scale = frame.zoom * 2**level
    area = x0, y0, x1, y1 = _area(picture, level, frame)
    if x0 >= x1 or y0 >= y1:
        return
    samples = picture.part(level, area)
    if samples is None:
        return
    part = image_of_bytes(np.ascontiguousarray(samples.astype(np.uint8, copy=False)))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale != 1.0)
    target = QRectF(
        x0 * scale - frame.left, y0 * scale - frame.top, (x1 - x0) * scale, (y1 - y0) * scale
    )
    painter.drawImage(target, part)


def _area(picture: Picture, level: int, frame: Frame) -> Area:
    """The pixels of a level under the frame, and two more on each side for the blur."""
    scale = frame.zoom * 2**level
    width, height = picture.levels[level]
    return Area(
        max(0, math.floor(frame.left / scale) - 2),
        max(0, math.floor(frame.top / scale) - 2),
        min(width, math.ceil((frame.left + frame.width) / scale) + 2),
        min(height, math.ceil((frame.top + frame.height) / scale) + 2),
    )


def _paint_squares(painter: QPainter, picture: Picture, shown: QRect, frame: Frame) -> None:
    """Each image pixel as a square with hard edges, the same ones in every frame.

    Qt rounds where each picture begins, so neighbouring tiles would disagree by a pixel.
    """
    x = _pixels_under(frame.left + shown.left(), shown.width(), frame.zoom, picture.width)
    y = _pixels_under(frame.top + shown.top(), shown.height(), frame.zoom, picture.height)
    samples = picture.part(0, Area(int(x[0]), int(y[0]), int(x[-1]) + 1, int(y[-1]) + 1))
    if samples is None:
        return
    packed = np.ascontiguousarray(samples.astype(np.uint8, copy=False)).view(np.uint32)[..., 0]
    squares = packed[y[:, None] - y[0], x - x[0]]
    painter.drawImage(shown.topLeft(), image_over(squares))


def _pixels_under(start: int, length: int, zoom: float, limit: int) -> NDArray[np.intp]:
    """The image pixel that holds the middle of each device pixel of a row or column."""
    middles = (start + np.arange(length) + 0.5) / zoom
    under: NDArray[np.intp] = np.floor(middles).astype(np.intp)
    return np.minimum(under, limit - 1)


def _paint_grid(painter: QPainter, shown: QRect, frame: Frame) -> None:
    """A hairline on every border between two image pixels."""
    columns = _borders(frame.left + shown.left(), shown.width(), frame)
    rows = _borders(frame.top + shown.top(), shown.height(), frame)
    left, right = shown.left(), shown.right() + 1
    top, bottom = shown.top(), shown.bottom() + 1
    lines = [QLineF(x - frame.left + 0.5, top, x - frame.left + 0.5, bottom) for x in columns]
    lines += [QLineF(left, y - frame.top + 0.5, right, y - frame.top + 0.5) for y in rows]
    painter.setPen(QPen(_GRID, 1.0))
    painter.drawLines(lines)


def _borders(start: int, length: int, frame: Frame) -> list[int]:
    """Where image pixels begin between `start` and `start + length` of the plane."""
    first, last = math.floor(start / frame.zoom), math.ceil((start + length) / frame.zoom)
    return [math.ceil(i * frame.zoom - 0.5) for i in range(first, last + 1)]
