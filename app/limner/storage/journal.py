"""What the journals of all images share: the file, its writer, the order of everything done.

Every list, every gesture and every copy of the server gets the next number; the numbers are the
order, never a clock.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable
from functools import partial
from typing import Final
from weakref import WeakKeyDictionary

from limner.storage.database import Database, Statement
from limner.storage.errors import StoreFailed
from limner.storage.writer import Durable, Failed, Job, Writer

Place = tuple[str, str]
"""(origin, image id)"""

_LAST: Final = (
    "SELECT max(coalesce((SELECT max(seq) FROM op), 0), "
    "coalesce((SELECT max(number) FROM image), 0), "
    "coalesce((SELECT value FROM meta WHERE name = 'last'), 0))"
)
_PATIENCE_S: Final = 60.0


class Journal:
    """Any thread may call; callbacks come from the writer's thread."""

    def __init__(self, database: Database, writer: Writer) -> None:
        self.database = database
        self.lock = threading.Lock()
        self._writer = writer
        self._quiet = threading.Condition(self.lock)
        self._coming: dict[Place, int] = {}
        self._refused: dict[Place, Exception] = {}
        self._open: WeakKeyDictionary[object, Place] = WeakKeyDictionary()
        self._last: int = database.read(_LAST)[0][0]

    def next(self) -> int:
        """The next number; the caller holds the lock."""
        self._last += 1
        return self._last

    def open(self, place: Place, holder: object) -> None:
        """Let nothing of an image make room for others as long as `holder` is there."""
        with self.lock:
            self._open[holder] = place

    def touch(self, number: int) -> None:
        """Note that an image was used now."""
        with self.lock:
            used = self.next()
        job = Job(lambda: [("UPDATE image SET used = ? WHERE number = ?", (used, number))])
        self._writer.submit(("used", number), job)

    def write_unless_open(self, place: Place, statements: Iterable[Statement]) -> bool:
        """Carry something out while nobody can open the image; False when somebody has it open.

        Raises:
            StoreFailed: nothing was written.
        """
        with self.lock:
            if place in self._open.values() or place in self._coming:
                return False
            self._coming[place] = 1
        try:
            self.database.write(statements)
        finally:
            self._ended(place)
        return True

    def submit(
        self,
        place: Place,
        key: Hashable,
        statements: Callable[[], Iterable[Statement]],
        durable: Durable,
        failed: Failed,
    ) -> None:
        """Write soon; the caller holds the lock. What waits with the same `key` makes room."""
        self._coming[place] = self._coming.get(place, 0) + 1

        def kept() -> None:
            with self.lock:
                self._refused.pop(place, None)

        def refused(error: Exception) -> None:
            if self.database.is_read_only:  # it has what there is, and nothing will come
                return
            with self.lock:
                self._refused[place] = error

        tried = partial(self._ended, place)
        job = Job(statements, (kept, durable), (refused, failed), (tried,))
        self._writer.submit((place, key), job)

    def settle(self, place: Place) -> None:
        """Wait until nothing of this image is on its way to the disk; not for the main thread.

        Raises:
            StoreFailed: that took too long, or the disk has refused some of it, so that the file
                does not have the work as it is.
        """
        with self._quiet:
            if not self._quiet.wait_for(lambda: place not in self._coming, _PATIENCE_S):
                raise StoreFailed("This computer's disk does not answer.")
            if place in self._refused:
                raise StoreFailed(str(self._refused[place]))

    def _ended(self, place: Place) -> None:
        with self._quiet:
            self._coming[place] -= 1
            if not self._coming[place]:
                del self._coming[place]
                self._quiet.notify_all()
