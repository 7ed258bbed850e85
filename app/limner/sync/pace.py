"""When the next save of an image begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limner.api.errors import TooMany, waits_by_itself
from limner.tasks import MainThread

_LONGEST_WAIT_S: Final = 60.0


class Pace:
    """One timer that calls `save`, later after each failure. Main thread only."""

    def __init__(self, main: MainThread, save: Callable[[], None]) -> None:
        self._main = main
        self._save = save
        self._stop: Callable[[], None] = _nothing
        self.attempts = 0
        """How many saves have failed since the last one that arrived."""

    def pause(self, seconds: float) -> None:
        """Save that much later, and not before."""
        self._stop()
        self._stop = self._main.after(seconds, self._save)

    def stop(self) -> None:
        self._stop()

    def wait_out(self, error: Exception) -> None:
        """Try again after a pause, where time alone can end the trouble."""
        if not waits_by_itself(error):
            return
        self.attempts += 1
        seconds = min(2.0 ** (self.attempts - 1), _LONGEST_WAIT_S)
        if isinstance(error, TooMany) and error.retry_after_s is not None:
            seconds = max(seconds, error.retry_after_s)
        self.pause(seconds)


def _nothing() -> None:
    """No timer runs."""
