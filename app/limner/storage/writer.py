"""One thread that writes, so that no other ever waits for the disk.

Whatever came in while a commit was running goes into the next one together (group commit): a
commit costs some milliseconds, however much is in it. What could not be written stays and is
tried again, with the next write of its kind and every few seconds; when nothing is to be written
the thread does chores, a small one at a time.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final

from limner.storage.database import Database, Statement
from limner.storage.errors import StorageError, StoreFull, StoreReadOnly

log = logging.getLogger(__name__)

Durable = Callable[[], None]
Failed = Callable[[Exception], None]
Chore = Callable[[], float | None]
"""Does a little and returns after how many seconds it wants to go on; None: never again."""

RETRY_S: Final = 3.0
"""How long a disk that refused is left alone."""


@dataclass(frozen=True, slots=True)
class Job:
    """A write: `statements` are made on the writer's thread, then the callbacks are called.

    They are carried out together or not at all; what making them raises fails the write. After a
    failure they are made again. `failed` is called once however often it fails, `durable` when
    it is written at last; `tried` once, after the first of either.
    """

    statements: Callable[[], Iterable[Statement]]
    durable: tuple[Durable, ...] = ()
    failed: tuple[Failed, ...] = ()
    tried: tuple[Callable[[], None], ...] = ()

    def after(self, older: Job | None) -> Job:
        """This job, answering to the callbacks of one whose place it takes as well."""
        if older is None:
            return self
        return Job(
            self.statements,
            older.durable + self.durable,
            older.failed + self.failed,
            older.tried + self.tried,
        )


class Writer:
    """Writes jobs in the order they came; a job takes the place of a waiting one of its key."""

    def __init__(
        self,
        database: Database,
        retry_s: float = RETRY_S,
        heed: Callable[[], None] = lambda: None,
    ) -> None:
        """`heed` is called on the writer's thread after whatever it did."""
        self._database = database
        self._retry_s = retry_s
        self._heed = heed
        self.is_full = False
        """Whether something waits for room on the disk."""
        self._waiting: dict[Hashable, Job] = {}
        self._stuck: dict[Hashable, Job] = {}
        self._unworded: set[Hashable] = set()
        self._retry_at = 0.0
        self._chores: list[tuple[float, Chore]] = []
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
            self._waiting[key] = job.after(self._waiting.pop(key, None))
            self._changed.notify()

    def do_when_idle(self, chore: Chore, after_s: float = 0.0) -> None:
        """Call `chore` on the writer's thread whenever nothing is to be written."""
        with self._changed:
            self._chores.append((time.monotonic() + after_s, chore))
            self._changed.notify()

    def close(self, timeout_s: float, farewell: Job | None = None) -> bool:
        """Write what is waiting, then `farewell`, and stop; whether that was done in time.

        What the disk refuses then is tried once more and given up.
        """
        with self._changed:
            if farewell is not None and not self._is_closing:
                self._waiting[self] = farewell
            self._is_closing = True
            self._changed.notify()
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    # --- on the writer's thread

    def _run(self) -> None:
        while True:
            jobs, chore = self._next()
            if jobs:
                self._commit(jobs)
            elif chore is not None:
                self._do(chore)
            else:
                return
            _call_each((self._heed,))

    def _next(self) -> tuple[dict[Hashable, Job], Chore | None]:
        """What waits, or the next chore; neither of them when it is time to stop."""
        with self._changed:
            while True:
                now = time.monotonic()
                if self._waiting or self._is_closing or self._is_due(now):
                    return self._taken(now), None
                chore = self._due(now)
                if chore is not None:
                    return {}, chore
                self._changed.wait(self._pause_s(now))

    def _taken(self, now: float) -> dict[Hashable, Job]:
        """All that waits, and of what is stuck that which is due or belongs before it."""
        is_due = self._is_closing or self._is_due(now)
        jobs = {
            key: job
            for key, job in self._stuck.items()
            if key in self._waiting or (is_due and key not in self._unworded)
        }
        for key in jobs:
            del self._stuck[key]
            self._unworded.discard(key)
        for key, job in self._waiting.items():
            jobs[key] = job.after(jobs.get(key))
        self._waiting.clear()
        return jobs

    def _is_due(self, now: float) -> bool:
        """Whether it is time to try again what the disk refused."""
        return now >= self._retry_at and len(self._stuck) > len(self._unworded)

    def _due(self, now: float) -> Chore | None:
        for place, (at, chore) in enumerate(self._chores):
            if at <= now:
                del self._chores[place]
                return chore
        return None

    def _pause_s(self, now: float) -> float | None:
        times = [at for at, _ in self._chores]
        if len(self._stuck) > len(self._unworded):
            times.append(self._retry_at)
        return max(0.0, min(times) - now) if times else None

    def _do(self, chore: Chore) -> None:
        try:
            pause_s = chore()
        except Exception:
            log.exception("a chore of the store failed and is given up")
            return
        if pause_s is not None:
            self.do_when_idle(chore, pause_s)

    def _commit(self, jobs: dict[Hashable, Job]) -> None:
        """All at once; when that fails each alone, so that one too large does not hurt others."""
        try:
            self._database.write(chain.from_iterable(job.statements() for job in jobs.values()))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told, and the next work waits
            if isinstance(error, StoreFull) and self._database.ballast.drop():
                self._commit(jobs)
            elif len(jobs) > 1:
                for key, job in jobs.items():
                    self._commit({key: job})
            else:
                self._keep_for_later(*next(iter(jobs.items())), error)
            return
        self.is_full = self.is_full and bool(self._stuck)
        for job in jobs.values():
            _call_each(chain(job.durable, job.tried))

    def _keep_for_later(self, key: Hashable, job: Job, error: Exception) -> None:
        """What cannot be worded is tried again only together with what comes after it."""
        is_unworded = not isinstance(error, StorageError)
        if is_unworded:
            log.error("a write could not be prepared", exc_info=error)
        with self._changed:
            if not self._is_closing and not isinstance(error, StoreReadOnly):
                self._stuck[key] = replace(job, failed=(), tried=())
                self._retry_at = time.monotonic() + self._retry_s
                self.is_full = self.is_full or isinstance(error, StoreFull)
                if is_unworded:
                    self._unworded.add(key)
        _call_each(chain((partial(failed, error) for failed in job.failed), job.tried))


def _call_each(callbacks: Iterable[Callable[[], None]]) -> None:
    """The thread goes on whatever a callback does: the next work must still be written."""
    for callback in callbacks:
        try:
            callback()
        except Exception:
            log.exception("a callback of the writer failed")
