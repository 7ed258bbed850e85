"""Room on the disk that is set aside for when there is no other, so that a shape can be finished.

16 MB are as much as tens of thousands of gestures. The blocks are really taken: a file with holes
would be no reserve.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Final

log = logging.getLogger(__name__)

BALLAST_BYTES: Final = 16 << 20
_SPARE: Final = 4
"""The ballast is made only where so many times its size is free."""
_AT_ONCE: Final = 1 << 20


class Ballast:
    """The file beside the database. One thread at a time may use it."""

    def __init__(self, path: Path, size_bytes: int = BALLAST_BYTES) -> None:
        self._path = path
        self._size = size_bytes
        self.is_spent = False
        """Whether it was given up, and there is no room to make it again yet."""

    def drop(self) -> bool:
        """Give the room back; whether there was any."""
        try:
            self._path.unlink()
        except FileNotFoundError:
            return False
        except OSError:
            log.warning("the ballast could not be dropped", exc_info=True)
            return False
        self.is_spent = True
        return True

    def fill(self) -> None:
        """Take the room again if the disk has plenty; a disk that has not is left alone."""
        try:
            if self._is_whole() or self._free_bytes() < _SPARE * self._size:
                return
            self._write()
            self.is_spent = False
        except OSError as error:
            log.info("there is no ballast: %s", error)
            self.drop()

    def _is_whole(self) -> bool:
        return self._path.exists() and self._path.stat().st_size == self._size

    def _free_bytes(self) -> int:
        return shutil.disk_usage(self._path.parent).free

    def _write(self) -> None:
        with self._path.open("wb") as file:
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(file.fileno(), 0, self._size)
                return
            for _ in range(0, self._size, _AT_ONCE):
                file.write(os.urandom(_AT_ONCE))  # what can be shortened takes no room
