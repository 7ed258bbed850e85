"""Brings the tiles of one picture, a few at a time, in the order in which they are wanted now."""

from __future__ import annotations

from collections.abc import Sequence

from limner.imaging.decoder import Decoder
from limner.imaging.picture import Samples, TileKey
from limner.imaging.problems import ImageProblem
from limner.imaging.tiled import TiledPicture
from limner.sync.lanes import TILES_AT_ONCE, Lanes
from limner.sync.opening import Tiles


class TileReader:
    """Main thread only. The newest list of wishes is the one that counts.

    What is being decoded when it is not wished for any more comes all the same: a tile takes
    2 ms, ending its process would take a hundred times that.
    """

    def __init__(self, decoder: Decoder, lanes: Lanes, tiles: Tiles, name: str) -> None:
        self._decoder = decoder
        self._lanes = lanes
        self._tiles = tiles
        self._name = name
        self._wishes: list[TileKey] = []
        self._on_the_way: set[TileKey] = set()
        self._picture: TiledPicture | None = None
        self.is_ahead = False
        """Whether the picture is not on the canvas: its tiles come after everything else."""

    def picture(self, budget_bytes: int, warning: str | None) -> TiledPicture:
        """The picture that these tiles make; once."""
        tiles = self._tiles
        self._picture = TiledPicture(
            tiles.levels, tiles.tile, self.ask, budget_bytes, warning, tiles.window
        )
        return self._picture

    def ask(self, keys: Sequence[TileKey]) -> None:
        """All tiles that are wanted now, the most wanted first."""
        self._wishes = [key for key in keys if key not in self._on_the_way]
        self._go_on()

    def stop(self) -> None:
        """Want nothing and hand out nothing any more."""
        self._wishes.clear()
        self._picture = None

    def _go_on(self) -> None:
        at_once = 1 if self.is_ahead else TILES_AT_ONCE
        while self._wishes and len(self._on_the_way) < at_once:
            self._read(self._wishes.pop(0))

    def _read(self, key: TileKey) -> None:
        path, page, name = self._tiles.path, self._tiles.page, self._name
        gate = self._lanes.gate

        def read() -> Samples:
            return self._decoder.tile(path, name, *key, page=page)

        def read_ahead() -> Samples:
            with gate.for_ahead():
                return read()

        def done(samples: Samples) -> None:
            self._on_the_way.discard(key)
            if self._picture is not None:
                self._picture.arrived(key, samples)
            self._go_on()

        def failed(error: Exception) -> None:
            self._on_the_way.discard(key)
            if not isinstance(error, ImageProblem):
                raise error
            if self._picture is not None:
                self._picture.failed(key, error)
            self._go_on()

        self._on_the_way.add(key)
        if self.is_ahead:
            self._lanes.ahead.run(read_ahead, done, failed)
        else:
            self._lanes.shown.run(read, done, failed)
