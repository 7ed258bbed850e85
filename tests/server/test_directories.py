"""The directories of a dataset (Pictograph contract, 5.3)."""

from __future__ import annotations

from typing import Any

from pictures import API, Desk, box, ids
from servers import answer


def paths(desk: Desk) -> list[str]:
    return [one["full_path"] for one in desk.get("/directories/streets")]


def test_they_appear_with_an_upload_and_count_their_images(desk: Desk) -> None:
    desk.uploads("b.png", "/train/a")
    desk.uploads("c.png", "/train")
    top, below = desk.get("/directories/streets")
    assert (top["full_path"], top["image_count"], top["nested_image_count"]) == ("/train", 1, 2)
    assert (below["name"], below["parent_directory_id"]) == ("a", top["id"])
    assert [one["name"] for one in desk.get("/directories/streets?parent_path=/train")] == ["a"]


def test_the_tree_nests(desk: Desk) -> None:
    desk.uploads("b.png", "/train/a")
    desk.uploads("b.png", "/val")
    train, val = desk.get("/directories/streets/tree")
    assert ([one["name"] for one in train["children"]], val["children"]) == (["a"], [])


def test_empty_ones_can_be_made_twice(desk: Desk) -> None:
    body = {"dataset": "streets", "directory_path": "x/y/"}
    first, second = (desk.post("/directories/", body)["data"] for _ in range(2))
    assert first["id"] == second["id"]
    assert paths(desk) == ["/x", "/x/y"]
    refused = desk.client.post(f"{API}/directories/", json={**body, "directory_path": "/a/../b"})
    assert refused.status_code == 422


def test_stats_of_the_root_and_below(desk: Desk) -> None:
    desk.uploads("b.png", "/train/a", b"123")
    desk.post("/images/streets/train/a/b.png/review", {"action": "approve"})
    root = desk.get("/directories/streets//stats?include_subdirectories=false")
    assert (root["total_images"], root["total_directories"]) == (1, 0)
    below = desk.get("/directories/streets/train/stats")
    assert (below["total_images"], below["total_size_bytes"]) == (1, 3)
    assert below["directories_by_status"] == {"complete": 1}
    assert desk.client.get(f"{API}/directories/streets/nope/stats").status_code == 404


def test_renaming_moves_what_is_below_and_nothing_else(desk: Desk) -> None:
    desk.uploads("b.png", "/train/a")
    desk.uploads("b.png", "/training")
    desk.saves("train/a/b.png", box())

    def rename(to: str) -> Any:
        url = f"{API}/directories/streets/train/rename"
        return desk.client.patch(url, json={"new_name": to})

    assert rename("training").status_code == 409
    assert rename("a/b").status_code == 422
    assert answer(rename("learn")).json()["data"]["full_path"] == "/learn"
    assert paths(desk) == ["/learn", "/learn/a", "/training"]
    assert ids(desk.reads("learn/a/b.png")) == ["b1"]


def test_deleting_needs_it_empty_or_moves_images_up(desk: Desk) -> None:
    desk.uploads("a.png", "/train")
    desk.uploads("b.png", "/train/deep")
    url = f"{API}/directories/streets/train"
    assert desk.client.delete(url, params={"cascade": True}).status_code == 400
    answer(desk.client.delete(f"{url}/deep", params={"cascade": True}))
    assert desk.client.delete(url).status_code == 400
    answer(desk.client.delete(url, params={"cascade": True}))
    assert paths(desk) == []
    assert {row["filename"] for row in desk.listed(directory_path="/")} == {
        *("a.png", "a-1.png", "b.png")
    }
    assert desk.client.delete(url).status_code == 404
