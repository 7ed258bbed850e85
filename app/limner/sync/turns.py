"""What waits for its turn: one queue for each image, and the images in fair turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from limner.tasks import Ticket


class Rank(IntEnum):
    """Whose turn comes first.

    WAITED_FOR  a person looks at the place where it will be
    WORK        what syncs: of the image on the canvas first, then of all others in turns
    SPARE       what may be wanted some day
    """

    WAITED_FOR = 0
    WORK = 1
    SPARE = 2


@dataclass(slots=True, eq=False)
class Errand:
    """A request that somebody wants made, and who hears of it; nobody, once it is cancelled."""

    work: Callable[[], Any]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    rank: Rank
    ticket: Ticket

    def hand(self, call: Callable[[Any], None], value: object) -> None:
        if not self.ticket.is_cancelled:
            call(value)


class Turns:
    """Knows no server and no clock."""

    def __init__(self) -> None:
        self.foreground: str | None = None
        """The image on the canvas: what it wants comes first."""
        self._queues: dict[str, deque[Errand]] = {}

    def __bool__(self) -> bool:
        return any(self.waits(image_id) for image_id in self._queues)

    def images(self) -> tuple[str, ...]:
        """Whose errands wait, in the order of their turns."""
        return tuple(image_id for image_id in self._in_turn() if self.waits(image_id))

    def waits(self, image_id: str) -> bool:
        """Whether an errand of this image waits."""
        return self._first(image_id) is not None

    def add(self, image_id: str, errand: Errand) -> None:
        self._queues.setdefault(image_id, deque()).append(errand)

    def turn_to(self, image_id: str | None) -> None:
        """This image is on the canvas: what was spare is waited for."""
        self.foreground = image_id
        for errand in self._queues.get(image_id or "", ()):
            if errand.rank is Rank.SPARE:
                errand.rank = Rank.WAITED_FOR

    def take(self, ranks: Iterable[Rank], busy: Collection[str]) -> tuple[str, Errand] | None:
        """The errand whose turn it is, of the first of `ranks` that any is of.

        None of the images that are `busy`; the image that is served stands last afterwards.
        """
        free = [image_id for image_id in self._in_turn() if image_id not in busy]
        firsts = [(image_id, first) for image_id in free if (first := self._first(image_id))]
        for rank in ranks:
            for image_id, errand in firsts:
                if errand.rank is rank:
                    self._remove(image_id, errand)
                    return image_id, errand
        return None

    def take_hopeless(self, is_hopeless: Callable[[Errand], bool]) -> list[Errand]:
        """Everything of which nothing can come now; it does not wait any more."""
        gone = []
        for image_id, queue in tuple(self._queues.items()):
            for errand in tuple(queue):
                if is_hopeless(errand):
                    self._remove(image_id, errand)
                    gone.append(errand)
        return gone

    def clear(self) -> None:
        self._queues.clear()

    def _in_turn(self) -> Iterator[str]:
        if self.foreground in self._queues:
            yield self.foreground
        yield from (image_id for image_id in self._queues if image_id != self.foreground)

    def _first(self, image_id: str) -> Errand | None:
        queue = self._queues.get(image_id, ())
        return next((errand for errand in queue if not errand.ticket.is_cancelled), None)

    def _remove(self, image_id: str, errand: Errand) -> None:
        queue = self._queues.pop(image_id)
        left = deque(each for each in queue if each is not errand and not each.ticket.is_cancelled)
        if left:
            self._queues[image_id] = left
