"""Finding the dataset or image a request names, or answering 404."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, Select, select

from limner.server.errors import not_found
from limner.server.names import is_id, split_path
from limner.server.tables import dataset, image

DatasetRow = Row[Any]
ImageRow = Row[Any]


def dataset_row(
    tx: Connection, given: str, *, lock: bool = False, share: bool = False
) -> DatasetRow:
    """The dataset called `given`, its name or its id in any case.

    `lock` keeps others from changing it until the transaction ends, `share` does too but lets
    them do the same; SQLite has one writer and needs neither.
    """
    same = dataset.c.id == given.lower() if is_id(given) else dataset.c.name == given
    row = tx.execute(_locked(select(dataset).where(same), lock, share)).one_or_none()
    if row is None:
        raise not_found(f"there is no dataset {given!r}")
    return row


def image_at(tx: Connection, dataset_id: str, path: str, *, lock: bool = False) -> ImageRow:
    """The image at `path`, "directory/filename"; a bare filename lies in the root."""
    row = find_image_at(tx, dataset_id, path, lock=lock)
    if row is None:
        raise not_found(f"there is no image {path!r} in this dataset")
    return row


def find_image_at(
    tx: Connection, dataset_id: str, path: str, *, lock: bool = False
) -> ImageRow | None:
    """As `image_at`; None when there is no such image."""
    directory, name = split_path(path)
    query = select(image).where(
        image.c.dataset_id == dataset_id, image.c.directory == directory, image.c.filename == name
    )
    return tx.execute(_locked(query, lock, share=False)).one_or_none()


def image_with_id(tx: Connection, image_id: str, *, lock: bool = False) -> ImageRow:
    """The image whose id is `image_id`, archived ones too."""
    row = find_image_with_id(tx, image_id, lock=lock)
    if row is None:
        raise not_found(f"there is no image {image_id!r}")
    return row


def find_image_with_id(tx: Connection, image_id: str, *, lock: bool = False) -> ImageRow | None:
    """As `image_with_id`; None when there is no such image."""
    query = select(image).where(image.c.id == image_id.lower())
    return tx.execute(_locked(query, lock, share=False)).one_or_none()


def lock_image_with_id(tx: Connection, image_id: str) -> tuple[DatasetRow, ImageRow]:
    """The image whose id is `image_id`, which nobody else may change now, and its dataset.

    The dataset is locked before the image, here as everywhere: who locks in one order never waits
    in a circle.
    """
    owner = dataset_row(tx, image_with_id(tx, image_id).dataset_id, share=True)
    return owner, image_with_id(tx, image_id, lock=True)


def lock_image_at(tx: Connection, given: str, path: str) -> tuple[DatasetRow, ImageRow]:
    """As `lock_image_with_id`, for the image at `path` of the dataset `given`."""
    owner = dataset_row(tx, given, share=True)
    return owner, image_at(tx, owner.id, path, lock=True)


def _locked(query: Select[Any], lock: bool, share: bool) -> Select[Any]:
    return query.with_for_update(read=share and not lock) if lock or share else query
