"""Draws the samples of a picture at any zoom, as sharply as what has come of them allows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from limner.canvas.buffers import image_of_bytes
from limner.canvas.viewport import Frame
from limner.imaging.picture import Area, Level, Picture, Pixels
from limner.imaging.tone import Tone, toned

_BLUR: Final = 2
"""Pixels of a level that are drawn beyond the frame, for smoothing to find at its edges."""


class _Grid(NamedTuple):
    """How a level lies in a frame: device pixels per pixel of the level, across and down."""

    level: int
    across: float
    down: float

    @property
    def is_halved(self) -> bool:
        """Whether smoothing alone, which reads four pixels, would skip some."""
        return min(self.across, self.down) < 0.5


class Photograph:
    """One picture and the tone in which it is shown."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        self.tone: Tone | None = None

    def look_at(self, frame: Frame) -> None:
        """Tell the picture which part of which level is in the frame."""
        grid = self._grid(self._level(frame.zoom), frame.zoom)
        area = self._area(grid, frame)
        if not _is_empty(area):
            self.picture.look(grid.level, area)

    def paint(self, painter: QPainter, frame: Frame, *, coarse: bool = False) -> None:
        """Draw what is under the frame, or until that has come the finest that is there."""
        wanted = self._level(frame.zoom)
        last = len(self.picture.levels) - 1
        if coarse:
            wanted = min(wanted + 1, last)
        level = wanted
        while not self._paint_level(painter, level, frame) and level < last:
            level += 1
        for finer in range(level - 1, wanted - 1, -1):
            self._paint_what_came(painter, finer, frame)

    def pixels(self, level: int, area: Area) -> Pixels | None:
        """The toned pixels of an area, C-contiguous; None while some are missing."""
        samples = self.picture.part(level, area)
        return None if samples is None else toned(samples, self.tone, self.picture.window)

    def _paint_level(self, painter: QPainter, level: int, frame: Frame) -> bool:
        grid = self._grid(level, frame.zoom)
        return self._paint_area(painter, grid, self._area(grid, frame), frame)

    def _paint_what_came(self, painter: QPainter, level: int, frame: Frame) -> None:
        grid = self._grid(level, frame.zoom)
        if self.picture.tile is not None:
            for cell in _cells(self._area(grid, frame), self.picture.tile):
                self._paint_area(painter, grid, cell, frame)

    def _paint_area(self, painter: QPainter, grid: _Grid, area: Area, frame: Frame) -> bool:
        """Draw an area of a level; False when it is not there yet."""
        if _is_empty(area):
            return True
        pixels = self.pixels(grid.level, area)
        if pixels is None:
            return False
        step = 1
        if grid.is_halved:
            pixels, step = _halved(pixels), 2
        height, width = pixels.shape[:2]
        target = QRectF(
            area.left * grid.across - frame.left,
            area.top * grid.down - frame.top,
            width * step * grid.across,
            height * step * grid.down,
        )
        is_exact = step * grid.across == step * grid.down == 1.0
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_exact)
        painter.drawImage(target, image_of_bytes(pixels))
        return True

    def _level(self, zoom: float) -> int:
        """The smallest level that need not be enlarged; the largest when all would have to be."""
        grids = (self._grid(level, zoom) for level in range(len(self.picture.levels)))
        fine = [grid.level for grid in grids if max(grid.across, grid.down) <= 1 + 1e-9]
        return fine[-1] if fine else 0

    def _grid(self, level: int, zoom: float) -> _Grid:
        across, down = self.picture.factor(level)
        return _Grid(level, zoom * across, zoom * down)

    def _area(self, grid: _Grid, frame: Frame) -> Area:
        """The pixels of a level under the frame and around it."""
        width, height = self.picture.levels[grid.level]
        area = Area(
            max(0, math.floor(frame.left / grid.across) - _BLUR),
            max(0, math.floor(frame.top / grid.down) - _BLUR),
            min(width, math.ceil((frame.left + frame.width) / grid.across) + _BLUR),
            min(height, math.ceil((frame.top + frame.height) / grid.down) + _BLUR),
        )
        if not grid.is_halved:
            return area
        # Pairs of pixels are the same ones in every frame, or tiles would not meet.
        left, top = area.left & ~1, area.top & ~1
        return Area(left, top, min(width, area.right + 1 & ~1), min(height, area.bottom + 1 & ~1))


def _is_empty(area: Area) -> bool:
    return area.left >= area.right or area.top >= area.bottom


def _cells(area: Area, tile: Level) -> Iterator[Area]:
    """The area, cut along the grid of tiles."""
    for top in range(area.top - area.top % tile.height, area.bottom, tile.height):
        for left in range(area.left - area.left % tile.width, area.right, tile.width):
            yield Area(
                max(left, area.left),
                max(top, area.top),
                min(left + tile.width, area.right),
                min(top + tile.height, area.bottom),
            )


def _halved(pixels: Pixels) -> Pixels:
    """The mean of each two by two pixels; an odd last row or column counts twice."""
    height, width = pixels.shape[:2]
    if height % 2 or width % 2:
        pixels = np.pad(pixels, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
    rows = pixels[::2].astype(np.uint16) + pixels[1::2]
    sums = rows[:, ::2] + rows[:, 1::2] + 2
    halved: Pixels = (sums >> 2).astype(np.uint8)
    return halved
