"""What commands do to the selection: each is one step, on all that is selected."""

from __future__ import annotations

from dataclasses import replace

from limner.model.annotations import AnnotationId, BBox, Keypoint, Kind, Opaque
from limner.model.geometry import bounds
from limner.model.json_text import JsonText
from limner.model.ontology import LabelClass
from limner.tools import edits
from unit.tool_robot import (
    STREET,
    Street,
    a_box,
    a_joint,
    a_polygon,
    a_polyline,
    a_turned_box,
    street,
)

RAW = Opaque(id=AnnotationId("raw"), raw=JsonText('{"type":"mask"}'), reason="A mask.")


def full_street(*selected: str) -> Street:
    place = street(a_box(), a_polygon(), a_polyline(), a_joint())
    place.selects(*selected)
    return place


def order(place: Street) -> list[str]:
    return [shape.id for shape in place.shapes]


def label(name: str, kind: Kind) -> LabelClass:
    found = STREET.find(name, kind)
    assert found
    return found


def test_nothing_selected_means_nothing_done() -> None:
    place = full_street()
    bench = place.bench
    assert edits.delete(bench) is None
    assert edits.duplicate(bench, 5, 5) is None
    assert edits.relabel(bench, label("bus", Kind.BBOX)) == 0
    assert edits.reorder(bench, "front") is None
    assert edits.describe(bench, JsonText.of({})) is None
    assert edits.set_confidence(bench, 0.5) is None
    assert edits.nudge(bench, 1, 1) is None
    assert edits.paste(bench, edits.copy(bench)) is None
    assert place.steps == []


def test_delete_also_removes_what_cannot_be_drawn() -> None:
    place = street(RAW, a_box())
    place.selects("raw", "box")
    assert edits.delete(place.bench)
    assert place.shapes == []
    assert place.steps == ["Delete 2 annotations"]


def test_a_duplicate_stands_aside_on_top_under_its_own_id_and_is_selected() -> None:
    place = full_street("polygon", "box")
    assert edits.duplicate(place.bench, 5, 7)
    *_, box, polygon = place.shapes
    assert place.selected == [box.id, polygon.id]
    assert bounds(place[box.id]) == (15, 17, 55, 37)
    assert bounds(place[polygon.id]) == (105, 107, 205, 207)
    assert len({*order(place)}) == 6
    assert place.steps == ["Duplicate 2 annotations"]


def test_nobody_has_drawn_a_duplicate_yet() -> None:
    place = street(replace(a_box(), created_by="ann"))
    place.selects("box")
    edits.duplicate(place.bench, 5, 5)
    copy = place.shapes[-1]
    assert isinstance(copy, BBox)
    assert copy.created_by is None


def test_duplicated_joints_are_an_object_of_their_own() -> None:
    place = street(a_joint("a"), a_joint("b", name="nose"), replace(a_joint("c"), instance_id=None))
    place.selects("a", "b", "c")
    edits.duplicate(place.bench, 5, 5)
    copies = [shape for shape in place.shapes[3:] if isinstance(shape, Keypoint)]
    assert [copy.instance_id for copy in copies] == [2, 2, None]


def test_two_objects_that_are_duplicated_stay_two() -> None:
    place = street(a_joint("a"), replace(a_joint("b"), instance_id=2), a_joint("c", name="nose"))
    place.selects("a", "b", "c")
    edits.duplicate(place.bench, 5, 5)
    copies = [shape for shape in place.shapes[3:] if isinstance(shape, Keypoint)]
    assert [copy.instance_id for copy in copies] == [3, 4, 3]


def test_relabel_changes_the_shapes_of_its_kind_and_counts_the_others() -> None:
    place = full_street("box", "polygon", "joint")
    assert edits.relabel(place.bench, label("bus", Kind.BBOX)) == 2
    assert place["box"].name == "bus"
    assert place["polygon"].name == "road"
    assert place.steps == ["Change class of bus"]


def test_relabel_to_the_same_class_is_no_step() -> None:
    place = full_street("box")
    assert edits.relabel(place.bench, label("car", Kind.BBOX)) == 0
    assert place.steps == []


def test_reorder_keeps_the_order_within_the_selection() -> None:
    place = full_street("polyline", "box")
    assert edits.reorder(place.bench, "front")
    assert order(place) == ["polygon", "joint", "box", "polyline"]
    place.selects("polyline", "joint")
    assert edits.reorder(place.bench, "back")
    assert order(place) == ["joint", "polyline", "polygon", "box"]
    assert len(place.steps) == 2


def test_what_already_lies_in_front_is_not_brought_there_again() -> None:
    place = full_street("joint", "polyline")
    assert edits.reorder(place.bench, "front") is None
    place.selects("box")
    assert edits.reorder(place.bench, "back") is None
    assert place.steps == []


def test_what_cannot_be_drawn_can_still_be_reordered() -> None:
    place = street(RAW, a_box())
    place.selects("raw")
    assert edits.reorder(place.bench, "front")
    assert order(place) == ["box", "raw"]


def test_describe_and_confidence_reach_all_that_is_selected_in_one_step_each() -> None:
    place = full_street("box", "joint")
    assert edits.describe(place.bench, JsonText.of({"occluded": True}))
    assert edits.set_confidence(place.bench, 0.25)
    for id_ in ("box", "joint"):
        assert place[id_].attributes.value() == {"occluded": True}
        assert place[id_].confidence == 0.25
    assert place["polygon"].confidence == 1.0
    assert len(place.steps) == 2


def test_a_confidence_above_one_is_refused_in_words() -> None:
    place = full_street("box", "joint")
    assert edits.set_confidence(place.bench, 1.5) is None
    assert [broken.field for broken in place.refused] == ["confidence"]
    assert place["box"].confidence == 1.0


def test_nudge_moves_rotated_boxes_with_their_enclosure() -> None:
    place = street(a_turned_box())
    place.selects("turned")
    before = bounds(place["turned"])
    edits.nudge(place.bench, 3, -4)
    after = place["turned"]
    assert isinstance(after, BBox)
    assert after.oriented
    assert (after.oriented.cx, after.oriented.cy) == (203, 196)
    assert bounds(after).left == before.left + 3


def test_a_paste_on_another_image_keeps_the_places_and_leaves_the_source_alone() -> None:
    here, there = full_street("polygon", "box"), street(a_joint())
    clip = edits.copy(here.bench)
    edits.delete(here.bench)
    assert edits.paste(there.bench, clip)
    _, box, polygon = there.shapes
    assert bounds(there[box.id]) == bounds(a_box())
    assert bounds(there[polygon.id]) == bounds(a_polygon())
    assert there.selected == [box.id, polygon.id]
    assert there.steps == ["Paste 2 annotations"]


def test_a_paste_onto_its_own_original_stands_aside() -> None:
    place = full_street("box")
    edits.paste(place.bench, edits.copy(place.bench))
    assert bounds(place[place.shapes[-1].id]) == (20, 20, 60, 40)


def test_a_paste_leaves_out_what_the_dataset_has_no_class_for_and_says_so() -> None:
    here = street(replace(a_box("tram"), name="tram"), a_box())
    here.selects("tram", "box")
    there = street()
    assert edits.paste(there.bench, edits.copy(here.bench))
    assert there.only.name == "car"
    assert "no class called “tram”" in str(there.refused[0])
