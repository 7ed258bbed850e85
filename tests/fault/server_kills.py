"""`limner serve` killed in the middle of saves: nothing confirmed is lost, nothing half there."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from sqlite3 import connect
from typing import Any

import httpx

from fault.crowd import IMAGES, Attempt, Crowd, address
from fault.serve_again import servers
from pictures import Desk, ids
from servers import answer

_TIMEOUT_S = 60.0
_PAGE = 1000


@dataclass(frozen=True)
class Outcome:
    """What many kills did: `edits` were confirmed, `unanswered` when the server died.

    `notes` says of each failure what was found.
    """

    runs: int
    edits: int
    unanswered: int
    notes: tuple[str, ...]

    @property
    def failures(self) -> int:
        return len(self.notes)


def kill_server(runs: int, seed: int, database: str | None = None) -> Outcome:
    """Start a server, save from all sides, kill it, start it again and look: `runs` times.

    Over SQLite, or over the empty PostgreSQL at `database`. After each start every save that got
    no answer is sent once more with its key; then the history must hold exactly what was
    confirmed, each list once, whole, and at the number that was said.
    """
    crowd = Crowd(Random(seed))  # noqa: S311 - a run that can be repeated
    edits = unanswered = 0
    with tempfile.TemporaryDirectory() as folder, servers() as running:
        data, keys = Path(folder) / "data", Path(folder) / "keys.json"
        arguments = ["--data", str(data), "--keys", str(keys), "--port", "0"]
        arguments += ["--database", database] if database else []
        url = running.start(*arguments)
        headers = {"X-API-Key": json.loads(keys.read_text())["owner"]}
        to_server = partial(httpx.Client, headers=headers, timeout=_TIMEOUT_S)
        with to_server(base_url=url) as client:
            desk = Desk(client)
            for name in IMAGES:
                desk.uploads(name)
        histories = [History(name) for name in IMAGES]
        for _ in range(runs):
            edits += crowd.save_until_killed(partial(to_server, base_url=url), running.kill)
            unanswered += sum(one.is_open for one in crowd.attempts)
            url = running.start(*arguments)
            with to_server(base_url=url) as client:
                crowd.ask_again(client)
                for history in histories:
                    history.look(client, crowd.attempts)
        running.kill()
        notes = [note for history in histories for note in history.notes]
        notes += [f"an answer that should not be: {error!r}" for error in crowd.troubles]
        notes += _damage(data / "limner.sqlite")
    return Outcome(runs, edits, unanswered, tuple(notes))


def _damage(file: Path) -> Iterator[str]:
    if file.exists():
        with closing(connect(file)) as database:
            found = database.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            yield f"the database is damaged: {found}"


@dataclass
class History:
    """What the server has of one image, looked at after each start."""

    image: str
    seen: dict[int, dict[str, Any]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def look(self, client: httpx.Client, attempts: list[Attempt]) -> None:
        """Compare it with what was confirmed."""
        mine = [one for one in attempts if one.image == self.image]
        confirmed = {one.rev: one for one in mine if one.rev is not None}
        rows = self._rows(client)
        now = answer(client.get(address(self.image)))
        self._want(rows.keys() == set(range(1, len(rows) + 1)), "revisions are missing")
        self._want(now.headers["X-Annotation-Rev"] == str(len(rows)), "the number is not its own")
        self._want(not any(one.is_open for one in mine), "a save is neither done nor refused")
        self._want(rows.keys() == confirmed.keys(), "the history is not what was confirmed")
        self._want(self.seen.items() <= rows.items(), "a revision was changed")
        for rev in sorted(rows.keys() - self.seen.keys()):
            self._look_at(client, rev, rows[rev], confirmed)
        if rows and len(rows) in confirmed:
            self._want(now.headers["ETag"] == confirmed[len(rows)].etag, "the list is another")
        self.seen = rows

    def _rows(self, client: httpx.Client) -> dict[int, dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        while True:
            params = {"limit": _PAGE, "offset": len(rows)}
            url = f"{address(self.image)}/revisions"
            page = answer(client.get(url, params=params)).json()
            rows += page["data"]
            if not page["pagination"]["has_more"]:
                return {row["rev"]: row for row in reversed(rows)}

    def _look_at(
        self, client: httpx.Client, rev: int, row: dict[str, Any], confirmed: dict[int, Attempt]
    ) -> None:
        attempt = confirmed.get(rev)
        if attempt is None:
            return
        found = answer(client.get(f"{address(self.image)}/revisions/{rev}"))
        whole = ids(found.json()["annotations"]) == attempt.ids
        self._want(whole and row["annotation_count"] == attempt.count, f"{rev} is torn")
        self._want(found.headers["ETag"] == attempt.etag, f"{rev} has another tag")
        stood_on = confirmed[rev - 1].etag if rev - 1 in confirmed else None
        is_chained = attempt.before in (None, stood_on) or rev == 1
        self._want(is_chained, f"{rev} overwrote what was not read")

    def _want(self, good: bool, otherwise: str) -> None:
        if not good:
            self.notes.append(f"{self.image}: {otherwise}")
