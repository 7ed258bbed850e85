"""Small pictures of images on disk, so that a long list is not decoded again at every start."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from limner.storage.files import replace_file

DEFAULT_LIMIT: Final = 256_000_000
_KEEP: Final = 0.8
"""What is left after a clean-up, as a part of the limit: cleaning up at every put would be slow."""


class Thumbnails:
    """A cache in a folder of its own; any thread may use it, and losing a file is harmless."""

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self._folder = folder
        self._limit = limit_bytes
        self._size: int | None = None
        self._lock = threading.Lock()

    def get(self, origin: str, image_id: str, version: str) -> bytes | None:
        """The stored picture; `version` changes with the image (its size and time, its hash)."""
        path = self._path(origin, image_id, version)
        try:
            content = path.read_bytes()
            _stamp(path)
        except OSError:
            return None
        return content

    def put(self, origin: str, image_id: str, version: str, content: bytes) -> None:
        """Store a small PNG or JPEG; the pictures used least recently make room for it.

        Raises:
            OSError: it could not be written.
        """
        path = self._path(origin, image_id, version)
        replace_file(path, content, durable=False)
        _stamp(path)
        with self._lock:
            if self._size is None:
                self._size = sum(size for _, size, _ in self._files())
            else:
                self._size += len(content)
            if self._size > self._limit:
                self._size = self._clean_up()

    def _path(self, origin: str, image_id: str, version: str) -> Path:
        key = "\0".join((origin, image_id, version)).encode("utf-8", "surrogatepass")
        name = hashlib.sha256(key).hexdigest()
        return self._folder / name[:2] / name[2:]

    def _files(self) -> Iterator[tuple[int, int, Path]]:
        for path in self._folder.glob("??/*"):
            try:
                stat = path.stat()
            except FileNotFoundError:  # another window cleans up as well
                continue
            yield stat.st_mtime_ns, stat.st_size, path

    def _clean_up(self) -> int:
        """Delete the oldest until there is room; the bytes that are left."""
        files = sorted(self._files())
        size = sum(each for _, each, _ in files)
        for _, each, path in files:
            if size <= self._limit * _KEEP:
                break
            path.unlink(missing_ok=True)
            size -= each
        return size


def _stamp(path: Path) -> None:
    """Note that the file was used now; the clock of the file system ticks in milliseconds only."""
    now = time.time_ns()
    os.utime(path, ns=(now, now))
