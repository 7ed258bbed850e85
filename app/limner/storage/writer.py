"""One thread that writes, so that no other ever waits for the disk.

Whatever came in while a commit was running goes into the next one together (group commit): a
commit costs some milliseconds, however much is in it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from limner.storage.database import Database, Statement
from limner.storage.errors import StorageError

log = logging.getLogger(__name__)

Durable = Callable[[], None]
Failed = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class Job:
    """A write: `statement` is made on the writer's thread, then one kind of callback is called."""

    statement: Callable[[], Statement]
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
                job = Job(job.statement, older.durable + job.durable, older.failed + job.failed)
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
            prepared = [(job, each) for job in jobs if (each := _prepared(job)) is not None]
            self._commit(prepared)

    def _next(self) -> Sequence[Job]:
        """Everything that waits, as soon as something does; nothing when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            jobs = list(self._waiting.values())
            self._waiting.clear()
            return jobs

    def _commit(self, jobs: Sequence[tuple[Job, Statement]]) -> None:
        """All at once; when that fails each alone, so that one too large does not hurt others."""
        if not jobs:
            return
        try:
            self._database.write(statement for _, statement in jobs)
        except StorageError as error:
            if len(jobs) == 1:
                _tell_failed(jobs[0][0], error)
                return
            for each in jobs:
                self._commit([each])
            return
        for job, _ in jobs:
            for durable in job.durable:
                _call(durable)


def _prepared(job: Job) -> Statement | None:
    try:
        return job.statement()
    except Exception as error:
        log.exception("a write could not be prepared")
        _tell_failed(job, error)
        return None


def _tell_failed(job: Job, error: Exception) -> None:
    for failed in job.failed:
        _call(partial(failed, error))


def _call(callback: Callable[[], None]) -> None:
    """The thread goes on whatever a callback does: the next work must still be written."""
    try:
        callback()
    except Exception:
        log.exception("a callback of the writer failed")
