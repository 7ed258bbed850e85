"""Where the file of an image is: beside its server, or fetched once from far away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from limner.api.errors import Unreachable
from limner.api.pictograph import ImageRow, Pictograph
from limner.api.transport import Progress
from limner.storage.image_files import ImageFiles


class Source(Protocol):
    """Where images come from. For workers: everything blocks."""

    @property
    def origin(self) -> str: ...

    @property
    def files(self) -> ImageFiles: ...

    def path(self, row: ImageRow, progress: Progress, cancelled: Callable[[], bool]) -> Path:
        """The file of an image; raises as `ImageSource.path`."""

    def thumbnail(self, row: ImageRow, into: BinaryIO, cancelled: Callable[[], bool]) -> None:
        """Write the small version that the server offers to `into`."""

    def forget(self, row: ImageRow) -> None:
        """Fetch the image again when it is wanted next, if it ever came over a line."""


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
        found = self.path_here(row)
        if found is not None:
            return found
        return self.files.put(
            self.origin,
            row.id,
            row.created_at,
            lambda into: self.server.image_file(row, into, progress, cancelled),
        )

    def path_here(self, row: ImageRow) -> Path | None:
        """The file of an image, when no line is needed to have it.

        Raises:
            ApiError: the server inside does not know it.
        """
        local = self.server.local_file(row)
        return local or self.files.find(self.origin, row.id, row.created_at)

    def thumbnail(self, row: ImageRow, into: BinaryIO, cancelled: Callable[[], bool]) -> None:
        """Write the small version that the server offers to `into`."""
        self.server.thumbnail_file(row, into, cancelled)

    def forget(self, row: ImageRow) -> None:
        """Fetch the image again when it is wanted next, if it ever came over a line."""
        self.files.drop(self.origin, row.id, row.created_at)


@dataclass(frozen=True, slots=True)
class HereOnly:
    """The images of one server that are on this computer; nothing is fetched."""

    whole: ImageSource

    @property
    def origin(self) -> str:
        return self.whole.origin

    @property
    def files(self) -> ImageFiles:
        return self.whole.files

    def path(self, row: ImageRow, _progress: Progress, _cancelled: Callable[[], bool]) -> Path:
        """The file of an image; raises as `ImageSource.path`."""
        found = self.whole.path_here(row)
        if found is None:
            raise Unreachable("The image is not on this computer.")
        return found

    def thumbnail(self, _row: ImageRow, _into: BinaryIO, _cancelled: Callable[[], bool]) -> None:
        """There is none here but of images that are."""
        raise Unreachable("The image is not on this computer.")

    def forget(self, row: ImageRow) -> None:
        """Fetch the image again when it is wanted next, if it ever came over a line."""
        self.whole.forget(row)


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One image whose file is known before its server is up."""

    origin: str
    files: ImageFiles
    file: Path

    def path(self, _row: ImageRow, _progress: Progress, _cancelled: Callable[[], bool]) -> Path:
        """The file; whoever reads it will see whether it is still there."""
        return self.file

    def thumbnail(self, row: ImageRow, _into: BinaryIO, _cancelled: Callable[[], bool]) -> None:
        """There is no server to offer one."""
        raise FileNotFoundError(f"nobody offers a thumbnail of {row.filename}")

    def forget(self, _row: ImageRow) -> None:
        """It never came over a line."""
