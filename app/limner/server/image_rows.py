"""An image as the API shows it, new rows, and what hangs on a row."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, delete, func, insert, select

from limner.server import audit
from limner.server.audit import Act
from limner.server.bodies import EMPTY_ETAG
from limner.server.clock import now
from limner.server.lookups import ImageRow
from limner.server.names import ROOT, parents
from limner.server.tables import directory, image

API: Final = "api/v1/developer"
_CHUNK: Final = 500


def shown(row: ImageRow, base_url: str) -> dict[str, Any]:
    """The row as every call sends it (Pictograph contract, 5.1); `base_url` ends in "/"."""
    return {
        "id": row.id,
        "dataset_id": row.dataset_id,
        "filename": row.filename,
        "directory_path": row.directory,
        "status": row.status,
        "split": row.split,
        "annotation_count": row.annotation_count,
        "min_confidence": row.min_confidence,
        "file_size": row.file_size,
        "width": row.width,
        "height": row.height,
        "content_type": row.content_type,
        "tags": json.loads(row.tags),
        "is_archived": row.is_archived,
        "image_url": f"{base_url}{API}/images/{row.id}",
        "thumbnail_url": None,
        "annotation_url": f"{base_url}{API}/annotations/{row.id}/file",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def new_row(dataset_id: str, directory_path: str, filename: str, **more: Any) -> dict[str, Any]:
    """The values of an image nobody has annotated yet."""
    at = now()
    return {
        "id": str(uuid4()),
        "dataset_id": dataset_id,
        "directory": directory_path,
        "filename": filename,
        "status": "new",
        "annotation_count": 0,
        "file_size": 0,
        "tags": "[]",
        "is_archived": False,
        "is_missing": False,
        "rev": 0,
        "etag": EMPTY_ETAG,
        "created_at": at,
        "updated_at": at,
        **more,
    }


def add(tx: Connection, values: dict[str, Any]) -> ImageRow:
    """Insert one image with its directories; the caller has seen that its place is free."""
    ensure_directories(tx, values["dataset_id"], [values["directory"]])
    tx.execute(insert(image).values(values))
    return tx.execute(select(image).where(image.c.id == values["id"])).one()


def ensure_directories(tx: Connection, dataset_id: str, paths: Iterable[str]) -> None:
    """Make the directories `paths` and those above them, where they are not there yet."""
    wanted = {above for path in set(paths) if path != ROOT for above in parents(path)}
    if not wanted:
        return
    there = set(tx.scalars(select(directory.c.path).where(directory.c.dataset_id == dataset_id)))
    missing = sorted(wanted - there)
    at = now()
    rows = [
        {"id": str(uuid4()), "dataset_id": dataset_id, "path": path, "created_at": at}
        for path in missing
    ]
    if rows:
        tx.execute(insert(directory), rows)


def names_in(tx: Connection, dataset_id: str, directory_path: str) -> set[str]:
    """Every file name of a directory, archived images too."""
    query = select(image.c.filename).where(
        image.c.dataset_id == dataset_id, image.c.directory == directory_path
    )
    return set(tx.scalars(query))


def purge(tx: Connection, image_ids: Sequence[str], act: Act) -> list[str]:
    """Delete images for good, with all their revisions; the blobs nobody uses any more.

    Only for who asks for just this: everything else that takes an image away archives it. The
    caller removes the blobs after its transaction. Files that lie in a folder of the person's own
    are never touched.
    """
    blobs: set[str] = set()
    for start in range(0, len(image_ids), _CHUNK):
        some = image.c.id.in_(image_ids[start : start + _CHUNK])
        blobs.update(tx.scalars(select(image.c.blob).where(some, image.c.blob.is_not(None))))
        saved = select(image.c.id, image.c.rev).where(some, image.c.rev > 0).order_by(image.c.seq)
        for row in tx.execute(saved).all():
            audit.note(tx, act, audit.DELETED, row.id, row.rev, None)
        tx.execute(delete(image).where(some))
    return unused_blobs(tx, blobs)


def unused_blobs(tx: Connection, blobs: Iterable[str]) -> list[str]:
    """Those of `blobs` that no image refers to; copies share theirs."""
    count = select(func.count()).select_from(image)
    return [blob for blob in blobs if not tx.scalar(count.where(image.c.blob == blob))]
