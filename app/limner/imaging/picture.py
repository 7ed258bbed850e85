"""A decoded image as the canvas needs it: upright, 8 bit, in halves of halves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALLEST_LEVEL: Final = 512
"""The pyramid ends with the first level whose longer side is at most this many pixels."""

_STRIP: Final = 512
"""Rows turned to BGRX at a time: the whole image at once would hold it in memory three times."""

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Picture:
    """The pixels of one image.

    `levels[k]` is the image at 1/2^k of its size, (h, w, 4) in the byte order B, G, R, 255 and
    C-contiguous; sizes are rounded up, so pixel i of level k covers the image pixels from i * 2^k
    to (i + 1) * 2^k. `warning` says, for people, what is wrong with a picture that could be shown
    all the same.
    """

    levels: tuple[Pixels, ...]
    warning: str | None = None

    @property
    def width(self) -> int:
        return int(self.levels[0].shape[1])

    @property
    def height(self) -> int:
        return int(self.levels[0].shape[0])


def pyramid(image: Image.Image) -> tuple[Pixels, ...]:
    """The levels of an RGB image, largest first.

    Each is the 2 x 2 average of the one before; Pillow lets other threads run meanwhile.
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
