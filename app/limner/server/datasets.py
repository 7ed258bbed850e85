"""Datasets and their classes (Pictograph contract, 4)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response
from sqlalchemy import Connection, delete, func, insert, select, update

from limner.api.pictograph_wire import DatasetClass, Stage, Strict
from limner.server import blobs, image_rows, ontology
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import AdminCall, MemberCall
from limner.server.clock import now
from limner.server.dataset_rows import described, new_dataset, refuse_taken
from limner.server.image_rows import API, shown
from limner.server.keys import Role
from limner.server.lookups import DatasetRow, dataset_row
from limner.server.names import dataset_name
from limner.server.replies import data, page
from limner.server.tables import dataset, directory, image
from limner.server.tickets import Tickets

router: Final = APIRouter(prefix="/datasets")

Limit = Annotated[int, Query(ge=1, le=1_000_000)]
Offset = Annotated[int, Query(ge=0, le=2**31)]
MAX_ROWS: Final = 1000
_MAX_IMAGES: Final = 10_000


class Create(Strict):
    name: str
    readme: str | None = None
    description: str | None = None
    annotation_types: list[str] | None = None
    classes: list[DatasetClass] | None = None


class Update(Strict):
    new_name: str | None = None
    readme: str | None = None
    description: str | None = None
    annotation_types: list[str] | None = None
    classes: list[DatasetClass] | None = None
    classes_base: list[DatasetClass] | None = None
    require_if_match: bool | None = None


@router.get("/", dependencies=VIEWERS)
def list_datasets(
    store: StoreOf, limit: Limit = 100, offset: Offset = 0, archived: bool = False
) -> Response:
    """A page of datasets, the newest first; the archived ones only when asked for."""
    limit = min(limit, MAX_ROWS)
    wanted = dataset.c.is_archived.is_(archived)
    query = select(dataset).where(wanted).order_by(dataset.c.seq.desc())
    with store.reading() as tx:
        total = tx.scalar(select(func.count()).select_from(dataset).where(wanted)) or 0
        rows = described(tx, tx.execute(query.limit(limit).offset(offset)).all())
    return page(rows, limit=limit, offset=offset, total=total)


@router.get("/{given}", dependencies=VIEWERS)
def get_dataset(
    request: Request,
    store: StoreOf,
    given: str,
    include_images: bool = False,
    images_limit: Limit = 1000,
    images_offset: Offset = 0,
) -> Response:
    """One dataset; with its newest images when asked for."""
    with store.reading() as tx:
        found = dataset_row(tx, given)
        reply = described(tx, [found])[0]
        if include_images:
            query = select(image).where(image.c.dataset_id == found.id, ~image.c.is_archived)
            query = query.order_by(image.c.seq.desc()).offset(images_offset)
            images = tx.execute(query.limit(min(images_limit, _MAX_IMAGES))).all()
            reply["images"] = [shown(row, str(request.base_url)) for row in images]
    return data(reply)


@router.post("/")
def create_dataset(call: MemberCall) -> Response:
    """A new, empty dataset."""
    asked = call.read(Create)
    dataset_name(asked.name, "name")
    classes = ontology.coloured(ontology.accepted(asked.classes or [], "classes"))

    def work(tx: Connection) -> Response:
        refuse_taken(tx, asked.name)
        values = new_dataset(asked.name, classes, asked.annotation_types)
        values |= {"readme": asked.readme, "description": asked.description}
        tx.execute(insert(dataset).values(values))
        return data(described(tx, [dataset_row(tx, values["id"])])[0])

    return call.once(work)


@router.patch("/{given}")
def update_dataset(call: MemberCall, given: str) -> Response:
    """Change what is given; with `classes_base` the classes' changes only, not the whole list.

    With `require_if_match` (admin) nobody can replace annotations there any more without saying
    which version of them they have seen; clients that cannot say it can only read.
    """
    asked = call.read(Update)
    if asked.require_if_match is not None:
        call.need(Role.ADMIN)
    if asked.new_name is not None:
        dataset_name(asked.new_name, "new_name")
    wanted = ontology.accepted(asked.classes or [], "classes")
    base = ontology.accepted(asked.classes_base or [], "classes_base")

    def work(tx: Connection) -> Response:
        found = dataset_row(tx, given, lock=True)
        values = _plain_changes(tx, asked, found)
        if asked.classes is not None:
            stored = ontology.loads(found.classes)
            three_way = asked.classes_base is not None
            classes = ontology.merged(stored, base, wanted) if three_way else wanted
            values["classes"] = ontology.dumps(ontology.coloured(classes))
        values["updated_at"] = now()
        tx.execute(update(dataset).where(dataset.c.id == found.id).values(values))
        return data(described(tx, [dataset_row(tx, found.id)])[0])

    return call.once(work)


def _plain_changes(tx: Connection, asked: Update, found: DatasetRow) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if asked.new_name is not None and asked.new_name != found.name:
        refuse_taken(tx, asked.new_name)
        values["name"] = asked.new_name
    if asked.annotation_types is not None:
        values["annotation_types"] = msgspec.json.encode(asked.annotation_types).decode()
    if asked.require_if_match is not None:
        values["requires_if_match"] = asked.require_if_match
    for field in ("readme", "description"):
        if field in asked.model_fields_set:
            values[field] = getattr(asked, field)
    return values


@router.delete("/{given}")
def delete_dataset(call: AdminCall, given: str) -> Response:
    """Remove a dataset with everything in it. Files in a person's own folder stay untouched."""
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        found = dataset_row(tx, given, lock=True)
        images = list(tx.scalars(select(image.c.id).where(image.c.dataset_id == found.id)))
        below = select(func.count()).select_from(directory)
        directories = tx.scalar(below.where(directory.c.dataset_id == found.id))
        doomed.extend(image_rows.purge(tx, images, call.act))
        tx.execute(delete(dataset).where(dataset.c.id == found.id))
        reply = {"id": found.id, "name": found.name, "deleted": True}
        counts = {"images_deleted": len(images), "directories_deleted": directories}
        return data({**reply, **counts})

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply


@router.post("/{given}/archive")
def archive_dataset(call: AdminCall, given: str) -> Response:
    """Take a dataset out of the list; nothing of it is lost."""
    return _set_archived(call, given, archived=True)


@router.post("/{given}/unarchive")
def unarchive_dataset(call: AdminCall, given: str) -> Response:
    """Put an archived dataset back into the list."""
    return _set_archived(call, given, archived=False)


def _set_archived(call: AdminCall, given: str, *, archived: bool) -> Response:
    def work(tx: Connection) -> Response:
        found = dataset_row(tx, given, lock=True)
        if found.is_archived != archived:
            values = {"is_archived": archived, "archived_at": now() if archived else None}
            tx.execute(update(dataset).where(dataset.c.id == found.id).values(values))
        return data(described(tx, [dataset_row(tx, found.id)])[0])

    return call.once(work)


@router.get("/{given}/download", dependencies=VIEWERS)
def list_download(
    request: Request,
    store: StoreOf,
    given: str,
    mode: str = "full",
    limit: Limit = _MAX_IMAGES,
    status_filter: Stage | None = None,
) -> Response:
    """Where to fetch every image and its annotations; image addresses need no key."""
    base = str(request.base_url)
    with store.reading() as tx:
        found = dataset_row(tx, given)
        query = select(image).where(image.c.dataset_id == found.id, ~image.c.is_archived)
        if status_filter:
            query = query.where(image.c.status == status_filter)
        rows = tx.execute(query.order_by(image.c.seq).limit(min(limit, _MAX_IMAGES))).all()
    tickets: Tickets = request.app.state.tickets
    items = []
    for row in rows:
        item = {key: getattr(row, key) for key in ("id", "filename", "file_size")}
        item |= {"directory_path": row.directory, "annotation_count": row.annotation_count}
        if mode != "annotations_only":
            item["image_url"] = f"{base}{API}/downloads/{tickets.issue(row.id)}"
        if mode != "images_only":
            item["annotation_url"] = f"{base}{API}/annotations/{row.id}/file"
        items.append(item)
    return data({"id": found.id, "items": items, "total_items": len(items)})
