"""Image files as pixels: the whole image, a quick preview, a thumbnail. Never Qt.

These functions decode where they are called; the editor has them called in a process of their own
(`decoder.py`), because what they read was written by strangers.
"""

from __future__ import annotations

from typing import Final

from PIL import Image, ImageFile

from limner.imaging.colour import to_rgb
from limner.imaging.facts import ImageFacts
from limner.imaging.host import HERE, PIXEL_LIMIT, Host
from limner.imaging.orientation import orientation, upright, upright_size
from limner.imaging.picture import Pixels, Planes, bgrx, pyramid
from limner.imaging.problems import Damaged, ImageProblem, TooDear, TooLarge
from limner.imaging.source import Source, opened, pages

__all__ = [
    "PIXEL_LIMIT", "ImageFacts", "ImageProblem", "decode", "preview", "probe", "thumbnail",
]  # fmt: skip

_QUICK: Final = 2
"""A preview is worth its time if it has at most one pixel for this many squared of the image."""


def probe(data: Source, name: str, page: int = 0) -> ImageFacts:
    """Read the header only, whatever the size.

    Raises:
        ImageProblem: it is no image; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        width, height = upright_size(image)
        deep = image.mode in ("I", "F") or image.mode.startswith("I;16")
        return ImageFacts(width, height, image.format or "", image.mode, pages(image), deep)


def decode(data: Source, name: str, page: int = 0, host: Host = HERE) -> Planes:
    """The whole page, upright, in sRGB, with its pyramid.

    What breaks off half-way is shown as far as it goes, with a warning.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        _announce(image, name, host)
        turn = orientation(image)
        warning = _load(image, name)
        return Planes(pyramid(to_rgb(upright(image, turn))), warning)


def preview(data: Source, name: str, side: int, page: int = 0, host: Host = HERE) -> Planes | None:
    """The whole page small, the longer side at least `side` pixels, if that is quick; else None.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        width, height = image.size
        if image.format not in ("JPEG", "MPO") or image.info.get("progressive"):
            return None
        image.draft("RGB", (side, max(1, side * height // width)))
        if image.width * _QUICK > width:
            return None
        _announce(image, name, host)
        turn = orientation(image)
        warning = _load(image, name)
        return Planes((bgrx(to_rgb(upright(image, turn))),), warning)


def thumbnail(data: Source, name: str, side: int, page: int = 0, host: Host = HERE) -> Pixels:
    """The image with its longer side at most `side` pixels.

    Large JPEG files are decoded at a fraction of their size, which takes a fraction of the time.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with opened(data, name, page) as image:
        image.draft(image.mode, (side, side))
        _announce(image, name, host)
        turn = orientation(image)
        _load(image, name)
        if image.mode in ("RGB", "L", "CMYK", "YCbCr"):
            image.thumbnail((side, side), reducing_gap=2.0)
        small = to_rgb(upright(image, turn))
        small.thumbnail((side, side), reducing_gap=2.0)
        return bgrx(small)


def _announce(image: Image.Image, name: str, host: Host) -> None:
    pixels = image.width * image.height
    if pixels > host.pixel_limit:
        raise TooLarge(name, image.width, image.height, host.pixel_limit)
    host.expect(pixels)


def _load(image: ImageFile.ImageFile, name: str) -> str | None:
    """Decode the pixels; a warning for people when only a part of them came.

    Pillow keeps the rows it had when a file broke off; without its tiles it hands them out.
    """
    try:
        image.load()
    except MemoryError as error:
        raise TooDear(name) from error
    except Exception as error:  # decoders of hostile data raise whatever comes
        image.tile = []
        if not _has_content(image):
            raise Damaged(name) from error
        return f"“{name}” is damaged or breaks off; what could be read of it is shown."
    return None


def _has_content(image: Image.Image) -> bool:
    """Whether the decoder left anything but zeros."""
    try:
        return image.getbbox() is not None
    except OSError:  # it failed before it had room for pixels
        return False
