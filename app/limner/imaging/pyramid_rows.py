"""The rows of an image that is decoded by Pillow as a whole before its pyramid is made."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np

from limner.imaging.decode import decode
from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level, Samples
from limner.imaging.pyramid_format import TileFormat, is_grey

_PILLOW_UP_TO: Final = 150_000_000
"""Pixels: a decoded image takes 1.4 GB then, and nothing of it is left afterwards."""

_STREAMED_FORMATS: Final = frozenset({"JPEG", "MPO", "PNG", "WEBP", "TIFF", "GIF", "AVIF", "HEIF"})


def needs_pyvips(facts: ImageFacts) -> bool:
    """Whether an image is too large to be decoded at once, in a format that need not be."""
    is_large = facts.width * facts.height > _PILLOW_UP_TO
    return is_large and facts.format in _STREAMED_FORMATS


class DecodedRows:
    """An image that was decoded by Pillow as a whole, upright."""

    orientation = 1

    def __init__(self, path: Path, name: str, page: int, facts: ImageFacts) -> None:
        """Decode it. Raises ImageProblem."""
        planes = decode(path, name, page)
        self._samples = planes.planes[0]
        self.size = Level(planes.width, planes.height)
        self._is_grey = is_grey(facts)
        self.tiles = TileFormat.like(self.shown(self._samples[:1, :1]), facts)

    def read(self, top: int, bottom: int) -> Samples:
        return self._samples[top:bottom]

    def shown(self, samples: Samples) -> Samples:
        """Deep samples are as they are kept; 8 bits come as B, G, R, 255."""
        if samples.dtype != np.uint8:
            return samples
        return samples[..., 1] if self._is_grey else samples[..., 2::-1]
