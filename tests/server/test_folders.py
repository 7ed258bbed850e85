"""A person's own folder as a dataset: referred to, never touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from limner.server.embedded import BASE_URL, start
from pictures import API, Desk
from servers import answer


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[httpx.Client]:
    """A client of the server inside the editor."""
    server = start(tmp_path / "library")
    headers = {"X-API-Key": server.key}
    with httpx.Client(transport=server.transport, base_url=BASE_URL, headers=headers) as client:
        yield client
    server.close()


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with images, other files, hidden ones and sub-folders."""
    folder = tmp_path / "my photos"
    for name in (
        *("img2.jpg", "img10.JPG", "img1.png", "notes.txt", ".hidden.png", "sub/b.tiff"),
        *("sub/deeper/é.webp", ".thumbnails/x.png", "empty/readme.md"),
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def open_(editor: httpx.Client, path: Path) -> dict[str, Any]:
    sent = editor.post("/limner/v1/folders", json={"path": str(path)})
    found: dict[str, Any] = answer(sent).json()
    return found


def images(editor: httpx.Client, dataset: str, **filters: Any) -> list[dict[str, Any]]:
    params = {"dataset": dataset, **filters}
    found: list[dict[str, Any]] = answer(editor.get(f"{API}/images/", params=params)).json()["data"]
    return found


def places(editor: httpx.Client, dataset: str, **filters: Any) -> list[str]:
    return [
        f"{row['directory_path'].rstrip('/')}/{row['filename']}"
        for row in images(editor, dataset, **filters)
    ]


def test_its_images_are_listed_in_natural_order(editor: httpx.Client, photos: Path) -> None:
    opened = open_(editor, photos)
    assert (opened["added"], opened["missing"], opened["skipped"]) == (5, 0, [])
    assert opened["data"]["name"] == "my photos"
    assert opened["data"]["image_count"] == 5
    assert places(editor, "my photos") == [
        *("/img1.png", "/img2.jpg", "/img10.JPG", "/sub/b.tiff", "/sub/deeper/é.webp")
    ]
    tree = editor.get(f"{API}/directories/my photos").json()
    assert [one["full_path"] for one in tree] == ["/sub", "/sub/deeper"]


def test_the_bytes_are_those_of_the_file(editor: httpx.Client, photos: Path) -> None:
    open_(editor, photos)
    row = images(editor, "my photos", filename="é.webp")[0]
    assert editor.get(f"{API}/images/{row['id']}").content == "sub/deeper/é.webp".encode()
    by_path = editor.get(f"{API}/images/my photos/sub/deeper/é.webp")
    assert by_path.content == "sub/deeper/é.webp".encode()
    assert (row["content_type"], row["width"]) == ("image/webp", None)


def test_opening_again_finds_what_came_and_what_went(editor: httpx.Client, photos: Path) -> None:
    first = open_(editor, photos)
    (photos / "new.png").write_bytes(b"new")
    (photos / "img2.jpg").rename(photos.parent / "elsewhere.jpg")
    again = open_(editor, photos)
    assert again["data"]["id"] == first["data"]["id"]
    assert (again["added"], again["missing"]) == (1, 1)
    assert "/img2.jpg" not in places(editor, "my photos")
    assert "/img2.jpg" in places(editor, "my photos", include_archived=True)
    gone = images(editor, "my photos", filename="img2.jpg", include_archived=True)[0]
    reply = editor.get(f"{API}/images/{gone['id']}")
    assert (reply.status_code, reply.json()["error"]["code"]) == (404, "image_unreadable")
    assert str(photos / "img2.jpg") in reply.json()["error"]["message"]
    (photos.parent / "elsewhere.jpg").rename(photos / "img2.jpg")
    assert (open_(editor, photos)["missing"], "/img2.jpg" in places(editor, "my photos")) == (
        0,
        True,
    )


def test_what_a_person_archived_stays_archived(editor: httpx.Client, photos: Path) -> None:
    open_(editor, photos)
    answer(editor.delete(f"{API}/images/my photos/img1.png"))
    open_(editor, photos)
    assert "/img1.png" not in places(editor, "my photos")


def test_two_folders_of_one_name_are_two_datasets(editor: httpx.Client, tmp_path: Path) -> None:
    for parent in ("one", "two"):
        (tmp_path / parent / "photos").mkdir(parents=True)
        (tmp_path / parent / "photos" / "a.png").write_bytes(b"")
    names = [open_(editor, tmp_path / one / "photos")["data"]["name"] for one in ("one", "two")]
    assert names == ["photos", "photos (2)"]
    assert open_(editor, tmp_path / "one" / "photos" / ".." / "photos")["data"]["name"] == "photos"


def test_a_single_image_opens_its_folder_with_only_itself(
    editor: httpx.Client, photos: Path
) -> None:
    alone = open_(editor, photos / "img2.jpg")
    assert places(editor, "my photos") == ["/img2.jpg"]
    assert images(editor, "my photos")[0]["id"] == alone["image_id"]
    assert open_(editor, photos)["added"] == 4
    assert open_(editor, photos / "img2.jpg")["image_id"] == alone["image_id"]
    assert len(places(editor, "my photos")) == 5


def test_links_in_a_circle_end(editor: httpx.Client, photos: Path) -> None:
    (photos / "sub" / "up").symlink_to(photos)
    (photos / "broken.png").symlink_to(photos / "nothing")
    opened = open_(editor, photos)
    assert opened["added"] == 5
    assert [one["path"] for one in opened["skipped"]] == [str(photos / "broken.png")]


def test_names_that_cannot_be_addressed_are_skipped_and_named(
    editor: httpx.Client, photos: Path
) -> None:
    (photos / "new\nline.png").write_bytes(b"")
    Path(os.fsdecode(os.fsencode(photos) + b"/latin-\xe9.png")).write_bytes(b"")
    skipped = open_(editor, photos)["skipped"]
    assert sorted(one["reason"] for one in skipped) == [
        "the file's name is not text (UTF-8)",
        "the file's name must not contain control characters",
    ]


@pytest.mark.parametrize("name", ["empty", "nowhere", "notes.txt", "broken.jpg"])
def test_what_cannot_be_opened_is_named(editor: httpx.Client, photos: Path, name: str) -> None:
    path = photos / name
    refused = editor.post("/limner/v1/folders", json={"path": str(path)})
    assert refused.status_code in (404, 422)
    assert str(path) in refused.json()["error"]["message"]
    assert editor.get(f"{API}/datasets/").json()["data"] == []


def test_a_folder_that_lost_all_images_keeps_its_dataset(
    editor: httpx.Client, photos: Path, tmp_path: Path
) -> None:
    open_(editor, photos)
    photos.rename(tmp_path / "moved")
    photos.mkdir()
    assert editor.post("/limner/v1/folders", json={"path": str(photos)}).status_code == 422
    assert len(places(editor, "my photos")) == 5, "an unplugged disk must not archive anything"


def test_deleting_the_dataset_touches_no_file(editor: httpx.Client, photos: Path) -> None:
    open_(editor, photos)
    before = {path: path.stat().st_mtime_ns for path in photos.rglob("*")}
    answer(editor.delete(f"{API}/images/my photos/img1.png", params={"permanent": True}))
    answer(editor.delete(f"{API}/datasets/my photos"))
    assert {path: path.stat().st_mtime_ns for path in photos.rglob("*")} == before


def test_a_shared_server_offers_no_folders(client: httpx.Client, photos: Path) -> None:
    refused = client.post("/limner/v1/folders", json={"path": str(photos)})
    assert refused.status_code == 404


def test_a_shared_server_names_no_file_of_its_computer(client: httpx.Client) -> None:
    image_id = Desk(client).uploads("a.png")
    assert client.get(f"/limner/v1/images/{image_id}/file").status_code == 404
