"""Small pictures as bytes to keep on disk."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image

from limner.imaging.picture import Pixels

_QUALITY: Final = 88


def pack(pixels: Pixels) -> bytes:
    """A (h, w, 4) BGRX picture as a JPEG file."""
    height, width = pixels.shape[:2]
    image = Image.frombuffer("RGB", (width, height), pixels.tobytes(), "raw", "BGRX", 0, 1)
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
