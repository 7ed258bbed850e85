"""What the header of an image file says."""

from __future__ import annotations

from dataclasses import dataclass

from limner.imaging.picture import Level


@dataclass(frozen=True, slots=True)
class ImageFacts:
    """One page of an image file; width and height are those of the upright page.

    `levels` and `tile` (its largest size) are known only where the file can be read tile by tile:
    `levels[0]` is then the whole page. `is_deep` says that samples have more than 8 bits.
    """

    width: int
    height: int
    format: str
    mode: str
    pages: int = 1
    is_deep: bool = False
    levels: tuple[Level, ...] = ()
    tile: Level | None = None
