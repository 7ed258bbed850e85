"""What lies under the shapes: the ground around the image, its pixels, their grid."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRect
from PySide6.QtGui import QColor, QPainter, QPen

from limner.canvas.buffers import image_over
from limner.canvas.photograph import Photograph
from limner.canvas.viewport import Frame, whole
from limner.imaging.picture import Area, Picture
from limner.imaging.tone import Tone
from limner.model.geometry import Bounds

CRISP_FROM: Final = 8.0
"""Device pixels per image pixel from which pixels are shown as squares, not blurred."""

GRID_FROM: Final = 8.0
"""Device pixels per image pixel above which the pixel grid is drawn, faintly at first."""

_GRID_WHOLE: Final = 16.0
"""Device pixels per image pixel from which the grid is as strong as it gets."""

_GRID: Final = 96
"""How opaque, of 255, the grid is then."""


class Backdrop:
    """Paints the settled picture without its shapes, into any frame of the plane."""

    def __init__(self) -> None:
        self._photograph: Photograph | None = None
        self.is_smooth = True
        self.has_grid = True
        self.ground = QColor("#16181d")

    @property
    def picture(self) -> Picture | None:
        return self._photograph.picture if self._photograph else None

    @picture.setter
    def picture(self, picture: Picture | None) -> None:
        self._photograph = Photograph(picture) if picture is not None else None

    @property
    def tone(self) -> Tone | None:
        """How samples are shown; None is the picture's own window, or as they are."""
        return self._photograph.tone if self._photograph else None

    @tone.setter
    def tone(self, tone: Tone | None) -> None:
        if self._photograph is not None:
            self._photograph.tone = tone

    def look_at(self, frame: Frame) -> None:
        """Say which part of the plane is on the canvas, for what is missing of it to come."""
        if self._photograph is not None and frame.width and frame.height:
            self._photograph.look_at(frame)

    def place_of(self, level: int, area: Area) -> Bounds:
        """The image pixels that an area of a level of the picture covers."""
        picture = self.picture
        across, down = picture.factor(level) if picture is not None else (1.0, 1.0)
        return Bounds(area.left * across, area.top * down, area.right * across, area.bottom * down)

    def paint(self, painter: QPainter, frame: Frame, *, coarse: bool = False) -> None:
        """Fill the frame, whose top-left corner is the painter's (0, 0).

        `coarse` takes the next smaller level, for what is on the screen only until the tiles are
        ready: half the memory is read, and it is a little soft.
        """
        painter.fillRect(QRect(0, 0, frame.width, frame.height), self.ground)
        photograph = self._photograph
        if photograph is None:
            return
        shown = _shown(photograph.picture, frame)
        if shown.isEmpty():
            return
        painter.save()
        painter.setClipRect(shown)
        if not self._is_crisp(frame.zoom) or not _paint_squares(painter, photograph, shown, frame):
            photograph.paint(painter, frame, coarse=coarse)
        if self.has_grid and frame.zoom > GRID_FROM:
            _paint_grid(painter, shown, frame)
        painter.restore()

    def _is_crisp(self, zoom: float) -> bool:
        """Whether pixels are shown as squares."""
        return zoom >= CRISP_FROM or (zoom > 1 and not self.is_smooth)


def _shown(picture: Picture, frame: Frame) -> QRect:
    """The part of the frame that the image covers, on whole device pixels."""
    right, bottom = whole(picture.width * frame.zoom), whole(picture.height * frame.zoom)
    image = QRect(-frame.left, -frame.top, max(right, 1), max(bottom, 1))
    return image.intersected(QRect(0, 0, frame.width, frame.height))


def _paint_squares(painter: QPainter, photograph: Photograph, shown: QRect, frame: Frame) -> bool:
    """Each image pixel as a square with hard edges, the same ones in every frame.

    Qt rounds where each picture begins, so neighbouring tiles would disagree by a pixel. False
    when the pixels are not there yet.
    """
    picture = photograph.picture
    x = _pixels_under(frame.left + shown.left(), shown.width(), frame.zoom, picture.width)
    y = _pixels_under(frame.top + shown.top(), shown.height(), frame.zoom, picture.height)
    pixels = photograph.pixels(0, Area(int(x[0]), int(y[0]), int(x[-1]) + 1, int(y[-1]) + 1))
    if pixels is None:
        return False
    squares = pixels.view(np.uint32)[..., 0][y[:, None] - y[0], x - x[0]]
    painter.drawImage(shown.topLeft(), image_over(squares))
    return True


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
    strength = min((frame.zoom - GRID_FROM / 2) / (_GRID_WHOLE - GRID_FROM / 2), 1.0)
    painter.setPen(QPen(QColor(128, 128, 128, round(_GRID * strength)), 1.0))
    painter.drawLines(lines)


def _borders(start: int, length: int, frame: Frame) -> list[int]:
    """Where image pixels begin between `start` and `start + length` of the plane."""
    first, last = math.floor(start / frame.zoom), math.ceil((start + length) / frame.zoom)
    return [math.ceil(i * frame.zoom - 0.5) for i in range(first, last + 1)]
