"""Small pictures of images as bytes to keep on disk, and back."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Final

from PIL import Image

from limner.imaging.picture import Level, Pixels, bgrx

_QUALITY: Final = 88
_SIZE: Final = re.compile(rb"([1-9][0-9]{0,8}) x ([1-9][0-9]{0,8})")


@dataclass(frozen=True, slots=True, eq=False)
class SmallPicture:
    """A small version of an upright image of `size` pixels; None where that is not known."""

    pixels: Pixels
    size: Level | None


def pack(small: SmallPicture) -> bytes:
    """A picture as a JPEG file, with the size of its image as the comment."""
    height, width = small.pixels.shape[:2]
    image = Image.frombuffer("RGB", (width, height), small.pixels.tobytes(), "raw", "BGRX", 0, 1)
    comment = b"%d x %d" % small.size if small.size is not None else b""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY, comment=comment)
    return file.getvalue()


def unpack(data: bytes) -> SmallPicture | None:
    """The picture that `pack` made; None when the file was damaged since."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG",)) as image:
            found = _SIZE.fullmatch(image.info.get("comment", b""))
            size = Level(int(found[1]), int(found[2])) if found else None
            return SmallPicture(bgrx(image.convert("RGB")), size)
    except OSError:
        return None
