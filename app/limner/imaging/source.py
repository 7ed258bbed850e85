"""Image files opened as far as their header: which format, which page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from PIL import Image, ImageFile, UnidentifiedImageError

from limner.imaging import tiff
from limner.imaging.problems import (
    Damaged,
    EmptyFile,
    ImageProblem,
    NeedsHeic,
    NotAnImage,
    TooDear,
    Unreadable,
    Unsupported,
)

FORMATS: Final = (
    "JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM",
)  # fmt: skip
"""What may be opened. A list of our own: Pillow also starts other programs for some formats."""

_HEIC_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")

# Our own limit is held against the header before anything is decoded (`host.py`); Pillow's would
# warn from 89 million pixels on and refuse from 179 million, with an error for programmers.
Image.MAX_IMAGE_PIXELS = None

Source = bytes | Path
"""A file, or what is in it."""


@contextmanager
def opened(data: Source, name: str, page: int = 0) -> Iterator[ImageFile.ImageFile]:
    """One page of the image behind `data`, its header read and found good; closed at the end.

    Raises:
        ImageProblem: also for whatever the parsers raise inside the block; `name` is what the
            message calls the file.
    """
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
            image = _identified(source, name, head)
            if page:
                image.seek(_frame(image, data, name, page))
            yield image
        except ImageProblem:
            raise
        except MemoryError as error:
            raise TooDear(name) from error
        except Exception as error:  # parsers of hostile files raise whatever comes
            raise Damaged(name) from error


def pages(image: ImageFile.ImageFile) -> int:
    """How many pages or frames there are, counted without decoding any.

    The further images of a JPEG file are no pages: cameras put depths and gain maps there.
    """
    return int(getattr(image, "n_frames", 1)) if image.format != "MPO" else 1


def sheets(data: Source, name: str) -> list[tiff.Page]:
    """The pages of a TIFF file, smaller copies of a page left out; empty if they are not clear."""
    try:
        return tiff.pages(data, name) if isinstance(data, Path) else []
    except ImageProblem:  # Pillow is less strict, and what it reads is one page
        return []


def _frame(image: ImageFile.ImageFile, data: Source, name: str, page: int) -> int:
    """The number that Pillow gives to a page."""
    found = sheets(data, name) if image.format == "TIFF" else []
    return found[page].frame if page < len(found) else page


def _identified(source: IO[bytes], name: str, head: bytes) -> ImageFile.ImageFile:
    try:
        return Image.open(source, formats=FORMATS)
    except UnidentifiedImageError as error:
        if _is_heic(head):
            return _heic(source, name)
        what = _known_stranger(head)
        raise (Unsupported(name, what) if what else NotAnImage(name)) from error


def _is_heic(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS


def _heic(source: IO[bytes], name: str) -> ImageFile.ImageFile:
    """A photograph as phones take them; the package for it is loaded when the first one comes."""
    try:
        from pillow_heif import register_heif_opener
    except ImportError as error:
        raise NeedsHeic(name) from error
    register_heif_opener()
    source.seek(0)
    return Image.open(source, formats=("HEIF",))


def _known_stranger(head: bytes) -> str | None:
    """What a file is that this program does not read, from its first bytes; None if unknown."""
    if head.startswith(b"8BPS"):
        return "a Photoshop document"
    if head.startswith(b"%PDF"):
        return "a PDF document"
    if b"<svg" in head:
        return "an SVG drawing"
    return None
