"""Reading and replacing annotations, in both dialects (Pictograph contract, 3)."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, Response
from sqlalchemy import Connection, Row, Select, select

from limner.api import pictograph_wire as wire
from limner.server import ontology
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import AdminCall, AnnotatorCall, Call
from limner.server.errors import Problem, not_found, wrong_field
from limner.server.lookups import (
    DatasetRow,
    ImageRow,
    dataset_row,
    find_image_with_id,
    image_at,
    image_with_id,
)
from limner.server.names import is_id, split_path
from limner.server.replies import plain
from limner.server.saves import EMPTY, Saved, check_version, replace_body, save
from limner.server.shapes import BulkSave, SaveById, SaveByPath, Shape, check_count, read
from limner.server.tables import body, dataset, image

router: Final = APIRouter(prefix="/annotations")

IfMatch = Annotated[str | None, Header()]


@router.get("/{image_id}", dependencies=VIEWERS)
def get_by_id(store: StoreOf, image_id: str) -> Response:
    """The annotations of an image, named by its id."""
    with store.reading() as tx:
        row = tx.execute(_stored().where(image.c.id == image_id.lower())).one_or_none()
    if row is None:
        raise not_found(f"there is no image {image_id!r}")
    return _annotations(row)


@router.get("/{given}/{path:path}", dependencies=VIEWERS)
def get_by_path(store: StoreOf, given: str, path: str) -> Response:
    """The annotations of an image, named by its dataset and path; `{image_id}/file` its file."""
    with store.reading() as tx:
        if path == "file" and is_id(given) and (row := find_image_with_id(tx, given)):
            found = tx.execute(_stored().where(image.c.id == row.id)).one()
            return plain({"image": found.filename, **_listed(found)}, _tags(found))
        found_at = tx.execute(_stored_at(given, path)).one_or_none()
        if found_at is None:
            dataset_row(tx, given)
            raise not_found(f"there is no image {path!r} in this dataset")
    return _annotations(found_at)


def _stored() -> Select[Any]:
    columns = (image.c.id, image.c.filename, image.c.annotation_count, image.c.etag, image.c.rev)
    joined = image.outerjoin(body, body.c.image_id == image.c.id)
    return select(*columns, body.c.content).select_from(joined)


def _stored_at(given: str, path: str) -> Select[Any]:
    directory, name = split_path(path)
    same = dataset.c.id == given.lower() if is_id(given) else dataset.c.name == given
    owner = select(dataset.c.id).where(same).scalar_subquery()
    return _stored().where(
        image.c.dataset_id == owner, image.c.directory == directory, image.c.filename == name
    )


def _annotations(row: Row[Any]) -> Response:
    head = {"success": True, "image_id": row.id, "filename": row.filename}
    return plain({**head, **_listed(row)}, _tags(row))


def _listed(row: Row[Any]) -> dict[str, Any]:
    # The stored bytes go out as they are: neither read nor written anew.
    content = msgspec.Raw(EMPTY if row.content is None else row.content)
    return {"annotations": content, "annotation_count": row.annotation_count}


def _tags(row: Row[Any]) -> dict[str, str]:
    return {"ETag": row.etag, "X-Annotation-Rev": str(row.rev)}


@router.post("/bulk")
def save_many(call: AnnotatorCall) -> Response:
    """Replace the annotations of up to 200 images; one that cannot be saved stops no other."""
    saves = read(call.content, BulkSave, wire.BulkSave).saves

    def work(tx: Connection) -> Response:
        saved: list[dict[str, Any]] = []
        failed: list[dict[str, str]] = []
        for one in saves:
            try:
                saved.append(_save_by_id(tx, call, one.image_id, one.annotations).by_path())
            except Problem as problem:
                failed.append({"image_id": one.image_id, "error": problem.message})
        return plain({"success": True, "saved": saved, "failed": failed})

    return call.once(work)


@router.post("/{image_id}")
def save_by_id(call: AnnotatorCall, image_id: str, if_match: IfMatch = None) -> Response:
    """Replace the annotations of an image, named by its id, in the older dialect."""
    sent = read(call.content, SaveById, wire.SaveById)
    if sent.image_id.lower() != image_id.lower():
        raise wrong_field("names another image than the address does", "image_id")

    def work(tx: Connection) -> Response:
        done = _save_by_id(tx, call, image_id, sent.annotations, if_match)
        return plain(done.by_id(), done.headers())

    return call.once(work)


@router.post("/{given}/{path:path}")
def save_by_path(call: AnnotatorCall, given: str, path: str, if_match: IfMatch = None) -> Response:
    """Replace the annotations of an image, named by its dataset and path."""
    shapes = read(call.content, SaveByPath, wire.SaveByPath).annotations

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, given, share=True)
        row = image_at(tx, owner.id, path, lock=True)
        done = _save(tx, call, owner, row, shapes, if_match)
        return plain(done.by_path(), done.headers())

    return call.once(work)


def _save_by_id(
    tx: Connection, call: Call, image_id: str, shapes: list[Shape], if_match: str | None = None
) -> Saved:
    # The dataset before the image, always: who locks in one order never waits in a circle.
    owner = dataset_row(tx, image_with_id(tx, image_id).dataset_id, share=True)
    row = image_with_id(tx, image_id, lock=True)
    return _save(tx, call, owner, row, shapes, if_match)


def _save(
    tx: Connection,
    call: Call,
    owner: DatasetRow,
    row: ImageRow,
    shapes: list[Shape],
    if_match: str | None,
) -> Saved:
    check_count(shapes, call.limits.annotations)
    return save(
        tx,
        row,
        shapes,
        ontology.loads(owner.classes),
        author=call.caller,
        request_id=call.request_id,
        if_match=if_match,
    )


@router.delete("/{image_id}")
def delete_by_id(call: AdminCall, image_id: str, if_match: IfMatch = None) -> Response:
    """Remove every annotation of an image, named by its id."""
    return call.once(
        lambda tx: _cleared(tx, call, image_with_id(tx, image_id, lock=True), if_match)
    )


@router.delete("/{given}/{path:path}")
def delete_by_path(call: AdminCall, given: str, path: str, if_match: IfMatch = None) -> Response:
    """Remove every annotation of an image, named by its dataset and path."""

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, given, share=True)
        return _cleared(tx, call, image_at(tx, owner.id, path, lock=True), if_match)

    return call.once(work)


def _cleared(tx: Connection, call: Call, row: ImageRow, if_match: str | None) -> Response:
    check_version(tx, row, if_match)
    done = replace_body(tx, row, [], EMPTY, author=call.caller, request_id=call.request_id)
    reply = {
        "success": True,
        "image_id": row.id,
        "deleted_count": done.previous_count,
        "message": f"{done.previous_count} annotations removed",
    }
    return plain(reply, done.headers())
