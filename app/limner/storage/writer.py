"""One thread that writes, so that no other ever waits for the disk.

Whatever came in while a commit was running goes into the next one together (group commit): a
commit costs some milliseconds, however much is in it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain

from limner.storage.database import Database, Statement
from limner.storage.errors import StorageError

log = logging.getLogger(__name__)

Durable = Callable[[], None]
Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A write: `statements` are made on the writer's thread, then one kind of callback is called.

    They are carried out together or not at all; what making them raises fails the write. After a
    failure they are made again.
    """

    statements: Callable[[], Iterable[Statement]]
    durable: tuple[Durable, ...]
    failed: tuple[Failed, ...]


class Writer:
    """Writes jobs in the order they came; a job takes the place of a waiting one of its key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[Hashable, Job] = {}
        self._changed = threading.Condition()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, name="storage-writer", daemon=True)
        self._thread.start()

    def submit(self, key: Hashable, job: Job) -> None:
        """Take a job; returns at once. Its callbacks come from the writer's thread.

        Where it takes the place of another, it answers to the callbacks of both: what is newer
        being safe, the older is too.
        """
        with self._changed:
            if self._is_closing:
                raise RuntimeError("the writer is closed")
            older = self._waiting.pop(key, None)
            if older is not None:
                job = Job(job.statements, older.durable + job.durable, older.failed + job.failed)
            self._waiting[key] = job
            self._changed.notify()

    def close(self, timeout_s: float) -> bool:
        """Write what is waiting and stop; whether that was done in time."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while jobs := self._next():
            self._commit(jobs)

    def _next(self) -> Sequence[Job]:
        """Everything that waits, as soon as something does; nothing when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            jobs = list(self._waiting.values())
            self._waiting.clear()
            return jobs

    def _commit(self, jobs: Sequence[Job]) -> None:
        """All at once; when that fails each alone, so that one too large does not hurt others."""
        try:
            self._database.write(chain.from_iterable(job.statements() for job in jobs))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next work waits
            if len(jobs) == 1:
                _tell_failed(jobs[0], error)
                return
            for each in jobs:
                self._commit([each])
            return
        for job in jobs:
            for durable in job.durable:
                _call(durable)


def _tell_failed(job: Job, error: Exception) -> None:
    if not isinstance(error, StorageError):
        log.error("a write could not be prepared", exc_info=error)
    for failed in job.failed:
        _call(partial(failed, error))


def _call(callback: Callable[[], None]) -> None:
    """The thread goes on whatever a callback does: the next work must still be written."""
    try:
        callback()
    except Exception:
        log.exception("a callback of the writer failed")
