"""Where the tiles of a picture lie: counting only, no pixels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from limner.imaging.picture import Area, Level, TileKey


class Span(NamedTuple):
    """A block of tiles of one level; `right` and `bottom` are not in it."""

    level: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> int:
        """How many tiles there are in it."""
        return (self.right - self.left) * (self.bottom - self.top)

    def tiles(self) -> Iterator[TileKey]:
        columns = range(self.left, self.right)
        for row in range(self.top, self.bottom):
            yield from (TileKey(self.level, column, row) for column in columns)

    def beyond(self, key: TileKey) -> int:
        """How many tiles outside a tile of the same level lies, 0 inside."""
        across = max(self.left - key.column, key.column - self.right + 1, 0)
        return max(across, self.top - key.row, key.row - self.bottom + 1)

    def from_middle(self, key: TileKey) -> int:
        """The squared distance of a tile of the same level from the middle, in half tiles."""
        across = 2 * key.column + 1 - self.left - self.right
        down = 2 * key.row + 1 - self.top - self.bottom
        return across * across + down * down


class Grid:
    """Levels cut into tiles of one size."""

    def __init__(self, levels: Sequence[Level], tile: Level) -> None:
        self.levels = tuple(levels)
        self.tile = tile

    @property
    def coarsest(self) -> int:
        return len(self.levels) - 1

    def all(self, level: int) -> Span:
        """Every tile of a level."""
        return self.span(level, Area(0, 0, *self.levels[level]))

    def span(self, level: int, area: Area) -> Span:
        """The tiles that an area of a level touches."""
        width, height = self.tile
        right, bottom = -(-area.right // width), -(-area.bottom // height)
        return Span(level, area.left // width, area.top // height, right, bottom)

    def around(self, span: Span, ring: int) -> Span:
        """A span with so many tiles more on each side, as far as the level goes."""
        whole = self.all(span.level)
        return Span(
            span.level,
            max(span.left - ring, 0),
            max(span.top - ring, 0),
            min(span.right + ring, whole.right),
            min(span.bottom + ring, whole.bottom),
        )

    def under(self, span: Span, level: int) -> Span:
        """The tiles of another level that show the same part of the image."""
        here, there = self.levels[span.level], self.levels[level]
        across, down = there.width / here.width, there.height / here.height
        area = Area(
            int(span.left * self.tile.width * across),
            int(span.top * self.tile.height * down),
            min(int(span.right * self.tile.width * across) + 1, there.width),
            min(int(span.bottom * self.tile.height * down) + 1, there.height),
        )
        return self.span(level, area)

    def area(self, key: TileKey) -> Area:
        """What a tile covers of its level."""
        width, height = self.tile
        left, top = key.column * width, key.row * height
        size = self.levels[key.level]
        return Area(left, top, min(left + width, size.width), min(top + height, size.height))
