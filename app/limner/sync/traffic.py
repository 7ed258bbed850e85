"""Who may speak with one server, and when: few at a time, in fair turns, not while it is away.

At most two requests are on their way, one for each image; what a person waits for goes at once and
may be a third. While the server is away, work stays in the queue, and one probe now and then asks
whether it is back; what is spare is refused then. A key that is not taken ends everything until a
person wants it again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Protocol, TypeVar

from limner.sync.breaker import Breaker
from limner.sync.line import Line, LineKeeper
from limner.sync.turns import Errand, Rank, Turns
from limner.tasks import MainThread, Ticket

__all__ = ["Line", "Rank", "Traffic"]

T = TypeVar("T")

_AT_ONCE: Final = 2
_SOON_S: Final = 5.0
"""After one failure, when nobody else asks, the probe goes so soon."""
_LOOK_UP_S: Final = 15.0
"""How often a wait is looked at, so that one the computer slept through ends when it wakes."""
_SLEPT_S: Final = 30.0
_PROBE: Final = "probe"


class Workers(Protocol):
    """Where work is done off the main thread: `Tasks`."""

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> object: ...


class Traffic:
    """All requests to one origin that sync makes. Main thread only."""

    def __init__(
        self,
        workers: Workers,
        main: MainThread,
        breaker: Breaker | None,
        probe: Callable[[], object],
        *,
        has_begun: bool = True,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`probe` asks the server for next to nothing, on a worker.

        Without a `breaker` the server is taken to be there always: the one inside.
        """
        self.probe = probe
        self._workers = workers
        self._main = main
        self._keeper = LineKeeper(breaker, has_begun=has_begun)
        self._clock = clock
        self._wall = wall
        self._turns = Turns()
        self._running: dict[str, Errand] = {}
        self._stop_waiting: Callable[[], None] = _nothing
        self._told = self.line
        self._watchers: list[Callable[[], None]] = []

    # --- what others see

    @property
    def line(self) -> Line:
        return self._keeper.word(self._clock())

    @property
    def trouble(self) -> Exception | None:
        """Why the server serves nobody now; None when it does."""
        return self._keeper.trouble

    @property
    def waiting(self) -> tuple[str, ...]:
        """The images whose requests wait, in the order of their turns."""
        return self._turns.images()

    @property
    def running(self) -> tuple[str, ...]:
        """The images whose requests are on their way."""
        return tuple(image_id for image_id in self._running if image_id != _PROBE)

    def is_held_up(self, image_id: str) -> bool:
        """Whether a request of this image waits, and not only for its turn."""
        waits = self._turns.waits(image_id) and image_id not in self._running
        return waits and self.line is not Line.OPEN

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` when the line became another; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    # --- what sync wants

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        image_id: str,
        rank: Rank = Rank.WORK,
        ticket: Ticket | None = None,
    ) -> Ticket:
        """Do `work` on a worker when its turn comes, then `done` or `failed` on the main thread.

        Of a cancelled ticket nobody hears. `image_id` may name something else of which one request
        is made at a time, such as a listing.
        """
        errand = Errand(work, done, failed, rank, ticket or Ticket())
        if self._is_hopeless(errand):
            self._refuse(errand)
        else:
            self._turns.add(image_id, errand)
            self._next()
        return errand.ticket

    def turn_to(self, image_id: str | None) -> None:
        """This image is on the canvas: what it wants comes first."""
        self._turns.turn_to(image_id)
        self._next()

    def begin(self) -> None:
        """The server is up from now on."""
        self._keeper.has_begun = True
        self._turned()

    def pause(self) -> None:
        """Let nothing go but what a person waits for."""
        self._keeper.is_paused = True
        self._turned()

    def resume(self) -> None:
        self._keeper.is_paused = False
        self.try_again()

    def try_again(self) -> None:
        """A person wants it now, the key was changed, or the network is back."""
        self._keeper.forgive()
        if self._keeper.is_away:
            self._ask()
        self._turned()

    def lift_limit(self) -> None:
        """The server is one that does not count requests."""
        self._keeper.is_unmetered = True

    def close(self) -> None:
        """Begin nothing more."""
        self._keeper.has_begun = False
        self._turns.clear()
        self._stop_waiting()

    # --- whose turn it is

    def _next(self) -> None:
        """Begin what may begin, and look again when more may."""
        while (found := self._turns.take(self._ranks(), self._running)) is not None:
            self._keeper.took(self._clock())
            self._start(*found)
        self._wait()

    def _ranks(self) -> list[Rank]:
        """Those of which one may begin now."""
        on_their_way = [errand.rank for errand in self._running.values()]
        if not self._keeper.has_begun or len(on_their_way) > _AT_ONCE:
            return []
        if len(on_their_way) == _AT_ONCE or self._keeper.wait_s(self._clock()) != 0.0:
            return [Rank.WAITED_FOR]
        return [rank for rank in Rank if rank is not Rank.SPARE or rank not in on_their_way]

    def _start(self, name: str, errand: Errand) -> None:
        self._running[name] = errand
        self._workers.run(
            errand.work,
            lambda value: self._ended(name, errand, None, value),
            lambda error: self._ended(name, errand, error, error),
        )

    def _ended(self, name: str, errand: Errand, error: Exception | None, outcome: object) -> None:
        del self._running[name]
        self._keeper.learn(error, self._clock())
        try:
            errand.hand(errand.done if error is None else errand.failed, outcome)
        finally:
            self._turned()

    # --- while the line is not open

    def _is_hopeless(self, errand: Errand) -> bool:
        """Whether an errand need not even wait."""
        if errand.rank is Rank.WAITED_FOR or self._keeper.trouble is None:
            return False
        is_spare = errand.rank is Rank.SPARE and self._keeper.is_away
        return is_spare or self._keeper.is_key_refused

    def _refuse(self, errand: Errand) -> None:
        """Say so later: who asks does not expect an answer before he has asked."""
        trouble = self._keeper.trouble
        if trouble is not None:
            self._main.post(lambda: errand.hand(errand.failed, trouble))

    def _turned(self) -> None:
        """Something about the line may have changed: tell it, and go on."""
        for errand in self._turns.take_hopeless(self._is_hopeless):
            self._refuse(errand)
        line = self.line
        if line is not self._told:
            self._told = line
            for watcher in tuple(self._watchers):
                watcher()
        self._next()

    def _wait(self) -> None:
        self._stop_waiting()
        self._stop_waiting = _nothing
        wait = self._keeper.wait_s(self._clock())
        if wait is None:
            return
        if self._keeper.is_away and not self._keeper.is_broken:
            wait = _SOON_S
        if wait and (self._turns or self.line is not Line.OPEN):
            behind = self._wall() - self._clock()
            self._stop_waiting = self._main.after(
                min(wait, _LOOK_UP_S), lambda: self._look_up(behind)
            )

    def _look_up(self, behind: float) -> None:
        """The wait may be over. One that was slept through is: the network is another now."""
        self._stop_waiting = _nothing
        if self._wall() - self._clock() - behind > _SLEPT_S:
            self.try_again()
            return
        if self._keeper.is_away and self._keeper.wait_s(self._clock()) == 0.0:
            self._ask()
        self._turned()

    def _ask(self) -> None:
        """Send the probe, unless it is on its way."""
        if _PROBE not in self._running and self._keeper.has_begun:
            self._keeper.probed(self._clock())
            self._start(_PROBE, Errand(self.probe, _ignore, _ignore, Rank.WAITED_FOR, Ticket()))


def _ignore(_outcome: object) -> None:
    """What counts is whether the server answered."""


def _nothing() -> None:
    """Nothing is waited for."""
