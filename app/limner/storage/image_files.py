"""Images of servers elsewhere as files on this computer, so that each comes over the line once."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO, Final

from limner.storage.cache_folder import CacheFolder

DEFAULT_LIMIT: Final = 4_000_000_000

Name = tuple[str, str, str]
"""(origin, image id, version); the version changes with the image."""


class ImageFiles:
    """Two folders of this program's own; any thread may use it.

    One is limited in size: what was used least recently makes room there, but for what is in use
    and what there is unsent work on. The other holds what a person wants to have here; nothing
    goes from it by itself. A file is an image as its server holds it, whatever that may be: it is
    opened as a stranger's.
    """

    def __init__(
        self, folder: Path, limit_bytes: int = DEFAULT_LIMIT, kept: Path | None = None
    ) -> None:
        """`kept` is for what stays; beside `folder` unless it is said."""
        self._files = CacheFolder(folder, limit_bytes)
        self._kept = CacheFolder(kept or folder.with_name(f"{folder.name}-kept"), sys.maxsize)
        self._in_use: frozenset[Path] = frozenset()
        self._needed: set[Path] = set()
        self._lock = threading.Lock()

    def find(self, origin: str, image_id: str, version: str) -> Path | None:
        """The file of an image that came before; `version` changes with the image."""
        name = (origin, image_id, version)
        return self._kept.find(*name) or self._files.find(*name)

    def put(
        self, origin: str, image_id: str, version: str, receive: Callable[[BinaryIO], None]
    ) -> Path:
        """Have `receive` write the image to a file and keep it once it is whole.

        Raises:
            OSError: it could not be written.
            Exception: what `receive` raised. Either way nothing of it stays on the disk.
        """
        return self._files.put(receive, origin, image_id, version)

    def drop(self, origin: str, image_id: str, version: str) -> None:
        """Keep the image no longer, not even if it was wanted here: it will be fetched anew."""
        self._files.drop(origin, image_id, version)
        self._kept.drop(origin, image_id, version)

    def hold(self, *paths: Path) -> None:
        """These are in use, and none that were before: they stay however full the folder is."""
        with self._lock:
            self._in_use = frozenset(paths)
            self._files.hold(*self._in_use, *self._needed)

    def need(self, names: Iterable[Name]) -> None:
        """There is unsent work on these: they stay however full the folder is."""
        with self._lock:
            self._needed.update(self._files.place(*name) for name in names)
            self._files.hold(*self._in_use, *self._needed)

    def need_no_more(self, name: Name) -> None:
        """The server has all the work on this one."""
        with self._lock:
            self._needed.discard(self._files.place(*name))
            self._files.hold(*self._in_use, *self._needed)

    # --- what a person wants to have here

    def is_kept(self, origin: str, image_id: str, version: str) -> bool:
        """Whether the image is among those that stay."""
        return self._kept.place(origin, image_id, version).exists()

    def keep(self, origin: str, image_id: str, version: str) -> int:
        """Let an image stay that is here; its size in bytes.

        Raises:
            FileNotFoundError: it is not here. OSError: it could not be written.
        """
        name = (origin, image_id, version)
        kept = self._kept.place(*name)
        if not kept.exists():
            source = self._files.place(*name)
            self._kept.put(lambda into: _copy(source, into), *name)
            self._files.drop(*name)
        return kept.stat().st_size

    def keep_no_more(self, origin: str, image_id: str, version: str) -> None:
        """Give the room of an image back.

        Raises:
            OSError: the system does not delete it now.
        """
        self._kept.drop(origin, image_id, version)


def _copy(source: Path, into: BinaryIO) -> None:
    with source.open("rb") as file:
        shutil.copyfileobj(file, into, 1 << 20)
