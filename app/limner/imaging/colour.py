"""From whatever a file holds to 8-bit RGB that looks right on a screen."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Final

import numpy as np
from PIL import Image, ImageCms

from limner.imaging.tone import automatic

_CHECKER: Final = 8
"""The side of a square of the pattern behind transparency, in image pixels."""

_LIGHT, _DARK = 255, 224


def to_rgb(image: Image.Image) -> Image.Image:
    """The loaded `image` as 8-bit RGB: windowed, flattened and in sRGB."""
    if _is_deep(image):
        return windowed(image).convert("RGB")
    profile = image.info.get("icc_profile")
    if _is_transparent(image):
        rgba = image.convert("RGBA")
        opaque = _to_srgb(rgba.convert("RGB"), profile)
        return _over_checker(opaque, rgba.getchannel("A"))
    if image.mode in ("1", "P", "PA", "LA", "HSV", "La"):
        image = image.convert("RGB")
    return _to_srgb(image, profile)


def windowed(image: Image.Image) -> Image.Image:
    """A 16-bit, 32-bit or float image as 8-bit grey that uses the whole range.

    Black and white are the 0.1 and 99.9 percentiles, as viewers of scientific images do, so a
    12-bit camera in 16-bit words is not black and a single hot pixel does not darken the rest.
    Values that are not finite become black.
    """
    values = np.asarray(image).astype(np.float32)
    low, high = automatic(values)
    scaled = np.nan_to_num((values - low) * (255.0 / (high - low)), nan=0.0)
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _is_transparent(image: Image.Image) -> bool:
    """Whether any part can be seen through; palette transparency is in `info`."""
    if not image.has_transparency_data:
        return False
    low, _high = image.convert("RGBA").getchannel("A").getextrema()
    return isinstance(low, int | float) and low < 255


def _over_checker(opaque: Image.Image, alpha: Image.Image) -> Image.Image:
    """Put a picture on a chequered ground, so that neither white nor black things vanish in it."""
    width, height = opaque.size
    odd = (np.arange(height)[:, None] // _CHECKER + np.arange(width) // _CHECKER) % 2
    ground = Image.fromarray(np.where(odd, _DARK, _LIGHT).astype(np.uint8)).convert("RGB")
    return Image.composite(opaque, ground, alpha)


def _to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the colour profile of the file; one that is broken or does not fit is left out."""
    if not profile:
        return image.convert("RGB")
    try:
        transform = _transform(profile, image.mode)
        turned = None if transform is None else ImageCms.applyTransform(image, transform)
    except (ImageCms.PyCMSError, OSError):
        return image.convert("RGB")
    return image.convert("RGB") if turned is None else turned


@lru_cache(maxsize=4)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """From a profile to sRGB; None if it is that already.

    Kept, because making one takes longer than applying it to a tile.
    """
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    if "sRGB" in ImageCms.getProfileDescription(source) and mode == "RGB":
        return None
    return ImageCms.buildTransform(source, ImageCms.createProfile("sRGB"), mode, "RGB")
