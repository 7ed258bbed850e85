"""How long the work on one image waits before it is sent, and sent again."""

from __future__ import annotations

from random import Random
from typing import Final

from limner.api.pauses import asked_pause_s, pause_s

AUTOSAVE_S: Final = 3.0
"""Sent so long after the last edit …"""

LATEST_S: Final = 15.0
"""… and at most so long after the first that is not sent."""

SPARING_S: Final = 60.0
"""Instead of both, once the server has said that there is too much."""

_ROUNDS: Final = 8
_FIRST_ROUND_S: Final = 0.1


class Pace:
    """Counts what went wrong in a row; knows no clock."""

    def __init__(self, random: Random, autosave_s: float = AUTOSAVE_S) -> None:
        self._random = random
        self._autosave_s = autosave_s
        self._failures = 0
        self._rounds = 0
        self._first_edit: float | None = None
        self._is_sparing = False

    @property
    def autosave_s(self) -> float:
        return SPARING_S if self._is_sparing else self._autosave_s

    def edited(self, at: float) -> float:
        """How long to wait after an edit at this time, in seconds."""
        if self._first_edit is None:
            self._first_edit = at
        latest = max(LATEST_S, self.autosave_s)
        return max(0.0, min(self.autosave_s, self._first_edit + latest - at))

    def froze(self) -> None:
        """What was edited is on its way; what is edited now is the first again."""
        self._first_edit = None

    def looked(self) -> None:
        """The server answers: the next failure is the first again."""
        self._failures = 0

    def saved(self) -> None:
        """The server took the work: all is as in the beginning."""
        self._failures = self._rounds = 0
        self._is_sparing = False

    def failed(self) -> float:
        """How long to wait now that it could not be sent or read."""
        self._failures += 1
        return pause_s(self._failures, self._random)

    def throttled(self, error: Exception) -> float:
        """How long to wait now that the server wants fewer requests."""
        self._is_sparing = True
        return asked_pause_s(error, self._random)

    def overtaken(self) -> float | None:
        """How long to wait now that somebody else was first; None when it was so too often."""
        self._rounds += 1
        if self._rounds == 1:
            return 0.0
        if self._rounds > _ROUNDS:
            self._rounds = 0
            return None
        return self._random.uniform(0.0, _FIRST_ROUND_S * 2.0**self._rounds)
