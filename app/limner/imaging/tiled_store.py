"""The tiles of a picture that are in memory, within a budget."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from typing import NamedTuple

from limner.imaging.picture import Samples, TileKey
from limner.imaging.tiled_grid import Grid, Span

_OTHER_LEVEL = 1 << 20
"""Tiles away: farther than anything on the level that is looked at."""


class _Rank(NamedTuple):
    beyond: int
    from_middle: int
    key: TileKey


class TileStore:
    """Keeps what is near to the last look and lets go of what is far.

    Tiles of other levels count as far, but for two kinds: those of the next coarser level, so
    that zooming out shows something, count as just outside the view; those of the coarsest level
    are never let go of.
    """

    def __init__(self, grid: Grid, budget_bytes: int) -> None:
        self.nbytes = 0
        self._grid = grid
        self._budget_bytes = budget_bytes
        self._tiles: dict[TileKey, Samples] = {}
        self._view = self._above = grid.all(grid.coarsest)
        self._ranks: list[_Rank] | None = None
        """What may go, farthest last; None when it has to be ranked anew."""

    @property
    def budget_bytes(self) -> int:
        return self._budget_bytes

    @budget_bytes.setter
    def budget_bytes(self, budget_bytes: int) -> None:
        self._budget_bytes = budget_bytes
        self._shrink()

    def __contains__(self, key: object) -> bool:
        return key in self._tiles

    def get(self, key: TileKey) -> Samples | None:
        return self._tiles.get(key)

    def missing(self, keys: Iterable[TileKey]) -> list[TileKey]:
        """Those of the tiles that are not there."""
        return [key for key in keys if key not in self._tiles]

    def put(self, key: TileKey, samples: Samples) -> None:
        """Keep a tile, unless everything that is kept is nearer and there is no room."""
        self.drop(key)
        self._tiles[key] = samples
        self.nbytes += samples.nbytes
        if self._ranks is not None and key.level != self._grid.coarsest:
            insort(self._ranks, self._rank(key))
        self._shrink()

    def drop(self, key: TileKey) -> None:
        """Let go of a tile that may be there."""
        samples = self._tiles.pop(key, None)
        if samples is not None:
            self.nbytes -= samples.nbytes
            self._ranks = None

    def look(self, view: Span) -> None:
        """From now on this is what is near."""
        self._view = view
        self._above = self._grid.under(view, min(view.level + 1, self._grid.coarsest))
        self._ranks = None

    def _shrink(self) -> None:
        """Let go of the farthest tiles until the rest fits."""
        if self.nbytes <= self._budget_bytes:
            return
        if self._ranks is None:
            loose = (key for key in self._tiles if key.level != self._grid.coarsest)
            self._ranks = sorted(self._rank(key) for key in loose)
        while self._ranks and self.nbytes > self._budget_bytes:
            self.nbytes -= self._tiles.pop(self._ranks.pop().key).nbytes

    def _rank(self, key: TileKey) -> _Rank:
        """How far a tile is from what is looked at; the larger, the sooner it goes."""
        if key.level == self._view.level:
            return _Rank(self._view.beyond(key), self._view.from_middle(key), key)
        if key.level == self._above.level:
            return _Rank(self._above.beyond(key) + 1, self._above.from_middle(key), key)
        away = self._grid.under(self._view, key.level)
        return _Rank(away.beyond(key) + _OTHER_LEVEL, away.from_middle(key), key)
