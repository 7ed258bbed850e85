"""Small things that the server said, kept for when it cannot be reached: listings, image rows.

They can all be had again, so the newest of each is enough, and nobody waits for the disk.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Final

from limner.storage.database import Database, Statement
from limner.storage.writer import Job, Writer

log = logging.getLogger(__name__)

_Key = tuple[str, str, str]

_PUT: Final = "INSERT OR REPLACE INTO document VALUES (?, ?, ?, ?, ?)"
_GET: Final = "SELECT body, at FROM document WHERE kind = ? AND origin = ? AND reference = ?"
_ALL: Final = "SELECT reference, body, at FROM document WHERE kind = ? AND origin = ?"


@dataclass(frozen=True, slots=True)
class Remembered:
    """Something the server said; `at` is when (Unix time)."""

    body: bytes
    at: float


class Memory:
    """Any thread may call; what is not on the disk yet is answered from memory."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self._database = database
        self._writer = writer
        self._coming: dict[_Key, Remembered] = {}
        self._lock = threading.Lock()

    def remember(self, origin: str, kind: str, reference: str, body: bytes) -> None:
        """Keep `body` instead of what was kept by that name."""
        key = (kind, origin, reference)
        said = Remembered(body, time.time())

        def statements() -> list[Statement]:
            return [(_PUT, (*key, said.at, said.body))]

        def written() -> None:
            with self._lock:
                if self._coming.get(key) is said:
                    del self._coming[key]

        with self._lock:
            self._coming[key] = said
            self._writer.submit(("document", *key), Job(statements, (written,), (_told,)))

    def recall(self, origin: str, kind: str, reference: str) -> Remembered | None:
        """What was kept by that name last; None when there is nothing.

        Raises:
            StoreFailed: the file cannot be read.
        """
        with self._lock:
            coming = self._coming.get((kind, origin, reference))
        if coming is not None:
            return coming
        rows = self._database.read(_GET, kind, origin, reference)
        return Remembered(*rows[0]) if rows else None

    def recall_all(self, origin: str, kind: str) -> dict[str, Remembered]:
        """Everything of a kind, by its reference.

        Raises:
            StoreFailed: the file cannot be read.
        """
        with self._lock:
            coming = dict(self._coming)
        rows = self._database.read(_ALL, kind, origin)
        found = {reference: Remembered(body, at) for reference, body, at in rows}
        mine = {key[2]: each for key, each in coming.items() if key[:2] == (kind, origin)}
        return {**found, **mine}


def _told(error: Exception) -> None:
    """It is tried again; nothing of the person's is in it."""
    log.info("what the server said could not be kept: %s", error)
