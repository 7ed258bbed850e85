"""How much is to be fetched to have images here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from limner.api.pictograph import ImageRow
from limner.storage.image_files import ImageFiles

_USUAL_BYTES: Final = 3_000_000
_BYTES_A_PIXEL: Final = 0.5
"""Of a photograph as a JPEG file of good quality."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many images are not here yet, and about how many bytes come over the line for them."""

    images: int
    size_bytes: int


def estimated(
    files: ImageFiles, origin: str, rows: Iterable[ImageRow], here: Collection[str]
) -> Estimate:
    """What it takes to have `rows`, of which those of `here` are kept already. For workers."""
    missing = [row for row in rows if row.id not in here]
    to_fetch = [row for row in missing if files.find(origin, row.id, row.created_at) is None]
    return Estimate(len(missing), sum(map(_size_of, to_fetch)))


def _size_of(row: ImageRow) -> int:
    if row.size_bytes:
        return row.size_bytes
    pixels = (row.width or 0) * (row.height or 0)
    return int(pixels * _BYTES_A_PIXEL) or _USUAL_BYTES
