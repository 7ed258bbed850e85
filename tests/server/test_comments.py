"""Talk about single annotations (Pictograph contract, 3.1)."""

from __future__ import annotations

from typing import Any

from pictures import API, Desk, box
from servers import answer, as_role

COMMENTS = "/annotation-comments"


def say(desk: Desk, body: str, parent: str | None = None, **headers: str) -> dict[str, Any]:
    image_id = desk.listed()[0]["id"]
    sent = {"image_id": image_id, "annotation_id": "b1", "body": body}
    sent |= {"parent_comment_id": parent} if parent else {}
    made: dict[str, Any] = desk.post(COMMENTS, sent, **headers)["comment"]
    return made


def said(desk: Desk) -> list[dict[str, Any]]:
    image_id = desk.listed()[0]["id"]
    found: list[dict[str, Any]] = desk.get(f"{COMMENTS}?image_id={image_id}")["comments"]
    return found


def change(desk: Desk, comment_id: str, headers: dict[str, str], **changes: Any) -> Any:
    url = f"{API}{COMMENTS}/{comment_id}"
    return desk.client.patch(url, json=changes, headers=headers)


def test_a_thread_has_two_levels_and_survives_a_save(desk: Desk) -> None:
    desk.saves("a.png", box())
    root = say(desk, "too loose")
    reply = say(desk, "where?", root["id"])
    deeper = say(desk, "left edge", reply["id"])
    assert reply["parent_comment_id"] == deeper["parent_comment_id"] == root["id"]
    desk.saves("a.png")
    assert [one["body"] for one in said(desk)] == ["too loose", "where?", "left edge"]
    assert all(one["is_mine"] for one in said(desk))


def test_resolved_and_reopened(desk: Desk, keys: dict[str, str]) -> None:
    made = say(desk, "fix this")
    annotator = as_role(keys, "annotator")
    done = answer(change(desk, made["id"], annotator, resolved=True)).json()["comment"]
    assert (done["resolved"], done["resolved_by_name"]) == (True, "annotator")
    assert done["resolved_at"]
    again = answer(change(desk, made["id"], annotator, resolved=False)).json()["comment"]
    assert (again["resolved"], again["resolved_by"], again["resolved_at"]) == (False, None, None)


def test_only_the_author_edits_and_an_admin_may_delete(desk: Desk, keys: dict[str, str]) -> None:
    made = say(desk, "mine", **as_role(keys, "annotator"))
    url = f"{API}{COMMENTS}/{made['id']}"
    assert change(desk, made["id"], as_role(keys, "admin"), body="x").status_code == 403
    edited = answer(change(desk, made["id"], as_role(keys, "annotator"), body="better")).json()
    assert (edited["comment"]["body"], edited["comment"]["is_edited"]) == ("better", True)
    assert desk.client.delete(url, headers=as_role(keys, "member")).status_code == 403
    answer(desk.client.delete(url, headers=as_role(keys, "admin")))
    left = said(desk)[0]
    assert (left["is_deleted"], left["body"]) == (True, "")


def test_reactions_are_counted_once_a_person(desk: Desk, keys: dict[str, str]) -> None:
    made = say(desk, "nice")
    url = f"{API}{COMMENTS}/{made['id']}/reactions"
    for role in ("owner", "owner", "annotator"):
        answer(desk.client.put(f"{url}/like", headers=as_role(keys, role)))
    assert said(desk)[0]["reactions"] == [{"reaction": "like", "count": 2, "reacted": True}]
    answer(desk.client.delete(f"{url}/like"))
    assert said(desk)[0]["reactions"] == [{"reaction": "like", "count": 1, "reacted": False}]
    assert desk.client.put(f"{url}/nonsense").status_code == 422


def test_what_is_not_there_is_said(desk: Desk, keys: dict[str, str]) -> None:
    image_id = desk.listed()[0]["id"]
    lost = {"image_id": image_id, "annotation_id": "b1", "body": "x", "parent_comment_id": "no"}
    assert desk.client.post(f"{API}{COMMENTS}", json=lost).status_code == 422
    assert change(desk, "no", {}, resolved=True).status_code == 404
    assert desk.client.get(f"{API}{COMMENTS}?image_id=no").status_code == 404
    viewer = as_role(keys, "viewer")
    seen = desk.client.post(f"{API}{COMMENTS}", json=lost, headers=viewer)
    assert seen.status_code == 403
