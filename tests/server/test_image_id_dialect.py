"""The older dialect: images named by their id alone (Pictograph contract, 0)."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor

from pictures import API, Desk, box, ids, wrong_places
from servers import answer


def save(desk: Desk, image_id: str, *shapes: dict[str, object]) -> dict[str, object]:
    body = {"image_id": image_id, "annotations": shapes}
    return desk.post(f"/annotations/{image_id}", body)


def test_its_status_follows_from_count_and_stage(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    assert save(desk, image_id)["status"] == "new"
    assert save(desk, image_id, box())["status"] == "in_progress"
    desk.post("/images/streets/a.png/review", {"action": "approve"})
    assert save(desk, image_id, box())["status"] == "complete"
    assert desk.row(image_id)["status"] == "complete", "rows speak of stages only"


def test_it_reads_and_clears_the_same_annotations(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    save(desk, image_id, box())
    read = desk.get(f"/annotations/{image_id}")
    assert (read["image_id"], ids(read["annotations"])) == (image_id, ["b1"])
    assert desk.reads("a.png") == read["annotations"]
    removed = answer(desk.client.delete(f"{API}/annotations/{image_id}")).json()
    assert (removed["image_id"], removed["deleted_count"]) == (image_id, 1)


def test_the_body_must_name_the_image_of_the_address(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    body = {"image_id": str(uuid.uuid4()), "annotations": []}
    refused = desk.client.post(f"{API}/annotations/{image_id}", json=body)
    assert wrong_places(refused) == [["body", "image_id"]]


def test_an_unknown_image_is_a_404(desk: Desk) -> None:
    unknown = str(uuid.uuid4())
    body = {"image_id": unknown, "annotations": []}
    assert desk.client.get(f"{API}/annotations/{unknown}").status_code == 404
    assert desk.client.post(f"{API}/annotations/{unknown}", json=body).status_code == 404
    assert desk.client.delete(f"{API}/annotations/{unknown}").status_code == 404


def test_the_file_holds_name_and_annotations(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box())
    file = desk.get(f"/annotations/{image_id}/file")
    assert (file["image"], ids(file["annotations"])) == ("a.png", ["b1"])


def test_an_image_called_file_is_found_by_its_path(desk: Desk) -> None:
    desk.uploads("file")
    desk.saves("file", box("there"))
    assert ids(desk.get(f"/annotations/{desk.id}/file")["annotations"]) == ["there"]


def test_many_are_saved_at_once_and_a_bad_one_stops_no_other(desk: Desk) -> None:
    first = desk.listed()[0]["id"]
    second, gone = desk.uploads("b.png"), str(uuid.uuid4())
    reply = desk.post(
        "/annotations/bulk",
        {
            "saves": [
                {"image_id": first, "annotations": [box("1"), box("2")]},
                {"image_id": gone, "annotations": []},
                {"image_id": second, "annotations": [box(name="unknown")]},
            ]
        },
    )
    assert [(one["image_id"], one["new_count"]) for one in reply["saved"]] == [(first, 2)]
    assert [one["image_id"] for one in reply["failed"]] == [gone, second]
    assert "unknown" in reply["failed"][1]["error"]
    assert ids(desk.reads("a.png")) == ["1", "2"]


def test_a_malformed_bulk_save_changes_nothing(desk: Desk) -> None:
    first = desk.listed()[0]["id"]
    good = {"image_id": first, "annotations": [box()]}
    bad = {"image_id": first, "annotations": [box(confidence=7)]}
    refused = desk.client.post(f"{API}/annotations/bulk", json={"saves": [good, bad]})
    assert wrong_places(refused) == [["body", "saves", 1, "annotations", 0, "bbox", "confidence"]]
    many = {"saves": [{"image_id": first, "annotations": []}] * 201}
    assert desk.client.post(f"{API}/annotations/bulk", json=many).status_code == 422
    assert desk.reads("a.png") == []


def test_bulk_saves_in_opposite_order_do_not_block_each_other(desk: Desk) -> None:
    images = [desk.listed()[0]["id"], *(desk.uploads(f"{n}.png") for n in range(5))]

    def save(turn: int) -> int:
        order = images if turn % 2 else images[::-1]
        saves = [{"image_id": one, "annotations": [box(f"{turn}")]} for one in order]
        return len(desk.post("/annotations/bulk", {"saves": saves})["saved"])

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(save, range(12))) == [6] * 12
