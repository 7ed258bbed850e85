"""Tiled TIFF files, read tile by tile: gigabytes on disk, one tile in memory."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from limner.imaging.picture import Area, Level, Samples
from limner.imaging.problems import Damaged, Unreadable, Unsupported
from limner.imaging.tiff_chunk import ChunkReader
from limner.imaging.tiff_directory import Malformed, Tag, TiffReader
from limner.imaging.tiff_level import ChunkedLevel
from limner.imaging.tiff_pages import SheetPage, sheet_pages
from limner.imaging.tiff_upright import Turn

_TILE_FROM: Final = 512
"""Smaller tiles are handed out several at a time: each costs a journey between two processes."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a file, upright.

    `frame` is its number for Pillow, which counts reduced images, too. `levels` and `tile` are
    empty for a page that cannot be read tile by tile.
    """

    frame: int
    width: int
    height: int
    levels: tuple[Level, ...] = ()
    tile: Level | None = None


def pages(path: Path, name: str | None = None) -> list[Page]:
    """The pages of a TIFF file, from its directories alone; reduced images are not pages.

    Raises:
        ImageProblem: it is no TIFF file, or its first page cannot be found; `name` is what the
            message calls it.
    """
    name = name or path.name
    try:
        with path.open("rb") as file:
            return [_page(page) for page in sheet_pages(TiffReader(file))]
    except OSError as error:
        raise Unreadable(name, error.strerror or str(error)) from error
    except Malformed as error:
        raise Damaged(name) from error


class TileFile:
    """One page of an open file. One thread at a time; close it, or use it in `with`.

    Levels and tiles are upright: whatever the orientation in the file, tile (0, 0) begins in the
    upper left corner of what is shown.
    """

    def __init__(self, path: Path, page: int = 0, name: str | None = None) -> None:
        """Open page number `page` of `pages(path)`.

        Raises:
            ImageProblem: there is no such page, or it cannot be read tile by tile.
        """
        self._name = name or path.name
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise Unreadable(self._name, error.strerror or str(error)) from error
        try:
            self._open(page)
        except Malformed as error:
            self._file.close()
            raise Damaged(self._name) from error
        except Unsupported:
            self._file.close()
            raise

    def _open(self, number: int) -> None:
        reader = TiffReader(self._file)
        found = sheet_pages(reader)
        if number >= len(found):
            raise Malformed
        described = _page(found[number])
        if described.tile is None:
            raise Unsupported(self._name, "a TIFF file without tiles")
        self.levels, self.tile = described.levels, described.tile
        self._turn = Turn(found[number].orientation)
        profile = _profile(reader, found[number])
        sheets = found[number].sheets
        self._levels = [ChunkedLevel(ChunkReader(reader, sheet, profile)) for sheet in sheets]

    def read(self, level: int, column: int, row: int) -> Samples:
        """A tile, cut to the level at its right and lower edge; C-contiguous.

        Raises:
            ImageProblem: its bytes are damaged, or are not there.
            IndexError: there is no such tile.
        """
        area = self._area(level, column, row)
        try:
            samples = self._levels[level].part(self._turn.raw(area, self.levels[level]))
        except MemoryError:
            raise
        except Exception as error:  # decoders of hostile bytes raise whatever comes
            raise Damaged(self._name) from error
        return self._turn.upright(samples)

    def close(self) -> None:
        """Let go of the file; nothing can be read any more."""
        for level in self._levels:
            level.forget()
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _area(self, level: int, column: int, row: int) -> Area:
        size = self.levels[level]
        left, top = column * self.tile.width, row * self.tile.height
        if not (level >= 0 and 0 <= left < size.width and 0 <= top < size.height):
            raise IndexError(f"no tile {column}, {row} in level {level}")
        right, bottom = left + self.tile.width, top + self.tile.height
        return Area(left, top, min(right, size.width), min(bottom, size.height))


def _page(page: SheetPage) -> Page:
    turn = Turn(page.orientation)
    size = turn.size(page.size)
    if not page.sheets:
        return Page(page.frame, size.width, size.height)
    levels = tuple(turn.size(sheet.size) for sheet in page.sheets)
    chunk = page.sheets[0].chunk
    tile = turn.size(Level(_several(chunk.width), _several(chunk.height)))
    return Page(page.frame, size.width, size.height, levels, tile)


def _several(side: int) -> int:
    """The side of a tile that is handed out, for a side in the file."""
    return side * math.ceil(_TILE_FROM / side)


def _profile(reader: TiffReader, page: SheetPage) -> bytes | None:
    """The colour profile of a page; one that cannot be read is left out, as elsewhere."""
    entry = page.directory.get(Tag.ICC_PROFILE)
    try:
        return None if entry is None else reader.raw(entry)
    except Malformed:
        return None
