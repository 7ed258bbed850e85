"""What one server said of its datasets and images, for when it cannot be asked.

Addresses that a server signed for a while are keys, so they are not kept.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from limner.api.classes import write_ontology
from limner.api.errors import Garbled
from limner.api.listing import Dataset, ImageRow, read_dataset
from limner.model.ontology import Ontology
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile

T = TypeVar("T")

_LOG: Final = logging.getLogger(__name__)


class _Row(msgspec.Struct, omit_defaults=True):
    """An image as it is kept; the names are those of the wire (Pictograph contract, 5.1)."""

    id: str
    dataset_id: str
    filename: str
    directory_path: str = "/"
    status: str = "new"
    annotation_count: int = 0
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None
    image_url: str | None = None
    min_confidence: float | None = None
    created_at: str = ""
    file_size: int | None = None


class OfflinePlan(msgspec.Struct, frozen=True):
    """The images of a dataset that a person wants here, and those of them that are, by id."""

    wanted: tuple[str, ...] = ()
    here: tuple[str, ...] = ()


_read_plan: Final = msgspec.json.Decoder(OfflinePlan).decode
_read_rows: Final = msgspec.json.Decoder(list[_Row]).decode
_read_row: Final = msgspec.json.Decoder(_Row).decode
_read_datasets: Final = msgspec.json.Decoder(list[Any]).decode


@dataclass(frozen=True, slots=True)
class Place:
    """An image and the dataset it is in: all that a session needs to go on."""

    dataset: Dataset
    row: ImageRow


class Remembered:
    """Any thread may call. What cannot be read is as if it had never been kept."""

    def __init__(self, file: WorkspaceFile, origin: str) -> None:
        self._file = file
        self._origin = origin
        self._kept: dict[tuple[str, str], bytes] = {}

    def datasets(self) -> list[Dataset] | None:
        """Every dataset, as the server listed them last."""
        return self._recall("datasets", "", lambda body: [*map(read_dataset, _read_datasets(body))])

    def keep_datasets(self, datasets: Iterable[Dataset]) -> None:
        self._keep("datasets", "", msgspec.json.encode([*map(_written, datasets)]))

    def dataset(self, dataset_id: str) -> Dataset | None:
        """One dataset, with the classes it had when it was open last."""
        return self._recall("dataset", dataset_id, lambda b: read_dataset(msgspec.json.decode(b)))

    def keep_dataset(self, dataset: Dataset) -> None:
        self._keep("dataset", dataset.id, msgspec.json.encode(_written(dataset)))

    def images(self, dataset_id: str) -> list[ImageRow] | None:
        """The images of a dataset, as the server listed them last."""
        return self._recall("images", dataset_id, lambda body: [*map(_image, _read_rows(body))])

    def keep_images(self, dataset_id: str, rows: Sequence[ImageRow]) -> None:
        self._keep("images", dataset_id, msgspec.json.encode([*map(_row, rows)]))

    def place(self, image_id: str) -> Place | None:
        """Where an image belongs that was opened here once."""
        row = self._recall("image", image_id, lambda body: _image(_read_row(body)))
        if row is None:
            return None
        known = self.dataset(row.dataset_id)
        return Place(known or Dataset(row.dataset_id, "", Ontology()), row)

    def keep_place(self, row: ImageRow) -> None:
        self._keep("image", row.id, msgspec.json.encode(_row(row)))

    def plan(self, dataset_id: str) -> OfflinePlan:
        """What of a dataset is to be here without a server."""
        return self._recall("offline", dataset_id, _read_plan) or OfflinePlan()

    def keep_plan(self, dataset_id: str, plan: OfflinePlan) -> None:
        self._keep("offline", dataset_id, msgspec.json.encode(plan))

    def _keep(self, kind: str, reference: str, body: bytes) -> None:
        """Write it, unless that was done last."""
        print_ = hashlib.blake2b(body, digest_size=16).digest()
        if self._kept.get((kind, reference)) != print_:
            self._kept[kind, reference] = print_
            self._file.remember(self._origin, kind, reference, body)

    def _recall(self, kind: str, reference: str, read: Callable[[bytes], T]) -> T | None:
        try:
            found = self._file.recall(self._origin, kind, reference)
            return None if found is None else read(found.body)
        except (StorageError, msgspec.MsgspecError, Garbled) as error:
            _LOG.warning("what the server said of %s %s cannot be read: %s", kind, reference, error)
            return None


def _written(dataset: Dataset) -> dict[str, Any]:
    return {
        "id": dataset.id,
        "name": dataset.name,
        "image_count": dataset.image_count,
        "description": dataset.description,
        "classes": write_ontology(dataset.ontology),
    }


def _row(row: ImageRow) -> _Row:
    return _Row(
        id=row.id,
        dataset_id=row.dataset_id,
        filename=row.filename,
        directory_path=row.directory,
        status=row.status,
        annotation_count=row.annotation_count,
        width=row.width,
        height=row.height,
        thumbnail_url=_unsigned(row.thumbnail_url),
        image_url=_unsigned(row.image_url),
        min_confidence=row.min_confidence,
        created_at=row.created_at,
        file_size=row.size_bytes,
    )


def _image(row: _Row) -> ImageRow:
    return ImageRow(
        id=row.id,
        dataset_id=row.dataset_id,
        filename=row.filename,
        directory=row.directory_path,
        status=row.status,
        annotation_count=row.annotation_count,
        width=row.width,
        height=row.height,
        thumbnail_url=row.thumbnail_url,
        image_url=row.image_url,
        min_confidence=row.min_confidence,
        created_at=row.created_at,
        size_bytes=row.file_size,
    )


def _unsigned(url: str | None) -> str | None:
    """An address that opens nothing by itself."""
    return None if url is None or "?" in url or "#" in url or "@" in url else url
