"""Whether a person looks at images or skims over them."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from limner.tasks import MainThread

QUICK_S: Final = 0.15
"""Two steps with less than this between them: a key is held down, nobody has seen the image."""

REST_S: Final = 0.12
"""After such a step, who goes no further for this long wants to see the image."""


class Pace:
    """Main thread only. The time between steps counts from the end of what the last one did."""

    def __init__(self, main: MainThread, rested: Callable[[], None]) -> None:
        self._main = main
        self._rested = rested
        self._last = float("-inf")
        self._stop: Callable[[], None] = _nothing

    def is_skimming(self) -> bool:
        """Whether the step that begins now follows quickly on the one before."""
        return time.monotonic() - self._last < QUICK_S

    def stepped(self) -> None:
        """A step is done."""
        self._last = time.monotonic()

    def wait_for_rest(self) -> None:
        """Tell when the person has rested, counted anew from now."""
        self.stop()
        self._stop = self._main.after(REST_S, self._let_keys_pass)

    def _let_keys_pass(self) -> None:
        """After a slow paint the next key waits already, and whoever pressed it does not rest."""
        self._stop = self._main.after(0.0, self._rested)

    def stop(self) -> None:
        """Wait for no rest any more."""
        self._stop()
        self._stop = _nothing


def _nothing() -> None:
    """Nobody waits."""
