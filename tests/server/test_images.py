"""Images: uploads, lists, details, stages, splits and tags (Pictograph contract, 5)."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from limner.server.database import Store
from pictures import API, PIXEL, Desk, box
from servers import answer, as_role


def blobs(store: Store) -> int:
    return sum(path.is_file() for path in (store.data_dir / "blobs").rglob("*"))


def test_an_upload_makes_an_image_with_the_same_bytes(desk: Desk) -> None:
    image_id = desk.uploads("é 100% #1.png", "/train/a", b"\x89PNG and so on")
    row = desk.row(image_id)
    assert (row["filename"], row["directory_path"]) == ("é 100% #1.png", "/train/a")
    assert (row["file_size"], row["status"], row["annotation_count"]) == (14, "new", 0)
    by_path = desk.client.get(f"{API}/images/streets/train/a/{quote('é 100% #1.png')}")
    assert answer(by_path).content == b"\x89PNG and so on"
    by_id = answer(desk.client.get(f"{API}/images/{image_id}"))
    assert by_id.content == by_path.content
    assert by_id.headers["Content-Type"] == "image/png"
    assert by_id.headers["X-Content-Type-Options"] == "nosniff"


def test_the_upload_address_needs_no_key_and_is_used_once(desk: Desk) -> None:
    place = {"dataset": "streets", "filename": "b.png", "content_type": "image/png"}
    url = desk.post("/images/upload-url", place)["data"]["upload_url"]
    no_key = {"X-API-Key": "", "Content-Type": "image/png"}
    assert desk.client.put(url, content=b"1234", headers=no_key).status_code == 200
    desk.post("/images/register", {**place, "file_size": 4})
    assert desk.client.put(url, content=b"5678").status_code == 404
    assert desk.client.put(url[:-3] + "abc", content=b"5678").status_code == 404


def test_a_place_is_taken_once(desk: Desk) -> None:
    place = {"dataset": "streets", "filename": "a.png", "content_type": "image/png"}
    assert desk.client.post(f"{API}/images/upload-url", json=place).status_code == 409
    desk.uploads("a.png", "/other")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filename": "../x.png"}, "filename"),
        ({"filename": ".."}, "filename"),
        ({"directory_path": "/a//b"}, "directory_path"),
        ({"directory_path": "/a/../b"}, "directory_path"),
        ({"content_type": "text/html"}, "content_type"),
    ],
)
def test_a_place_that_breaks_addresses_is_refused(
    desk: Desk, change: dict[str, Any], field: str
) -> None:
    place = {"dataset": "streets", "filename": "b.png", "content_type": "image/png", **change}
    refused = desk.client.post(f"{API}/images/upload-url", json=place)
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", field]


def test_registering_what_was_not_uploaded_is_refused(desk: Desk) -> None:
    row = {"dataset": "streets", "filename": "x.png", "content_type": "image/png", "file_size": 1}
    assert desk.client.post(f"{API}/images/register", json=row).status_code == 422
    url = desk.post(
        "/images/upload-url",
        {"dataset": "streets", "filename": "x.png", "content_type": "image/png"},
    )["data"]["upload_url"]
    desk.client.put(url, content=b"12")
    short = desk.client.post(f"{API}/images/register", json=row)
    assert "2 bytes were uploaded, not 1" in short.json()["error"]["message"]


def test_many_images_at_once(desk: Desk) -> None:
    files = [{"filename": f"{n}.png", "content_type": "image/png"} for n in range(3)]
    issued = desk.post("/images/bulk-upload-url", {"dataset": "streets", "images": files})["data"]
    for place, content in zip(issued["upload_urls"][:2], (b"1", b"2"), strict=True):
        answer(desk.client.put(place["upload_url"], content=content))
    rows = [{**file, "file_size": 1} for file in files]
    done = desk.post("/images/bulk-register", {"dataset": "streets", "images": rows})["data"]
    assert [row["filename"] for row in done["succeeded"]] == ["0.png", "1.png"]
    assert (done["count"], done["failed"][0]["filename"]) == (2, "2.png")


def test_the_list_is_newest_first_and_filtered(desk: Desk) -> None:
    desk.uploads("b.png", "/train")
    desk.uploads("a.png", "/train")
    assert [row["filename"] for row in desk.listed()] == ["a.png", "b.png", "a.png"]
    assert len(desk.listed(directory_path="/train")) == 2
    assert len(desk.listed(directory_path="/train", filename="a.png")) == 1
    assert len(desk.listed(filename="a.png")) == 2, "a file name is searched everywhere"
    desk.post("/images/streets/train/b.png/split", {"split": "val"})
    assert [row["filename"] for row in desk.listed(split="val")] == ["b.png"]
    desk.post("/images/streets/train/b.png/review", {"action": "approve"})
    assert [row["filename"] for row in desk.listed(status="complete")] == ["b.png"]
    for wrong, status in (("nonsense=1", 400), ("status=in_progress", 422)):
        reply = desk.client.get(f"{API}/images/?dataset=streets&{wrong}")
        assert reply.status_code == status


def test_review_moves_the_stage_and_keeps_the_note(desk: Desk) -> None:
    asked = {"action": "request_changes", "note": "tighten b1"}
    first = desk.post("/images/streets/a.png/review", asked)["data"]
    assert (first["status"], first["review_note"], first["processed"]) == (
        "annotate",
        "tighten b1",
        1,
    )
    second = desk.post("/images/streets/a.png/review", {"action": "approve"})["data"]
    assert (second["status"], second["review_note"]) == ("complete", None)


def test_tags_are_added_and_taken_away(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    body = {"dataset": "streets", "image_ids": [image_id], "tags": ["wet", "night"], "add": True}
    desk.post("/images/bulk-tag", body)
    desk.post("/images/bulk-tag", body)
    assert desk.row(image_id)["tags"] == ["wet", "night"]
    desk.post("/images/bulk-tag", {**body, "tags": ["wet"], "add": False})
    assert desk.row(image_id)["tags"] == ["night"]


def test_splits_are_dealt_the_same_way_for_the_same_seed(desk: Desk) -> None:
    for number in range(9):
        desk.uploads(f"{number}.png")
    deal = {"dataset": "streets", "train": 0.8, "val": 0.1, "test": 0.1, "seed": 42}
    counts = desk.post("/images/assign-splits", {**deal, "split_mode": "random"})["data"]
    assert counts == {"processed": 10, "train": 8, "val": 1, "test": 1}
    first = {row["id"]: row["split"] for row in desk.listed()}
    desk.post("/images/assign-splits", deal)
    assert {row["id"]: row["split"] for row in desk.listed()} == first


def test_an_archived_image_leaves_the_list_only(desk: Desk, keys: dict[str, str]) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box())
    url = f"{API}/images/streets/a.png"
    answer(desk.client.delete(url, headers=as_role(keys, "annotator")))
    assert desk.listed() == []
    assert desk.listed(include_archived=True)[0]["is_archived"] is True
    assert desk.row(image_id)["is_archived"] is True
    assert len(desk.reads("a.png")) == 1


def test_purging_is_for_admins_and_removes_the_bytes(
    desk: Desk, keys: dict[str, str], store: Store
) -> None:
    url, gone = f"{API}/images/streets/a.png", {"permanent": "true"}
    assert desk.client.delete(url, params=gone, headers=as_role(keys, "member")).status_code == 403
    assert blobs(store) == 1
    answer(desk.client.delete(url, params=gone))
    assert desk.client.get(url).status_code == 404
    assert blobs(store) == 0


def test_bytes_that_are_gone_are_named(desk: Desk, store: Store) -> None:
    for path in (store.data_dir / "blobs").rglob("*"):
        if path.is_file():
            path.unlink()
    reply = desk.client.get(f"{API}/images/streets/a.png")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "image_unreadable")
    assert "a.png" in reply.json()["error"]["message"]


def test_a_whole_dataset_is_fetched_with_addresses_that_need_no_key(desk: Desk) -> None:
    items = desk.get("/datasets/streets/download?mode=full&limit=10")["data"]["items"]
    no_key = {"X-API-Key": ""}
    assert desk.client.get(items[0]["image_url"], headers=no_key).content == PIXEL
    assert desk.client.get(items[0]["annotation_url"], headers=no_key).status_code == 401
    forged = items[0]["image_url"][:-4] + "0000"
    assert desk.client.get(forged, headers=no_key).status_code == 403
    assert (
        "annotation_url"
        not in desk.get("/datasets/streets/download?mode=images_only")["data"]["items"][0]
    )


def test_move_rename_archive_and_restore_in_batches(desk: Desk) -> None:
    first, second = desk.listed()[0]["id"], desk.uploads("a.png", "/train")

    def update(ids: list[str], **updates: Any) -> Any:
        body = {"dataset_name": "streets", "image_ids": ids, "updates": updates}
        return desk.client.patch(f"{API}/batch/images/update", json=body)

    moved = desk.post(
        "/batch/images/move",
        {"dataset_name": "streets", "image_ids": [first], "target_directory_path": "/train"},
    )
    assert (moved["processed"], moved["renamed"]) == (1, 1)
    assert desk.row(first)["filename"] == "a-1.png"
    assert answer(update([first], display_name="z.png")).json()["renamed"] == 1
    taken = answer(update([second], display_name="z.png")).json()
    assert (taken["processed"], taken["failed"][0]["id"]) == (0, second)
    assert answer(update([first, "no such id"], is_archived=True)).json()["failed"][0]["reason"]
    assert desk.row(first)["is_archived"] is True
    answer(update([first], is_archived=False))
    assert desk.row(first)["is_archived"] is False
    assert update([first]).status_code == 422
    assert update([first], status="in_progress").status_code == 422
    assert update(["no such id"], status="new").status_code == 404


def test_copies_share_bytes_until_the_last_one_goes(desk: Desk, store: Store) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box())
    copy = {"dataset_name": "streets", "image_ids": [image_id], "target_directory_path": "/c"}
    desk.post("/batch/images/copy", {**copy, "copy_annotations": True})
    assert len(desk.reads("c/a.png")) == 1
    skipped = desk.post("/batch/images/copy", {**copy, "duplicate_handling": "skip"})
    assert skipped["failed"][0]["id"] == image_id
    desk.post("/batch/images/copy", {**copy, "duplicate_handling": "overwrite"})
    assert desk.reads("c/a.png") == [], "a copy starts clean unless asked"
    assert blobs(store) == 1
    purge = {"dataset_name": "streets", "image_ids": [image_id], "permanent": True}
    assert desk.post("/batch/images/delete", purge)["operation"] == "deleted"
    assert answer(desk.client.get(f"{API}/images/streets/c/a.png")).content == PIXEL


def test_copying_to_another_dataset_brings_the_classes(desk: Desk) -> None:
    other = Desk(desk.client, "roads")
    answer(desk.client.patch(f"{API}/datasets/roads", json={"classes": []}))
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box())
    body = {"dataset_name": "streets", "image_ids": [image_id], "target_dataset_name": "roads"}
    done = desk.post("/batch/images/copy-to-dataset", body)
    assert (done["target_dataset"], done["classes_added"]) == ("roads", ["car"])
    assert other.reads("a.png") == desk.reads("a.png")


@pytest.mark.parametrize("name", ["metadata", "file", "review", "split", "tree", "bulk"])
def test_an_image_may_be_called_like_a_route(desk: Desk, name: str) -> None:
    image_id = desk.uploads(name, content=name.encode())
    for dataset in ("streets", desk.id):
        assert desk.client.get(f"{API}/images/{dataset}/{name}").content == name.encode()
        answer(desk.client.post(f"{API}/annotations/{dataset}/{name}", json={"annotations": []}))
        assert desk.get(f"/annotations/{dataset}/{name}")["annotations"] == []
    assert desk.row(image_id)["filename"] == name


def test_metadata_of_nothing_names_the_image(desk: Desk) -> None:
    unknown = "00000000-0000-4000-8000-000000000000"
    reply = desk.client.get(f"{API}/images/{unknown}/metadata")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "not_found")
    assert "image" in reply.json()["error"]["message"]
