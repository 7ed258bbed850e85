"""Which shapes a rubber band touches."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import Bounds, bounds, box_outline, polygon_holds, ring_holds
from limner.model.points import Points


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
