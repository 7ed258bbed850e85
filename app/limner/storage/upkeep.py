"""What is done for the workspace file while nothing is to be written: a little at a time.

Whoever wants to read or write meanwhile waits for one small slice at most; what takes long is
interrupted, and begun anew later.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

from limner.storage.errors import StorageError
from limner.storage.journal import Journal
from limner.storage.room import Room
from limner.storage.snapshots import take_snapshot

log = logging.getLogger(__name__)

_CHECK_AFTER_S: Final = 30.0
_SNAPSHOT_EVERY_S: Final = 900.0
_ROOM_EVERY_S: Final = 60.0
_BALLAST_EVERY_S: Final = 30.0
_FULL_EVERY_S: Final = 3.0
"""How often it is looked whether a disk that was full has room again."""
_AGAIN_S: Final = 10.0
_QUICK_BYTES: Final = 16 << 20
"""A file of this size is copied in a good part of a second."""


class Upkeep:
    """The chores of one file. On the writer's thread only, but for `begin`."""

    def __init__(self, journal: Journal) -> None:
        self._database = journal.database
        self._room = Room(journal)
        self._copied_at = self._database.changes

    def begin(self, do_when_idle: Callable[[Callable[[], float | None], float], None]) -> None:
        """Have the chores done from now on."""
        do_when_idle(self._ballast, _BALLAST_EVERY_S)
        do_when_idle(self._check, _CHECK_AFTER_S)
        do_when_idle(self._make_room, _ROOM_EVERY_S)
        do_when_idle(self._snapshot, _SNAPSHOT_EVERY_S)

    def end(self) -> None:
        """Take a copy at the end of a run, where that is quickly done."""
        if self._size_bytes() <= _QUICK_BYTES:
            self._snapshot()

    def _ballast(self) -> float:
        ballast = self._database.ballast
        ballast.fill()
        return _FULL_EVERY_S if ballast.is_spent else _BALLAST_EVERY_S

    def _check(self) -> float | None:
        found = self._database.do_in_spare_time("PRAGMA quick_check(1)")
        if found is None:
            return _AGAIN_S
        if found != [("ok",)]:
            self._database.mark_damaged()
        return None

    def _snapshot(self) -> float:
        changes = self._database.changes
        if changes == self._copied_at:
            return _SNAPSHOT_EVERY_S
        try:
            if not take_snapshot(self._database.path, self._copy_into):
                return _AGAIN_S
            self._copied_at = changes
        except (StorageError, OSError) as error:
            log.warning("the workspace file could not be copied: %s", error)
        return _SNAPSHOT_EVERY_S

    def _copy_into(self, target: str) -> bool:
        return self._database.do_in_spare_time("VACUUM INTO ?", target) is not None

    def _make_room(self) -> float:
        try:
            return 0.0 if self._room.make_some() else _ROOM_EVERY_S
        except StorageError as error:
            log.warning("no room could be made in the workspace file: %s", error)
            return _ROOM_EVERY_S

    def _size_bytes(self) -> int:
        return self._database.path.stat().st_size
