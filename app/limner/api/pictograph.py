"""A Pictograph-compatible server: datasets, images, annotations (Pictograph contract, 3 to 5).

Every method blocks and belongs into a worker; every one raises the tree of `errors.py`.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import msgspec

from limner.api.annotation_lists import AnnotationLists, Loaded, Near, Saved
from limner.api.classes import foreign_classes, write_ontology
from limner.api.codec import Told
from limner.api.dialects import Dialect, probe
from limner.api.errors import Garbled, NotOffered, Refused
from limner.api.listing import Dataset, ImageRow, converted, pages, read_dataset, read_image
from limner.api.routes import ROOT, annotations_by_id, annotations_by_path, image_place, segment
from limner.api.transport import Progress, Wire
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation
from limner.model.ontology import Ontology

_NO_CLASSES: Final = Ontology()


__all__ = ["Dataset", "Dialect", "FolderOpened", "ImageRow", "Loaded", "Pictograph", "Saved"]


@dataclass(frozen=True, slots=True)
class FolderOpened:
    """A folder of this computer as a dataset; `skipped` holds (path, reason)."""

    dataset: Dataset
    added: int
    missing: int
    skipped: tuple[tuple[str, str], ...]


class _FileReply(msgspec.Struct):
    path: str


class _BatchReply(msgspec.Struct):
    processed: int
    failed: list[dict[str, Any]] = []


class _FolderReply(msgspec.Struct):
    data: Any
    added: int
    missing: int
    skipped: list[dict[str, Any]] = []


class Pictograph:
    """A server spoken to in one dialect."""

    def __init__(self, wire: Wire, dialect: Dialect) -> None:
        self._wire = wire
        self._dialect = dialect
        self._lists = AnnotationLists(wire)

    @staticmethod
    def probe(wire: Wire) -> Dialect:
        """Find out what the server speaks, by reading only.

        Raises:
            ApiError: it is no such server, or the key may not read.
        """
        return probe(wire)

    def datasets(self) -> list[Dataset]:
        return [read_dataset(row) for row in pages(self._wire, f"{ROOT}/datasets/", {})]

    def dataset(self, name_or_id: str) -> Dataset:
        """One dataset with its present classes."""
        return read_dataset(self._data("GET", f"/datasets/{segment(name_or_id)}"))

    def create_dataset(self, name: str, ontology: Ontology = _NO_CLASSES) -> Dataset:
        body = {"name": name, "classes": write_ontology(ontology)}
        return read_dataset(self._data("POST", "/datasets/", body))

    def update_classes(self, dataset_id: str, ontology: Ontology, base: Ontology) -> Dataset:
        """Change the classes from `base`, which was read, to `ontology`.

        The server applies the difference, so what a colleague added meanwhile stays. Classes that
        no ontology holds are sent along on both sides, for servers that replace the whole list.
        """
        path = f"/datasets/{segment(dataset_id)}"
        stored = self._data("GET", path)
        kept = foreign_classes(stored.get("classes") if isinstance(stored, dict) else None)
        body = {
            "classes": [*write_ontology(ontology), *kept],
            "classes_base": [*write_ontology(base), *kept],
        }
        return read_dataset(self._data("PATCH", path, body))

    def images(self, dataset: Dataset, progress: Progress | None = None) -> list[ImageRow]:
        """Every image that is not archived, newest first; `progress` counts rows."""
        rows = pages(self._wire, f"{ROOT}/images/", {"dataset": dataset.id}, progress)
        return [read_image(row, dataset.id) for row in rows]

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

    def load(
        self,
        dataset: Dataset,
        row: ImageRow,
        texts: WireTexts | None = None,
        told: Told | None = None,
    ) -> Loaded:
        """Every annotation of the image; `texts` keeps how each is worded.

        `told` hears how much is done, from 0 to 1; what it raises ends the load.
        """
        return self._lists.load(self._annotations(dataset, row), texts or WireTexts(), told)

    def save(
        self,
        dataset: Dataset,
        row: ImageRow,
        annotations: Sequence[Annotation],
        *,
        idempotency_key: str,
        if_match: str | None = None,
        texts: WireTexts | None = None,
        told: Told | None = None,
        near: Near | None = None,
    ) -> Saved:
        """Replace every annotation of the image by `annotations`, in their order.

        `idempotency_key` stands for this very list: sent again with it, the save is answered from
        memory and not made again. `if_match` is the `etag` it stands on, where there is one.
        `told` hears how much of it has been sent; `near` is called before, with the bytes that
        are sent and those the server takes, when they are not far apart.

        Raises:
            Stale: the image was changed since `if_match` was read; nothing happened.
            OverLimit: it is more than the server takes; nothing was sent.
            Garbled: the server says something else than that it stored this list.
        """
        image_id = row.id if self._dialect is Dialect.IMAGE_ID else None
        return self._lists.save(
            self._annotations(dataset, row),
            row.id,
            annotations,
            (texts or WireTexts()).save_body(annotations, image_id),
            idempotency_key=idempotency_key,
            if_match=if_match,
            told=told,
            near=near,
        )

    def clear(self, dataset: Dataset, row: ImageRow) -> int:
        """Delete every annotation of the image (admin); how many there were."""
        reply = self._wire.request("DELETE", self._annotations(dataset, row)).document()
        count = reply.get("deleted_count")
        if not isinstance(count, int):
            raise Garbled("The server did not say how many annotations it deleted.")
        return count

    def set_status(self, dataset: Dataset, row: ImageRow, status: str) -> None:
        """Move the image to a stage: `new`, `annotate`, `review` or `complete`."""
        body = {
            "dataset_name": dataset.name,
            "image_ids": [row.id],
            "updates": {"status": status},
        }
        reply = self._wire.request("PATCH", f"{ROOT}/batch/images/update", json=body)
        said = converted(reply.document(), _BatchReply, "confirmation")
        if said.failed or said.processed != 1:
            reason = said.failed[0].get("reason") if said.failed else None
            words = str(reason) if reason else "The server did not change the image's stage."
            raise Refused(reply.status, "", words, reply.headers.get("x-request-id"))

    def review(
        self,
        dataset: Dataset,
        row: ImageRow,
        action: Literal["approve", "request_changes"],
        note: str = "",
    ) -> str:
        """Approve an image or send it back with a note; the stage it has now."""
        body = {"action": action, **({"note": note} if note else {})}
        data = self._data("POST", f"/images/{image_place(dataset, row)}/review", body)
        match data:
            case {"status": str(status)}:
                return status
            case _:
                raise Garbled("The server did not say which stage the image has now.")

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

    def _annotations(self, dataset: Dataset, row: ImageRow) -> str:
        if self._dialect is Dialect.IMAGE_ID:
            return annotations_by_id(row.id)
        return annotations_by_path(dataset, row)

    def _data(self, method: str, path: str, body: Any = None) -> Any:
        """The `data` of an answer."""
        document = self._wire.request(method, ROOT + path, json=body).document()
        if "data" not in document:
            raise Garbled("The server's answer has an unexpected form.")
        return document["data"]
