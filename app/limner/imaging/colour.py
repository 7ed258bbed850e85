"""From whatever a file holds to 8-bit RGB that looks right on a screen."""

from __future__ import annotations

import io
from contextlib import suppress
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

_CHECKER: Final = 8
"""The side of a square of the pattern behind transparency, in image pixels."""

_LIGHT, _DARK = 255, 224


def to_rgb(image: Image.Image) -> Image.Image:
    """The loaded `image` of 8 bits as RGB: flattened and in sRGB."""
    profile = image.info.get("icc_profile")
    if _is_transparent(image):
        rgba = image.convert("RGBA")
        opaque = _to_srgb(rgba.convert("RGB"), profile)
        return _over_checker(opaque, rgba.getchannel("A"))
    if image.mode == "RGBa":
        image = image.convert("RGBA")
    if image.mode not in ("RGB", "L", "CMYK", "LAB"):
        image = image.convert("RGB")
    return _to_srgb(image, profile)


def _is_transparent(image: Image.Image) -> bool:
    """Whether any part can be seen through; palette transparency is in `info`."""
    if not image.has_transparency_data:
        return False
    low, _high = image.convert("RGBA").getchannel("A").getextrema()
    return isinstance(low, int | float) and low < 255


def _over_checker(opaque: Image.Image, alpha: Image.Image) -> Image.Image:
    """Put a picture on a chequered ground, so that neither white nor black things vanish in it."""
    ground = Image.fromarray(chequered(opaque.height, opaque.width)).convert("RGB")
    return Image.composite(opaque, ground, alpha)


def chequered(height: int, width: int) -> NDArray[np.uint8]:
    """The (h, w) greys of the ground behind what is transparent."""
    odd = (np.arange(height)[:, None] // _CHECKER + np.arange(width) // _CHECKER) % 2
    return np.where(odd, np.uint8(_DARK), np.uint8(_LIGHT))


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the colour profile of the file; one that is broken or does not fit is left out."""
    if profile or image.mode == "LAB":
        with suppress(ImageCms.PyCMSError, OSError):
            transform = _transform(profile or b"", image.mode)
            turned = image if transform is None else ImageCms.applyTransform(image, transform)
            if turned is not None:
                return turned
    return image if image.mode == "RGB" else image.convert("RGB")


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None if it is that already.

    Kept, because making one takes longer than applying it to a tile.
    """
    srgb = ImageCms.createProfile("sRGB")
    if mode == "LAB":
        return ImageCms.buildTransform(ImageCms.createProfile("LAB"), srgb, mode, "RGB")
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if "sRGB" in ImageCms.getProfileDescription(source) and mode == "RGB":
        return None
    return ImageCms.buildTransform(source, srgb, mode, "RGB")
