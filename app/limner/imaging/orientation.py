"""Which way up an image is, from its header alone, and turning it upright.

The values are those of EXIF (CIPA DC-008, tag 274): 1 is upright, from 5 on width and height are
exchanged. The frame that comes of it is the one in which annotations are counted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, Final

from PIL import ExifTags, Image, ImageFile

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

_EXIF_LIMIT: Final = 1 << 20
"""The longest EXIF block that is read; 64 kB is the longest a JPEG file can have."""

_EXIF_BOX: Final = b"JpgTiffExif->JP2"


def orientation(image: ImageFile.ImageFile) -> int:
    """1 to 8; 1 for a TIFF, which Pillow turns as it loads. Nothing is decoded.

    An EXIF block that makes no sense turns nothing.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = _exif(image).get(ExifTags.Base.Orientation, 1)
    except Exception:  # noqa: BLE001 - the parser raises whatever hostile bytes provoke
        return 1
    return value if value in _TURNS else 1


def upright_size(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Width and height once the image is turned upright."""
    turned = orientation(image) >= 5
    return (image.height, image.width) if turned else image.size


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The loaded `image`, turned; itself when it is upright."""
    turn = _TURNS.get(orientation)
    return image if turn is None else image.transpose(turn)


def _exif(image: ImageFile.ImageFile) -> Image.Exif:
    """The EXIF block, also where Pillow would decode first (PNG) or does not look (JPEG 2000)."""
    exif = Image.Image.getexif(image)
    search = {"PNG": _png_exif, "JPEG2000": _jp2_exif}.get(image.format or "")
    if exif or search is None or image.fp is None:
        return exif
    place = image.fp.tell()
    try:
        exif.load(next(search(image.fp), b""))
    finally:
        image.fp.seek(place)
    return exif


def _png_exif(file: IO[bytes]) -> Iterator[bytes]:
    """The contents of the eXIf chunks, wherever they stand."""
    file.seek(8)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if kind == b"eXIf" and length <= _EXIF_LIMIT:
            yield file.read(length)
        file.seek(length + 4, 1)


def _jp2_exif(file: IO[bytes]) -> Iterator[bytes]:
    """The contents of the boxes with EXIF, as ExifTool and others write them."""
    place = 0
    file.seek(place)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if length == 1:
            length = int.from_bytes(file.read(8), "big")
        if kind == b"uuid" and 24 < length <= _EXIF_LIMIT and file.read(16) == _EXIF_BOX:
            yield file.read(length - 24)
        if length < 8:
            return
        place += length
        file.seek(place)
