"""Choosing, moving and nudging shapes with the select tool."""

from __future__ import annotations

import pytest

from limner.model.annotations import BBox, Keypoint
from limner.model.geometry import bounds, moved
from limner.model.patch import Patch, Verb
from limner.tools.tool import Cursor, Key, Mods
from unit.tool_robot import (
    Hand,
    Street,
    a_box,
    a_joint,
    a_polygon,
    a_polyline,
    a_turned_box,
    street,
)


def two_boxes() -> Street:
    """Two boxes that overlap at (45, 25), the second on top."""
    return street(a_box("low"), a_box("high", x=40, y=20))


def test_a_click_selects_the_topmost_shape_under_the_pointer() -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    hand.clicks((45, 25))
    assert place.selected == ["high"]
    hand.clicks((15, 15))
    assert place.selected == ["low"]


def test_the_pointer_may_be_four_screen_pixels_beside_a_shape() -> None:
    place = street(a_polyline())
    Hand(place, "select", scale=0.5).clicks((50, 302.5))
    assert place.selected == []
    Hand(place, "select", scale=2.0).clicks((50, 307))
    assert place.selected == ["polyline"]


@pytest.mark.parametrize("key", [Mods.SHIFT, Mods.CTRL])
def test_shift_or_ctrl_and_click_adds_and_takes_away(key: Mods) -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    hand.clicks((15, 15), mods=key)
    hand.clicks((75, 35), mods=key)
    assert place.selected == ["low", "high"]
    hand.clicks((15, 15), mods=key)
    assert place.selected == ["high"]


def test_a_click_on_nothing_clears_the_selection_and_with_shift_keeps_it() -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    hand.clicks((15, 15))
    hand.clicks((300, 300), mods=Mods.SHIFT)
    assert place.selected == ["low"]
    hand.clicks((300, 300))
    assert place.selected == []


def test_a_click_on_one_of_many_leaves_only_that_one() -> None:
    place = two_boxes()
    place.selects("low", "high")
    Hand(place, "select").clicks((15, 15))
    assert place.selected == ["low"]


def test_what_lies_under_the_pointer_is_highlighted_until_it_is_gone() -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    hand.hovers((45, 25))
    assert hand.sees().hovered == "high"
    place.bench.do(Patch.removing(Verb.DELETE, [place["high"]]))
    assert hand.sees().hovered is None


def test_a_drag_moves_an_unselected_shape_at_once() -> None:
    place = street(a_box(), a_polygon())
    hand = Hand(place, "select")
    hand.drags((150, 150), (160, 130))
    assert bounds(place["polygon"]) == (110, 80, 210, 180)
    assert place.selected == ["polygon"]
    assert place.steps == ["Move road"]


def test_a_drag_moves_all_that_is_selected_as_one_step() -> None:
    place = street(a_box(), a_polygon(), a_polyline(), a_joint(), a_turned_box())
    place.selects(*[shape.id for shape in place.shapes])
    before = place.bench.selected()
    Hand(place, "select").drags((15, 15), (20, 35))
    assert place.shapes == [moved(shape, 5, 20) for shape in before]
    assert place.steps == ["Move 5 annotations"]


def test_while_a_shape_is_dragged_the_document_waits_and_the_overlay_shows_it() -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    hand.presses((15, 15))
    hand.moves((20, 20), (35, 15))
    assert place["box"] == a_box()
    (shown,) = hand.sees().edited
    assert bounds(shown) == (30, 10, 70, 30)
    assert hand.is_drawing()


def test_a_hand_that_trembles_moves_nothing() -> None:
    place = street(a_box())
    hand = Hand(place, "select", scale=2.0)
    hand.presses((15, 15))
    hand.moves((20, 15))
    assert not hand.is_drawing()
    hand.releases((20, 15))
    assert place.steps == []
    hand.drags((15, 15), (22, 15))
    assert place.steps == ["Move car"]


def test_shift_moves_straight_along_the_longer_axis() -> None:
    place = street(a_box())
    place.selects("box")
    Hand(place, "select").drags((25, 15), (35, 60), mods=Mods.SHIFT)
    assert bounds(place["box"]) == (10, 55, 50, 75)


def test_a_keypoint_is_moved_by_dragging_it() -> None:
    place = street(a_joint())
    Hand(place, "select").drags((301, 301), (311, 281))
    joint = place.only
    assert isinstance(joint, Keypoint)
    assert (joint.x, joint.y) == (310, 280)
    assert place.steps == ["Move ball"]


def test_the_drag_takes_the_selected_shape_even_from_under_another() -> None:
    place = two_boxes()
    place.selects("low")
    hand = Hand(place, "select")
    hand.drags((45, 24), (45, 44))
    assert bounds(place["low"]).top == 30
    assert bounds(place["high"]).top == 20


@pytest.mark.parametrize("leaving", [Key.ESCAPE, "undo"])
def test_escape_or_undo_in_a_drag_puts_everything_back(leaving: object) -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    hand.presses((15, 15))
    hand.moves((100, 100))
    if isinstance(leaving, Key):
        assert hand.types(leaving)
    else:
        hand.undoes(place)
    assert hand.sees().edited == ()
    hand.moves((120, 120))
    hand.releases((120, 120))
    assert place.shapes == [a_box()]
    assert place.steps == []
    assert place.selected == ["box"]


def test_escape_without_a_drag_clears_the_selection_then_is_not_used() -> None:
    place = street(a_box())
    place.selects("box")
    hand = Hand(place, "select")
    assert hand.types(Key.ESCAPE)
    assert place.selected == []
    assert not hand.types(Key.ESCAPE)


def test_a_rubber_band_selects_what_it_encloses_or_touches() -> None:
    place = street(a_box(), a_polygon(), a_polyline(), a_joint(), a_turned_box())
    hand = Hand(place, "select")
    hand.drags((5, 5), (105, 105))
    assert place.selected == ["box", "polygon"]
    hand.drags((60, 250), (390, 305))
    assert place.selected == ["polyline", "joint"]


def test_a_rubber_band_goes_by_the_shape_and_not_by_its_box() -> None:
    stroke = a_polyline("stroke", (10, 10), (210, 210))
    place = street(stroke)
    hand = Hand(place, "select")
    hand.drags((150, 20), (190, 100))
    assert place.selected == []
    hand.drags((150, 20), (90, 100))
    assert place.selected == ["stroke"]


def test_a_rubber_band_in_a_hole_does_not_touch_the_polygon() -> None:
    ring = [(0.0, 0.0), (300.0, 0.0), (300.0, 300.0), (0.0, 300.0)]
    hole = [(50.0, 50.0), (250.0, 50.0), (250.0, 250.0), (50.0, 250.0)]
    place = street(a_polygon("frame", ring, hole))
    hand = Hand(place, "select")
    hand.drags((100, 100), (200, 200))
    assert place.selected == []
    hand.drags((100, 100), (260, 200))
    assert place.selected == ["frame"]


def test_shift_and_a_rubber_band_adds_and_escape_leaves_the_band() -> None:
    place = street(a_box(), a_joint())
    place.selects("joint")
    hand = Hand(place, "select")
    hand.presses((100, 100), mods=Mods.SHIFT)
    hand.moves((5, 5), mods=Mods.SHIFT)
    assert hand.sees().band == (5, 5, 100, 100)
    hand.releases((5, 5), mods=Mods.SHIFT)
    assert place.selected == ["joint", "box"]
    hand.presses((380, 380))
    hand.moves((200, 200))
    hand.types(Key.ESCAPE)
    assert hand.sees().band is None
    assert place.selected == ["joint", "box"]


def test_a_rubber_band_leaves_what_is_hidden_alone() -> None:
    place = street(a_box(), a_joint())
    seen = place.bench.find_within
    place.bench.find_within = lambda band: [i for i in seen(band) if i != "box"]
    Hand(place, "select").drags((5, 5), (390, 390))
    assert place.selected == ["joint"]


def test_arrow_keys_nudge_by_one_and_with_shift_by_ten_pixels() -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    assert not hand.types(Key.LEFT)
    place.selects("box")
    assert hand.types(Key.RIGHT, Key.DOWN)
    assert hand.types(Key.UP, mods=Mods.SHIFT)
    assert hand.types(Key.LEFT, mods=Mods.SHIFT)
    assert bounds(place["box"])[:2] == (1, 1)
    assert len(place.steps) == 4


@pytest.mark.parametrize("key", [Key.DELETE, Key.BACKSPACE])
def test_delete_removes_the_selection_and_undo_brings_it_back_selected(key: Key) -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    assert not hand.types(key)
    place.selects("low", "high")
    assert hand.types(key)
    assert place.shapes == []
    assert place.steps == ["Delete 2 annotations"]
    place.bench.history.undo()
    assert place.selected == ["low", "high"]


def test_when_somebody_else_changes_the_dragged_shape_theirs_stands_and_it_is_said() -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    hand.presses((15, 15))
    hand.moves((60, 60))
    theirs = a_box(x=200)
    place.bench.document.apply(Patch.replacing(Verb.RELOAD, [(place["box"], theirs)]))
    hand.releases((60, 60))
    assert place["box"] == theirs
    assert place.steps == []
    assert "changed from elsewhere" in str(place.refused[0])


def test_the_pointer_says_what_it_would_do() -> None:
    place = street(a_box(w=100, h=100))
    hand = Hand(place, "select")
    hand.hovers((300, 300))
    assert hand.sees().cursor is Cursor.ARROW
    hand.hovers((60, 70))
    assert "select" in hand.sees().hint
    hand.clicks((60, 70))
    assert hand.sees().cursor is Cursor.MOVE
    hand.hovers((10, 10))
    assert hand.sees().cursor is Cursor.RESIZE_FALL
    hand.hovers((110, 10))
    assert hand.sees().cursor is Cursor.RESIZE_RISE
    hand.hovers((110, 60))
    assert hand.sees().cursor is Cursor.RESIZE_H
    hand.hovers((60, 10))
    assert hand.sees().cursor is Cursor.RESIZE_V


def test_handles_are_offered_for_one_selected_shape_only() -> None:
    place = two_boxes()
    hand = Hand(place, "select")
    hand.hovers((300, 300))
    assert hand.sees().handles == ()
    place.selects("low")
    assert hand.sees().handles
    place.selects("low", "high")
    assert hand.sees().handles == ()


def test_a_press_that_was_never_released_is_forgotten_by_the_next_press() -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    hand.presses((15, 15))
    hand.moves((100, 100))
    hand.clicks((300, 300))
    box = place.only
    assert isinstance(box, BBox)
    assert (box.x, box.y) == (10, 10)


def test_a_release_that_never_arrives_leaves_no_shape_at_the_pointer() -> None:
    place = street(a_box())
    hand = Hand(place, "select")
    hand.presses((15, 15))
    hand.moves((100, 100))
    hand.hovers((200, 200))
    assert not hand.is_drawing()
    assert place.steps == []
