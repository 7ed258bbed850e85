"""Files in a folder that may be lost at any time: the ones used least recently make room."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final
from uuid import uuid4

_KEEP: Final = 0.8
"""What is left after a clean-up, as a part of the limit: cleaning up at every put would be slow."""

_PARTIAL: Final = ".partial"
_STALE_S: Final = 86_400.0
"""A file half written so long ago belongs to a run that was ended in the middle."""


class CacheFolder:
    """A folder of this program's own, limited in size. Any thread may use it.

    A file is named by a few words, which may be anything. What is held is never cleaned away.
    """

    def __init__(self, folder: Path, limit_bytes: int) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._size: int | None = None
        self._held: frozenset[Path] = frozenset()
        self._lock = threading.Lock()

    def find(self, *words: str) -> Path | None:
        """The file of that name, which counts as used now; None when there is none."""
        path = self._path(words)
        try:
            _stamp(path)
        except OSError:
            return None
        return path

    def put(self, write: Callable[[BinaryIO], None], *words: str) -> Path:
        """Have `write` fill a file, and give it that name once it is whole.

        Raises:
            OSError: it could not be written.
            Exception: `write` raised it. Either way nothing is left behind.
        """
        path = self._path(words)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = path.with_name(f".{path.name}.{uuid4().hex}{_PARTIAL}")
        try:
            with partial.open("xb") as file:
                write(file)
            _stamp(partial)
            partial.replace(path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        self._grown(path)
        return path

    def drop(self, *words: str) -> None:
        """Delete the file of that name, if there is one."""
        path = self._path(words)
        with self._lock:
            try:
                size = path.stat().st_size
                path.unlink()
            except FileNotFoundError:
                return
            if self._size is not None:
                self._size -= size

    def hold(self, *paths: Path) -> None:
        """Keep these, and none that were held before, whatever the size of the folder."""
        self._held = frozenset(paths)

    def place(self, *words: str) -> Path:
        """Where the file of that name is, or would be."""
        return self._path(words)

    def _path(self, words: tuple[str, ...]) -> Path:
        key = "\0".join(words).encode("utf-8", "surrogatepass")
        name = hashlib.sha256(key).hexdigest()
        return self._folder / name[:2] / name[2:]

    def _grown(self, by: Path) -> None:
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in self._files())
            else:
                self._size += by.stat().st_size
            if self._size > self._limit:
                self._size = self._clean_up(self._held | {by})

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        """When each file was used last, its size, and where it is."""
        for path in self._folder.glob("??/*"):
            try:
                stat = path.stat()
            except FileNotFoundError:  # another window cleans up as well
                continue
            yield stat.st_mtime_ns, stat.st_size, path

    def _clean_up(self, held: frozenset[Path]) -> int:
        """Delete the oldest until there is room; the bytes that are left."""
        files = sorted(self._files())
        size = sum(each for _, each, _ in files)
        for used_ns, each, path in files:
            if size <= self._limit * _KEEP:
                break
            if path in held or _is_being_written(path, used_ns):
                continue
            path.unlink(missing_ok=True)
            size -= each
        return size


def _is_being_written(path: Path, used_ns: int) -> bool:
    return path.name.endswith(_PARTIAL) and time.time() - used_ns / 1e9 < _STALE_S


def _stamp(path: Path) -> None:
    """Note that the file was used now; the clock of the file system ticks in milliseconds only."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))
