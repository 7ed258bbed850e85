"""Datasets and image rows as a server lists them, read leniently (Pictograph contract, 4.1, 5.1).

Unknown keys are ignored and missing ones have a default, but what names a thing must be there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import msgspec

from limner.api.classes import read_ontology
from limner.api.errors import Garbled
from limner.api.transport import Wire
from limner.model.ontology import Ontology

PAGE: Final = 1000
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset with its classes; `image_count` leaves archived images out."""

    id: str
    name: str
    ontology: Ontology
    image_count: int = 0
    description: str = ""


@dataclass(frozen=True, slots=True)
class ImageRow:
    """One image of a dataset; `directory` is "/" or such as "/a/b", sizes are upright pixels."""

    id: str
    dataset_id: str
    filename: str
    directory: str = "/"
    status: str = "new"
    annotation_count: int = 0
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None
    image_url: str | None = None
    min_confidence: float | None = None
    created_at: str = ""
    size_bytes: int | None = None

    @property
    def path(self) -> str:
        """Directory and file name as they stand in a route: "a/b/street.jpg"."""
        return f"{self.directory.strip('/')}/{self.filename}".lstrip("/")


class _Dataset(msgspec.Struct):
    id: str
    name: str
    image_count: int | None = None
    description: str | None = None
    classes: Any = None


class _Image(msgspec.Struct):
    id: str
    filename: str
    dataset_id: str | None = None
    directory_path: str | None = None
    status: str | None = None
    annotation_count: int | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_url: str | None = None
    image_url: str | None = None
    min_confidence: float | None = None
    created_at: str | None = None
    file_size: int | None = None


def read_dataset(value: Any) -> Dataset:
    """Raises Garbled when `value` is no dataset."""
    row = converted(value, _Dataset, "dataset")
    ontology = read_ontology(row.classes)
    return Dataset(row.id, row.name, ontology, row.image_count or 0, row.description or "")


def read_image(value: Any, dataset_id: str) -> ImageRow:
    """Raises Garbled when `value` is no image; `dataset_id` is for rows that do not say it."""
    row = converted(value, _Image, "image")
    return ImageRow(
        id=row.id,
        dataset_id=row.dataset_id or dataset_id,
        filename=row.filename,
        directory="/" + (row.directory_path or "").strip("/"),
        status=row.status or "new",
        annotation_count=row.annotation_count or 0,
        width=row.width,
        height=row.height,
        thumbnail_url=row.thumbnail_url,
        image_url=row.image_url,
        min_confidence=row.min_confidence,
        created_at=row.created_at or "",
        size_bytes=row.file_size or None,
    )


def converted(value: Any, type_: type[_T], what: str) -> _T:
    """`value` as one of the lenient structs of this room.

    Raises:
        Garbled: it does not fit; the words name `what` was expected.
    """
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise Garbled(f"The server's answer holds no readable {what}.") from error


def pages(
    wire: Wire,
    path: str,
    params: Mapping[str, str | int],
    progress: Callable[[int, int | None], None] | None = None,
) -> Iterator[Any]:
    """Every row of a paged list, by the pager rules of the contract (1.1).

    `progress` hears how many rows have come and, when the server says so, how many there are.

    Raises:
        ApiError: a page did not come, or is no page.
    """
    offset = 0
    while True:
        reply = wire.request("GET", path, params={**params, "limit": PAGE, "offset": offset})
        rows, has_more, total = _page(reply.document())
        yield from rows
        offset += len(rows)
        if progress is not None:
            progress(offset, total)
        if not rows or has_more is False or (len(rows) < PAGE and has_more is not True):
            return


def _page(document: Mapping[str, Any]) -> tuple[list[Any], bool | None, int | None]:
    rows = document.get("data")
    if not isinstance(rows, list):
        raise Garbled("The server's answer holds no list.")
    match document.get("pagination"):
        case {"has_more": bool(has_more), "total": int(total)}:
            return rows, has_more, total
        case {"has_more": bool(has_more)}:
            return rows, has_more, None
        case _:
            return rows, None, None
