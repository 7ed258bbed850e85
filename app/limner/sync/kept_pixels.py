"""The decoded images that are in memory, within one bound."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, Picture
from limner.imaging.tiled import TiledPicture
from limner.sync.opening import Key
from limner.sync.tile_reader import TileReader

_RESTING_BYTES: Final = 32_000_000
"""What a picture of tiles keeps when it is not on the canvas: a screenful."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An image that is, or can be at once, on the canvas.

    `size` is that of the first page, in which annotations are counted; `path` is where it lies.
    """

    picture: Picture
    facts: ImageFacts
    size: Level
    path: Path
    reader: TileReader | None = None

    def close(self) -> None:
        if self.reader is not None:
            self.reader.stop()
        self.picture.close()


class KeptPixels:
    """Main thread only. The image on the canvas gets what it needs; the rest stands by nearness."""

    def __init__(self, budget_bytes: int) -> None:
        self.budget_bytes = budget_bytes
        self._all: dict[Key, Shown] = {}
        self._current: Key | None = None
        self._near: tuple[Key, ...] = ()

    @property
    def nbytes(self) -> int:
        return sum(shown.picture.nbytes for shown in self._all.values())

    def get(self, key: Key) -> Shown | None:
        return self._all.get(key)

    def paths(self) -> list[Path]:
        """The files that are in use."""
        return [shown.path for shown in self._all.values()]

    def put(self, key: Key, shown: Shown) -> None:
        self.drop(key)
        self._all[key] = shown
        self._bound(key, shown)
        self._make_room()

    def drop(self, key: Key) -> None:
        shown = self._all.pop(key, None)
        if shown is not None:
            shown.close()

    def turn_to(self, key: Key | None) -> None:
        """This one is on the canvas from now on."""
        before, self._current = self._current, key
        for each in {before, key} - {None}:
            if each is not None and (shown := self._all.get(each)) is not None:
                self._bound(each, shown)

    def prefer(self, near: Sequence[Key]) -> None:
        """Let these go last, the first of them last of all."""
        self._near = tuple(near)
        self._make_room()

    def room_for(self, key: Key) -> int:
        """How many bytes there are for `key`, when what is farther than it makes room."""
        nearer = {self._current, *self._near[: self._near.index(key)]}
        kept = (self._all[each] for each in nearer if each is not None and each in self._all)
        return self.budget_bytes - sum(self._takes(shown) for shown in kept)

    def clear(self) -> None:
        for key in tuple(self._all):
            self.drop(key)
        self._current, self._near = None, ()

    def _bound(self, key: Key, shown: Shown) -> None:
        """Half of everything for the tiles on the canvas, so that neighbours find room beside."""
        if isinstance(shown.picture, TiledPicture) and shown.reader is not None:
            is_current = key == self._current
            shown.reader.is_ahead = not is_current
            shown.picture.budget_bytes = self.budget_bytes // 2 if is_current else _RESTING_BYTES

    def _takes(self, shown: Shown) -> int:
        picture = shown.picture
        return picture.budget_bytes if isinstance(picture, TiledPicture) else picture.nbytes

    def _make_room(self) -> None:
        taken = sum(self._takes(shown) for shown in self._all.values())
        for key in self._farthest_first():
            if taken <= self.budget_bytes:
                return
            taken -= self._takes(self._all[key])
            self.drop(key)

    def _farthest_first(self) -> Iterable[Key]:
        """Kept ones that are no neighbours in the order they came, then the neighbours."""
        known = set(self._near)
        strangers = [key for key in self._all if key not in known and key != self._current]
        neighbours = [key for key in reversed(self._near) if key in self._all]
        return [*strangers, *(key for key in neighbours if key != self._current)]
