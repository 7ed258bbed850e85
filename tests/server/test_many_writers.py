"""Many people and scripts on one image at once: nobody is overwritten unseen, nothing is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from types import SimpleNamespace
from typing import Final

import httpx
import pytest
from sqlalchemy import select

from limner.server import clock
from limner.server.database import Store
from limner.server.tables import image
from pictures import API, Desk, Json, box, ids
from servers import answer

URL: Final = f"{API}/annotations/streets/a.png"
ONCE: Final = "Idempotency-Key"


@dataclass(frozen=True)
class Done:
    """A save that was confirmed: what it stood on (None: it did not say), and what it made."""

    rev: int
    before: str | None
    after: str
    sent: tuple[str, ...]


def at_once(*workers: Callable[[], list[Done]]) -> list[Done]:
    with ThreadPoolExecutor(len(workers)) as pool:
        running = [pool.submit(worker) for worker in workers]
        return sorted((one for each in running for one in each.result()), key=lambda d: d.rev)


def sends(desk: Desk, before: str | None, names: list[str]) -> Done | None:
    """A save of these ids; None when it is refused for what it stands on."""
    condition = {} if before is None else {"If-Match": before}
    reply = desk.tries_to_save("a.png", *map(box, names), **condition)
    if before is not None and reply.status_code == 412:
        return None
    rev = int(answer(reply).headers["X-Annotation-Rev"])
    return Done(rev, before, reply.headers["ETag"], tuple(names))


def careful(desk: Desk, who: str, saves: int) -> list[Done]:
    """Reads, adds one annotation and saves on top of what was read, until it went well."""
    done: list[Done] = []
    while len(done) < saves:
        seen = answer(desk.client.get(URL))
        there = [name for name in ids(seen.json()["annotations"]) if not name.startswith("blind")]
        mine = f"{who}-{len(done)}"
        if (one := sends(desk, seen.headers["ETag"], [*there, mine])) is not None:
            done.append(one)
    return done


def blind(desk: Desk, who: str, saves: int) -> list[Done]:
    """A script that sends what it has and asks nobody."""
    sent = (sends(desk, None, [f"blind-{who}-{turn}"]) for turn in range(saves))
    return [one for one in sent if one is not None]


def history(desk: Desk) -> dict[int, Json]:
    rows = answer(desk.client.get(f"{URL}/revisions", params={"limit": 1000})).json()["data"]
    assert [row["rev"] for row in rows] == list(range(len(rows), 0, -1)), "a revision is missing"
    return {row["rev"]: row for row in rows}


def revision(desk: Desk, rev: int) -> httpx.Response:
    return answer(desk.client.get(f"{URL}/revisions/{rev}"))


def test_saves_that_say_what_they_stand_on_form_one_chain(desk: Desk) -> None:
    untouched = answer(desk.client.get(URL)).headers["ETag"]
    done = at_once(*(partial(careful, desk, f"{who}", 6) for who in range(4)))
    assert [one.rev for one in done] == list(range(1, 25))
    assert [one.before for one in done] == [untouched, *(one.after for one in done[:-1])]
    assert sorted(ids(desk.reads("a.png"))) == sorted(
        f"{w}-{n}" for w in range(4) for n in range(6)
    )
    assert not any(row["is_blind"] for row in history(desk).values())


def test_nothing_is_missing_from_the_history_where_scripts_save_blindly(desk: Desk) -> None:
    people = (partial(careful, desk, f"{who}", 5) for who in range(2))
    scripts = (partial(blind, desk, f"{who}", 8) for who in range(2))
    done = at_once(*people, *scripts)
    rows = history(desk)
    assert [one.rev for one in done] == sorted(rows)
    after = answer(desk.client.get(URL)).headers["ETag"]
    for one, before in zip(done, (None, *(each.after for each in done)), strict=False):
        assert one.before in (None, before) or one.rev == 1, "a careful save overwrote something"
        found = revision(desk, one.rev)
        assert tuple(ids(found.json()["annotations"])) == one.sent
        assert found.headers["ETag"] == one.after
        assert rows[one.rev]["is_blind"] == (one.before is None and one.rev > 1)
    assert after == done[-1].after


@pytest.mark.parametrize("seed", range(4))
def test_every_list_that_was_overwritten_comes_back_to_the_byte(desk: Desk, seed: int) -> None:
    chance = Random(seed)  # noqa: S311 - a run that can be repeated
    for turn in range(8):
        shapes = [
            box(f"{turn}-{n}", confidence=chance.random()) for n in range(chance.randrange(4))
        ]
        desk.saves("a.png", *shapes)
    rows = history(desk)
    for rev in chance.sample(sorted(rows), len(rows)):
        wanted = revision(desk, rev)
        restored = answer(desk.client.post(f"{URL}/revisions/{rev}/restore"))
        assert restored.headers["ETag"] == wanted.headers["ETag"]
        now = answer(desk.client.get(URL))
        assert now.content == wanted.content
    assert list(history(desk).values())[-len(rows) :] == list(rows.values()), "history was changed"


def test_one_request_sent_by_many_at_once_is_done_once(desk: Desk) -> None:
    ready = threading.Barrier(4)

    def send(_turn: int) -> httpx.Response:
        ready.wait(10)
        return desk.tries_to_save("a.png", box("once"), **{ONCE: "k"})

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(send, range(4)))
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert {reply.headers["ETag"] for reply in replies if reply.is_success} == {
        answer(desk.client.get(URL)).headers["ETag"]
    }
    first = [r for r in replies if r.is_success and "Idempotent-Replayed" not in r.headers]
    assert len(first) == 1
    assert len(history(desk)) == 1


def test_while_a_request_runs_its_twin_is_told_so(desk: Desk, store: Store) -> None:
    def send() -> httpx.Response:
        return desk.tries_to_save("a.png", box("once"), **{ONCE: "k"})

    with ThreadPoolExecutor(2) as pool:
        with store.writing() as tx:
            tx.execute(select(image).with_for_update()).all()
            twins = [pool.submit(send) for _ in range(2)]
            refused = next(as_completed(twins, timeout=30)).result()
        assert refused.status_code == 409
        assert sorted(twin.result().status_code for twin in twins) == [200, 409]
    assert send().headers["Idempotent-Replayed"] == "true"


def test_of_many_bodies_with_one_key_one_is_saved(desk: Desk) -> None:
    def send(turn: int) -> int:
        return desk.tries_to_save("a.png", box(f"{turn}"), **{ONCE: "k"}).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = sorted(pool.map(send, range(8)))
    assert codes[0] == 200
    assert set(codes[1:]) <= {409, 422}
    assert len(history(desk)) == 1


# No clock decides anything


@pytest.mark.parametrize("leap", [timedelta(days=-2), timedelta(days=3650)])
def test_a_clock_that_leaps_changes_no_order_and_no_outcome(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, leap: timedelta
) -> None:
    seen = answer(desk.client.get(URL)).headers["ETag"]
    first = desk.tries_to_save("a.png", box("1"), **{ONCE: "k", "If-Match": seen})

    monkeypatch.setattr(clock, "datetime", SimpleNamespace(now=lambda tz: datetime.now(tz) + leap))
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + leap.total_seconds())
    other = desk.tries_to_save(
        "a.png", box("2"), **{ONCE: "other", "If-Match": first.headers["ETag"]}
    )
    assert answer(other).headers["X-Annotation-Rev"] == "2"
    assert list(history(desk)) == [2, 1]
    again = desk.tries_to_save("a.png", box("1"), **{ONCE: "k", "If-Match": seen})
    assert again.status_code in (200, 412), "answered from memory, or refused for what it stands on"
    assert ids(desk.reads("a.png")) == ["2"]


def test_an_answer_is_remembered_for_a_day(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first = desk.tries_to_save("a.png", box("1"), **{ONCE: "k"})
    right = time.time
    monkeypatch.setattr(time, "time", lambda: right() + 24 * 3600)
    desk.tries_to_save("a.png", box("2"), **{ONCE: "other"})
    again = desk.tries_to_save("a.png", box("1"), **{ONCE: "k"})
    assert again.content == first.content
    assert ids(desk.reads("a.png")) == ["2"]
