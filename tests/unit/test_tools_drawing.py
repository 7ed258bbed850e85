"""Drawing boxes, polygons and polylines, told as what a hand does and what is there afterwards."""

from __future__ import annotations

from itertools import pairwise

import pytest

from limner.model.annotations import BBox, Kind, Polygon, Polyline
from limner.model.geometry import as_oriented
from limner.model.ontology import LabelClass, Ontology
from limner.tools.tool import Cursor, Key, Mods
from unit.tool_robot import STREET, Hand, a_box, a_polygon, street


def test_a_drag_draws_a_box_from_any_corner_to_any_other() -> None:
    for start, end in [((10, 20), (60, 90)), ((60, 20), (10, 90)), ((60, 90), (10, 20))]:
        place = street()
        Hand(place, "box").drags(start, end)
        box = place.only
        assert isinstance(box, BBox)
        assert (box.x, box.y, box.w, box.h) == (10, 20, 50, 70)
        assert (box.name, box.confidence) == ("car", 1.0)


def test_two_clicks_draw_the_same_box_as_a_drag() -> None:
    place = street()
    hand = Hand(place, "box")
    hand.clicks((10, 20))
    assert hand.is_drawing()
    hand.hovers((40, 50))
    assert hand.sees().edited
    hand.clicks((60, 90))
    box = place.only
    assert isinstance(box, BBox)
    assert (box.x, box.y, box.w, box.h) == (10, 20, 50, 70)
    assert place.steps == ["Draw car"]


def test_a_new_box_is_selected_lies_on_top_and_the_tool_goes_on() -> None:
    place = street(a_box(), a_polygon())
    hand = Hand(place, "box")
    hand.drags((10, 10), (30, 30))
    hand.drags((50, 50), (70, 70))
    assert place.selected == [place.shapes[-1].id]
    assert len(place.shapes) == 4
    assert place.shapes[-1].rank > place.shapes[-2].rank > 1


def test_the_box_gets_the_class_that_is_active() -> None:
    place = street()
    bus = place.bench.ontology.find("bus", Kind.BBOX)
    assert bus
    place.bench.active[Kind.BBOX] = bus
    Hand(place, "box").drags((10, 10), (30, 30))
    assert place.only.name == "bus"


def test_shift_draws_a_square_and_alt_draws_from_the_centre() -> None:
    place = street()
    Hand(place, "box").drags((100, 100), (130, 110), mods=Mods.SHIFT | Mods.ALT)
    box = place.only
    assert isinstance(box, BBox)
    assert (box.x, box.y, box.w, box.h) == (70, 70, 60, 60)


@pytest.mark.parametrize("end", [(11.9, 90), (60, 11.9)])
def test_a_box_thinner_than_two_screen_pixels_is_not_made(end: tuple[float, float]) -> None:
    place = street()
    hand = Hand(place, "box")
    hand.drags((10, 10), end)
    assert place.shapes == []
    assert "too small" in hand.sees().hint
    assert not hand.is_drawing()


def test_what_is_too_small_depends_on_the_zoom() -> None:
    place = street()
    Hand(place, "box", scale=0.1).drags((10, 10), (10.5, 10.5))
    assert len(place.shapes) == 1


def test_overshooting_the_edge_draws_up_to_the_edge_and_ctrl_goes_beyond() -> None:
    place = street()
    hand = Hand(place, "box")
    hand.drags((380, 380), (450, 460))
    hand.drags((380, 380), (450, 460), mods=Mods.CTRL)
    first, second = place.shapes
    assert isinstance(first, BBox)
    assert isinstance(second, BBox)
    assert (first.x + first.w, first.y + first.h) == (400, 400)
    assert (second.x + second.w, second.y + second.h) == (450, 460)


@pytest.mark.parametrize("tool", ["box", "rotated", "polygon", "polyline"])
def test_escape_leaves_a_half_drawn_shape_without_a_trace(tool: str) -> None:
    place = street()
    hand = Hand(place, tool)
    hand.clicks((10, 10), (60, 20))
    hand.hovers((80, 90))
    if not hand.is_drawing():  # two clicks make a whole box
        place.bench.history.undo()
        hand.clicks((10, 10))
    assert hand.types(Key.ESCAPE)
    assert not hand.is_drawing()
    assert place.shapes == []
    assert hand.sees().sketch is None
    assert hand.sees().edited == ()
    assert not hand.types(Key.ESCAPE)


@pytest.mark.parametrize("tool", ["box", "rotated", "polygon", "polyline", "keypoint"])
def test_without_a_class_nothing_is_drawn_and_it_is_said_once(tool: str) -> None:
    place = street(ontology=Ontology((LabelClass("night", Kind.POLYGON),)))
    if tool == "polygon":
        place.bench.ontology = Ontology()
    hand = Hand(place, tool)
    hand.clicks((10, 10), (60, 20), (80, 90))
    hand.drags((10, 10), (60, 60))
    assert place.shapes == []
    assert not hand.is_drawing()
    assert len(place.refused) == 1
    assert "class first" in hand.sees().hint
    assert str(place.refused[0]) == hand.sees().hint


def test_a_rotated_box_stands_on_the_edge_that_was_drawn_first() -> None:
    place = street()
    hand = Hand(place, "rotated")
    hand.drags((100, 100), (160, 180))
    assert place.shapes == []
    hand.hovers((100, 220))
    assert hand.sees().edited
    hand.clicks((120, 240))
    box = place.only
    assert isinstance(box, BBox)
    oriented = as_oriented(box)
    assert oriented.w == pytest.approx(100)
    assert oriented.h == pytest.approx(68)
    assert oriented.angle == pytest.approx(53.130102)
    assert place.steps == ["Draw car"]


def test_a_rotated_box_can_be_drawn_with_three_clicks() -> None:
    place = street()
    Hand(place, "rotated").clicks((100, 100), (160, 180), (120, 240))
    assert len(place.shapes) == 1


def test_a_rotated_box_that_is_not_rotated_is_a_plain_box() -> None:
    place = street()
    Hand(place, "rotated").clicks((100, 100), (160, 100), (120, 140))
    box = place.only
    assert isinstance(box, BBox)
    assert box.oriented is None
    assert (box.x, box.y, box.w, box.h) == (100, 100, 60, 40)


def test_shift_holds_the_edge_of_a_rotated_box_to_steps_of_fifteen_degrees() -> None:
    place = street()
    hand = Hand(place, "rotated")
    hand.clicks((100, 100), (160, 132), mods=Mods.SHIFT)
    hand.clicks((100, 200))
    box = place.only
    assert isinstance(box, BBox)
    assert as_oriented(box).angle == pytest.approx(30)


def test_backspace_gives_the_edge_of_a_rotated_box_free_again() -> None:
    place = street()
    hand = Hand(place, "rotated")
    hand.clicks((100, 100), (160, 180))
    assert hand.types(Key.BACKSPACE)
    hand.clicks((160, 100), (160, 150))
    box = place.only
    assert isinstance(box, BBox)
    assert (box.x, box.y, box.w, box.h) == (100, 100, 60, 50)


def test_clicks_and_enter_draw_a_polygon() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10), (60, 60))
    assert place.shapes == []
    assert hand.types(Key.ENTER)
    polygon = place.only
    assert isinstance(polygon, Polygon)
    assert list(polygon.rings[0]) == [(10, 10), (60, 10), (60, 60)]
    assert place.selected == [polygon.id]
    assert place.steps == ["Draw road"]
    assert not hand.is_drawing()


def test_a_click_on_the_first_point_closes_the_polygon() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10), (60, 60))
    hand.hovers((14, 14))
    assert hand.sees().cursor is Cursor.POINT
    hand.clicks((14, 14))
    polygon = place.only
    assert isinstance(polygon, Polygon)
    assert len(polygon.rings[0]) == 3


def test_a_double_click_is_the_last_corner() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10))
    hand.double_clicks((60, 60))
    polygon = place.only
    assert isinstance(polygon, Polygon)
    assert list(polygon.rings[0]) == [(10, 10), (60, 10), (60, 60)]


def test_too_few_points_stay_and_the_hint_says_what_is_missing() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10))
    hand.types(Key.ENTER)
    assert hand.sees().hint == "1 more point needed to finish"
    hand.clicks((10, 10))
    assert hand.sees().hint == "1 more point needed to finish"
    assert place.shapes == []
    hand.clicks((60, 60))
    hand.types(Key.ENTER)
    assert len(place.shapes) == 1


def test_a_drag_draws_freehand_with_even_spacing_on_the_screen() -> None:
    place = street()
    hand = Hand(place, "polygon", scale=2.0)
    hand.presses((10, 10))
    hand.moves(*[(10.0 + i, 10.0) for i in range(200)])
    hand.releases((210, 10))
    hand.clicks((110, 200))
    hand.types(Key.ENTER)
    polygon = place.only
    assert isinstance(polygon, Polygon)
    xs = [x for x, _ in polygon.rings[0]][:-1]
    assert {b - a for a, b in pairwise(xs)} == {12.0}


def test_backspace_and_undo_take_points_back_and_redo_puts_them_back() -> None:
    place = street(a_box())
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10), (60, 60))
    hand.types(Key.BACKSPACE)
    hand.undoes(place)
    assert hand.drawn() == [(10, 10)]
    hand.redoes(place)
    hand.redoes(place)
    assert hand.drawn() == [(10, 10), (60, 10), (60, 60)]
    assert place.steps == []


def test_undo_goes_back_to_the_document_once_the_sketch_is_empty() -> None:
    place = street()
    Hand(place, "box").drags((10, 10), (60, 60))
    hand = Hand(place, "polygon")
    hand.clicks((10, 10))
    hand.undoes(place)
    assert len(place.shapes) == 1
    hand.undoes(place)
    assert place.shapes == []
    hand.redoes(place)
    assert len(place.shapes) == 1
    assert not hand.is_drawing()


def test_shift_holds_an_edge_to_45_degrees() -> None:
    place = street()
    hand = Hand(place, "polyline")
    hand.clicks((10, 10))
    hand.clicks((60, 14), mods=Mods.SHIFT)
    hand.clicks((90, 40), mods=Mods.SHIFT)
    hand.types(Key.ENTER)
    path = place.only
    assert isinstance(path, Polyline)
    assert path.path[1] == pytest.approx((60, 10))
    assert path.path[2] == pytest.approx((90, 40))


def test_a_polyline_ends_with_a_double_click_and_needs_two_points() -> None:
    place = street()
    hand = Hand(place, "polyline")
    hand.clicks((10, 10))
    hand.types(Key.ENTER)
    assert "1 more point needed" in hand.sees().hint
    hand.double_clicks((60, 60))
    path = place.only
    assert isinstance(path, Polyline)
    assert list(path.path) == [(10, 10), (60, 60)]
    assert not hand.is_drawing()


def test_a_polyline_may_come_back_to_its_first_point_without_ending_there() -> None:
    place = street()
    hand = Hand(place, "polyline")
    hand.clicks((10, 10), (60, 10), (60, 60), (10, 10))
    assert place.shapes == []
    hand.types(Key.ENTER)
    path = place.only
    assert isinstance(path, Polyline)
    assert len(path.path) == 4


def test_the_rubber_line_follows_the_pointer() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10))
    hand.hovers((30, 40))
    sketch = hand.sees().sketch
    assert sketch
    assert sketch.rubber == pytest.approx((30, 40))
    assert sketch.closed
    assert sketch.colour == "#0000ff"


@pytest.mark.parametrize("tool", ["box", "rotated", "polygon", "polyline"])
def test_undo_gives_a_shape_of_one_point_up_and_leaves_earlier_work_alone(tool: str) -> None:
    place = street()
    Hand(place, "box").drags((10, 10), (60, 60))
    hand = Hand(place, tool)
    hand.clicks((100, 100))
    hand.undoes(place)
    assert not hand.is_drawing()
    assert len(place.shapes) == 1


@pytest.mark.parametrize("tool", ["box", "rotated", "polygon", "polyline"])
def test_delete_in_a_drawing_never_reaches_the_selected_shape(tool: str) -> None:
    place = street(a_box())
    place.selects("box")
    hand = Hand(place, tool)
    hand.clicks((100, 100))
    assert hand.types(Key.DELETE)
    assert not hand.is_drawing()
    assert not hand.types(Key.DELETE)


def test_a_shape_takes_the_class_that_is_chosen_while_it_is_drawn() -> None:
    place = street()
    hand = Hand(place, "box")
    hand.presses((10, 10))
    place.bench.active[Kind.BBOX] = place.bench.ontology.of_kind(Kind.BBOX)[1]
    hand.moves((60, 60))
    hand.releases((60, 60))
    assert place.only.name == "bus"


def test_a_missing_class_is_said_again_when_it_went_missing_again() -> None:
    place = street()
    hand = Hand(place, "polygon")
    for _ in range(2):
        place.bench.ontology = Ontology()
        hand.clicks((10, 10), (20, 20))
        place.bench.ontology = STREET
        hand.clicks((10, 10))
        hand.types(Key.ESCAPE)
    assert len(place.refused) == 2


@pytest.mark.parametrize("tool", ["box", "rotated", "polygon", "polyline", "keypoint"])
def test_nothing_is_drawn_while_nobody_knows_where_the_image_lies(tool: str) -> None:
    place = street()
    place.bench.image_size = (0, 0)
    hand = Hand(place, tool)
    hand.clicks((10, 10), (60, 10), (60, 60))
    assert not hand.is_drawing()
    assert len(place.shapes) == 0
    (refused,) = place.refused
    assert str(refused) == hand.sees().hint
    place.bench.image_size = (300, 300)
    hand.clicks((10, 10))
    assert hand.is_drawing() or len(place.shapes) == 1


def test_a_double_click_on_the_first_point_closes_the_polygon_and_begins_no_other() -> None:
    place = street()
    hand = Hand(place, "polygon")
    hand.clicks((10, 10), (60, 10), (60, 60))
    hand.double_clicks((10, 10))
    assert len(place.shapes) == 1
    assert not hand.is_drawing()


def test_the_hint_measures_the_box_while_it_is_drawn() -> None:
    hand = Hand(street(), "box")
    hand.presses((10, 10))
    hand.moves((60.4, 40))
    assert hand.sees().hint.startswith("50 × 30 px · ")
    hand = Hand(street(), "rotated")
    hand.clicks((100, 100), (160, 180))
    hand.hovers((120, 240))
    assert hand.sees().hint.startswith("100 × 68 px · 53.1° · ")
