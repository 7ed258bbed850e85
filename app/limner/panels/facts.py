"""What there is to know about an annotation, in words: its place, size and origin."""

from __future__ import annotations

import math
from typing import Final

from limner.model.annotations import (
    Annotation,
    BBox,
    Drawable,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
    kind_of,
)
from limner.model.geometry import Bounds, as_oriented, bounds, path_length, polygon_area
from limner.panels.numbers import short
from limner.panels.text import plain

_SIGNIFICANT: Final = 7


def geometry_of(annotation: Drawable) -> list[tuple[str, str]]:
    """(name, value) rows in image pixels and degrees."""
    match annotation:
        case BBox(oriented=oriented):
            box = as_oriented(annotation)
            rows = _edges(bounds(annotation)) if oriented is None else _centre(box.cx, box.cy)
            rows += [("w", _number(box.w)), ("h", _number(box.h))]
            return rows if oriented is None else [*rows, ("angle", f"{_number(box.angle)}°")]
        case Polygon(rings=rings):
            facts = [("points", f"{sum(map(len, rings)):,}"), ("holes", f"{len(rings) - 1:,}")]
            area = [("area", f"{round(polygon_area(rings)):,} px²")]
            return [*_extent(bounds(annotation)), *facts, *area]
        case Polyline(path=path):
            facts = [("points", f"{len(path):,}"), ("length", f"{_number(path_length(path))} px")]
            return [*_extent(bounds(annotation)), *facts]
        case Keypoint(x=x, y=y):
            return [("x", _number(x)), ("y", _number(y))]


def origin_of(annotation: Drawable) -> list[tuple[str, str]]:
    """(name, value) rows: how sure, by whom, which object it is part of, its id."""
    rows = [("confidence", _number(annotation.confidence))]
    if annotation.created_by:
        rows.append(("created by", plain(annotation.created_by)))
    if isinstance(annotation, Keypoint) and annotation.instance_id is not None:
        rows.append(("instance", f"{annotation.instance_id}"))
    return [*rows, ("id", plain(annotation.id))]


def size_of(annotation: Annotation) -> str:
    """The size or the place of an annotation in a few characters, in image pixels."""
    match annotation:
        case BBox():
            box = as_oriented(annotation)
            return f"{short(box.w)}\N{MULTIPLICATION SIGN}{short(box.h)}"
        case Polygon(rings=rings):
            return f"{sum(map(len, rings))} pts"
        case Polyline(path=path):
            return f"{len(path)} pts"
        case Keypoint(x=x, y=y):
            return f"{short(x)}, {short(y)}"
        case Opaque():
            return ""


def about(annotation: Annotation) -> str:
    """What an annotation is, or why it cannot be drawn."""
    if isinstance(annotation, Opaque):
        return annotation.reason
    return f"{kind_of(annotation)}, {size_of(annotation)}"


def _edges(box: Bounds) -> list[tuple[str, str]]:
    return [("x", _number(box.left)), ("y", _number(box.top))]


def _centre(x: float, y: float) -> list[tuple[str, str]]:
    return [("centre x", _number(x)), ("centre y", _number(y))]


def _extent(box: Bounds) -> list[tuple[str, str]]:
    return [*_edges(box), ("w", _number(box.width)), ("h", _number(box.height))]


def _number(value: float) -> str:
    """At most two decimals, never long."""
    if not math.isfinite(value) or abs(value) >= 10**_SIGNIFICANT:
        return f"{value:.4g}"
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
