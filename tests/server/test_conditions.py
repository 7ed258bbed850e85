"""What a request says its sender has seen: unchanged lists stay away, blind saves are noted."""

from __future__ import annotations

from typing import Final

import pytest

from pictures import API, Desk, Json, box, ids
from servers import answer, as_role

URL: Final = f"{API}/annotations/streets/a.png"


def tag(desk: Desk) -> str:
    return answer(desk.client.get(URL)).headers["ETag"]


def audited(desk: Desk) -> list[Json]:
    found: list[Json] = answer(desk.client.get(f"{API}/audit/")).json()["data"]
    return found


def is_strict(desk: Desk, value: bool) -> None:
    answer(desk.client.patch(f"{API}/datasets/streets", json={"require_if_match": value}))


def blind(desk: Desk) -> list[bool]:
    rows = answer(desk.client.get(f"{URL}/revisions")).json()["data"]
    return [row["is_blind"] for row in rows][::-1]


# Reading


def test_what_did_not_change_is_not_sent_again(desk: Desk) -> None:
    desk.saves("a.png", box())
    whole = answer(desk.client.get(URL))
    for url in (URL, f"{API}/annotations/{desk.listed()[0]['id']}"):
        reply = desk.client.get(url, headers={"If-None-Match": whole.headers["ETag"]})
        assert (reply.status_code, reply.content) == (304, b"")
        for name in ("ETag", "X-Annotation-Rev", "X-Annotation-Author", "X-Annotation-At"):
            assert reply.headers[name] == whole.headers[name]


def test_what_did_change_is_sent(desk: Desk) -> None:
    old = tag(desk)
    desk.saves("a.png", box())
    reply = desk.client.get(URL, headers={"If-None-Match": old})
    assert (reply.status_code, ids(reply.json()["annotations"])) == (200, ["b1"])


@pytest.mark.parametrize("form", ["*", "W/{0}", '"x", {0}', '"x",{0} , "y"'])
def test_tags_come_in_lists_and_weakened_by_proxies(desk: Desk, form: str) -> None:
    desk.saves("a.png", box())
    given = form.format(tag(desk))
    assert desk.client.get(URL, headers={"If-None-Match": given}).status_code == 304
    assert desk.tries_to_save("a.png", box("2"), **{"If-Match": given}).status_code == 200
    assert desk.tries_to_save("a.png", box("3"), **{"If-None-Match": tag(desk)}).status_code == 412


# Saving


def test_a_first_save_can_ask_to_be_the_first(desk: Desk) -> None:
    first = {"If-None-Match": "*"}
    assert desk.tries_to_save("a.png", box("mine"), **first).status_code == 200
    refused = desk.tries_to_save("a.png", box("too late"), **first)
    assert refused.status_code == 412
    desk.saves("a.png")
    assert desk.tries_to_save("a.png", box(), **first).status_code == 412, "an empty list is one"


def test_a_refusal_tells_of_the_present_copy_and_not_to_try_again(
    desk: Desk, keys: dict[str, str]
) -> None:
    old = tag(desk)
    desk.saves("a.png", box("theirs"), **as_role(keys, "member"))
    refused = desk.tries_to_save("a.png", box("mine"), **{"If-Match": old})
    assert refused.status_code == 412
    assert refused.headers["x-should-retry"] == "false"
    assert refused.headers["ETag"] == tag(desk)
    assert refused.headers["X-Annotation-Rev"] == "1"
    assert refused.headers["X-Annotation-Author"] == "member"
    details = refused.json()["error"]["details"]
    assert details["at"] == refused.headers["X-Annotation-At"]


def test_who_says_nothing_is_let_in_and_written_down(desk: Desk, keys: dict[str, str]) -> None:
    desk.saves("a.png", box("first"))
    desk.saves("a.png", box("seen"), **{"If-Match": tag(desk)})
    done = desk.tries_to_save("a.png", box("blind"), **as_role(keys, "annotator"))
    desk.saves("a.png", box("any"), **{"If-Match": "*"})
    answer(desk.client.delete(URL))
    assert blind(desk) == [False, False, True, True, True]
    rows = audited(desk)
    assert [(row["action"], row["from_rev"], row["to_rev"]) for row in rows] == [
        ("overwritten_unseen", 4, 5),
        ("overwritten_unseen", 3, 4),
        ("overwritten_unseen", 2, 3),
    ]
    assert rows[2]["author_name"] == "annotator"
    assert rows[2]["request_id"] == done.headers["X-Request-Id"]
    assert rows[2]["image_id"] == desk.listed()[0]["id"]


def test_a_blind_save_of_what_is_there_overwrites_nothing(desk: Desk) -> None:
    desk.saves("a.png", box())
    desk.saves("a.png", *desk.reads("a.png"))
    assert blind(desk) == [False]
    assert audited(desk) == []


def test_a_refused_save_is_not_written_down(desk: Desk) -> None:
    desk.saves("a.png", box())
    assert desk.tries_to_save("a.png", box(name="unknown")).status_code == 422
    assert audited(desk) == []


def test_what_was_written_down_outlives_the_image(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box("1"))
    desk.saves("a.png", box("2"))
    answer(desk.client.post(f"{URL}/revisions/1/restore", headers={"If-Match": tag(desk)}))
    answer(desk.client.delete(f"{API}/images/streets/a.png?permanent=true"))
    desk.uploads("b.png")
    desk.saves("b.png", box())
    answer(desk.client.delete(f"{API}/datasets/streets"))
    rows = [(row["action"], row["from_rev"], row["to_rev"]) for row in audited(desk)]
    assert rows == [
        ("deleted", 1, None),
        ("deleted", 3, None),
        ("restored", 2, 3),
        ("overwritten_unseen", 1, 2),
    ]
    one = answer(desk.client.get(f"{API}/audit/", params={"image_id": image_id})).json()
    assert one["pagination"]["total"] == len(one["data"]) == 3


@pytest.mark.parametrize("role", ["viewer", "annotator", "member"])
def test_the_audit_is_for_admins(desk: Desk, keys: dict[str, str], role: str) -> None:
    assert desk.client.get(f"{API}/audit/", headers=as_role(keys, role)).status_code == 403
    assert desk.client.get(f"{API}/audit/", headers=as_role(keys, "admin")).status_code == 200


# Datasets that let nobody save blindly


def test_a_strict_dataset_wants_to_know_what_was_seen(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    desk.saves("a.png", box("kept"))
    is_strict(desk, True)
    assert desk.get("/datasets/streets")["data"]["require_if_match"] is True
    for blindly in ({}, {"If-Match": "*"}):
        refused = desk.tries_to_save("a.png", box("blind"), **blindly)
        assert refused.status_code == 428
        assert refused.json()["error"]["code"] == "precondition_required"
        assert refused.headers["x-should-retry"] == "false"
    assert desk.client.delete(URL).status_code == 428
    assert desk.client.post(f"{URL}/revisions/1/restore").status_code == 428
    bulk = {"saves": [{"image_id": image_id, "annotations": []}]}
    assert "If-Match" in desk.post("/annotations/bulk", bulk)["failed"][0]["error"]
    assert ids(desk.reads("a.png")) == ["kept"]

    assert desk.tries_to_save("a.png", box("seen"), **{"If-Match": tag(desk)}).status_code == 200
    desk.uploads("b.png")
    assert desk.tries_to_save("b.png", box(), **{"If-None-Match": "*"}).status_code == 200
    is_strict(desk, False)
    assert desk.tries_to_save("a.png", box("blind")).status_code == 200
    assert "require_if_match" not in desk.get("/datasets/streets")["data"]


def test_a_dataset_is_made_strict_by_admins(desk: Desk, keys: dict[str, str]) -> None:
    change = {"require_if_match": True}
    url = f"{API}/datasets/streets"
    for role, status in (("member", 403), ("admin", 200)):
        reply = desk.client.patch(url, json=change, headers=as_role(keys, role))
        assert reply.status_code == status
