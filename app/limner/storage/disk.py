"""Whether there is room on the disk for what this computer should keep, told as it changes."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DiskFull:
    """There is no room for the file `path`.

    What was done is in it all the same as long as `is_kept`: in the room that was set aside.
    """

    path: Path
    is_kept: bool

    def free_bytes(self) -> int:
        """How much room there is now.

        Raises:
            OSError: the disk is gone.
        """
        return shutil.disk_usage(self.path.parent).free


Watcher = Callable[[DiskFull | None], None]


class Disk:
    """Compares, after each write, how it stands; watchers are called on the writer's thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._now: DiskFull | None = None
        self._watchers: list[Watcher] = []

    @property
    def now(self) -> DiskFull | None:
        """None while there is room."""
        return self._now

    def watch(self, watcher: Watcher) -> None:
        """Call `watcher` whenever the disk becomes full or has room again."""
        self._watchers.append(watcher)

    def stands(self, *, is_full: bool, is_spent: bool) -> None:
        """Something waits for room (`is_full`), or what was set aside had to be used."""
        now = DiskFull(self._path, is_kept=not is_full) if is_full or is_spent else None
        if now == self._now:
            return
        self._now = now
        log.warning("no room for %s", self._path) if now else log.info("there is room again")
        for watcher in self._watchers:
            watcher(now)
