"""A save replaces everything or changes nothing (Pictograph contract, 2 and 3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pictures import API, Desk, box, ids, keypoint, polygon, polyline, wrong_places
from servers import answer, as_role


def test_what_was_saved_comes_back_in_order_with_its_ids(desk: Desk) -> None:
    drawn = [
        box("b2", attributes={"deep": [1, None, {"é": "☂"}]}, confidence=0.25),
        polygon("p1", [(0, 0), (9, 0), (9, 9)], [(2, 1), (3, 1), (3, 2)]),
        polyline("l1", (0, 0), (5, 1)),
        keypoint("k1", instance_id=2, attributes=["occluded"]),
        box("b1", oriented_box={"cx": 3, "cy": 4, "w": 2, "h": 1, "angle": 30}),
    ]
    reply = desk.saves("a.png", *drawn)
    assert (reply["previous_count"], reply["new_count"], reply["status"]) == (0, 5, "new")
    read = desk.reads("a.png")
    assert ids(read) == ["b2", "p1", "l1", "k1", "b1"]
    for drawn_one, read_one in zip(drawn, read, strict=True):
        assert drawn_one.items() <= {**read_one}.items()


def test_an_untouched_image_has_no_annotations(desk: Desk) -> None:
    assert desk.reads("a.png") == []


def test_a_save_replaces_and_never_merges(desk: Desk) -> None:
    desk.saves("a.png", box("one"), box("two"))
    reply = desk.saves("a.png", box("three"))
    assert (reply["previous_count"], reply["new_count"]) == (2, 1)
    assert ids(desk.reads("a.png")) == ["three"]


def test_an_empty_list_clears(desk: Desk) -> None:
    desk.saves("a.png", box())
    assert desk.saves("a.png")["new_count"] == 0
    assert desk.reads("a.png") == []


def test_reading_and_saving_unchanged_keeps_every_byte(desk: Desk) -> None:
    desk.saves("a.png", box(), polygon(), polyline("l", (0, 0.1), (1e-7, 1e22)), keypoint())
    url = f"{API}/annotations/streets/a.png"
    first = desk.client.get(url).content
    desk.saves("a.png", *json.loads(first)["annotations"])
    assert desk.client.get(url).content == first


def test_the_fields_stand_in_the_order_of_the_contract(desk: Desk) -> None:
    desk.saves("a.png", dict(reversed(keypoint(instance_id=1).items())), polygon())
    joint, area = desk.reads("a.png")
    assert list(joint) == [
        *("id", "name", "type", "keypoint", "confidence", "created_by", "attributes"),
        "instance_id",
    ]
    assert list(area) == [
        *("id", "name", "type", "bounding_box", "polygon", "confidence", "created_by"),
        "attributes",
    ]


def test_the_server_computes_the_box_around_polygons_and_polylines(desk: Desk) -> None:
    wrong = {"bounding_box": {"x": 0, "y": 0, "w": 1, "h": 1}}
    desk.saves("a.png", polygon("p", [(-1, 0.1), (7, 2), (3, 9.25)]) | wrong)
    assert desk.reads("a.png")[0]["bounding_box"] == {"x": -1.0, "y": 0.1, "w": 8.0, "h": 9.15}


@pytest.mark.parametrize(
    "flat",
    [
        polyline("l", (0, 7), (50, 7)),
        polyline("l", (3, 0), (3, 9)),
        polygon("p", [(1, 1), (1, 1), (1, 1)]),
        polyline("l", (-1.7e308, 0), (1.7e308, 1)),
    ],
)
def test_a_shape_without_a_legal_box_has_none(desk: Desk, flat: dict[str, Any]) -> None:
    desk.saves("a.png", flat)
    assert "bounding_box" not in desk.reads("a.png")[0]


def test_the_image_row_knows_count_and_least_confidence(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box("1", confidence=0.5), box("2"))
    row = desk.row(image_id)
    assert (row["annotation_count"], row["min_confidence"]) == (2, 0.5)
    assert [found["id"] for found in desk.listed(min_confidence_lt=0.6)] == [image_id]
    assert desk.listed(min_confidence_lt=0.5) == []
    desk.saves("a.png")
    assert desk.row(image_id)["min_confidence"] is None


def test_the_author_is_who_drew_it_first(desk: Desk, keys: dict[str, str]) -> None:
    desk.saves("a.png", box("old", created_by="somebody else"))
    owner = desk.reads("a.png")[0]["created_by"]
    desk.saves("a.png", box("old"), box("new"), **as_role(keys, "annotator"))
    old, new = desk.reads("a.png")
    assert old["created_by"] == owner != "somebody else"
    assert new["created_by"] not in (owner, None)


def test_no_save_moves_the_stage(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    change = {"dataset_name": "streets", "image_ids": [image_id], "updates": {"status": "review"}}
    answer(desk.client.patch(f"{API}/batch/images/update", json=change))
    assert desk.saves("a.png", box())["status"] == "review"
    assert desk.row(image_id)["status"] == "review"


LEFT = ["body", "annotations", 0]
NAN, INFINITE = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("wrong", "places"),
    [
        (
            box(bounding_box={"x": 0, "y": 0, "w": 0, "h": 1}),
            [[*LEFT, "bbox", "bounding_box", "w"]],
        ),
        (
            box(bounding_box={"x": NAN, "y": INFINITE, "w": 1, "h": 1}),
            [[*LEFT, "bbox", "bounding_box", "x"], [*LEFT, "bbox", "bounding_box", "y"]],
        ),
        (box(bounding_box=[0, 0, 1, 1]), [[*LEFT, "bbox", "bounding_box"]]),
        (
            box(bounding_box={"x": "0", "y": 0, "w": 1, "h": 1}),
            [[*LEFT, "bbox", "bounding_box", "x"]],
        ),
        (
            box(oriented_box={"cx": 1, "cy": 1, "w": 1, "h": 1, "angle": 360}),
            [[*LEFT, "bbox", "oriented_box", "angle"]],
        ),
        (box(name="no such class"), [[*LEFT, "bbox", "name"]]),
        (box(name="lake"), [[*LEFT, "bbox", "name"]]),
        (box("  "), [[*LEFT, "bbox", "id"]]),
        (box(confidence=1.5), [[*LEFT, "bbox", "confidence"]]),
        (box(confidence=None), [[*LEFT, "bbox", "confidence"]]),
        (box(attributes=None), [[*LEFT, "bbox", "attributes"]]),
        (box(attributes={"x": [NAN]}), [[*LEFT, "bbox", "attributes"]]),
        (box(rotation=3), [[*LEFT, "bbox", "rotation"]]),
        (box(type="obb"), [LEFT]),
        (box(polygon={"paths": []}), [[*LEFT, "bbox", "polygon"]]),
        (polygon() | {"polygon": [[0, 0, 1, 0, 0, 1]]}, [[*LEFT, "polygon", "polygon"]]),
        (polygon("p", [(0, 0), (1, 1)]), [[*LEFT, "polygon", "polygon", "paths", 0]]),
        (polygon() | {"polygon": {"paths": []}}, [[*LEFT, "polygon", "polygon", "paths"]]),
        (polyline("l", (1, 1)), [[*LEFT, "polyline", "polyline", "path"]]),
        (keypoint(instance_id=0), [[*LEFT, "keypoint", "instance_id"]]),
        (keypoint(bounding_box=None), [[*LEFT, "keypoint", "bounding_box"]]),
    ],
)
def test_a_wrong_annotation_is_refused_by_field(
    desk: Desk, wrong: dict[str, Any], places: list[list[str | int]]
) -> None:
    desk.saves("a.png", box("kept"))
    assert wrong_places(desk.tries_to_save("a.png", wrong)) == places
    assert ids(desk.reads("a.png")) == ["kept"], "a refused save changed something"


def test_class_in_the_place_of_name_is_refused(desk: Desk) -> None:
    wrong = box() | {"class": "car"}
    del wrong["name"]
    places = wrong_places(desk.tries_to_save("a.png", wrong))
    assert sorted(place[-1] for place in places) == ["class", "name"]


def test_every_wrong_annotation_is_named(desk: Desk) -> None:
    refused = desk.tries_to_save("a.png", box("a", name="x"), box("b"), keypoint("c", name="y"))
    assert [place[2] for place in wrong_places(refused)] == [0, 2]


def test_an_id_that_comes_twice_is_refused(desk: Desk) -> None:
    refused = desk.tries_to_save("a.png", box("same"), polygon("other"), keypoint("same"))
    assert wrong_places(refused) == [["body", "annotations", 2, "keypoint", "id"]]


def test_a_class_is_found_by_name_and_type_together(desk: Desk) -> None:
    answer_ = desk.tries_to_save("a.png", keypoint(name="car"))
    assert "is for box, not keypoint" in answer_.json()["error"]["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"annotations": null}',
        b'{"annotations": [], "image_id": "x"}',
        b'{"annotations": [' + b"[" * 5000 + b"]" * 5000 + b"]}",
        b'{"annotations": ["\xff"]}',
        b'{"annotations": [{"id": "\\ud800"}]}',
    ],
)
def test_a_body_that_is_none_is_refused(desk: Desk, body: bytes) -> None:
    refused = desk.client.post(f"{API}/annotations/streets/a.png", content=body)
    assert refused.status_code == 422
    assert refused.json()["error"]["code"] == "validation_error"


def test_attributes_that_nest_too_deep_are_refused(desk: Desk) -> None:
    deep: Any = []
    for _ in range(40):
        deep = [deep]
    assert wrong_places(desk.tries_to_save("a.png", box(attributes=deep)))[0][-1] == "attributes"


def test_there_is_no_such_image(desk: Desk) -> None:
    desk.uploads("deep.png", "/train/a")
    for path in ("nope.png", "deep.png", "train/deep.png"):
        assert desk.tries_to_save(path).status_code == 404
        assert desk.client.get(f"{API}/annotations/streets/{path}").status_code == 404
    assert desk.tries_to_save("train/a/deep.png").status_code == 200
    assert desk.client.get(f"{API}/annotations/nowhere/a.png").status_code == 404


def test_a_dataset_is_found_by_its_id_in_any_case(desk: Desk) -> None:
    desk.saves("a.png", box())
    found = desk.get(f"/annotations/{desk.id.upper()}/a.png")
    assert ids(found["annotations"]) == ["b1"]


def test_deleting_all_is_for_admins(desk: Desk, keys: dict[str, str]) -> None:
    desk.saves("a.png", box("1"), box("2"))
    url = f"{API}/annotations/streets/a.png"
    refused = desk.client.delete(url, headers=as_role(keys, "member"))
    assert refused.status_code == 403
    details = refused.json()["error"]["details"]
    assert details == {"required_role": "admin", "current_role": "member"}
    assert (
        answer(desk.client.delete(url, headers=as_role(keys, "admin"))).json()["deleted_count"] == 2
    )
    assert desk.reads("a.png") == []


def test_a_viewer_reads_and_saves_nothing(desk: Desk, keys: dict[str, str]) -> None:
    viewer = as_role(keys, "viewer")
    assert desk.tries_to_save("a.png", box(), **viewer).status_code == 403
    url = f"{API}/annotations/streets/a.png"
    assert answer(desk.client.get(url, headers=viewer)).json()["annotations"] == []
