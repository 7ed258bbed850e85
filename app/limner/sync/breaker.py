"""When one server may be asked: not while it is down, and not more often than its plan allows.

One for each origin. It knows no clock: every `now` is in seconds, of a clock that only grows.
Editing never waits for it; what may not be sent yet is kept.
"""

from __future__ import annotations

from typing import Final

FAILURES: Final = 5
"""So many in a row, and nobody asks any more but one probe now and then."""

FIRST_BREAK_S: Final = 30.0
LONGEST_BREAK_S: Final = 600.0

BURST: Final = 500
AN_HOUR: Final = 2_000
"""The smallest plan of the cloud allows so many requests an hour (study of the web's tools)."""

_REFILL_S: Final = (AN_HOUR - BURST) / 3600.0
"""A burst and what comes back in an hour together are what an hour allows."""

_ASK_AGAIN_S: Final = 1.0
_HARDLY: Final = 1e-6
"""What rounding leaves of a wait that is over."""


class Breaker:
    """Counts requests and failures of one origin."""

    def __init__(self) -> None:
        self.is_paused = False
        """The key was refused: nothing is sent until somebody has looked after it."""
        self._failures = 0
        self._break_s = FIRST_BREAK_S
        self._open_until: float | None = None
        self._is_probing = False
        self._left = float(BURST)
        self._counted_at: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the server is taken to be down."""
        return self._open_until is not None

    def wait_s(self, now: float) -> float | None:
        """How long to wait before the next request, 0 when it may go; None while paused."""
        if self.is_paused:
            return None
        if self._open_until is not None:
            return _ASK_AGAIN_S if self._is_probing else max(0.0, self._open_until - now)
        self._refill(now)
        missing = 1.0 - self._left
        return missing / _REFILL_S if missing > _HARDLY else 0.0

    def took(self, now: float) -> None:
        """A request goes out; while the server is down, it is the probe."""
        self._refill(now)
        self._left -= 1.0
        self._is_probing = self._open_until is not None

    def answered(self) -> None:
        """The server said something, be it no: it is there."""
        self._failures = 0
        self._break_s = FIRST_BREAK_S
        self._open_until = None
        self._is_probing = False

    def failed(self, now: float) -> None:
        """No connection came about, none held, or the server itself is broken."""
        self._failures += 1
        if self._is_probing:
            self._break_s = min(LONGEST_BREAK_S, 2.0 * self._break_s)
        elif self._failures < FAILURES or self._open_until is not None:
            return
        self._is_probing = False
        self._open_until = now + self._break_s

    def gave_up(self) -> None:
        """A request was stopped here: that says nothing about the server."""
        self._is_probing = False

    def _refill(self, now: float) -> None:
        if self._counted_at is not None:
            grown = self._left + max(0.0, now - self._counted_at) * _REFILL_S
            self._left = min(float(BURST), grown)
        self._counted_at = now
