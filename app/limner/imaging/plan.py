"""How an image file is opened: whole, tile by tile, or by way of a pyramid on disk."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from limner.imaging.facts import ImageFacts

_COARSEST_SHARE: Final = 4
"""The coarsest level may take a quarter of the budget: it is never let go of."""


class Plan(Enum):
    WHOLE = auto()
    """All levels in memory: they fit into half of the budget."""
    TILED = auto()
    """Tiles and levels are in the file itself."""
    PYRAMID = auto()
    """A file with tiles and levels has to be made first."""


def how_to_open(facts: ImageFacts, budget_bytes: int) -> Plan:
    """The quickest way within the memory that pixels may take."""
    pixel_bytes = bytes_per_pixel(facts)
    if facts.width * facts.height * pixel_bytes * 4 // 3 <= budget_bytes // 2:
        return Plan.WHOLE
    if facts.levels:
        width, height = facts.levels[-1]
        if width * height * pixel_bytes <= budget_bytes // _COARSEST_SHARE:
            return Plan.TILED
    return Plan.PYRAMID


def bytes_per_pixel(facts: ImageFacts) -> int:
    """What a pixel takes in memory, at most: BGRX, or deep samples of one colour or of three."""
    if not facts.is_deep:
        return 4
    sample_bytes = 2 if "16" in facts.mode else 4
    return sample_bytes * (3 if facts.mode.startswith("RGB") else 1)
