"""Which dialect of the Pictograph API a server speaks, found out by reading only."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from limner.api.errors import Invalid, NotFound, NotOffered
from limner.api.listing import Dataset, ImageRow, pages, read_dataset, read_image
from limner.api.routes import ROOT, annotations_by_id, annotations_by_path
from limner.api.transport import Wire

_NOBODY: Final = "00000000-0000-0000-0000-000000000000"


class Dialect(StrEnum):
    """By what the annotation routes name an image; a server may offer both."""

    IMAGE_ID = "image-id"
    DATASET_PATH = "dataset-path"


def probe(wire: Wire) -> Dialect:
    """The dialect of a server; the image-id one when it offers both.

    Raises:
        ApiError: it is no such server, or the key may not read.
    """
    datasets = [read_dataset(row) for row in pages(wire, f"{ROOT}/datasets/", {})]
    filled = next((each for each in datasets if each.image_count), None)
    if filled is not None and (row := _first_image(wire, filled)) is not None:
        return _dialect_for(wire, filled, row)
    return _dialect_without_images(wire)


def _first_image(wire: Wire, dataset: Dataset) -> ImageRow | None:
    """One image of the dataset; asks for no more than that one."""
    params: dict[str, str | int] = {"dataset": dataset.id, "limit": 1, "offset": 0}
    rows = wire.request("GET", f"{ROOT}/images/", params=params).document().get("data")
    return read_image(rows[0], dataset.id) if isinstance(rows, list) and rows else None


def _dialect_for(wire: Wire, dataset: Dataset, row: ImageRow) -> Dialect:
    """The dialect in which the annotations of a real image can be read."""
    try:
        wire.request("GET", annotations_by_id(row.id)).document()
    except (NotFound, NotOffered, Invalid):
        wire.request("GET", annotations_by_path(dataset, row)).document()
        return Dialect.DATASET_PATH
    return Dialect.IMAGE_ID


def _dialect_without_images(wire: Wire) -> Dialect:
    """On a server without images: whether it misses an image, or the whole route."""
    try:
        wire.request("GET", annotations_by_id(_NOBODY))
    except NotFound:
        return Dialect.IMAGE_ID
    except (NotOffered, Invalid):
        return Dialect.DATASET_PATH
    return Dialect.IMAGE_ID
