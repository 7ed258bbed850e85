"""How far a long load or save has come, told to the main thread and no more often than it helps."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

from limner.api.errors import Cancelled
from limner.tasks import MainThread, Ticket

_SILENT_S: Final = 0.3
"""What takes less time than this needs no word."""

_PAUSE_S: Final = 0.1


class Activity(Enum):
    """What is being done; the value is the word that people see."""

    LOADING = "loading"
    SAVING = "saving"


@dataclass(frozen=True, slots=True)
class Progress:
    """How much of it is done, from 0 to 1."""

    activity: Activity
    fraction: float


class Reporter:
    """Called by a worker with how much is done; `heard` hears of it on the main thread."""

    def __init__(
        self,
        activity: Activity,
        ticket: Ticket,
        main: MainThread,
        heard: Callable[[Progress], None],
    ) -> None:
        self._activity = activity
        self._ticket = ticket
        self._main = main
        self._heard = heard
        self._next_s = time.monotonic() + _SILENT_S

    def __call__(self, fraction: float) -> None:
        """Tell it, now and then.

        Raises:
            Cancelled: nobody waits for the work any more.
        """
        if self._ticket.is_cancelled:
            raise Cancelled
        now = time.monotonic()
        if now >= self._next_s:
            self._next_s = now + _PAUSE_S
            progress = Progress(self._activity, min(fraction, 1.0))
            self._main.post(lambda: self._tell(progress))

    def _tell(self, progress: Progress) -> None:
        if not self._ticket.is_cancelled:
            self._heard(progress)
