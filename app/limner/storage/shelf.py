"""Values that wait to be sent, by origin and reference, the newest of each only."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from limner.storage.database import Database, Statement
from limner.storage.writer import Durable, Failed, Job, Writer

V = TypeVar("V")

_PUT: Final = "INSERT OR REPLACE INTO unsent VALUES (?, ?, ?, ?, ?, ?)"
_DROP: Final = (
    "DELETE FROM unsent WHERE shelf = ? AND origin = ? AND reference = ? AND revision <= ?"
)
_GET: Final = (
    "SELECT revision, saved_at, body FROM unsent WHERE shelf = ? AND origin = ? AND reference = ?"
)
_LIST: Final = "SELECT origin, reference, revision, saved_at FROM unsent WHERE shelf = ?"
_LAST: Final = "SELECT max(revision) FROM unsent WHERE shelf = ?"


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    """A value with its revision, which grows with every put, and when it was put (Unix time)."""

    value: V
    revision: int
    saved_at: float


@dataclass(frozen=True, slots=True)
class _Dropped:
    """Everything up to `revision` is on its way out."""

    revision: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where something waits, without the thing itself."""

    origin: str
    reference: str
    revision: int
    saved_at: float


class Shelf(Generic[V]):
    """One kind of value in the database; `encode` runs on the writer's thread.

    What is not committed yet is answered from memory, so a value is there as soon as it was put.
    """

    def __init__(
        self,
        name: str,
        database: Database,
        writer: Writer,
        encode: Callable[[V], bytes],
        decode: Callable[[bytes], V],
    ) -> None:
        self._name = name
        self._database = database
        self._writer = writer
        self._encode = encode
        self._decode = decode
        self._lock = threading.Lock()
        self._coming: dict[tuple[str, str], Kept[V] | _Dropped] = {}
        self._last: int = database.read(_LAST, name)[0][0] or 0

    def put(self, origin: str, reference: str, value: V, durable: Durable, failed: Failed) -> int:
        """Keep `value` instead of what was there; returns its revision at once.

        `durable` or `failed` is called later, from the writer's thread.
        """
        key = (origin, reference)
        with self._lock:
            self._last += 1
            kept = Kept(value, self._last, time.time())

            def statements() -> list[Statement]:
                row = (self._name, origin, reference, kept.revision, kept.saved_at)
                return [(_PUT, (*row, self._encode(kept.value)))]

            self._submit(key, kept, statements, durable, failed)
        return kept.revision

    def drop(self, origin: str, reference: str, revision: int, failed: Failed) -> None:
        """Forget, soon, what was put as `revision`; something newer stays."""
        with self._lock:
            coming = self._coming.get((origin, reference))
            if coming is not None and coming.revision > revision:
                return
            dropped = _Dropped(revision)

            def statements() -> list[Statement]:
                return [(_DROP, (self._name, origin, reference, revision))]

            self._submit((origin, reference), dropped, statements, lambda: None, failed)

    def get(self, origin: str, reference: str) -> Kept[V] | None:
        """What is kept there, newest put first; None when there is nothing.

        Raises:
            StoreFailed: it is there and cannot be read.
        """
        with self._lock:
            coming = self._coming.get((origin, reference))
        if isinstance(coming, Kept):
            return coming
        rows = self._database.read(_GET, self._name, origin, reference)
        gone = 0 if coming is None else coming.revision
        if not rows or rows[0][0] <= gone:
            return None
        revision, saved_at, body = rows[0]
        return Kept(self._decode(body), revision, saved_at)

    def places(self) -> list[Place]:
        """Everything that waits, oldest first.

        Raises:
            StoreFailed: the file cannot be read.
        """
        with self._lock:
            coming = dict(self._coming)
        found = {(row[0], row[1]): Place(*row) for row in self._database.read(_LIST, self._name)}
        for key, each in coming.items():
            if isinstance(each, Kept):
                found[key] = Place(*key, each.revision, each.saved_at)
            elif key in found and found[key].revision <= each.revision:
                del found[key]
        return sorted(found.values(), key=lambda place: place.revision)

    def _submit(
        self,
        key: tuple[str, str],
        coming: Kept[V] | _Dropped,
        statements: Callable[[], list[Statement]],
        durable: Durable,
        failed: Failed,
    ) -> None:
        """Answer from memory until it is written; the caller holds the lock."""

        def done() -> None:
            with self._lock:
                if self._coming.get(key) is coming:
                    del self._coming[key]

        self._coming[key] = coming
        job = Job(statements, (done, durable), (failed,))
        self._writer.submit((self._name, *key), job)
