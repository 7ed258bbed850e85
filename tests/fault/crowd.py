"""People and scripts that save to one server at once, and what each of them was told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

import httpx

from pictures import API, box

IMAGES: Final = ("a.png", "b.png", "c.png")
PEOPLE: Final = 4
_MOST_SHAPES: Final = 60
_BLIND: Final = 0.3
_WAIT_S: Final = 60.0


def address(image: str) -> str:
    return f"{API}/annotations/streets/{image}"


@dataclass(slots=True)
class Attempt:
    """One save: a list whose ids name it and nothing else, and what became of it."""

    image: str
    name: str
    count: int
    key: str
    before: str | None
    """The tag it stands on; None for a blind one."""
    rev: int | None = None
    etag: str | None = None
    is_refused: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody has said yet what became of it."""
        return self.rev is None and not self.is_refused

    @property
    def ids(self) -> list[str]:
        return [f"{self.name}:{n}" for n in range(self.count)]

    def send(self, client: httpx.Client) -> None:
        """Send it, once more with the same key where it was sent before.

        Raises:
            httpx.TransportError: there was no answer.
        """
        headers = {"Idempotency-Key": self.key}
        if self.before is not None:
            headers["If-Match"] = self.before
        content = json.dumps({"annotations": [box(id_) for id_ in self.ids]})
        reply = client.post(address(self.image), content=content, headers=headers)
        if reply.status_code == 412:
            self.is_refused = True
        elif reply.status_code != 409:  # the same request of before still runs
            reply.raise_for_status()
            self.etag = reply.headers["ETag"]
            self.rev = int(reply.headers["X-Annotation-Rev"])


@dataclass
class Crowd:
    """Everybody who saves, and every save since the first."""

    chance: Random
    attempts: list[Attempt] = field(default_factory=list)
    troubles: list[BaseException] = field(default_factory=list)

    def save_until_killed(
        self, connect: Callable[[], httpx.Client], kill: Callable[[], None]
    ) -> int:
        """Let everybody save until `kill` has run, in the middle of it; how much was confirmed."""
        enough = self.chance.randint(1, 30)
        confirmed = threading.Semaphore(0)
        seeds = [self.chance.getrandbits(32) for _ in range(PEOPLE)]
        before = len(self.attempts)
        people = [
            threading.Thread(target=self._save, args=(connect, Random(seed), confirmed))  # noqa: S311
            for seed in seeds
        ]
        for person in people:
            person.start()
        for _ in range(enough):
            if not confirmed.acquire(timeout=_WAIT_S):
                break
        threading.Event().wait(self.chance.uniform(0, 0.02))
        kill()
        for person in people:
            person.join(_WAIT_S)
        return sum(one.rev is not None for one in self.attempts[before:])

    def _save(
        self, connect: Callable[[], httpx.Client], chance: Random, confirmed: threading.Semaphore
    ) -> None:
        try:
            with connect() as client:
                while True:
                    attempt = self._next(client, chance)
                    self.attempts.append(attempt)
                    attempt.send(client)
                    confirmed.release()
        except httpx.TransportError:
            return
        except Exception as error:  # noqa: BLE001 (of a thread: told by who waits for it)
            self.troubles.append(error)

    def _next(self, client: httpx.Client, chance: Random) -> Attempt:
        image = chance.choice(IMAGES)
        before = None
        if chance.random() > _BLIND:
            before = client.get(address(image)).raise_for_status().headers["ETag"]
        key = UUID(int=chance.getrandbits(128)).hex
        count = chance.randint(1, _MOST_SHAPES)
        return Attempt(image, key[:12], count, key, before)

    def ask_again(self, client: httpx.Client) -> None:
        """Learn what became of every save that was not answered, as the product's client may."""
        for attempt in self.attempts:
            for _ in range(100):
                if not attempt.is_open:
                    break
                attempt.send(client)
