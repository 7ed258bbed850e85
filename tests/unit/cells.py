"""Decoders as tests use them, and the processes they have started."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pillow_heif
import psutil
from PIL import Image

from limner.imaging.decoder import DEFAULT_LIMITS, Decoder, Limits

COMMAND = (sys.executable, "-m", "limner.imaging.cell")


@contextmanager
def decoding(limits: Limits = DEFAULT_LIMITS, processes: int = 1) -> Iterator[Decoder]:
    """A decoder that is closed when the block is left, and has left no process behind then."""
    before = psutil.Process().children()
    decoder = Decoder(COMMAND, limits, processes)
    try:
        yield decoder
    finally:
        decoder.close()
    assert not set(psutil.Process().children()) - set(before)


def cells(decoder: Decoder) -> list[psutil.Process]:
    """The processes that decode for it."""
    return [psutil.Process(cell._process.pid) for cell in decoder._pool.running]


def kept(path: Path, image: Image.Image, format_: str, **options: Any) -> Path:
    """The image as a file."""
    path.write_bytes(packed(image, format_, **options))
    return path


def packed(image: Image.Image, format_: str, **options: Any) -> bytes:
    if format_ == "HEIF":
        pillow_heif.register_heif_opener()
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()
