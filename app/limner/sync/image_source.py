"""Where the file of an image is: beside its server, or fetched once from far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from limner.api.pictograph import ImageRow, Pictograph
from limner.api.transport import Progress
from limner.storage.image_files import ImageFiles


@dataclass(frozen=True, slots=True)
class ImageSource:
    """The images of one server as files on this computer. For workers: everything blocks."""

    server: Pictograph
    origin: str
    files: ImageFiles

    def path(self, row: ImageRow, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        """The file of an image, brought here when it is not; `progress` counts its bytes.

        Raises:
            Cancelled: `cancelled()` became true; nothing stays on the disk.
            ApiError: the server does not give it.
            OSError: the disk does not take it.
        """
        local = self.server.local_file(row)
        if local is not None:
            return local
        found = self.files.find(self.origin, row.id, row.created_at)
        if found is not None:
            return found
        return self.files.put(
            self.origin,
            row.id,
            row.created_at,
            lambda into: self.server.image_file(row, into, progress, cancelled),
        )

    def forget(self, row: ImageRow) -> None:
        """Fetch the image again when it is wanted next, if it ever came over a line."""
        self.files.drop(self.origin, row.id, row.created_at)
