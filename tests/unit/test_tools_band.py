"""What a rubber band touches, held against shapely."""

from __future__ import annotations

import numpy as np
import shapely  # type: ignore[import-untyped]  # shapely ships no types
from hypothesis import assume, given
from hypothesis import strategies as st

from limner.model.annotations import BBox, Drawable, Keypoint, OrientedBox, Polygon, Polyline
from limner.model.geometry import Bounds, box_outline, with_oriented
from limner.tools.band import touches
from unit.any_annotation import angles
from unit.tool_robot import a_box, a_joint, a_polygon, a_polyline

XY = tuple[float, float]

numbers = st.integers(0, 20).map(float)
places = st.tuples(numbers, numbers)
paths = st.lists(places, min_size=2, max_size=6, unique=True)
sizes = st.integers(1, 12).map(float)


@st.composite
def bands(draw: st.DrawFn) -> Bounds:
    left, top, width, height = draw(numbers), draw(numbers), draw(sizes), draw(sizes)
    return Bounds(left, top, left + width, top + height)


@st.composite
def convex_rings(draw: st.DrawFn, middle: XY, radius: float) -> list[XY]:
    turns = draw(st.lists(st.floats(0, 6), min_size=3, max_size=6, unique=True))
    assume(np.ptp(turns) > 0.1)
    x, y = middle
    return [(x + radius * float(np.cos(t)), y + radius * float(np.sin(t))) for t in sorted(turns)]


def as_shapely(shape: Drawable) -> shapely.Geometry:
    match shape:
        case BBox():
            return shapely.Polygon(box_outline(shape))
        case Polygon(rings=(outline, *holes)):
            holes_cut = shapely.union_all([shapely.Polygon(hole.xy) for hole in holes])
            return shapely.Polygon(outline.xy).difference(holes_cut)
        case Polyline(path=path):
            return shapely.LineString(path.xy)
        case Keypoint(x=x, y=y):
            return shapely.Point(x, y)
        case _:
            raise AssertionError(shape)


def agrees(band: Bounds, shape: Drawable) -> None:
    """Touching by less than rounding may go either way."""
    there = as_shapely(shape)
    assume(there.is_valid)
    frame = shapely.box(*band)
    if touches(band, shape):
        assert shapely.distance(frame, there) < 1e-6
    else:
        assert shapely.intersection(frame, there).area < 1e-6
        assert not shapely.contains_properly(frame, there)


@given(bands(), paths)
def test_a_line(band: Bounds, path: list[XY]) -> None:
    shape = a_polyline("line", *path)
    assert touches(band, shape) == shapely.intersects(shapely.box(*band), as_shapely(shape))


@given(bands(), places, sizes, sizes, angles)
def test_a_rotated_box(band: Bounds, middle: XY, w: float, h: float, angle: float) -> None:
    agrees(band, with_oriented(a_box(), OrientedBox(*middle, w, h, angle)))


@given(st.data(), bands(), places, sizes, st.floats(0.1, 0.9))
def test_a_polygon_with_a_hole(
    data: st.DataObject, band: Bounds, middle: XY, radius: float, share: float
) -> None:
    outline = np.array(data.draw(convex_rings(middle, radius)))
    centre = outline.mean(axis=0)
    hole = centre + (outline - centre) * share  # a shrunken convex ring lies inside itself
    agrees(band, a_polygon("polygon", outline.tolist(), hole.tolist()))


@given(bands(), places)
def test_a_keypoint(band: Bounds, place: XY) -> None:
    joint = a_joint("joint", *place)
    assert touches(band, joint) == shapely.intersects(shapely.box(*band), shapely.Point(place))
