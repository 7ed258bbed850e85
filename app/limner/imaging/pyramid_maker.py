"""Fills a pyramid file from the rows of an image, which need never be in memory all at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from typing import BinaryIO, Protocol

import numpy as np
from PIL import Image

from limner.imaging.halves import half
from limner.imaging.picture import SMALLEST_LEVEL, Level, Samples, TileKey
from limner.imaging.pyramid_file import PyramidFile
from limner.imaging.pyramid_format import TILE, TileFormat

Progress = Callable[[float], None]
"""Hears how much is done, from 0 to 1."""


class Rows(Protocol):
    """An image that gives its rows from top to bottom, once.

    `orientation` is that of the rows (TIFF tag 274); `tiles` says how they are to be kept.
    """

    size: Level
    orientation: int
    tiles: TileFormat

    def read(self, top: int, bottom: int) -> Samples:
        """Whole rows, in whatever form this image has them."""

    def shown(self, samples: Samples) -> Samples:
        """A part of them in the form of `TileFormat`; called on several threads."""


def make_pyramid(rows: Rows, file: BinaryIO, pool: Executor, progress: Progress) -> None:
    """Write all levels, each half of the one before.

    No more of a level is held than a row of tiles; `pool` compresses and halves them.
    """
    levels = _level_sizes(rows.size)
    writer = PyramidFile(file, levels, rows.tiles, rows.orientation)
    below: _Level | None = None
    for number in range(len(levels) - 1, 0, -1):
        below = _Level(number, levels[number], writer, rows.tiles, pool, below)
    whole = _Level(0, levels[0], writer, rows.tiles, pool, below)
    for top in range(0, rows.size.height, TILE):
        bottom = min(top + TILE, rows.size.height)
        whole.put(_cuts(rows.read(top, bottom)), rows.shown)
        progress(bottom / rows.size.height)
    writer.finish()


class _Level:
    """One level while it is made: the rows that do not yet fill a row of tiles."""

    def __init__(
        self,
        number: int,
        size: Level,
        writer: PyramidFile,
        tiles: TileFormat,
        pool: Executor,
        below: _Level | None,
    ) -> None:
        self._number = number
        self._size = size
        self._writer = writer
        self._tiles = tiles
        self._pool = pool
        self._below = below
        self._row = 0
        self._filled = 0
        colours = (3,) if tiles.channels == 3 else ()
        height = min(TILE, size.height) if number else 0
        self._rows: Samples = np.empty((height, size.width, *colours), tiles.dtype)

    def put(self, cuts: Iterable[Samples], shown: Callable[[Samples], Samples]) -> None:
        """Write the next row of tiles, and hand the halves of them on."""

        def made(cut: Samples) -> tuple[bytes, Samples]:
            tile = shown(cut)
            return self._tiles.encoded(tile), _halved(tile)

        halves = []
        for column, (data, smaller) in enumerate(self._pool.map(made, cuts)):
            self._writer.put(TileKey(self._number, column, self._row), data)
            halves.append(smaller)
        self._row += 1
        if self._below is not None:
            self._below.take(halves)

    def take(self, halves: Iterable[Samples]) -> None:
        """Rows from the level above, as cuts from left to right."""
        left = height = 0
        for cut in halves:
            height, width = cut.shape[:2]
            rows = slice(self._filled, self._filled + height)
            self._rows[rows, left : left + width] = cut
            left += width
        self._filled += height
        done = self._row * TILE + self._filled
        if self._filled == TILE or done == self._size.height:
            full, self._filled = self._rows[: self._filled], 0
            self.put(_cuts(full), lambda cut: cut)


def _halved(tile: Samples) -> Samples:
    """The average of each two by two samples; at an odd edge of those there are."""
    return np.asarray(Image.fromarray(tile).reduce(2)) if tile.dtype == np.uint8 else half(tile)


def _cuts(rows: Samples) -> Iterator[Samples]:
    """Rows as high as a tile, cut into tiles."""
    return (rows[:, left : left + TILE] for left in range(0, rows.shape[1], TILE))


def _level_sizes(size: Level) -> list[Level]:
    """The levels, largest first, each half of the one before, rounded up."""
    sizes = [size]
    while max(sizes[-1]) > SMALLEST_LEVEL:
        sizes.append(Level(-(-sizes[-1].width // 2), -(-sizes[-1].height // 2)))
    return sizes
