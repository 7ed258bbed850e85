"""Datasets: names, pages, counters, archive, deletion (Pictograph contract, 4)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pytest
from sqlalchemy import func, select

from limner.server.database import Store
from limner.server.tables import body, directory, image, revision
from pictures import API, Desk, box
from servers import answer, as_role


@pytest.mark.parametrize(
    "name", ["a/b", "/", ".", "..", "", "  ", "a\nb", "123e4567-e89b-42d3-a456-426614174000"]
)
def test_a_name_that_breaks_addresses_is_refused(client: httpx.Client, name: str) -> None:
    refused = client.post(f"{API}/datasets/", json={"name": name})
    assert refused.status_code == 422
    assert refused.json()["detail"][0]["loc"] == ["body", "name"]
    Desk(client)
    renamed = client.patch(f"{API}/datasets/streets", json={"new_name": name})
    assert renamed.status_code == 422


def test_any_other_name_is_an_address(client: httpx.Client) -> None:
    for name in ("é 100% #1?&", "日本", "...", "a\\b", "%2F"):
        desk = Desk(client, name)
        assert desk.get(f"/datasets/{quote(name, safe='')}")["data"]["id"] == desk.id


def test_a_name_is_given_once(desk: Desk) -> None:
    again = desk.client.post(f"{API}/datasets/", json={"name": "streets"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "conflict")
    other = Desk(desk.client, "Streets")
    rename = desk.client.patch(f"{API}/datasets/{other.id}", json={"new_name": "streets"})
    assert rename.status_code == 409


def test_pages_show_the_newest_first_and_say_whether_there_is_more(client: httpx.Client) -> None:
    for number in range(5):
        Desk(client, f"set {number}")
    page = client.get(f"{API}/datasets/", params={"limit": 2, "offset": 2}).json()
    assert [one["name"] for one in page["data"]] == ["set 2", "set 1"]
    assert page["pagination"] == {"limit": 2, "offset": 2, "total": 5, "has_more": True}
    last = client.get(f"{API}/datasets/", params={"limit": 2, "offset": 4}).json()
    assert last["pagination"]["has_more"] is False
    assert client.get(f"{API}/datasets/", params={"limit": 0}).status_code == 422


def test_counters_follow_the_images(desk: Desk) -> None:
    desk.uploads("b.png", content=b"12345")
    desk.uploads("c.png")
    desk.post("/images/streets/b.png/review", {"action": "approve"})
    answer(desk.client.delete(f"{API}/images/streets/c.png"))
    found = desk.get("/datasets/streets")["data"]
    assert found["image_count"] == 2
    assert found["completed_image_count"] == 1
    assert found["archived_image_count"] == 1
    assert found["total_size"] > 5


def test_images_come_along_when_asked_for(desk: Desk) -> None:
    desk.uploads("b.png")
    found = desk.get("/datasets/streets?include_images=true&images_limit=1&images_offset=1")["data"]
    assert [row["filename"] for row in found["images"]] == ["a.png"]


def test_what_is_not_said_stays(desk: Desk) -> None:
    sent = {"description": "d", "new_name": "roads"}
    changed = answer(desk.client.patch(f"{API}/datasets/streets", json=sent)).json()["data"]
    assert (changed["name"], changed["description"], len(changed["classes"])) == ("roads", "d", 4)
    cleared = answer(desk.client.patch(f"{API}/datasets/roads", json={"description": None}))
    assert cleared.json()["data"]["description"] is None
    assert desk.client.get(f"{API}/datasets/streets").status_code == 404


def test_archived_datasets_leave_the_list_and_come_back(desk: Desk) -> None:
    desk.post("/datasets/streets/archive", None)
    desk.post("/datasets/streets/archive", None)
    assert desk.get("/datasets/")["data"] == []
    assert desk.get("/datasets/?archived=true")["data"][0]["archived_at"]
    desk.post("/datasets/streets/unarchive", None)
    assert desk.get("/datasets/")["data"][0]["archived_at"] is None


def test_deleting_takes_everything_along(desk: Desk, store: Store) -> None:
    desk.uploads("b.png", "/train/a")
    desk.saves("a.png", box())
    done = answer(desk.client.delete(f"{API}/datasets/streets")).json()["data"]
    assert (done["deleted"], done["images_deleted"], done["directories_deleted"]) == (True, 2, 2)
    assert desk.client.get(f"{API}/datasets/streets").status_code == 404
    with store.reading() as tx:
        for table in (image, directory, body, revision):
            assert tx.scalar(select(func.count()).select_from(table)) == 0, table


def test_who_may_do_what(desk: Desk, keys: dict[str, str]) -> None:
    def status(role: str, method: str, path: str, body: object = None) -> int:
        headers = as_role(keys, role)
        return desk.client.request(method, f"{API}{path}", json=body, headers=headers).status_code

    assert status("annotator", "POST", "/datasets/", {"name": "new"}) == 403
    assert status("member", "POST", "/datasets/", {"name": "new"}) == 200
    assert status("annotator", "PATCH", "/datasets/new", {}) == 403
    assert status("member", "DELETE", "/datasets/new") == 403
    assert status("member", "POST", "/datasets/new/archive") == 403
    assert status("admin", "DELETE", "/datasets/new") == 200
    assert status("viewer", "GET", "/datasets/streets") == 200


def test_the_organisation_and_its_members(client: httpx.Client) -> None:
    mine = client.get(f"{API}/organizations/me").json()["organization"]
    members = client.get(f"{API}/organizations/members").json()["members"]
    assert mine["member_count"] == len(members) == 5
    assert {one["role"] for one in members} == {"owner", "admin", "member", "annotator", "viewer"}
    assert client.get(f"{API}/tasks").json()["data"] == []


@pytest.mark.parametrize(
    "path", ["exports/", "exports/x/download", "search/similar", "sam3/predict"]
)
def test_what_is_left_out_says_so(client: httpx.Client, path: str) -> None:
    for method in ("GET", "POST"):
        reply = client.request(method, f"{API}/{path}")
        assert (reply.status_code, reply.json()["error"]["code"]) == (501, "not_implemented")


def test_of_two_who_take_a_name_at_once_one_gets_it(client: httpx.Client) -> None:
    def create(_turn: int) -> int:
        return client.post(f"{API}/datasets/", json={"name": "wanted"}).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(create, range(4))) == [200, 409, 409, 409]
