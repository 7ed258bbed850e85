"""Opening image files: what they are, their pixels, their thumbnails. Pillow only, never Qt.

Pillow is the one decoder, so that size and orientation mean the same everywhere: the upright
frame is the one in which annotations are counted. All functions are called on worker threads.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import ExifTags, Image, ImageFile, ImageOps, UnidentifiedImageError

from limner.imaging.colour import to_rgb
from limner.imaging.picture import Pixels, Planes, bgrx, pyramid
from limner.imaging.problems import (
    Damaged,
    EmptyFile,
    ImageProblem,
    NotAnImage,
    TooLarge,
    Unreadable,
    Unsupported,
)

__all__ = ["ImageFacts", "ImageProblem", "decode", "probe", "thumbnail"]

FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM",
)  # fmt: skip
"""What may be opened. A list of our own: Pillow also starts other programs for some formats."""

PIXEL_LIMIT: Final = 400_000_000
"""A decoded image takes 5.4 bytes a pixel with its pyramid: 2.2 GB at this limit."""

# The limit above is held against the header before anything is decoded; Pillow's own would warn
# from 89 million pixels on and refuse from 179 million, with an error for programmers.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """What the header says; width and height are those of the upright image."""

    width: int
    height: int
    format: str
    mode: str


def probe(data: bytes | Path, name: str) -> ImageFacts:
    """Read the header only: microseconds, whatever the size.

    Raises:
        ImageProblem: it is no image, or too large; `name` is what the message calls it.
    """
    with _opened(data, name) as image:
        width, height = _upright_size(image)
        return ImageFacts(width, height, image.format or "", image.mode)


def decode(data: bytes | Path, name: str) -> Planes:
    """The whole image, upright, 8 bit, sRGB, with its pyramid.

    What breaks off half-way is shown as far as it goes, with a warning.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with _opened(data, name) as image:
        warning = _load(image, name)
        return Planes(pyramid(to_rgb(_upright(image))), warning)


def thumbnail(data: bytes | Path, name: str, side: int) -> Pixels:
    """The image with its longer side at most `side` pixels.

    Large JPEG files are decoded at a fraction of their size, which takes a fraction of the time.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    with _opened(data, name) as image:
        image.draft(image.mode, (side, side))
        _load(image, name)
        upright = _upright(image)
        if upright.mode in ("RGB", "L", "CMYK", "YCbCr"):
            upright.thumbnail((side, side), reducing_gap=2.0)
        small = to_rgb(upright)
        small.thumbnail((side, side), reducing_gap=2.0)
        return bgrx(small)


@contextmanager
def _opened(data: bytes | Path, name: str) -> Iterator[ImageFile.ImageFile]:
    """The image behind `data`, its header read and found good; closed at the end."""
    try:
        source = data.open("rb") if isinstance(data, Path) else io.BytesIO(data)
    except OSError as error:
        raise Unreadable(name, error.strerror or str(error)) from error
    with source:
        head = source.read(64)
        source.seek(0)
        if not head:
            raise EmptyFile(name)
        try:
            yield _identified(source, name, head)
        except ImageProblem:
            raise
        except Exception as error:  # parsers of hostile files raise whatever comes
            raise Damaged(name) from error


def _identified(
    source: io.BufferedReader | io.BytesIO, name: str, head: bytes
) -> ImageFile.ImageFile:
    try:
        image = Image.open(source, formats=FORMATS)
    except UnidentifiedImageError as error:
        what = _known_stranger(head)
        raise (Unsupported(name, what) if what else NotAnImage(name)) from error
    if image.width * image.height > PIXEL_LIMIT:
        raise TooLarge(name, image.width, image.height, PIXEL_LIMIT)
    return image


def _known_stranger(head: bytes) -> str | None:
    """What a file is that this program does not read, from its first bytes; None if unknown."""
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"):
        return "a HEIC photograph"
    if head.startswith(b"8BPS"):
        return "a Photoshop document"
    if head.startswith(b"%PDF"):
        return "a PDF document"
    if b"<svg" in head:
        return "an SVG drawing"
    return None


def _load(image: ImageFile.ImageFile, name: str) -> str | None:
    """Decode the pixels; a warning for people when only a part of them came.

    Pillow keeps the rows it had when a file broke off; without its tiles it hands them out.
    """
    try:
        image.load()
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


def _upright_size(image: Image.Image) -> tuple[int, int]:
    """The size once the orientation of the header is applied; Pillow has turned a TIFF already."""
    turned = image.getexif().get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    if turned and image.format != "TIFF":
        return image.height, image.width
    return image.width, image.height


def _upright(image: Image.Image) -> Image.Image:
    return ImageOps.exif_transpose(image)
