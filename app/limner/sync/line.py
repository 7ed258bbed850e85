"""How it stands with one server: there or away, whether it takes the key, when it wants quiet."""

from __future__ import annotations

from enum import Enum
from typing import Final

from limner.api.errors import (
    Garbled,
    NoAnswer,
    Refused,
    ServerFault,
    TooMany,
    Unauthorized,
    Unreachable,
)
from limner.sync.breaker import Breaker

_LONGEST_ASKED_S: Final = 3600.0


class Line(Enum):
    """How it stands with one server; the value is the word that people see."""

    OPEN = "online"
    STARTING = "starting"
    OFFLINE = "offline"
    PAUSED = "paused"
    NO_KEY = "key not accepted"
    ASKED_TO_WAIT = "asked to wait"


class LineKeeper:
    """Learns from every outcome. Pure: each `now` is in seconds, of a clock that only grows.

    Without a `breaker` the server is taken to be there always: the one inside.
    """

    def __init__(self, breaker: Breaker | None, *, has_begun: bool = True) -> None:
        self.has_begun = has_begun
        """Whether the server is up at all; the one inside takes a moment."""
        self.is_paused = False
        """Whether a person wants nothing to be sent."""
        self.is_unmetered = False
        """Whether the server is known not to count requests."""
        self.trouble: Exception | None = None
        """Why the server serves nobody now: it is away, or does not take the key."""
        self._breaker = breaker
        self._quiet_until = 0.0

    def word(self, now: float) -> Line:
        if not self.has_begun:
            return Line.STARTING
        if self.is_key_refused:
            return Line.NO_KEY
        if self.is_paused:
            return Line.PAUSED
        if self.is_away:
            return Line.OFFLINE
        return Line.ASKED_TO_WAIT if now < self._quiet_until else Line.OPEN

    @property
    def is_key_refused(self) -> bool:
        return isinstance(self.trouble, Unauthorized)

    @property
    def is_broken(self) -> bool:
        """Whether it failed so often that only a probe may go."""
        return self._breaker is not None and self._breaker.is_open

    @property
    def is_away(self) -> bool:
        return self.is_broken or isinstance(self.trouble, Unreachable)

    def wait_s(self, now: float) -> float | None:
        """How long nobody may go unless he is waited for; None when nobody knows."""
        if not self.has_begun or self.is_paused:
            return None
        wait: float | None = 0.0
        breaker = self._breaker
        if breaker is not None and (breaker.is_open or breaker.is_paused or not self.is_unmetered):
            wait = breaker.wait_s(now)
        return None if wait is None else max(wait, self._quiet_until - now)

    def took(self, now: float) -> None:
        """A request goes out that is no probe."""
        if self._breaker is not None and not self._breaker.is_open:
            self._breaker.took(now)

    def probed(self, now: float) -> None:
        """The probe goes out."""
        if self._breaker is not None:
            self._breaker.took(now)

    def learn(self, error: Exception | None, now: float) -> None:
        """Take in what came of a request; None for a success."""
        breaker = self._breaker
        if breaker is None:
            return
        if isinstance(error, Unreachable | NoAnswer | Garbled | ServerFault):
            breaker.failed(now)
            self.trouble = error
        elif error is not None and not isinstance(error, Refused):
            breaker.gave_up()
        else:
            breaker.answered()
            self.trouble = None
            self._heed(error, breaker, now)

    def _heed(self, error: Exception | None, breaker: Breaker, now: float) -> None:
        """What a server that is there asks for."""
        if isinstance(error, Unauthorized):
            breaker.is_paused, self.trouble = True, error
        elif isinstance(error, TooMany) and error.retry_after_s is not None:
            asked = min(_LONGEST_ASKED_S, max(0.0, error.retry_after_s))
            self._quiet_until = max(self._quiet_until, now + asked)

    def forgive(self) -> None:
        """A person wants it tried now, or the key was changed."""
        self._quiet_until = 0.0
        if self.is_key_refused:
            self.trouble = None
        if self._breaker is not None:
            self._breaker.is_paused = False
