"""Plane geometry: enclosures, rotated boxes, holes, distances."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.annotations import BBox, Drawable, OrientedBox
from limner.model.geometry import (
    Bounds,
    as_oriented,
    bounds,
    box_outline,
    corners,
    enclosing,
    moved,
    moved_all,
    nearest_edge,
    nearest_vertex,
    path_length,
    polygon_area,
    polygon_holds,
    ring_area,
    with_oriented,
)
from limner.model.json_text import JsonText
from limner.model.points import Points
from limner.model.rules import check
from unit.any_annotation import angles, boxes, coordinates, drawables, sizes
from unit.tool_robot import a_box, a_joint, a_polygon, a_polyline, a_ring

SQUARE = Points.of([(0, 0), (10, 0), (10, 10), (0, 10)])
HOLE = Points.of([(2, 2), (8, 2), (8, 8), (2, 8)])


def test_every_kind_has_its_enclosure() -> None:
    assert bounds(a_box()) == (10, 10, 50, 30)
    assert bounds(a_polygon()) == (100, 100, 200, 200)
    assert bounds(a_polyline()) == (10, 300, 110, 380)
    assert bounds(a_joint()) == (300, 300, 300, 300)


def test_the_enclosure_of_a_polygon_counts_every_ring() -> None:
    outside = a_polygon("p", [(0, 0), (9, 0), (9, 9)], a_ring(left=5, size=100))
    assert bounds(outside) == (0, 0, 105, 105)


def test_nothing_cannot_be_enclosed() -> None:
    with pytest.raises(ValueError, match="no point"):
        enclosing([Points.of([])])


def test_a_rectangle_knows_its_size_its_middle_and_what_it_holds() -> None:
    box = Bounds(10, 20, 40, 60)
    assert (box.width, box.height, box.centre) == (30, 40, (25, 40))
    assert box.holds(10, 60)
    assert not box.holds(9.9, 30)
    assert box.united(Bounds(0, 30, 20, 70)) == (0, 20, 40, 70)


def test_corners_come_in_the_order_of_the_contract_and_turn_clockwise() -> None:
    upright = corners(OrientedBox(50, 50, 20, 10, 0))
    assert upright.tolist() == [[40, 45], [60, 45], [60, 55], [40, 55]]
    quarter = corners(OrientedBox(50, 50, 20, 10, 90))
    assert np.allclose(quarter, [[55, 40], [55, 60], [45, 60], [45, 40]])


@given(boxes())
def test_a_box_is_enclosed_by_x_y_w_h_whatever_its_angle(box: BBox) -> None:
    outline = box_outline(box)
    assert np.allclose(outline.min(axis=0), (box.x, box.y))
    assert np.allclose(outline.max(axis=0), (box.x + box.w, box.y + box.h))


@given(coordinates, coordinates, sizes, sizes, angles)
def test_corners_are_as_far_apart_as_the_sides_are_long(
    cx: float, cy: float, w: float, h: float, angle: float
) -> None:
    top_left, top_right, bottom_right, bottom_left = corners(OrientedBox(cx, cy, w, h, angle))
    assert math.dist(top_left, top_right) == pytest.approx(w, rel=1e-6)
    assert math.dist(top_right, bottom_right) == pytest.approx(h, rel=1e-6)
    assert np.allclose((top_left + bottom_right) / 2, (cx, cy))
    assert np.allclose((top_right + bottom_left) / 2, (cx, cy))


@pytest.mark.parametrize(("angle", "kept"), [(-30, 330), (390, 30), (725, 5)])
def test_any_angle_is_brought_into_one_turn(angle: float, kept: float) -> None:
    turned = with_oriented(a_box(), OrientedBox(0, 0, 9, 9, angle))
    assert turned.oriented
    assert turned.oriented.angle == pytest.approx(kept)


@pytest.mark.parametrize("angle", [0, 360, -720, -1e-20])
def test_a_box_that_is_not_turned_is_a_plain_box(angle: float) -> None:
    plain = with_oriented(a_box(), OrientedBox(50, 50, 20, 10, angle))
    assert plain.oriented is None
    assert (plain.x, plain.y, plain.w, plain.h) == (40, 45, 20, 10)


def test_a_plain_box_is_one_turned_by_nothing() -> None:
    assert as_oriented(a_box()) == OrientedBox(30, 20, 40, 20, 0)


@given(drawables(), coordinates, coordinates)
def test_moving_there_and_back_leaves_a_legal_shape_where_it_was(
    shape: Drawable, dx: float, dy: float
) -> None:
    there = moved(shape, dx, dy)
    check(there)
    back = bounds(moved(there, -dx, -dy))
    assert back == pytest.approx(bounds(shape), abs=1e-6)
    assert (there.id, there.name, there.attributes) == (shape.id, shape.name, shape.attributes)


@given(st.lists(drawables(), max_size=6), coordinates, coordinates)
def test_shapes_moved_together_stand_where_each_alone_would(
    shapes: list[Drawable], dx: float, dy: float
) -> None:
    told = [replace(shape, extra=JsonText('{"seen":1}')) for shape in shapes]
    assert moved_all(told, dx, dy) == [moved(shape, dx, dy) for shape in told]


def test_a_hole_is_not_part_of_its_polygon() -> None:
    assert polygon_holds([SQUARE, HOLE], 1, 1)
    assert not polygon_holds([SQUARE, HOLE], 5, 5)
    assert not polygon_holds([SQUARE, HOLE], 11, 5)
    assert not polygon_holds([Points.of([])], 0, 0)


def test_the_area_leaves_holes_out_and_does_not_mind_the_direction() -> None:
    backwards = Points.of([*HOLE][::-1])
    assert ring_area(SQUARE) == 100
    assert polygon_area([SQUARE, HOLE]) == polygon_area([SQUARE, backwards]) == 64


def test_a_path_is_as_long_as_its_edges() -> None:
    assert path_length(Points.of([(0, 0), (3, 4), (3, 5)])) == 6


def test_the_nearest_edge_is_found_with_the_point_on_it() -> None:
    assert nearest_edge(SQUARE, 4, -3, closed=True) == (0, 4, 0, 3)
    assert nearest_edge(SQUARE, -2, 5, closed=True) == (3, 0, 5, 2)
    assert nearest_edge(SQUARE, -2, 1, closed=False) == (0, 0, 0, math.hypot(2, 1))
    assert nearest_edge(Points.of([(1, 1), (1, 1)]), 1, 2, closed=False).distance == 1


def test_the_nearest_vertex_is_found_with_its_distance() -> None:
    assert nearest_vertex(SQUARE, 13, 14) == (2, 5.0)
