"""The bytes of a server's images: fetched, sent, and where they lie on this computer."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from limner.api.errors import Garbled, NotOffered
from limner.api.listing import Dataset, ImageRow, converted, read_dataset, read_image
from limner.api.routes import ROOT, segment
from limner.api.transport import Progress, Wire


@dataclass(frozen=True, slots=True)
class FolderOpened:
    """A folder of this computer as a dataset; `skipped` holds (path, reason)."""

    dataset: Dataset
    added: int
    missing: int
    skipped: tuple[tuple[str, str], ...]


class _FileReply(msgspec.Struct):
    path: str


class _FolderReply(msgspec.Struct):
    data: Any
    added: int
    missing: int
    skipped: list[dict[str, Any]] = []


class ImageBytes:
    """The routes of a server that images go over."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @property
    def is_inside(self) -> bool:
        """Whether this is the server inside the editor."""
        return self._wire.is_inside

    def local_file(self, row: ImageRow) -> Path | None:
        """Where on this computer the file of an image lies; None but for the server inside."""
        if not self._wire.is_inside:
            return None
        reply = self._wire.request("GET", f"/limner/v1/images/{segment(row.id)}/file")
        return Path(converted(reply.document(), _FileReply, "file").path)

    def image_file(
        self, row: ImageRow, into: BinaryIO, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        """Write the file of an image, as it was uploaded, to `into`.

        Raises:
            Cancelled: `cancelled()` became true.
            OSError: `into` could not be written.
        """
        path = f"{ROOT}/images/{segment(row.id)}"
        try:
            self._wire.stream(path, into, progress, cancelled)
        except NotOffered:
            if row.image_url is None:
                raise
            self._wire.fetch(row.image_url, into, progress, cancelled)

    def thumbnail_file(self, row: ImageRow, into: BinaryIO, cancelled: Callable[[], bool]) -> bool:
        """Write the small picture that the server offers of an image; whether it offers one.

        Raises:
            Cancelled, OSError: as `image_file`.
        """
        if row.thumbnail_url is None:
            return False
        self._wire.fetch(row.thumbnail_url, into, lambda _done, _total: None, cancelled)
        return True

    def open_folder(self, path: str) -> FolderOpened:
        """Make the folder (or image) at `path` a dataset in place; the server inside only.

        Raises:
            NotFound: it is no folder. Invalid: it holds no images.
        """
        reply = self._wire.request("POST", "/limner/v1/folders", json={"path": path})
        said = converted(reply.document(), _FolderReply, "folder")
        skipped = tuple((str(each.get("path")), str(each.get("reason"))) for each in said.skipped)
        return FolderOpened(read_dataset(said.data), said.added, said.missing, skipped)

    def upload(
        self,
        dataset: Dataset,
        directory: str,
        filename: str,
        data: bytes,
        width: int | None,
        height: int | None,
    ) -> ImageRow:
        """Add an image; sizes are of the upright image, in pixels.

        Raises:
            Conflict: the directory has a file of that name.
        """
        place = {
            "dataset": dataset.id,
            "filename": filename,
            "directory_path": directory,
            "content_type": mimetypes.guess_type(filename)[0] or "application/octet-stream",
        }
        ticket = self._data("POST", "/images/upload-url", place)
        match ticket:
            case {"upload_url": str(url)}:
                self._wire.put(url, data, place["content_type"])
            case _:
                raise Garbled("The server did not say where the image is to be sent.")
        sizes = {"file_size": len(data), "width": width, "height": height}
        row = self._data("POST", "/images/register", {**place, **sizes})
        return read_image(row, dataset.id)

    def _data(self, method: str, path: str, body: Any = None) -> Any:
        """The `data` of an answer."""
        document = self._wire.request(method, ROOT + path, json=body).document()
        if "data" not in document:
            raise Garbled("The server's answer has an unexpected form.")
        return document["data"]
