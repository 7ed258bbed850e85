"""One level of a TIFF page, as if it were one array: any part of it, out of its chunks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np

from limner.imaging.picture import Area, Samples
from limner.imaging.tiff_chunk import ChunkReader

_KEPT_BYTES: Final = 24 << 20
"""Decoded chunks kept of a level because the next part probably needs the rest of them."""


class _Place(NamedTuple):
    column: int
    row: int


class ChunkedLevel:
    """Reads areas that need not follow the grid of the chunks."""

    def __init__(self, chunks: ChunkReader) -> None:
        self._chunks = chunks
        self._kept: OrderedDict[_Place, Samples] = OrderedDict()

    def part(self, area: Area) -> Samples:
        """The samples of an area within the level, as it lies in the file.

        Raises:
            Malformed: its bytes are not in the file.
            Exception: whatever Pillow says to bytes that are no image.
        """
        places = list(self._places(area))
        pieces = [self._piece(place, area) for place in places]
        if len(pieces) == 1:
            return pieces[0]
        shape = area.bottom - area.top, area.right - area.left, *pieces[0].shape[2:]
        whole: Samples = np.empty(shape, pieces[0].dtype)
        for place, piece in zip(places, pieces, strict=True):
            covered = self._covered(place)
            y, x = max(covered.top - area.top, 0), max(covered.left - area.left, 0)
            whole[y : y + piece.shape[0], x : x + piece.shape[1]] = piece
        return whole

    def forget(self) -> None:
        """Let go of what is kept."""
        self._kept.clear()

    def _places(self, area: Area) -> Iterator[_Place]:
        width, height = self._chunks.sheet.chunk
        for row in range(area.top // height, -(-area.bottom // height)):
            for column in range(area.left // width, -(-area.right // width)):
                yield _Place(column, row)

    def _covered(self, place: _Place) -> Area:
        """What a chunk covers of the level."""
        width, height = self._chunks.sheet.chunk
        left, top = place.column * width, place.row * height
        right, bottom = self._chunks.sheet.size
        return Area(left, top, min(left + width, right), min(top + height, bottom))

    def _piece(self, place: _Place, area: Area) -> Samples:
        """What a chunk has of an area."""
        covered = self._covered(place)
        left, top = max(area.left, covered.left), max(area.top, covered.top)
        right, bottom = min(area.right, covered.right), min(area.bottom, covered.bottom)
        samples = self._samples(place, is_cut=Area(left, top, right, bottom) != covered)
        rows = slice(top - covered.top, bottom - covered.top)
        return samples[rows, left - covered.left : right - covered.left]

    def _samples(self, place: _Place, *, is_cut: bool) -> Samples:
        samples = self._kept.pop(place, None)
        if samples is None:
            samples = self._chunks.read(*place)
        if is_cut:
            self._kept[place] = samples
            while sum(kept.nbytes for kept in self._kept.values()) > _KEPT_BYTES:
                self._kept.popitem(last=False)
        return samples
