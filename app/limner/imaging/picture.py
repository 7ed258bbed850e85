"""The pixels of one image as the canvas asks for them, whichever way they come.

A picture is a pyramid: `levels[0]` is the upright image, each later level a smaller one. What is
not in memory yet is asked for with `look` and told of by `watch`, so nothing here ever waits.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from typing_extensions import override

SMALLEST_LEVEL: Final = 512
"""The pyramid ends with the first level whose longer side is at most this many pixels."""

_STRIP: Final = 64
"""Rows turned to BGRX at a time: so few that they stay in the cache of the processor."""

Pixels = NDArray[np.uint8]
"""(h, w, 4) in the byte order B, G, R, 255: what a screen shows."""

Samples = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
"""What a file holds: `Pixels`, or for deep images (h, w) or (h, w, 3) of uint16 or float32, in the
order R, G, B. Deep samples become pixels by a tone (`tone.py`) when they are painted."""


class Level(NamedTuple):
    """The size of one level, in its own pixels."""

    width: int
    height: int


class Area(NamedTuple):
    """A rectangle of one level, in its own pixels; right and bottom are not in it."""

    left: int
    top: int
    right: int
    bottom: int


class TileKey(NamedTuple):
    """One tile of a level; its column and row count from the upper left corner."""

    level: int
    column: int
    row: int


class Window(NamedTuple):
    """The sample values that become black and white."""

    low: float
    high: float


Watcher = Callable[[int, Area], None]
"""Hears the level and the area of it whose samples have come."""


class Picture(ABC):
    """The pixels of one image. Main thread only; levels are no more than a factor 4 apart.

    A pixel x of level k covers the image pixels from x * factor(k)[0] on, and so downwards.
    `warning` says, for people, what is wrong with a picture that could be shown all the same.
    `window` is the automatic black and white of a deep image, None for 8 bit.
    """

    tile: Level | None = None
    """The grid in which samples come, in pixels of each level; None when they come all at once."""

    def __init__(
        self, levels: Sequence[Level], warning: str | None = None, window: Window | None = None
    ) -> None:
        self.levels = tuple(levels)
        self.warning = warning
        self.window = window
        self._watchers: list[Watcher] = []

    @property
    def width(self) -> int:
        """Image pixels of the upright image."""
        return self.levels[0].width

    @property
    def height(self) -> int:
        """Image pixels of the upright image."""
        return self.levels[0].height

    def factor(self, level: int) -> tuple[float, float]:
        """How many image pixels wide and high a pixel of the level is.

        A power of two where the sizes allow it: they were rounded, up or down, when the level was
        made by halving.
        """
        own = self.levels[level]
        return _factor(self.width, own.width), _factor(self.height, own.height)

    @property
    def is_deep(self) -> bool:
        """Whether samples have more than 8 bits and need a tone to be shown."""
        return self.window is not None

    @abstractmethod
    def part(self, level: int, area: Area) -> Samples | None:
        """The samples of an area that lies within the level; None unless all are in memory."""

    @abstractmethod
    def look(self, level: int, area: Area) -> None:
        """Say that this area of this level is on the screen now.

        What is missing of it comes, nearest to its middle first; what lies farthest from it is
        let go of when memory runs out; what was wanted before and is not now is given up.
        """

    @property
    @abstractmethod
    def nbytes(self) -> int:
        """How much memory the samples take."""

    def close(self) -> None:
        """Want nothing more and tell nobody: another picture is on the screen."""
        self._watchers.clear()

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` when samples have come; the returned function stops it."""
        self._watchers.append(watcher)

        def stop() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return stop

    def _tell(self, level: int, area: Area) -> None:
        for watcher in tuple(self._watchers):
            watcher(level, area)


@dataclass(frozen=True, slots=True, eq=False)
class Planes:
    """The levels of a decoded image, largest first, C-contiguous; see `Picture` for the rest."""

    planes: tuple[Samples, ...]
    warning: str | None = None
    window: Window | None = None

    @property
    def width(self) -> int:
        return _size(self.planes[0]).width

    @property
    def height(self) -> int:
        return _size(self.planes[0]).height


class WholePicture(Picture):
    """A picture with every level in memory, or for a moment the coarse ones only."""

    def __init__(
        self,
        planes: Sequence[Samples],
        warning: str | None = None,
        window: Window | None = None,
        size: Level | None = None,
    ) -> None:
        """`planes` are the levels, largest first.

        `size` is that of the upright image when its own level is still to come with `complete`.
        """
        self._planes = _levels(planes, size)
        super().__init__(_sizes(planes, size), warning, window)

    @classmethod
    def of(cls, planes: Planes) -> WholePicture:
        return cls(planes.planes, planes.warning, planes.window)

    def complete(self, planes: Planes, size: Level | None = None) -> None:
        """Take these levels of the same image in place of the coarse ones.

        `size` is that of the upright image when sharper ones are still to come.
        """
        self._planes = _levels(planes.planes, size)
        self.levels = tuple(_sizes(planes.planes, size))
        self.warning, self.window = planes.warning, planes.window
        self._tell(0, Area(0, 0, self.width, self.height))

    @override
    def part(self, level: int, area: Area) -> Samples | None:
        plane = self._planes[level]
        if plane is None:
            return None
        return plane[area.top : area.bottom, area.left : area.right]

    @override
    def look(self, level: int, area: Area) -> None:
        """Everything is there, or on its way already."""

    @property
    @override
    def nbytes(self) -> int:
        return sum(plane.nbytes for plane in self._planes if plane is not None)


def pyramid(image: Image.Image) -> tuple[Pixels, ...]:
    """The levels of an RGB image, largest first.

    Each is the 2 x 2 average of the one before, its size rounded up; Pillow lets other threads run
    meanwhile.
    """
    levels = [bgrx(image)]
    while max(image.size) > SMALLEST_LEVEL:
        image = image.reduce(2)
        levels.append(bgrx(image))
    return tuple(levels)


def bgrx(image: Image.Image) -> Pixels:
    """The pixels of an RGB image as (h, w, 4) bytes B, G, R, 255."""
    width, height = image.size
    pixels = np.empty((height, width, 4), dtype=np.uint8)
    for top in range(0, height, _STRIP):
        bottom = min(top + _STRIP, height)
        strip = image.crop((0, top, width, bottom)).tobytes("raw", "BGRX")
        pixels[top:bottom] = np.frombuffer(strip, dtype=np.uint8).reshape(-1, width, 4)
    pixels[..., 3] = 255
    return pixels


def _factor(whole: int, part: int) -> float:
    power = 2 ** round(math.log2(whole / part))
    is_rounded = -power < whole - part * power < power
    return float(power) if is_rounded else whole / part


def _levels(planes: Sequence[Samples], size: Level | None) -> list[Samples | None]:
    is_missing = size is not None and size != _size(planes[0])
    return [None, *planes] if is_missing else [*planes]


def _sizes(planes: Sequence[Samples], size: Level | None) -> list[Level]:
    sizes = [_size(plane) for plane in planes]
    return [size, *sizes] if size is not None and size != sizes[0] else sizes


def _size(plane: Samples) -> Level:
    return Level(int(plane.shape[1]), int(plane.shape[0]))
