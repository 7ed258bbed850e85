"""Images of servers elsewhere as files on this computer, so that each comes over the line once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from limner.storage.cache_folder import CacheFolder

DEFAULT_LIMIT: Final = 4_000_000_000


class ImageFiles:
    """A cache in a folder of its own, limited in size; any thread may use it.

    A file is an image as its server holds it, whatever that may be: it is opened as a stranger's.
    """

    def __init__(self, folder: Path, limit_bytes: int = DEFAULT_LIMIT) -> None:
        self._files = CacheFolder(folder, limit_bytes)

    def find(self, origin: str, image_id: str, version: str) -> Path | None:
        """The file of an image that came before; `version` changes with the image."""
        return self._files.find(origin, image_id, version)

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
        """Keep the image no longer."""
        self._files.drop(origin, image_id, version)

    def hold(self, *paths: Path) -> None:
        """These are in use, and none that were before: they stay however full the folder is."""
        self._files.hold(*paths)
