"""One process per library: two that write and checkpoint one SQLite file can damage it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class FolderLock:
    """Holds a folder until it is closed; the system lets go of it when the process dies."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            BlockingIOError: another process holds it.
        """
        self._descriptor = os.open(folder / "limner.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take()
        except OSError:
            os.close(self._descriptor)
            message = f"the folder {folder} is in use by another Limner"
            raise BlockingIOError(message) from None

    def _take(self) -> None:
        if sys.platform == "win32":
            msvcrt.locking(self._descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def close(self) -> None:
        """Let others in."""
        os.close(self._descriptor)
