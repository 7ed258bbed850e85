"""What the drafts of all images share: the file, its writer, the order of everything that is done.

Every list and every gesture gets the next number; the numbers are the order, never a clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from limner.storage.database import Database, Statement
from limner.storage.errors import StoreFailed
from limner.storage.schema import REMOVALS
from limner.storage.writer import Durable, Failed, Job, Writer

Place = tuple[str, str]
"""(origin, image id)"""

_LAST: Final = (
    "SELECT max(coalesce((SELECT max(seq) FROM op), 0), "
    "coalesce((SELECT max(max(number, began, sent)) FROM image), 0))"
)
_PATIENCE_S: Final = 60.0
_IDLE: Final = 3
"""Lists that stay without need: of the image at work and its neighbours, read in advance."""


@dataclass
class Kept:
    """A list in the file: the number of its image, 0 without one; the journal's lock guards it."""

    number: int = 0
    is_needed: bool = False
    """Whether something unsent stands on it."""


class Journal:
    """Any thread may call; callbacks come from the writer's thread."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self.database = database
        self.lock = threading.Lock()
        self._writer = writer
        self._quiet = threading.Condition(self.lock)
        self._coming: dict[Place, int] = {}
        self._kept: dict[int, Kept] = {}
        self._last: int = database.read(_LAST)[0][0]

    def next(self) -> int:
        """The next number; the caller holds the lock."""
        self._last += 1
        return self._last

    def submit(
        self,
        place: Place,
        statements: Callable[[], Iterable[Statement]],
        durable: Durable,
        failed: Failed,
    ) -> None:
        """Write soon; the caller holds the lock. A waiting write of the image makes room for it."""
        self._coming[place] = self._coming.get(place, 0) + 1

        def ended() -> None:
            with self._quiet:
                self._coming[place] -= 1
                if not self._coming[place]:
                    del self._coming[place]
                    self._quiet.notify_all()

        job = Job(statements, (durable, ended), (failed, lambda _error: ended()))
        self._writer.submit(("image", *place), job)

    def settle(self, place: Place) -> None:
        """Wait until nothing of this image is on its way to the disk; not for the main thread.

        Raises:
            StoreFailed: that took too long.
        """
        with self._quiet:
            if not self._quiet.wait_for(lambda: place not in self._coming, _PATIENCE_S):
                raise StoreFailed("This computer's disk does not answer.")

    def note(self, kept: Kept, number: int) -> None:
        """Remember that a list is in the file as `number` now; the caller holds the lock."""
        self._kept.pop(kept.number, None)
        self._kept[number] = kept
        kept.number = number

    def make_room(self) -> list[Statement]:
        """What removes lists that nothing unsent stands on, but for the newest few.

        They are gone for their drafts at once; the caller holds the lock.
        """
        idle = [kept for kept in self._kept.values() if not kept.is_needed]
        statements: list[Statement] = []
        for kept in idle[:-_IDLE]:
            del self._kept[kept.number]
            statements += [(removal, (kept.number,)) for removal in REMOVALS]
            kept.number = 0
        return statements
