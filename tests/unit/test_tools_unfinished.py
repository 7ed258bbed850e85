"""Shapes half drawn, written down and gone on with."""

from __future__ import annotations

import pytest

from limner.model.annotations import AnnotationId, BBox, Polygon
from limner.model.points import Points
from limner.tools.tool import Key
from limner.tools.unfinished import Unfinished
from unit.tool_robot import Hand, a_polygon, street

CORNERS = Points.of([(20.0, 20.0), (30.0, 20.0)])


def test_what_is_written_is_read_again() -> None:
    hole = Unfinished("hole", CORNERS, "car", AnnotationId("polygon"))
    assert Unfinished.from_json(hole.as_json()) == hole


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"tool":"polygon"}',
        b'{"tool":"polygon","points":[]}',
        b'{"tool":"polygon","points":[[1,2,3]]}',
        b'{"tool":"polygon","points":[[1e999,2]]}',
        b'{"tool":7,"points":[[1,2]]}',
    ],
)
def test_what_nobody_wrote_is_nothing(text: bytes) -> None:
    assert Unfinished.from_json(text) is None


def test_a_hole_goes_on_only_while_its_polygon_is_there() -> None:
    place = street(a_polygon())
    hand = Hand(place, "hole")
    tool = hand.tool
    assert not tool.resume(Unfinished("hole", CORNERS, "road", AnnotationId("gone")))
    assert tool.resume(Unfinished("hole", CORNERS, "road", a_polygon().id))
    assert tool.unfinished == Unfinished("hole", CORNERS, "road", a_polygon().id)


def test_a_polygon_goes_on_where_it_was() -> None:
    place = street()
    hand = Hand(place, "polygon")
    tool = hand.tool
    assert tool.unfinished is None
    assert tool.resume(Unfinished("polygon", CORNERS, "road"))
    hand.clicks((25.0, 40.0))
    tool.key(Key.ENTER)
    assert isinstance(place.shapes[0], Polygon)
    assert list(place.shapes[0].rings[0]) == [*CORNERS, (25.0, 40.0)]
    assert tool.unfinished is None


def test_the_edge_of_a_rotated_box_waits_for_its_width() -> None:
    place = street()
    hand = Hand(place, "rotated")
    tool = hand.tool
    assert not tool.resume(Unfinished("rotated", Points.of([(5.0, 5.0), (5.0, 5.0)]), "car"))
    assert tool.resume(Unfinished("rotated", CORNERS, "car"))
    assert tool.unfinished == Unfinished("rotated", CORNERS, "car")
    hand.clicks((25.0, 40.0))
    assert isinstance(place.shapes[0], BBox)
