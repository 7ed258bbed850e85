"""Where a point goes while a modifier key holds it to an angle, a square or the image."""

from __future__ import annotations

import math
from typing import Final

XY = tuple[float, float]

SLACK: Final = 3.0
"""Screen pixels the pointer may wander before a press becomes a drag."""


def has_strayed(start: XY, at: XY, scale: float) -> bool:
    """Whether the pointer has left the slack around `start`; `scale` as in `Pointer`."""
    return math.dist(start, at) > SLACK * scale


def on_image(at: XY, size: tuple[int, int]) -> XY:
    """The point of the image nearest to `at`, its edges included.

    While the size is not known yet, (0, 0), there are no edges.
    """
    if size == (0, 0):
        return at
    return min(max(at[0], 0.0), float(size[0])), min(max(at[1], 0.0), float(size[1]))


def at_angle(origin: XY, at: XY, step: float) -> XY:
    """`at` brought onto the nearest ray from `origin` at a multiple of `step` degrees."""
    dx, dy = at[0] - origin[0], at[1] - origin[1]
    ray = math.radians(round(math.degrees(math.atan2(dy, dx)) / step) * step)
    length = dx * math.cos(ray) + dy * math.sin(ray)
    return origin[0] + length * math.cos(ray), origin[1] + length * math.sin(ray)


def at_square(origin: XY, at: XY) -> XY:
    """`at` brought onto a diagonal, so that it spans a square from `origin`."""
    dx, dy = at[0] - origin[0], at[1] - origin[1]
    side = max(abs(dx), abs(dy))
    return origin[0] + math.copysign(side, dx), origin[1] + math.copysign(side, dy)


def along_axis(dx: float, dy: float) -> XY:
    """A shift without its smaller part."""
    return (dx, 0.0) if abs(dx) >= abs(dy) else (0.0, dy)
