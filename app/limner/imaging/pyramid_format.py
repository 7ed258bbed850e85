"""How tiles lie in a pyramid on disk: which compression, and how samples become bytes.

8 bits a channel are kept as JPEG of quality 95 without chroma subsampling: half a byte a pixel, and
quick to read. Images of lossless formats are often masks, charts or screenshots, whose edges JPEG
would blur just where somebody looks closely: up to 250 megapixels they stay as they are, at up to
three bytes a pixel. Beyond that they are photographs and scans in practice, and would fill the
disk. Deep samples are measurements and always stay as they are.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image

from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Samples
from limner.imaging.plan import bytes_per_pixel

TILE: Final = 512
"""The side of a tile in pixels."""

_QUALITY: Final = 95
_LOSSY: Final = frozenset({"JPEG", "MPO", "WEBP", "AVIF", "HEIF", "JPEG2000"})
_LOSSLESS_UP_TO: Final = 250_000_000
_GREY_MODES: Final = frozenset({"1", "L"})

_JPEG, _DEFLATE = 7, 8
_BLACK_IS_ZERO, _RGB, _YCBCR = 1, 2, 6
_SAMPLE_FORMATS: Final = {"u": 1, "f": 3}


@dataclass(frozen=True, slots=True)
class TileFormat:
    """What the directories say of the tiles, and the making of their bytes.

    A tile to be is (h, w) or (h, w, 3) of uint8, uint16 or float32, in the order R, G, B.
    """

    is_lossy: bool
    channels: int
    dtype: np.dtype[np.uint8] | np.dtype[np.uint16] | np.dtype[np.float32]

    @classmethod
    def like(cls, tile: Samples, facts: ImageFacts) -> TileFormat:
        """The format for tiles of this kind, from an image with these facts."""
        is_lossy = tile.dtype == np.uint8 and is_kept_lossy(facts)
        return cls(is_lossy, 3 if tile.ndim == 3 else 1, tile.dtype)

    @property
    def compression(self) -> int:
        return _JPEG if self.is_lossy else _DEFLATE

    @property
    def predictor(self) -> int:
        """2 for differences between neighbours, which deflate takes half the time for."""
        return 1 if self.is_lossy else 2

    @property
    def photometric(self) -> int:
        if self.channels == 1:
            return _BLACK_IS_ZERO
        return _YCBCR if self.is_lossy else _RGB

    @property
    def sample_format(self) -> int:
        return _SAMPLE_FORMATS[self.dtype.kind]

    def encoded(self, tile: Samples) -> bytes:
        """The bytes of a tile; one from the edge of the image is filled up with its last pixels."""
        height, width = tile.shape[:2]
        if (width, height) != (TILE, TILE):
            side = np.arange(TILE)
            tile = tile[np.minimum(side, height - 1)][:, np.minimum(side, width - 1)]
        return _jpeg(tile) if self.is_lossy else _deflated(tile)


def is_kept_lossy(facts: ImageFacts) -> bool:
    """Whether the pyramid of an image may differ from it by what nobody sees."""
    is_large = facts.width * facts.height > _LOSSLESS_UP_TO
    return not facts.is_deep and (facts.format in _LOSSY or is_large)


def is_grey(facts: ImageFacts) -> bool:
    """Whether one channel is enough for an image of 8 bits."""
    return facts.mode in _GREY_MODES


def expected_bytes(facts: ImageFacts) -> int:
    """How large a pyramid will be, at most but for extreme noise."""
    pixels = facts.width * facts.height * 4 // 3
    if facts.is_deep:
        return pixels * bytes_per_pixel(facts)
    channels = 1 if is_grey(facts) else 3
    return pixels if is_kept_lossy(facts) else pixels * channels


def _jpeg(tile: Samples) -> bytes:
    file = io.BytesIO()
    Image.fromarray(tile).save(file, "JPEG", quality=_QUALITY, subsampling=0)
    return file.getvalue()


def _deflated(tile: Samples) -> bytes:
    whole = np.ascontiguousarray(tile).view(f"u{tile.dtype.itemsize}")
    differences = whole.copy()
    differences[:, 1:] -= whole[:, :-1]
    # Differences have no repetitions worth a search but runs: a third of the time of level 1.
    packer = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS, 9, zlib.Z_RLE)
    return packer.compress(differences.tobytes()) + packer.flush()
