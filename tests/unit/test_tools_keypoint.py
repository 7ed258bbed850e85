"""Placing joints: which joint comes next, and to which object it belongs."""

from __future__ import annotations

import pytest

from limner.model.annotations import Keypoint, Kind
from limner.model.ontology import LabelClass, Ontology
from limner.tools import edits
from limner.tools.tool import Key, Mods
from unit.tool_robot import FACE, Hand, Street, a_joint, street


def joints(place: Street) -> list[tuple[str, int | None]]:
    return [
        (shape.name, shape.instance_id) for shape in place.shapes if isinstance(shape, Keypoint)
    ]


def activate(place: Street, name: str) -> None:
    label = place.bench.ontology.find(name, Kind.KEYPOINT)
    assert label
    place.bench.active[Kind.KEYPOINT] = label


def active(place: Street) -> str:
    label = place.bench.class_for(Kind.KEYPOINT)
    assert label
    return label.name


def test_clicks_walk_through_the_skeleton_and_then_begin_the_next_object() -> None:
    place = street()
    Hand(place, "keypoint").clicks((10, 10), (20, 5), (5, 5), (110, 10))
    assert joints(place) == [("nose", 1), ("left eye", 1), ("right eye", 1), ("nose", 2)]
    assert len(place.steps) == 4


def test_the_hint_and_the_active_class_name_the_joint_to_place() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    assert "Click the nose (1 of 3)" in hand.sees().hint
    hand.clicks((10, 10))
    assert "Click the left eye (2 of 3)" in hand.sees().hint
    assert active(place) == "left eye"


def test_a_new_object_gets_a_number_that_no_other_has() -> None:
    place = street(a_joint())
    Hand(place, "keypoint").clicks((10, 10))
    assert joints(place)[-1] == ("nose", 2)


def test_enter_skips_a_joint_and_after_the_last_the_next_object_begins() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10))
    assert hand.types(Key.ENTER)
    hand.clicks((5, 5))
    hand.clicks((110, 10))
    assert hand.types(Key.ENTER, Key.ENTER)
    hand.clicks((210, 10))
    assert joints(place) == [("nose", 1), ("right eye", 1), ("nose", 2), ("nose", 3)]


def test_escape_ends_the_object_and_keeps_its_joints() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (20, 5))
    assert "Esc: next object" in hand.sees().hint
    assert hand.types(Key.ESCAPE)
    assert not hand.types(Key.ESCAPE)
    hand.clicks((110, 10))
    assert joints(place) == [("nose", 1), ("left eye", 1), ("nose", 2)]


def test_shift_and_click_marks_a_joint_that_is_hidden_from_view() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), mods=Mods.SHIFT)
    hand.clicks((20, 5))
    hidden, seen = place.shapes
    assert isinstance(hidden, Keypoint)
    assert isinstance(seen, Keypoint)
    assert hidden.attributes.value() == {"occluded": True}
    assert seen.attributes.value() == []


def test_the_joint_may_be_adjusted_until_the_button_comes_up_and_escape_drops_it() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.drags((10, 10), (30, 40))
    joint = place.only
    assert isinstance(joint, Keypoint)
    assert joint.x == 30
    assert joint.y == 40
    for leaving in (Key.ESCAPE, Key.BACKSPACE):
        hand.presses((50, 50))
        assert len(hand.sees().edited) == 1
        assert hand.types(leaving)
        hand.releases((50, 50))
    assert place.only == joint


def test_a_joint_that_is_undone_is_the_next_to_place_again_and_redo_goes_on() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (20, 5))
    hand.undoes(place)
    assert "left eye" in hand.sees().hint
    hand.redoes(place)
    assert "right eye" in hand.sees().hint
    hand.undoes(place)
    hand.clicks((21, 6), (5, 5))
    assert joints(place) == [("nose", 1), ("left eye", 1), ("right eye", 1)]


def test_undo_goes_back_into_the_object_that_was_complete() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (20, 5), (5, 5))
    hand.undoes(place)
    hand.clicks((6, 6))
    assert joints(place)[-1] == ("right eye", 1)


def test_when_everything_is_undone_the_walk_begins_anew() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (20, 5))
    hand.undoes(place)
    hand.undoes(place)
    assert "nose (1 of 3)" in hand.sees().hint
    assert not hand.types(Key.ESCAPE)


def test_a_class_without_a_skeleton_is_numbered_by_itself() -> None:
    place = street()
    activate(place, "ball")
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (60, 60))
    assert not hand.types(Key.ENTER)
    assert joints(place) == [("ball", 1), ("ball", 2)]
    assert active(place) == "ball"
    assert not hand.types(Key.ESCAPE)


def test_choosing_a_joint_by_hand_places_it_in_the_same_object_when_it_lacks_it() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10))
    activate(place, "right eye")
    hand.clicks((5, 5))
    assert joints(place) == [("nose", 1), ("right eye", 1)]


def test_choosing_a_joint_that_the_object_has_begins_another_object() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10))
    activate(place, "nose")
    hand.clicks((110, 10))
    assert joints(place) == [("nose", 1), ("nose", 2)]


def test_a_class_that_only_carries_the_skeleton_begins_with_its_first_joint() -> None:
    joint_classes = [LabelClass(name, Kind.KEYPOINT) for name in ("nose", "left eye", "right eye")]
    face = LabelClass("face", Kind.KEYPOINT, skeleton=FACE)
    place = street(ontology=Ontology((face, *joint_classes)))
    Hand(place, "keypoint").clicks((10, 10), (20, 5), (5, 5), (110, 10))
    assert joints(place) == [("nose", 1), ("left eye", 1), ("right eye", 1), ("nose", 2)]


def test_joints_of_the_skeleton_that_have_no_class_are_passed_over() -> None:
    nose = LabelClass("nose", Kind.KEYPOINT, skeleton=FACE)
    place = street(ontology=Ontology((nose, LabelClass("right eye", Kind.KEYPOINT))))
    Hand(place, "keypoint").clicks((10, 10), (5, 5), (110, 10))
    assert joints(place) == [("nose", 1), ("right eye", 1), ("nose", 2)]


@pytest.mark.parametrize("name", ["nose\nof\tthe", "x" * 500])
def test_a_hostile_joint_name_stays_one_short_line(name: str) -> None:
    place = street(ontology=Ontology((LabelClass(name, Kind.KEYPOINT),)))
    hint = Hand(place, "keypoint").sees().hint
    assert "\n" not in hint
    assert len(hint) < 120


def test_a_joint_that_is_deleted_is_the_next_to_place_again() -> None:
    place = street()
    hand = Hand(place, "keypoint")
    hand.clicks((10, 10), (20, 5))
    assert not hand.types(Key.DELETE)
    edits.delete(place.bench)
    hand.clicks((22, 6), (5, 5))
    assert joints(place) == [("nose", 1), ("left eye", 1), ("right eye", 1)]
