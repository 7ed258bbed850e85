"""Samples of more than 8 bits, kept as they are in the file.

Pillow has no colour of more than 8 bits a channel and silently keeps the upper byte of each
sample. Told that the bytes stand the other way round it keeps the lower one, so two readings
together are the whole sample, whatever the compression.
"""

from __future__ import annotations

import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile

from limner.imaging.colour import chequered
from limner.imaging.picture import Samples

GREY_ALPHA: Final = "LA;16"
_WIDE: Final = ("RGB;16", "RGBX;16", "RGBA;16", "RGBa;16", GREY_ALPHA)
_SWAPPED: Final = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_WHITE: Final = 65535
_STRIP: Final = 64

_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_WHITE_IS_ZERO: Final = 0
_UNSIGNED: Final = 1


def wide_mode(image: ImageFile.ImageFile) -> str | None:
    """What a colour image with 16 bits a channel is, `RGB;16` for instance; None for others."""
    mode = _raw_mode(image)[:-1]
    return mode if mode in _WIDE else None


def is_deep(image: Image.Image) -> bool:
    """Whether the one channel of an image has more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def take_low_bytes(image: ImageFile.ImageFile) -> None:
    """Have a wide image that is not loaded yet loaded with the lower byte of each sample."""
    raw = _raw_mode(image)
    _set_raw_mode(image, raw[:-1] + _SWAPPED[raw[-1]])


def take_both_bytes(image: ImageFile.ImageFile) -> None:
    """Have a grey image with 16 bits and alpha loaded as four channels of 8 bits."""
    _set_raw_mode(image, "RGBA")


def wide_samples(high: Image.Image, low: Image.Image, mode: str) -> Samples:
    """The (h, w, 3) samples of a wide image from its two readings, on a chequer if it is clear."""
    upper, lower = np.asarray(high), np.asarray(low)
    channels = 4 if mode in ("RGBA;16", "RGBa;16") else 3
    samples = np.empty((*upper.shape[:2], channels), np.uint16)
    np.left_shift(upper[..., :channels], 8, out=samples, dtype=np.uint16)
    samples |= lower[..., :channels]
    if channels == 3:
        return samples
    return _flat(samples[..., :3], samples[..., 3], is_multiplied=mode == "RGBa;16")


def grey_alpha_samples(image: Image.Image) -> Samples:
    """The (h, w) samples of an image that was loaded with both bytes of its grey and its alpha."""
    both = np.ascontiguousarray(np.asarray(image)).view(">u2").astype(np.uint16)
    return _flat(both[..., :1], both[..., 1], is_multiplied=False)[..., 0]


def grey_samples(image: ImageFile.ImageFile, shown: Image.Image) -> Samples:
    """The (h, w) samples of an image of one deep channel, uint16 or float32; high is light.

    `shown` is the `image` turned upright. Integers of 32 bits become float32.
    """
    tags = getattr(image, "tag_v2", {})
    values: NDArray[Any] = np.asarray(shown)
    if image.mode == "I" and tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))[0] == _UNSIGNED:
        values = values.view(np.uint32)
    kind = np.uint16 if image.mode.startswith("I;16") or image.format == "PPM" else np.float32
    with np.errstate(over="ignore"):
        samples: NDArray[Any] = np.ascontiguousarray(values, dtype=kind)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        samples = _turned_over(samples, tags.get(_BITS, (16,))[0])
    return samples


def _turned_over(samples: NDArray[Any], bits: int) -> NDArray[Any]:
    over: NDArray[Any] = (
        np.negative(samples) if samples.dtype == np.float32 else 2**bits - 1 - samples
    )
    return over.astype(samples.dtype, copy=False)


def _flat(colour: NDArray[np.uint16], alpha: NDArray[np.uint16], *, is_multiplied: bool) -> Samples:
    """The colours on a chequered ground, as 8-bit images are shown."""
    if (alpha == _WHITE).all():
        return np.ascontiguousarray(colour)
    ground = chequered(*alpha.shape).astype(np.float32) * 257
    flat = np.empty_like(colour, order="C")
    for top in range(0, len(flat), _STRIP):
        rows = slice(top, top + _STRIP)
        seen = alpha[rows, :, None].astype(np.float32) / _WHITE
        through = ground[rows, :, None] * (1 - seen)
        light = colour[rows] if is_multiplied else colour[rows] * seen
        flat[rows] = np.minimum(np.rint(light + through), _WHITE)
    return flat


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """How the samples stand in the file; empty when Pillow's decoder does not say."""
    found = _arguments(image.tile[0].args)[0] if image.tile else ""
    return found if isinstance(found, str) else ""


def _set_raw_mode(image: ImageFile.ImageFile, mode: str) -> None:
    image.tile = [tile._replace(args=(mode, *_arguments(tile.args)[1:])) for tile in image.tile]


def _arguments(arguments: tuple[Any, ...] | str | None) -> tuple[Any, ...]:
    return arguments if isinstance(arguments, tuple) and arguments else (arguments,)
