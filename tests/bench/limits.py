"""What DESIGN §5 asks of a frame; other limits stand beside what they are asked of."""

from __future__ import annotations

from typing import Final

P95_MS: Final = 16.0
_OF_A_SMALL_ONE: Final = 10_000
_OF_A_LARGE_ONE: Final = 100_000


def frame_ms(n: int, ratio: float) -> float | None:
    """A frame while panning or zooming over `n` shapes; above 100,000 it is a report only."""
    if n > _OF_A_LARGE_ONE:
        return None
    if ratio > 1:
        return 16.0
    return 4.0 if n <= _OF_A_SMALL_ONE else 6.0


def drag_ms(n: int, ratio: float) -> float | None:
    """A frame while a vertex is dragged."""
    if n > _OF_A_LARGE_ONE:
        return None
    if ratio > 1:
        return 16.0
    return 4.0 if n <= _OF_A_SMALL_ONE else 1.0


def hit_ms(n: int) -> float | None:
    """To find what lies under the pointer."""
    return None if n > _OF_A_LARGE_ONE else 0.2
