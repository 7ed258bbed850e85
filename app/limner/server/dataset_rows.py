"""A dataset as the API shows it, and the values of a new one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid4

import msgspec
from sqlalchemy import Connection, case, func, select

from limner.server import ontology
from limner.server.clock import now
from limner.server.errors import conflict
from limner.server.lookups import DatasetRow
from limner.server.organization import organization_id
from limner.server.tables import dataset, image


def new_dataset(
    name: str, classes: Sequence[ontology.Class], annotation_types: Sequence[str] | None = None
) -> dict[str, Any]:
    """The values of a new dataset."""
    at = now()
    return {
        "id": str(uuid4()),
        "name": name,
        "annotation_types": msgspec.json.encode(annotation_types or ["bbox"]).decode(),
        "classes": ontology.dumps(classes),
        "is_archived": False,
        "created_at": at,
        "updated_at": at,
    }


def refuse_taken(tx: Connection, name: str) -> None:
    """Raises a 409 when a dataset has the name already; names are case-sensitive."""
    if tx.scalar(select(dataset.c.id).where(dataset.c.name == name)):
        raise conflict(f"there is a dataset {name!r} already")


def described(tx: Connection, rows: Sequence[DatasetRow]) -> list[dict[str, Any]]:
    """The datasets as every call sends them, with their counters (Pictograph contract, 4.1)."""
    counts = _counts(tx, [row.id for row in rows])
    owner = organization_id(tx)
    return [{**_shown(row), "organization_id": owner, **counts.get(row.id, _NONE)} for row in rows]


_NONE: Final = {
    "image_count": 0,
    "completed_image_count": 0,
    "archived_image_count": 0,
    "total_size": 0,
}


def _counts(tx: Connection, ids: Sequence[str]) -> dict[str, dict[str, int]]:
    shelved = image.c.is_archived
    done = (image.c.status == "complete") & ~shelved
    columns = [
        func.count(case((~shelved, 1))),
        func.count(case((done, 1))),
        func.count(case((shelved, 1))),
        func.coalesce(func.sum(image.c.file_size), 0),
    ]
    query = select(image.c.dataset_id, *columns).where(image.c.dataset_id.in_(ids))
    rows = tx.execute(query.group_by(image.c.dataset_id))
    return {
        row[0]: dict(zip(_NONE, (int(count) for count in row[1:]), strict=True)) for row in rows
    }


def _shown(row: DatasetRow) -> dict[str, Any]:
    # The contract does not know this key: it is there only where somebody switched it on.
    strict = {"require_if_match": True} if row.requires_if_match else {}
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "readme": row.readme,
        "annotation_types": msgspec.json.decode(row.annotation_types),
        "classes": ontology.loads(row.classes),
        "is_public": False,
        "is_archived": row.is_archived,
        "archived_at": row.archived_at,
        "storage_class": "standard",
        "created_at": row.created_at,
        "updated_at": row.updated_at,
        **strict,
    }
