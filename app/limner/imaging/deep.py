"""Samples of more than 8 bits, kept as they are in the file.

Pillow has no colour of more than 8 bits a channel and silently keeps the upper byte of each
sample. Told that the bytes stand the other way round it keeps the lower one, so two readings
together are the whole sample, whatever the compression.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile
from PIL.TiffImagePlugin import TiffImageFile

from limner.imaging.colour import chequered
from limner.imaging.picture import Samples

GREY_ALPHA: Final = "LA;16"
_WIDE: Final = ("RGB;16", "RGBX;16", "RGBA;16", "RGBa;16", GREY_ALPHA)
_SWAPPED: Final = {"B": "L", "L": "B", "N": "B" if sys.byteorder == "little" else "L"}
_WHITE: Final = 65535
_STRIP: Final = 64

_BITS, _PHOTOMETRIC, _PLANAR, _SAMPLE_FORMAT = 258, 262, 284, 339
_SEPARATE: Final = 2
_WHITE_IS_ZERO: Final = 0
_UNSIGNED: Final = 1


def wide_mode(image: ImageFile.ImageFile) -> str | None:
    """What a colour image with 16 bits a channel is, `RGB;16` for instance; None for others."""
    if _has_deep_planes(image):
        return f"{image.mode};16" if image.tile[0].codec_name == "raw" else None
    mode = _raw_mode(image)[:-1]
    return mode if mode in _WIDE else None


def is_deep(image: Image.Image) -> bool:
    """Whether the one channel of an image has more than 8 bits."""
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def loses_bits(image: ImageFile.ImageFile) -> bool:
    """Whether an image has more than 8 bits in a way that cannot be read in full here."""
    if is_deep(image) or wide_mode(image) is not None:
        return False
    return ";16" in _raw_mode(image) or _has_deep_planes(image) or _is_deep_ppm(image)


def take_high_bytes(image: ImageFile.ImageFile) -> None:
    """Have a wide image that is not loaded yet loaded with the upper byte of each sample."""
    _read_as(image, lambda raw: _wide_raw_mode(image, raw))


def take_low_bytes(image: ImageFile.ImageFile) -> None:
    """Have a wide image that is not loaded yet loaded with the lower byte of each sample."""

    def swapped(raw: str) -> str:
        raw = _wide_raw_mode(image, raw)
        return raw[:-1] + _SWAPPED[raw[-1]]

    _read_as(image, swapped)


def take_both_bytes(image: ImageFile.ImageFile) -> None:
    """Have a grey image with 16 bits and alpha loaded as four channels of 8 bits."""
    _read_as(image, lambda _raw: "RGBA")


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
    is_short = image.mode.startswith("I;16") or (image.mode == "I" and image.format == "PPM")
    kind = np.uint16 if is_short else np.float32
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


def _has_deep_planes(image: ImageFile.ImageFile) -> bool:
    """Whether a TIFF holds its channels of 16 bits one after the other."""
    if not isinstance(image, TiffImageFile) or image.tag_v2.get(_PLANAR) != _SEPARATE:
        return False
    bits = image.tag_v2.get(_BITS, (8,))
    return len(bits) > 1 and bits[0] == 16


def _is_deep_ppm(image: ImageFile.ImageFile) -> bool:
    if image.format != "PPM" or image.mode != "RGB":
        return False
    highest = _arguments(image.tile[0].args)[-1]
    return isinstance(highest, int) and highest > 255


def _wide_raw_mode(image: ImageFile.ImageFile, raw: str) -> str:
    """How the samples of a wide image stand in the file, alpha left as it is.

    Pillow takes the planes of an uncompressed file for ones of 8 bits.
    """
    if isinstance(image, TiffImageFile) and _has_deep_planes(image):
        return f"{raw};16{'L' if image.tag_v2.prefix == b'II' else 'B'}"
    return raw.replace("RGBa", "RGBA")


def _raw_mode(image: ImageFile.ImageFile) -> str:
    """How the samples stand in the file; empty when Pillow's decoder does not say."""
    found = _arguments(image.tile[0].args)[0] if image.tile else ""
    return found if isinstance(found, str) else ""


def _read_as(image: ImageFile.ImageFile, change: Callable[[str], str]) -> None:
    image.tile = [_with_raw_mode(tile, change) for tile in image.tile]


def _with_raw_mode(tile: Any, change: Callable[[str], str]) -> Any:
    raw, *rest = _arguments(tile.args)
    return tile._replace(args=(change(raw), *rest))


def _arguments(arguments: tuple[Any, ...] | str | None) -> tuple[Any, ...]:
    return arguments if isinstance(arguments, tuple) and arguments else (arguments,)
