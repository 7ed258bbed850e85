"""Every list that was ever saved can be read and brought back, byte for byte, in both dialects."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from limner.api import pictograph_wire as wire
from pictures import API, Desk, Json, box, ids, polygon
from servers import answer, as_role

BY_PATH: Final = f"{API}/annotations/streets/a.png"


@pytest.fixture(params=["by id", "by path"])
def url(request: pytest.FixtureRequest, desk: Desk) -> str:
    """The annotations of the one image, as each dialect names them."""
    if request.param == "by path":
        return BY_PATH
    return f"{API}/annotations/{desk.listed()[0]['id']}"


@pytest.fixture
def saved(desk: Desk, keys: dict[str, str]) -> Desk:
    """Three revisions: of two people, one annotation, two, none."""
    desk.saves("a.png", box("1"))
    desk.saves("a.png", box("1"), polygon("2"), **as_role(keys, "annotator"))
    desk.saves("a.png")
    return desk


def revisions(desk: Desk, url: str = BY_PATH, **params: Any) -> list[Json]:
    found: list[Json] = answer(desk.client.get(f"{url}/revisions", params=params)).json()["data"]
    return found


def list_of(reply: httpx.Response) -> bytes:
    """The array of an answer, byte for byte."""
    content = reply.content
    return content[content.index(b"[") : content.rindex(b"]") + 1]


def restore(desk: Desk, url: str, rev: int, **headers: str) -> httpx.Response:
    return desk.client.post(f"{url}/revisions/{rev}/restore", headers=headers)


def test_every_save_is_listed_newest_first_with_who_and_when(saved: Desk, url: str) -> None:
    rows = revisions(saved, url)
    assert [(row["rev"], row["annotation_count"], row["author_name"]) for row in rows] == [
        (3, 0, "owner"),
        (2, 2, "annotator"),
        (1, 1, "owner"),
    ]
    assert [row["is_blind"] for row in rows] == [True, True, False], "nothing was there before 1"
    assert {row["restored_from"] for row in rows} == {None}
    assert rows[0]["author"] == rows[2]["author"] != rows[1]["author"]


def test_the_listing_is_a_message_of_the_wire(saved: Desk, url: str) -> None:
    page = wire.RevisionPage.model_validate_json(saved.client.get(f"{url}/revisions").content)
    assert page.pagination.total == 3


def test_a_long_history_comes_in_pages(saved: Desk, url: str) -> None:
    reply = saved.client.get(f"{url}/revisions", params={"limit": 2}).json()
    assert [row["rev"] for row in reply["data"]] == [3, 2]
    assert reply["pagination"] == {"limit": 2, "offset": 0, "total": 3, "has_more": True}
    assert [row["rev"] for row in revisions(saved, url, limit=2, offset=2)] == [1]


def test_an_image_that_was_never_saved_has_no_history(desk: Desk, url: str) -> None:
    assert revisions(desk, url) == []
    assert desk.client.get(f"{url}/revisions/0").status_code == 404
    assert desk.client.get(f"{url}/revisions/1").status_code == 404


def test_a_revision_reads_as_the_image_did_then(desk: Desk, url: str) -> None:
    desk.saves("a.png", box("1", confidence=0.5, attributes={"é": [None, 1e22]}))
    then = answer(desk.client.get(url))
    desk.saves("a.png", box("other"))
    found = answer(desk.client.get(f"{url}/revisions/1"))
    assert found.content == then.content
    for name in ("ETag", "X-Annotation-Rev", "X-Annotation-Author", "X-Annotation-At"):
        assert found.headers[name] == then.headers[name]


def test_a_revision_is_brought_back_byte_for_byte_as_the_newest(saved: Desk, url: str) -> None:
    wanted = answer(saved.client.get(f"{url}/revisions/2"))
    now = saved.client.get(url).headers["ETag"]
    done = answer(restore(saved, url, 2, **{"If-Match": now}))
    assert (done.json()["previous_count"], done.json()["new_count"]) == (0, 2)
    assert done.headers["X-Annotation-Rev"] == "4"
    assert done.headers["ETag"] == wanted.headers["ETag"]
    assert list_of(saved.client.get(url)) == list_of(wanted)
    newest = revisions(saved, url)[0]
    assert (newest["rev"], newest["restored_from"], newest["is_blind"]) == (4, 2, False)
    row = saved.listed()[0]
    assert (row["annotation_count"], row["min_confidence"]) == (2, 1.0)


def test_restoring_keeps_the_condition(saved: Desk, url: str) -> None:
    old = answer(saved.client.get(f"{url}/revisions/1")).headers["ETag"]
    refused = restore(saved, url, 2, **{"If-Match": old})
    assert refused.status_code == 412
    assert refused.json()["error"]["details"]["rev"] == 3
    assert len(revisions(saved, url)) == 3


def test_restoring_is_done_once_for_a_key(saved: Desk, url: str) -> None:
    once = {"Idempotency-Key": "once"}
    first = answer(restore(saved, url, 2, **once))
    saved.saves("a.png", box("later"))
    again = answer(restore(saved, url, 2, **once))
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (again.content, again.headers["ETag"]) == (first.content, first.headers["ETag"])
    assert ids(saved.reads("a.png")) == ["later"]
    assert restore(saved, url, 1, **once).status_code == 422, "a key stands for one request"


def test_restoring_what_is_there_already_makes_no_revision(saved: Desk, url: str) -> None:
    assert answer(restore(saved, url, 3)).headers["X-Annotation-Rev"] == "3"
    assert len(revisions(saved, url)) == 3


@pytest.mark.parametrize("rev", ["4", "0", "99999999999999999999", "-1", "x", "1.0"])
def test_there_is_no_such_revision(saved: Desk, url: str, rev: str) -> None:
    assert saved.client.get(f"{url}/revisions/{rev}").status_code == 404
    assert saved.client.post(f"{url}/revisions/{rev}/restore").status_code in (404, 422)
    assert len(revisions(saved, url)) == 3


def test_there_is_no_such_image(desk: Desk) -> None:
    for place in ("streets/gone.png", "nowhere/a.png", "00000000-0000-0000-0000-000000000000"):
        url = f"{API}/annotations/{place}"
        assert desk.client.get(f"{url}/revisions").status_code == 404
        assert desk.client.get(f"{url}/revisions/1").status_code == 404
        assert desk.client.post(f"{url}/revisions/1/restore").status_code in (404, 422)


def test_who_may_read_may_read_the_history_but_not_bring_it_back(
    saved: Desk, url: str, keys: dict[str, str]
) -> None:
    viewer = as_role(keys, "viewer")
    assert saved.client.get(f"{url}/revisions", headers=viewer).status_code == 200
    assert saved.client.get(f"{url}/revisions/1", headers=viewer).status_code == 200
    assert restore(saved, url, 1, **viewer).status_code == 403
    assert restore(saved, url, 1, **as_role(keys, "annotator")).status_code == 200


def test_a_list_sent_to_be_restored_is_refused(saved: Desk, url: str) -> None:
    refused = saved.client.post(f"{url}/revisions/1/restore", json={"annotations": [box("9")]})
    assert refused.status_code == 422
    assert len(revisions(saved, url)) == 3


def test_annotations_come_back_though_their_class_has_gone(desk: Desk, url: str) -> None:
    desk.saves("a.png", box("1"))
    delete = {"dataset": "streets", "name": "car", "delete_annotations": True}
    desk.post("/annotations/delete-class", delete)
    assert desk.reads("a.png") == []
    answer(restore(desk, url, 1))
    assert ids(desk.reads("a.png")) == ["1"]


def test_clearing_bulk_saves_and_class_changes_are_history_too(desk: Desk, url: str) -> None:
    image_id = desk.listed()[0]["id"]
    desk.post("/annotations/bulk", {"saves": [{"image_id": image_id, "annotations": [box("1")]}]})
    rename = {"dataset": "streets", "old_name": "car", "new_name": "auto"}
    desk.post("/annotations/rename-class", rename)
    answer(desk.client.delete(url))
    rows = revisions(desk, url)
    assert [(row["rev"], row["annotation_count"]) for row in rows] == [(3, 0), (2, 1), (1, 1)]
    assert [row["is_blind"] for row in rows] == [True, False, False], "the rename read it first"


@pytest.mark.parametrize("labelled", [False, True])
def test_an_image_that_a_copy_overwrites_keeps_its_history(desk: Desk, labelled: bool) -> None:
    copied = desk.uploads("a.png", "/other", b"another picture")
    desk.saves("a.png", box("mine"))
    desk.saves("other/a.png", box("theirs"), box("too"))
    kept = desk.listed(directory_path="/")[0]["id"]
    answer(
        desk.client.post(
            f"{API}/batch/images/copy",
            json={
                "dataset_name": "streets",
                "image_ids": [copied],
                "target_directory_path": "/",
                "duplicate_handling": "overwrite",
                "copy_annotations": labelled,
            },
        )
    )
    assert [row["annotation_count"] for row in revisions(desk)] == [2 if labelled else 0, 1]
    assert ids(desk.reads("a.png")) == (["theirs", "too"] if labelled else [])
    assert desk.row(kept)["filename"] == "a.png"
    assert desk.client.get(f"{API}/images/streets/a.png").content == b"another picture"


def test_archiving_keeps_the_history(saved: Desk) -> None:
    answer(saved.client.delete(f"{API}/images/streets/a.png"))
    assert len(revisions(saved)) == 3


def test_an_image_called_like_a_route_is_still_an_image(desk: Desk) -> None:
    for name, directory in (
        ("revisions", "/"),
        ("revisions", "/a.png"),
        ("1", "/a.png/revisions"),
        ("7", "/revisions"),
        ("x.png", "/revisions"),
        ("restore", "/a.png/revisions/1"),
        ("restore", "/revisions/1"),
    ):
        path = f"{directory}/{name}".strip("/")
        desk.uploads(name, directory)
        desk.saves(path, box(path))
        assert ids(desk.reads(path)) == [path]
    desk.saves("a.png", box("a"))
    history = f"{API}/annotations/streets/revisions/revisions"
    assert [row["annotation_count"] for row in answer(desk.client.get(history)).json()["data"]] == [
        1
    ]


def test_a_list_of_megabytes_is_brought_back_too(desk: Desk, url: str) -> None:
    many = [polygon(f"p{n}", [(n, 0.1), (n + 1.7, 2), (n, 9.25)]) for n in range(6000)]
    many[4000]["confidence"] = 0.25
    desk.saves("a.png", *many)
    desk.saves("a.png")
    wanted = answer(desk.client.get(f"{url}/revisions/1"))
    assert len(wanted.content) > 1_000_000
    answer(restore(desk, url, 1))
    assert list_of(desk.client.get(url)) == list_of(wanted)
    assert desk.listed()[0]["min_confidence"] == 0.25


WORDS = st.sampled_from(["1", "3", "revisions", "restore", "a.png", "streets", "", "..", "²", "0"])
TAGS = st.sampled_from(['"x"', "*", "W/", ",", "", '"', "*, *"]) | st.text(
    alphabet='"*W/, x', max_size=8
)


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    words=st.lists(WORDS | st.text(max_size=3), min_size=1, max_size=4),
    headers=st.dictionaries(st.sampled_from(["If-Match", "If-None-Match"]), TAGS),
    page=st.dictionaries(st.sampled_from(["limit", "offset"]), st.integers() | st.text(max_size=3)),
    body=st.sampled_from([b"", b"{}", b"[]", b"\xff"]),
)
def test_no_address_below_an_image_breaks_the_server(
    saved: Desk,
    method: str,
    words: list[str],
    headers: dict[str, str],
    page: dict[str, Any],
    body: bytes,
) -> None:
    path = "/".join(quote(word.encode("utf-8", "replace"), safe="") for word in words)
    reply = saved.client.request(
        method, f"{BY_PATH}/{path}", params=page, headers=headers, content=body
    )
    assert reply.status_code < 500, reply.text
    assert reply.status_code < 400 or reply.json()["error"]["code"]
    rows = revisions(saved)
    assert [row["rev"] for row in rows] == list(range(len(rows), 0, -1))
