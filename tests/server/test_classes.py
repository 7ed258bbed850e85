"""The classes of a dataset, and changing one in all annotations (contract, 3 and 4.2)."""

from __future__ import annotations

from typing import Any

import pytest

from pictures import API, Desk, box, ids, keypoint, polygon, wrong_places
from servers import answer


def classes(desk: Desk) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.get("/datasets/streets")["data"]["classes"]
    return found


def update(desk: Desk, **changes: Any) -> list[str]:
    sent = desk.client.patch(f"{API}/datasets/streets", json=changes)
    return [one["name"] for one in answer(sent).json()["data"]["classes"]]


def test_every_class_has_a_colour_of_its_own(desk: Desk) -> None:
    colours = [one["color"] for one in classes(desk)]
    assert len(set(colours)) == 4
    assert all(len(colour) == 7 and colour[0] == "#" for colour in colours)


def test_a_class_for_bbox_is_kept_as_box(desk: Desk) -> None:
    update(desk, classes=[{"name": "car", "type": "bbox"}])
    assert classes(desk)[0]["type"] == "box"
    assert desk.tries_to_save("a.png", box()).is_success


def test_classes_replace_the_list(desk: Desk) -> None:
    assert update(desk, classes=[{"name": "bus", "type": "box"}]) == ["bus"]


def test_a_base_turns_the_list_into_a_change(desk: Desk) -> None:
    base = classes(desk)
    update(desk, classes=[*base, {"name": "theirs", "type": "box"}])
    mine = [one for one in base if one["name"] != "lane"]
    mine[0] = {**mine[0], "color": "#010203"}
    names = update(desk, classes=[*mine, {"name": "mine", "type": "box"}], classes_base=base)
    assert names == ["car", "lake", "nose", "theirs", "mine"]
    assert classes(desk)[0]["color"] == "#010203"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ([{"name": "a", "type": "box"}, {"name": "a", "type": "bbox"}], [1, "name"]),
        ([{"name": " ", "type": "box"}], [0, "name"]),
        ([{"name": "a", "type": "box", "color": "red"}], [0, "color"]),
        (
            [
                {
                    "name": "p",
                    "type": "keypoint",
                    "skeleton": {"nodes": [{"name": "n"}], "edges": [[0, 1]]},
                }
            ],
            [0, "skeleton"],
        ),
        (
            [
                {
                    "name": "p",
                    "type": "keypoint",
                    "skeleton": {"nodes": [{"name": "n"}, {"name": "n"}]},
                }
            ],
            [0, "skeleton"],
        ),
        (
            [
                {
                    "name": "p",
                    "type": "keypoint",
                    "skeleton": {"nodes": [{"name": "n"}], "edges": [[0, 0]]},
                }
            ],
            [0, "skeleton"],
        ),
    ],
)
def test_a_list_that_makes_no_sense_is_refused(
    desk: Desk, wrong: list[dict[str, Any]], place: list[Any]
) -> None:
    refused = desk.client.patch(f"{API}/datasets/streets", json={"classes": wrong})
    assert wrong_places(refused)[0] == ["body", "classes", *place]
    assert len(classes(desk)) == 4


def test_renaming_a_class_renames_its_annotations(desk: Desk) -> None:
    desk.uploads("b.png")
    desk.saves("a.png", box("1"), polygon("2"), box("3"))
    desk.saves("b.png", polygon("4"))
    body = {"dataset": "streets", "old_name": "car", "new_name": "bus"}
    done = desk.post("/annotations/rename-class", body)["data"]
    assert (done["images_updated"], done["annotations_updated"]) == (1, 2)
    assert [one["name"] for one in desk.reads("a.png")] == ["bus", "lake", "bus"]
    assert "bus" in [one["name"] for one in classes(desk)]
    taken = desk.client.post(
        f"{API}/annotations/rename-class",
        json={"dataset": "streets", "old_name": "bus", "new_name": "lake"},
    )
    assert taken.status_code == 409
    again = desk.client.post(f"{API}/annotations/rename-class", json=body)
    assert again.status_code == 404, "there is no class car any more"


def test_merging_moves_annotations_and_drops_the_source(desk: Desk) -> None:
    update(desk, classes=[*classes(desk), {"name": "truck", "type": "box"}])
    desk.saves("a.png", box("1", name="truck"), box("2"))
    body = {"dataset": "streets", "source_name": "truck", "target_name": "car"}
    done = desk.post("/annotations/merge-class", body)["data"]
    assert (done["annotations_updated"], done["target_name"]) == (1, "car")
    assert [one["name"] for one in desk.reads("a.png")] == ["car", "car"]
    assert "truck" not in [one["name"] for one in classes(desk)]


def test_merging_across_types_is_refused(desk: Desk) -> None:
    body = {"dataset": "streets", "source_name": "car", "target_name": "lake"}
    assert desk.client.post(f"{API}/annotations/merge-class", json=body).status_code == 409


def test_deleting_a_class_keeps_its_annotations_unless_asked(desk: Desk) -> None:
    desk.saves("a.png", box("1"), keypoint("2"), keypoint("3"))
    body = {"dataset": "streets", "name": "nose", "class_type": None, "delete_annotations": True}
    assert desk.post("/annotations/delete-class", body)["data"]["annotations_removed"] == 2
    assert ids(desk.reads("a.png")) == ["1"]
    done = desk.post("/annotations/delete-class", {"dataset": "streets", "name": "car"})["data"]
    assert (done["annotations_removed"], done["config_updated"]) == (0, True)
    assert ids(desk.reads("a.png")) == ["1"]
    assert [one["name"] for one in classes(desk)] == ["lake", "lane"]


def test_class_edits_can_be_traced(desk: Desk) -> None:
    desk.saves("a.png", box())
    body = {"dataset": "streets", "old_name": "car", "new_name": "bus"}
    desk.post("/annotations/rename-class", body)
    assert desk.client.get(f"{API}/annotations/streets/a.png").headers["X-Annotation-Rev"] == "2"
