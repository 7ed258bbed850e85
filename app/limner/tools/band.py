"""Which shapes a rubber band touches."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import Bounds, bounds, box_outline, polygon_holds, ring_holds
from limner.model.points import Points


def touching(band: Bounds, shapes: Sequence[Drawable]) -> list[bool]:
    """`touches` for each shape; quick where one of its points lies in the band, as mostly is."""
    if not shapes:
        return []
    packed = [_some_points(shape) for shape in shapes]
    xy = np.frombuffer(b"".join(packed)).reshape(-1, 2)
    x, y = xy[:, 0], xy[:, 1]
    is_in = (x >= band.left) & (x <= band.right) & (y >= band.top) & (y <= band.bottom)
    starts = np.cumsum([0, *(len(run) // 16 for run in packed[:-1])])
    has_point_in = np.logical_or.reduceat(is_in, starts).tolist()
    return [
        known or touches(band, shape) for known, shape in zip(has_point_in, shapes, strict=True)
    ]


def touches(band: Bounds, shape: Drawable) -> bool:
    """Whether any part of `shape`, filled as it is drawn, lies in `band`."""
    around = bounds(shape)
    if not _overlap(band, around):
        return False
    if band.holds(around.left, around.top) and band.holds(around.right, around.bottom):
        return True
    middle = band.centre
    match shape:
        case BBox():
            ring = Points.from_array(box_outline(shape))
            return _crosses(band, ring.xy, closed=True) or ring_holds(ring, *middle)
        case Polygon(rings=rings):
            crossed = any(_crosses(band, ring.xy, closed=True) for ring in rings)
            return crossed or polygon_holds(rings, *middle)
        case Polyline(path=path):
            return _crosses(band, path.xy, closed=False)
        case Keypoint(x=x, y=y):
            return band.holds(x, y)


def _some_points(shape: Drawable) -> bytes:
    """Points of the shape as pairs of float64, at least one."""
    match shape:
        case Polygon(rings=rings):
            return b"".join(ring.packed for ring in rings)
        case Polyline(path=path):
            return path.packed
        case BBox():
            return box_outline(shape).tobytes()
        case Keypoint(x=x, y=y):
            return array("d", (x, y)).tobytes()


def _overlap(a: Bounds, b: Bounds) -> bool:
    return a.left <= b.right and b.left <= a.right and a.top <= b.bottom and b.top <= a.bottom


def _crosses(band: Bounds, xy: NDArray[np.float64], *, closed: bool) -> bool:
    """Whether any edge has a point in `band` (Liang and Barsky's clipping, all edges at once)."""
    ends = np.roll(xy, -1, axis=0) if closed else xy[1:]
    starts = xy if closed else xy[:-1]
    step = ends - starts
    low = np.array([band.left, band.top]) - starts
    high = np.array([band.right, band.bottom]) - starts
    still = step == 0.0
    divisor = np.where(still, 1.0, step)
    first, second = low / divisor, high / divisor
    outside = still & ((low > 0.0) | (high < 0.0))
    enters = np.where(still, 0.0, np.minimum(first, second)).max(axis=1, initial=0.0)
    leaves = np.where(still, 1.0, np.maximum(first, second)).min(axis=1, initial=1.0)
    return bool(((enters <= leaves) & ~outside.any(axis=1)).any())
