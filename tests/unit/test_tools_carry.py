"""Gestures on what is too much to be made anew on every mouse move."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from limner.model.annotations import AnnotationId, BBox, Polygon, Polyline
from limner.model.geometry import moved
from limner.model.points import Points
from limner.tools.tool import Key, Mods
from limner.tools.vertices import Vertex, with_vertex_at
from unit.tool_robot import Hand, Street, street

LONG = 5_000


def many(count: int = 60) -> Street:
    boxes = [
        BBox(id=AnnotationId(f"{i:03}"), name="car", x=10 + 3 * i, y=20, w=30, h=30)
        for i in range(count)
    ]
    place = street(*boxes)
    place.selects(*(box.id for box in boxes))
    return place


def circle(count: int = LONG) -> Points:
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    return Points.from_array(np.stack([200 + 90 * np.cos(turn), 200 + 90 * np.sin(turn)], axis=1))


ROAD = Polygon(id=AnnotationId("road"), name="road", rings=(circle(),))
LANE = Polyline(id=AnnotationId("lane"), name="lane", path=circle())


def test_many_shapes_are_carried_and_made_once_at_the_end() -> None:
    place = many()
    hand = Hand(place, "select")
    hand.hovers((50, 35))
    hand.presses((50, 35))
    hand.moves((60, 30), (70, 55))
    carried = hand.sees().carried
    assert carried is not None
    assert (carried.dx, carried.dy) == (20, 20)
    assert len(carried.ids) == 60
    assert hand.sees().edited == ()
    before = place["003"]
    hand.releases((70, 55))
    assert place.steps == ["Move 60 annotations"]
    assert place["003"] == moved(before, 20, 20)
    assert hand.sees().carried is None


def test_shift_carries_straight_along_one_axis() -> None:
    hand = Hand(many(), "select")
    hand.presses((50, 35))
    hand.moves((90, 38), mods=Mods.SHIFT)
    carried = hand.sees().carried
    assert carried is not None
    assert (carried.dx, carried.dy) == (40, 0)


def test_escape_leaves_what_is_carried() -> None:
    place = many()
    hand = Hand(place, "select")
    hand.presses((50, 35))
    hand.moves((90, 55))
    assert hand.types(Key.ESCAPE)
    assert hand.sees().carried is None
    hand.releases((90, 55))
    assert place.steps == []


@pytest.mark.parametrize("shape", [ROAD, LANE], ids=["ring", "path"])
def test_a_long_path_is_carried_even_alone(shape: Polygon | Polyline) -> None:
    place = street(shape)
    hand = Hand(place, "select", scale=0.01)
    x, y = circle()[10]
    beside = x, y + 0.03
    hand.drags(beside, (x + 1, y + 2), (x + 30, y + 40.03))
    assert place.only == moved(shape, 30, 40)


@pytest.mark.parametrize("shape", [ROAD, LANE], ids=["ring", "path"])
def test_a_vertex_of_a_long_path_is_pulled_and_the_path_made_once(
    shape: Polygon | Polyline,
) -> None:
    place = street(shape)
    place.selects(shape.id)
    hand = Hand(place, "select", scale=0.001)
    x, y = circle()[77]
    hand.hovers((x, y))
    hand.presses((x, y))
    hand.moves((x + 3, y + 1), (x + 5, y + 2))
    pulled = hand.sees().pulled
    assert pulled is not None
    assert (pulled.path, pulled.vertex) == (shape, Vertex(0, 77))
    assert (pulled.x, pulled.y) == (x + 5, y + 2)
    assert hand.sees().edited == ()
    hand.releases((x + 5, y + 2))
    assert place.only == with_vertex_at(shape, Vertex(0, 77), x + 5, y + 2)
    assert place.steps == [f"Reshape {shape.name}"]


def test_a_point_is_added_to_a_long_ring_where_an_edge_is_long() -> None:
    ring = Points.from_array(np.concatenate([circle().xy[: LONG // 2], [(200, 20)]]))
    shape = replace(ROAD, rings=(ring,))
    place = street(shape)
    place.selects(shape.id)
    hand = Hand(place, "select")
    (x, y), (nx, ny) = ring[LONG // 2], ring[0]
    middle = (x + nx) / 2, (y + ny) / 2
    hand.drags(middle, (middle[0] + 20, middle[1] - 20))
    after = place.only
    assert isinstance(after, Polygon)
    assert len(after.rings[0]) == len(ring) + 1
    assert place.steps == ["Add point to road"]
