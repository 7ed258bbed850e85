"""Images whose work waits though nobody has them open: sent by and by, a few at a time.

There may be thousands after weeks without a server. Of each only its place is held; its document
is read when its turn comes and let go of when the server has it. What fails is left for the next
round; what needs a person is put down with the reason, and does not hold up the others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable
from typing import Final

from limner.sync.line import Line
from limner.sync.remembered import Place
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.traffic import Traffic
from limner.tasks import MainThread

AT_ONCE: Final = 4
"""Two are sent and two are read, so that the line is never idle."""

_NEXT_ROUND_S: Final = 60.0


class Backlog:
    """Main thread only. `begin` makes the session of a place, and has its work sent."""

    def __init__(
        self, main: MainThread, traffic: Traffic, begin: Callable[[Place], Session]
    ) -> None:
        self._main = main
        self._traffic = traffic
        self._begin = begin
        self._waiting: OrderedDict[str, Place] = OrderedDict()
        self._later: OrderedDict[str, Place] = OrderedDict()
        self._stuck: dict[str, Place] = {}
        self._at_work: dict[str, Place] = {}
        self._stop_pausing: Callable[[], None] | None = None
        traffic.watch(self._line_changed)

    def __len__(self) -> int:
        """How many wait for a turn, and have no session now."""
        return len(self._waiting) + len(self._later)

    @property
    def stuck(self) -> Collection[str]:
        """The images that wait for a person."""
        return self._stuck.keys()

    @property
    def at_work(self) -> Collection[str]:
        """The images whose turn it is: their sessions are this one's."""
        return self._at_work.keys()

    def add(self, places: Iterable[Place], *, needs_person: bool = False) -> None:
        """Have these sent when their turn comes, but for those that only a person can help."""
        queue: dict[str, Place] = self._stuck if needs_person else self._waiting
        for place in places:
            known = (self._at_work, self._stuck, self._later, self._waiting)
            if not any(place.row.id in each for each in known):
                queue[place.row.id] = place
        self.go_on()

    def take(self, image_id: str) -> None:
        """A person has opened the image: it is theirs now."""
        for queue in (self._waiting, self._later, self._stuck, self._at_work):
            queue.pop(image_id, None)
        self.go_on()

    def retry(self) -> None:
        """A person wants everything to be tried now."""
        self._waiting.update(self._later)
        self._waiting.update(self._stuck)
        self._later.clear()
        self._stuck.clear()
        self.go_on()

    def heard(self, session: Session) -> bool:
        """Take in the state of a session of this one's; whether it can be let go of."""
        image_id = session.row.id
        if image_id not in self._at_work or session.is_sending:
            return False
        if session.state is State.ON_SERVER:
            self._at_work.pop(image_id)
        elif session.needs_you:
            self._stuck[image_id] = self._at_work.pop(image_id)
        elif session.trouble is not None:
            self._later[image_id] = self._at_work.pop(image_id)
        else:
            return False
        self._main.post(self.go_on)
        return True

    def go_on(self) -> None:
        """Begin as many as may be worked on at once."""
        while (
            self._waiting and len(self._at_work) < AT_ONCE and self._traffic.line is not Line.NO_KEY
        ):
            image_id, place = self._waiting.popitem(last=False)
            self._at_work[image_id] = place
            self._begin(place)
        if self._later and not self._waiting and not self._at_work and self._stop_pausing is None:
            self._stop_pausing = self._main.after(_NEXT_ROUND_S, self._next_round)

    def _next_round(self) -> None:
        if self._stop_pausing is not None:
            self._stop_pausing()
        self._stop_pausing = None
        self._waiting, self._later = self._later, OrderedDict()
        self.go_on()

    def _line_changed(self) -> None:
        """The server is back: nobody waits for the next round any more."""
        if self._traffic.line is Line.OPEN and not self._waiting:
            self._next_round()
        self.go_on()
