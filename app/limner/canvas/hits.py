"""Whether the pointer touches an annotation."""

from __future__ import annotations

import math
from enum import Enum, auto

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import bounds, box_outline, nearest_edge, polygon_holds
from limner.model.points import Points


class Hit(Enum):
    """What of a shape was touched."""

    LINE = auto()
    """Its outline or path, or the joint itself."""
    INSIDE = auto()


def hit(annotation: Drawable, x: float, y: float, reach: float) -> Hit | None:
    """How (x, y) touches the annotation, `reach` being how near is near; all in image pixels.

    A hole of a polygon is not inside it.
    """
    match annotation:
        case BBox(oriented=None):
            return _hit_upright(annotation, x, y, reach)
        case BBox():
            outline = Points.from_array(box_outline(annotation))
            return _hit_rings((outline,), x, y, reach)
        case Polygon(rings=rings):
            return _hit_rings(rings, x, y, reach)
        case Polyline(path=path):
            near = nearest_edge(path, x, y, closed=False).distance <= reach
            return Hit.LINE if near else None
        case Keypoint():
            near = math.hypot(annotation.x - x, annotation.y - y) <= reach
            return Hit.LINE if near else None


def _hit_upright(box: BBox, x: float, y: float, reach: float) -> Hit | None:
    """Boxes are most of what there is, so they are spared the general way."""
    edges = bounds(box)
    deepest = min(x - edges.left, edges.right - x, y - edges.top, edges.bottom - y)
    if deepest >= 0:
        return Hit.LINE if deepest <= reach else Hit.INSIDE
    outside = math.hypot(
        max(edges.left - x, x - edges.right, 0.0), max(edges.top - y, y - edges.bottom, 0.0)
    )
    return Hit.LINE if outside <= reach else None


def _hit_rings(rings: tuple[Points, ...], x: float, y: float, reach: float) -> Hit | None:
    if any(nearest_edge(ring, x, y, closed=True).distance <= reach for ring in rings):
        return Hit.LINE
    return Hit.INSIDE if polygon_holds(rings, x, y) else None
