"""Nobody's work is overwritten unseen: tags, conditions, revisions, repeated requests."""

from __future__ import annotations

import json
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from limner.server.database import Store
from limner.server.errors import Problem
from limner.server.idempotency import Running
from limner.server.tables import revision
from pictures import API, Desk, box, ids
from servers import answer, as_role

URL = f"{API}/annotations/streets/a.png"


def tag(desk: Desk) -> str:
    return answer(desk.client.get(URL)).headers["ETag"]


def test_the_tag_names_the_body(desk: Desk) -> None:
    untouched = tag(desk)
    saved = desk.tries_to_save("a.png", box())
    assert saved.headers["ETag"] == tag(desk) != untouched
    desk.saves("a.png")
    assert tag(desk) == untouched, "the same bytes have the same tag"
    assert untouched.startswith('"'), "a strong tag"


def test_a_save_on_top_of_what_was_read_is_taken(desk: Desk) -> None:
    before = tag(desk)
    assert desk.tries_to_save("a.png", box("1"), **{"If-Match": before}).status_code == 200


def test_a_save_on_top_of_something_older_is_refused_and_says_who(
    desk: Desk, keys: dict[str, str]
) -> None:
    before = tag(desk)
    desk.saves("a.png", box("theirs"), **as_role(keys, "member"))
    refused = desk.tries_to_save("a.png", box("mine"), **{"If-Match": before})
    assert refused.status_code == 412
    error = refused.json()["error"]
    assert error["code"] == "version_conflict"
    assert (error["details"]["rev"], error["details"]["author"]) == (1, "member")
    assert error["details"]["at"].endswith("Z")
    assert refused.headers["ETag"] == tag(desk)
    assert ids(desk.reads("a.png")) == ["theirs"]


def test_both_dialects_and_delete_keep_the_condition(desk: Desk) -> None:
    image_id = desk.listed()[0]["id"]
    old = tag(desk)
    desk.saves("a.png", box())
    body = {"image_id": image_id, "annotations": []}
    by_id = f"{API}/annotations/{image_id}"
    stale = {"If-Match": old}
    assert desk.client.post(by_id, json=body, headers=stale).status_code == 412
    assert desk.client.delete(by_id, headers=stale).status_code == 412
    assert desk.client.delete(URL, headers=stale).status_code == 412
    assert ids(desk.reads("a.png")) == ["b1"]


def test_every_body_that_was_replaced_is_kept(
    desk: Desk, store: Store, keys: dict[str, str]
) -> None:
    desk.saves("a.png", box("1"))
    desk.saves("a.png", box("1"), box("2"), **as_role(keys, "annotator"))
    desk.saves("a.png")
    with store.reading() as tx:
        rows = tx.execute(select(revision).order_by(revision.c.rev)).all()
    bodies = [json.loads(zlib.decompress(row.body)) for row in rows]
    assert [ids(body) for body in bodies] == [["1"], ["1", "2"], []]
    assert [(row.rev, row.n, row.author_name) for row in rows] == [
        (1, 1, "owner"),
        (2, 2, "annotator"),
        (3, 0, "owner"),
    ]
    assert all(row.request_id and row.at for row in rows)


def test_saving_the_same_again_makes_no_revision(desk: Desk) -> None:
    first = desk.tries_to_save("a.png", box())
    again = desk.tries_to_save("a.png", *desk.reads("a.png"))
    assert again.headers["X-Annotation-Rev"] == first.headers["X-Annotation-Rev"] == "1"


def test_a_repeated_request_gets_the_first_answer_and_does_nothing(desk: Desk) -> None:
    once = {"Idempotency-Key": "k" * 32}
    first = desk.tries_to_save("a.png", box("mine"), **once)
    desk.saves("a.png", box("theirs"), box("too"))
    again = desk.tries_to_save("a.png", box("mine"), **once)
    assert again.content == first.content
    assert again.headers["ETag"] == first.headers["ETag"]
    assert ids(desk.reads("a.png")) == ["theirs", "too"]


def test_a_key_belongs_to_one_body_and_one_caller(desk: Desk, keys: dict[str, str]) -> None:
    once = {"Idempotency-Key": "k"}
    desk.tries_to_save("a.png", box("1"), **once)
    other = desk.tries_to_save("a.png", box("2"), **once)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    assert desk.tries_to_save("a.png", box("2"), **once, **as_role(keys, "member")).is_success


def test_a_refused_request_leaves_its_key_free(desk: Desk) -> None:
    once = {"Idempotency-Key": "k"}
    assert desk.tries_to_save("a.png", box(name="unknown"), **once).status_code == 422
    assert desk.tries_to_save("a.png", box(), **once).is_success


def test_a_key_whose_first_request_still_runs_is_a_conflict() -> None:
    running = Running()
    entered, leave = threading.Event(), threading.Event()

    def first() -> None:
        with running.alone("me", "k"):
            entered.set()
            leave.wait(10)

    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(first)
        entered.wait(10)
        with pytest.raises(Problem) as refused, running.alone("me", "k"):
            pass
        leave.set()
        answering.result()
    with running.alone("me", "k"):
        pass
    assert refused.value.status_code == 409


def test_savers_at_once_leave_one_body_and_every_revision(desk: Desk, store: Store) -> None:
    def save(who: int) -> None:
        for turn in range(4):
            desk.saves("a.png", box(f"{who}-{turn}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(save, range(4)))
    with store.reading() as tx:
        revs = list(tx.scalars(select(revision.c.rev).order_by(revision.c.rev)))
    assert revs == list(range(1, 17))
    assert len(desk.reads("a.png")) == 1


def test_of_two_savers_with_one_tag_one_is_refused(desk: Desk) -> None:
    before = {"If-Match": tag(desk)}

    def save(who: int) -> int:
        return desk.tries_to_save("a.png", box(f"{who}"), **before).status_code

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(save, range(4))) == [200, 412, 412, 412]
