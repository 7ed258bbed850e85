"""Small pictures of images on disk, so that a long list is not decoded again at every start."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

from limner.storage.cache_folder import CacheFolder

DEFAULT_LIMIT: Final = 256_000_000


class Thumbnails:
    """A cache in a folder of its own; any thread may use it, and losing a file is harmless."""

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self._files = CacheFolder(folder, limit_bytes)

    def get(self, origin: str, image_id: str, version: str) -> bytes | None:
        """The stored picture; `version` changes with the image (its size and time, its hash)."""
        path = self._files.find(origin, image_id, version)
        try:
            return path.read_bytes() if path is not None else None
        except OSError:
            return None

    def put(self, origin: str, image_id: str, version: str, content: bytes) -> None:
        """Store a small PNG or JPEG; the pictures used least recently make room for it.

        Raises:
            OSError: it could not be written.
        """

        def write(file: BinaryIO) -> None:
            file.write(content)

        self._files.put(write, origin, image_id, version)
