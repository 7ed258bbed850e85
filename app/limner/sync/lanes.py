"""Who decodes first: what is on the canvas, then thumbnails, then what may be opened next.

    shown   the image on the canvas: its bytes, its levels, its tiles; nothing else is in this lane
    small   thumbnails of the rows in sight
    ahead   the neighbours of the image on the canvas, one at a time

The decoder has `PROCESSES` processes. The two later lanes go through one gate, thumbnails before
neighbours, and so never have more than one of them: what the person asked for always finds one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from limner.tasks import MainThread, Tasks

PROCESSES: Final = 2
TILES_AT_ONCE: Final = 2 * PROCESSES
"""One is decoded and one waits in each process, so that none idles while a thread wakes up."""


class Lanes:
    """The worker threads that fetch and decode; threads of a later lane wait at the gate."""

    def __init__(self, main: MainThread) -> None:
        self.main = main
        self.shown = Tasks(main, workers=TILES_AT_ONCE + 1, name="limner-shown")
        self.small = Tasks(main, workers=2, name="limner-small")
        self.ahead = Tasks(main, workers=1, name="limner-ahead")
        self.gate = Gate()

    def close(self, timeout_s: float) -> bool:
        """Take no more work and wait for what runs; whether it ended."""
        quiet = [lane.close(timeout_s) for lane in (self.shown, self.small, self.ahead)]
        return all(quiet)


class Gate:
    """Lets one thread through at a time: thumbnails first, neighbours when none is waiting."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._is_taken = False
        self._small_waiting = 0

    @contextmanager
    def for_small(self) -> Iterator[None]:
        """Decode a thumbnail inside."""
        with self._changed:
            self._small_waiting += 1
            self._changed.wait_for(lambda: not self._is_taken)
            self._small_waiting -= 1
            self._is_taken = True
        with self._left():
            yield

    @contextmanager
    def for_ahead(self) -> Iterator[None]:
        """Decode what may be opened next inside."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_taken and not self._small_waiting)
            self._is_taken = True
        with self._left():
            yield

    @contextmanager
    def _left(self) -> Iterator[None]:
        try:
            yield
        finally:
            with self._changed:
                self._is_taken = False
                self._changed.notify_all()
