"""Pages of TIFF files that Pillow does not know or cuts short, read whole by our own reader.

Colours in floating point, for instance, or planes of 16 bits that are compressed.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from limner.imaging.facts import ImageFacts
from limner.imaging.host import Host, announce
from limner.imaging.picture import Area, Samples
from limner.imaging.problems import Damaged
from limner.imaging.source import Source
from limner.imaging.tiff_chunk import ChunkReader
from limner.imaging.tiff_directory import Malformed, TiffReader
from limner.imaging.tiff_level import ChunkedLevel
from limner.imaging.tiff_pages import sheet_pages
from limner.imaging.tiff_sheet import Foreign, Sheet, sheet_of
from limner.imaging.tiff_upright import Turn

_BAND: Final = 256
"""Rows read at a time."""


def odd_facts(data: Source, page: int) -> ImageFacts | None:
    """What the header says; None for what is no TIFF that our reader understands."""
    with _sheet(data, page) as found:
        if found is None:
            return None
        coding = found.sheet.coding
        mode = f"{coding.samples} × {coding.bits} bits"
        size = found.turn.size(found.sheet.size)
        return ImageFacts(*size, "TIFF", mode, found.pages, coding.is_deep)


def odd_samples(data: Source, name: str, page: int, host: Host) -> Samples | None:
    """The whole page, upright; None for what is no TIFF that our reader understands.

    Raises:
        ImageProblem: it is damaged or too large; `name` is what the message calls it.
    """
    with _sheet(data, page) as found:
        if found is None:
            return None
        announce(found.sheet.size, name, host)
        try:
            return found.turn.upright(_whole(found))
        except MemoryError:
            raise
        except Exception as error:  # decoders of hostile bytes raise whatever comes
            raise Damaged(name) from error


@dataclass(frozen=True, slots=True)
class _Found:
    reader: TiffReader
    sheet: Sheet
    turn: Turn
    pages: int


@contextmanager
def _sheet(data: Source, page: int) -> Iterator[_Found | None]:
    with io.BytesIO(data) if isinstance(data, bytes) else data.open("rb") as file:
        yield _found(file, page)


def _found(file: BinaryIO, page: int) -> _Found | None:
    try:
        reader = TiffReader(file)
        pages = sheet_pages(reader)
        if page >= len(pages):
            return None
        sheet = sheet_of(reader, pages[page].directory)
    except (Malformed, Foreign):
        return None
    return _Found(reader, sheet, Turn(pages[page].orientation), len(pages))


def _whole(found: _Found) -> Samples:
    width, height = found.sheet.size
    level = ChunkedLevel(ChunkReader(found.reader, found.sheet, None))
    bands = [
        level.part(Area(0, top, width, min(top + _BAND, height))) for top in range(0, height, _BAND)
    ]
    whole: NDArray[Any] = np.concatenate(bands)
    return whole
