"""Whether the pointer touches an annotation."""

from __future__ import annotations

import math
from enum import Enum, auto

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import bounds, box_outline, nearest_edge, ring_holds
from limner.model.points import Points
from limner.tools.chunks import LONG, chunks_of


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
            return Hit.LINE if _passes(path, x, y, reach, closed=False) else None
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
    if any(_passes(ring, x, y, reach, closed=True) for ring in rings):
        return Hit.LINE
    return Hit.INSIDE if sum(_holds(ring, x, y) for ring in rings) % 2 else None


def _passes(run: Points, x: float, y: float, reach: float, *, closed: bool) -> bool:
    """Whether an edge of the run comes within reach."""
    if len(run) > LONG:
        return chunks_of(run).has_edge_within(x, y, reach, closed=closed)
    return nearest_edge(run, x, y, closed=closed).distance <= reach


def _holds(ring: Points, x: float, y: float) -> bool:
    return chunks_of(ring).holds(x, y) if len(ring) > LONG else ring_holds(ring, x, y)
