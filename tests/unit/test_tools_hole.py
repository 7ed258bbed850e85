"""Cutting holes into polygons."""

from __future__ import annotations

from limner.model.annotations import AnnotationId, Polygon
from limner.model.patch import Patch, Verb
from limner.tools.tool import Key
from unit.tool_robot import Hand, Street, a_box, a_polygon, street


def rings_of(place: Street, id_: str = "polygon") -> int:
    polygon = place[id_]
    assert isinstance(polygon, Polygon)
    return len(polygon.rings)


def test_a_hole_is_cut_into_the_topmost_polygon_under_the_first_click() -> None:
    place = street(a_polygon("low"), a_polygon(), a_box(x=100, y=100, w=90, h=90))
    hand = Hand(place, "hole")
    hand.clicks((120, 120), (150, 120), (120, 150))
    assert rings_of(place) == 1
    assert hand.types(Key.ENTER)
    assert rings_of(place) == 2
    assert rings_of(place, "low") == 1
    assert place.selected == ["polygon"]
    assert place.steps == ["Cut hole in road"]


def test_a_hole_is_cut_into_the_selected_polygon_even_below_another() -> None:
    place = street(a_polygon("low"), a_polygon())
    place.selects("low")
    hand = Hand(place, "hole")
    hand.clicks((120, 120), (150, 120), (120, 150), (121, 121))
    assert rings_of(place, "low") == 2
    assert rings_of(place) == 1


def test_the_first_click_may_be_four_screen_pixels_beside_the_polygon() -> None:
    for scale, is_found in [(1.0, False), (2.0, True)]:
        hand = Hand(street(a_polygon()), "hole", scale=scale)
        hand.clicks((94, 150))
        assert hand.is_drawing() is is_found


def test_beside_all_polygons_there_is_nothing_to_cut() -> None:
    place = street(a_polygon(), a_box())
    hand = Hand(place, "hole")
    hand.clicks((20, 20))
    assert not hand.is_drawing()
    assert "inside a polygon" in hand.sees().hint


def test_a_ring_outside_the_outline_is_refused_in_words_and_the_drawing_stays() -> None:
    place = street(a_polygon())
    place.selects("polygon")
    hand = Hand(place, "hole")
    hand.clicks((220, 220), (250, 220), (250, 250))
    hand.types(Key.ENTER)
    assert rings_of(place) == 1
    assert [broken.field for broken in place.refused] == ["polygon.paths.1"]
    assert hand.is_drawing()
    assert len(hand.drawn()) == 3
    hand.types(Key.BACKSPACE, Key.BACKSPACE, Key.BACKSPACE)
    assert not hand.is_drawing()


def test_when_the_polygon_goes_meanwhile_it_is_said_and_the_drawing_stays() -> None:
    place = street(a_polygon())
    hand = Hand(place, "hole")
    hand.clicks((120, 120), (150, 120), (120, 150))
    place.bench.document.apply(Patch.removing(Verb.RELOAD, [place["polygon"]]))
    hand.types(Key.ENTER)
    assert [broken.annotation_id for broken in place.refused] == [AnnotationId("polygon")]
    assert "gone" in str(place.refused[0])
    assert hand.is_drawing()
    assert hand.types(Key.ESCAPE)


def test_the_sketch_of_a_hole_has_the_colour_of_its_polygon() -> None:
    place = street(a_polygon())
    hand = Hand(place, "hole")
    hand.clicks((120, 120))
    sketch = hand.sees().sketch
    assert sketch
    assert sketch.colour == "#0000ff"
