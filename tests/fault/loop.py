"""A main thread without a window: what was posted, and timers, one after the other."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from itertools import count
from queue import Empty, SimpleQueue
from typing import Final

Call = Callable[[], None]

_PATIENCE_S: Final = 60.0


class Loop:
    """`tasks.MainThread` for the thread that calls `turn`."""

    def __init__(self) -> None:
        self._posted: SimpleQueue[Call] = SimpleQueue()
        self._timers: list[tuple[float, int, Call]] = []
        self._numbers = count()
        self._taken_back: set[int] = set()

    def post(self, call: Call) -> None:
        self._posted.put(call)

    def after(self, seconds: float, call: Call) -> Call:
        number = next(self._numbers)
        heapq.heappush(self._timers, (time.monotonic() + seconds, number, call))
        return lambda: self._taken_back.add(number)

    def close(self) -> None:
        """Nothing runs unless somebody calls `turn`."""

    def turn(self, longest_s: float) -> bool:
        """Run one call, waiting for it so long; whether there was one."""
        now = time.monotonic()
        if self._timers and self._timers[0][0] <= now:
            _, number, call = heapq.heappop(self._timers)
            if number not in self._taken_back:
                call()
            self._taken_back.discard(number)
            return True
        pause = min(longest_s, self._timers[0][0] - now) if self._timers else longest_s
        try:
            call = self._posted.get(timeout=pause) if pause > 0 else self._posted.get_nowait()
        except Empty:
            return False
        call()
        return True

    def until(self, met: Callable[[], bool]) -> None:
        """Run what comes until the condition is met.

        Raises:
            TimeoutError: it never is.
        """
        deadline = time.monotonic() + _PATIENCE_S
        while not met():
            if time.monotonic() > deadline:
                raise TimeoutError("what was waited for never came")
            self.turn(0.01)
