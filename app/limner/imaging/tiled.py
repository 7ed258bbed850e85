"""A picture too large for the memory: tiles come as they are looked at and go when they are far."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

import numpy as np
from typing_extensions import override

from limner.imaging.picture import Area, Level, Picture, Samples, TileKey, Window
from limner.imaging.problems import ImageProblem
from limner.imaging.tiled_grid import Grid, Span
from limner.imaging.tiled_store import TileStore

Ask = Callable[[Sequence[TileKey]], None]
"""Hears all tiles that are wanted now, most urgent first; any other is not wanted any more."""

_RING: Final = 1
"""Tiles around the view that are wanted once the view itself is there."""

_GREY: Final = 128


class TiledPicture(Picture):
    """A picture whose tiles somebody else reads: what is missing is asked for with `ask`.

    The coarsest level is always wanted and never let go of, so there is something to show
    everywhere. No more is wanted at a time than the budget holds.
    """

    def __init__(
        self,
        levels: Sequence[Level],
        tile: Level,
        ask: Ask,
        budget_bytes: int,
        warning: str | None = None,
        window: Window | None = None,
    ) -> None:
        """`levels` are no more than a factor 4 apart; all are cut into tiles of the same size."""
        super().__init__(levels, warning, window)
        self.tile = tile
        self._grid = Grid(levels, tile)
        self._store = TileStore(self._grid, budget_bytes)
        self._ask = ask
        self._view: Span | None = None
        self._asked: dict[TileKey, None] = {}
        self._failed: set[TileKey] = set()
        self._like: Samples | None = None
        """A tile that came, of the kind that all have to be."""

    @property
    def budget_bytes(self) -> int:
        """How much memory the samples may take; a tile more for a moment."""
        return self._store.budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, budget_bytes: int) -> None:
        self._store.budget_bytes = budget_bytes
        self._want()

    @property
    @override
    def nbytes(self) -> int:
        return self._store.nbytes

    @override
    def part(self, level: int, area: Area) -> Samples | None:
        span = self._grid.span(level, area)
        pieces: list[tuple[Area, Samples]] = []
        for key in span.tiles():
            samples = self._store.get(key)
            if samples is None and key in self._failed:
                samples = self._grey(self._grid.area(key))
            if samples is None:
                return None
            pieces.append((self._grid.area(key), samples))
        return _cut(*pieces[0], area) if len(pieces) == 1 else _joined(pieces, area)

    @override
    def look(self, level: int, area: Area) -> None:
        view = self._grid.span(level, area)
        if view != self._view:
            self._view = view
            self._store.look(view)
            self._want()

    def arrived(self, key: TileKey, samples: Samples) -> None:
        """Take a tile that was asked for, in the size that is left of the level at its place."""
        area = self._grid.area(key)
        self._asked.pop(key, None)
        if not self._fits(samples, area):
            self._give_up(key, "The file was changed while it was open; parts of it are grey.")
            return
        self._like = samples
        self._store.put(key, samples)
        if key in self._store:
            self._tell(key.level, area)

    def failed(self, key: TileKey, error: ImageProblem) -> None:
        """Show a tile as grey and ask for it no more."""
        self._asked.pop(key, None)
        self._give_up(key, f"A part of “{error.name}” could not be read and is shown in grey.")

    @override
    def close(self) -> None:
        super().close()
        self._view = None
        if self._asked:
            self._asked = {}
            self._ask(())

    def _want(self) -> None:
        """Ask for what is missing, unless it is what was asked for before."""
        if self._view is None:
            return
        wanted = dict.fromkeys(self._missing(self._view))
        if list(wanted) != list(self._asked):
            self._asked = wanted
            self._ask(tuple(wanted))

    def _missing(self, view: Span) -> Iterator[TileKey]:
        """What is wanted and not there, most urgent first, as far as there is room for it.

        First the coarsest tiles under the view, which are few and make a picture at once.
        """
        whole = self._grid.all(self._grid.coarsest)
        yield from self._absent(self._grid.under(view, whole.level), whole.size)
        room = self._room()
        yield from self._absent(view, room)
        yield from self._absent(whole, whole.size)
        if room > view.size:
            yield from self._absent(self._grid.around(view, _RING), room)

    def _absent(self, span: Span, room: int) -> list[TileKey]:
        """The missing tiles among the `room` that lie nearest to the middle of a span."""
        keys: Iterable[TileKey] = span.tiles()
        if span.size > room:
            keys = sorted(keys, key=span.from_middle)[:room]
        absent = [key for key in self._store.missing(keys) if key not in self._failed]
        return sorted(absent, key=span.from_middle)

    def _room(self) -> int:
        """How many tiles may be there beside the coarsest level."""
        width, height = self._grid.levels[-1]
        left = self.budget_bytes - width * height * self._pixel_bytes
        return max(1, left // (self._grid.tile.width * self._grid.tile.height * self._pixel_bytes))

    @property
    def _pixel_bytes(self) -> int:
        """Bytes of a pixel; before the first has come, those of 8 bit colours."""
        like = self._like
        return 4 if like is None else like.nbytes // (like.shape[0] * like.shape[1])

    def _fits(self, samples: Samples, area: Area) -> bool:
        size = area.bottom - area.top, area.right - area.left
        like = samples if self._like is None else self._like
        kind = samples.dtype, samples.shape[2:]
        return samples.shape[:2] == size and kind == (like.dtype, like.shape[2:])

    def _give_up(self, key: TileKey, warning: str) -> None:
        self._failed.add(key)
        self._store.drop(key)
        self.warning = self.warning or warning
        self._tell(key.level, self._grid.area(key))

    def _grey(self, area: Area) -> Samples:
        """Samples that look like nothing, of the kind of the others."""
        size = area.bottom - area.top, area.right - area.left
        if self.window is None:
            return np.full((*size, 4), (_GREY, _GREY, _GREY, 255), np.uint8)
        like: Samples = np.zeros((1, 1), np.float32) if self._like is None else self._like
        middle = (self.window.low + self.window.high) / 2
        grey: Samples = np.full(size + like.shape[2:], middle, like.dtype)
        return grey


def _cut(place: Area, samples: Samples, area: Area) -> Samples:
    """The samples of an area within one tile: a view."""
    rows = slice(area.top - place.top, area.bottom - place.top)
    return samples[rows, area.left - place.left : area.right - place.left]


def _joined(pieces: Sequence[tuple[Area, Samples]], area: Area) -> Samples:
    """The samples of an area that lies in several tiles."""
    shape = area.bottom - area.top, area.right - area.left, *pieces[0][1].shape[2:]
    whole: Samples = np.empty(shape, pieces[0][1].dtype)
    for place, samples in pieces:
        left, top = max(place.left, area.left), max(place.top, area.top)
        common = Area(left, top, min(place.right, area.right), min(place.bottom, area.bottom))
        rows = slice(common.top - area.top, common.bottom - area.top)
        cut = _cut(place, samples, common)
        whole[rows, common.left - area.left : common.right - area.left] = cut
    return whole
