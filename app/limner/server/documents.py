"""Reading and replacing annotations, in both dialects (Pictograph contract, 3)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Response
from sqlalchemy import Connection, Row, Select, and_, bindparam, select

from limner.api import pictograph_wire as wire
from limner.server import history
from limner.server.auth import VIEWERS, StoreOf
from limner.server.bodies import EMPTY, SHORT_CONTENT, long_body
from limner.server.calls import AdminCall, AnnotatorCall, Call
from limner.server.conditions import (
    CONDITIONAL,
    UNCHANGED,
    Condition,
    ConditionOf,
    IfNoneMatch,
    names,
)
from limner.server.errors import Problem, not_found
from limner.server.lookups import (
    DatasetRow,
    ImageRow,
    dataset_row,
    lock_image_at,
    lock_image_with_id,
)
from limner.server.names import is_id, split_path
from limner.server.replies import around_list, plain, unchanged
from limner.server.saves import Saved, clear, save
from limner.server.sent import Sent, Short, sent_in
from limner.server.shapes import BulkSave, read
from limner.server.tables import body, dataset, image, revision

router: Final = APIRouter(prefix="/annotations")

_CURRENT: Final = and_(revision.c.image_id == image.c.id, revision.c.rev == image.c.rev)
_STORED: Final[Select[Any]] = select(
    image.c.id,
    image.c.filename,
    image.c.annotation_count,
    image.c.etag,
    image.c.rev,
    revision.c.author_name,
    revision.c.at,
    SHORT_CONTENT.label("content"),
    body.c.image_id.is_not(None).label("is_saved"),
).select_from(image.outerjoin(body, body.c.image_id == image.c.id).outerjoin(revision, _CURRENT))
_BY_ID: Final = _STORED.where(image.c.id == bindparam("id"))
_BY_PATH: Final = _STORED.where(
    image.c.dataset_id == bindparam("dataset_id"),
    image.c.directory == bindparam("directory"),
    image.c.filename == bindparam("filename"),
)
_BY_NAMED_PATH: Final = _STORED.join(dataset, dataset.c.id == image.c.dataset_id).where(
    dataset.c.name == bindparam("dataset_name"),
    image.c.directory == bindparam("directory"),
    image.c.filename == bindparam("filename"),
)
"""Built once: to build a statement takes longer than to run it, and this is the busiest one."""


@router.get("/{image_id}", dependencies=VIEWERS, responses=UNCHANGED)
def get_by_id(store: StoreOf, image_id: str, if_none_match: IfNoneMatch = None) -> Response:
    """The annotations of an image, named by its id."""
    with store.reading() as tx:
        row = tx.execute(_BY_ID, {"id": image_id.lower()}).one_or_none()
        if row is None:
            raise not_found(f"there is no image {image_id!r}")
        return _annotations(tx, row, if_none_match)


@router.get("/{given}/{path:path}", dependencies=VIEWERS, responses=UNCHANGED)
def get_by_path(
    store: StoreOf, given: str, path: str, if_none_match: IfNoneMatch = None
) -> Response:
    """The annotations of an image, named by its dataset and path; `{image_id}/file` its file."""
    with store.reading() as tx:
        if path == "file" and is_id(given):
            row = tx.execute(_BY_ID, {"id": given.lower()}).one_or_none()
            if row is not None:
                return _listed({"image": row.filename}, tx, row)
        row = tx.execute(*_at(given, path)).one_or_none()
        if row is None:
            dataset_row(tx, given)
            raise not_found(f"there is no image {path!r} in this dataset")
        return _annotations(tx, row, if_none_match)


def _at(given: str, path: str) -> tuple[Select[Any], dict[str, str]]:
    directory, name = split_path(path)
    place = {"directory": directory, "filename": name}
    if is_id(given):
        return _BY_PATH, {"dataset_id": given.lower(), **place}
    return _BY_NAMED_PATH, {"dataset_name": given, **place}


def _annotations(tx: Connection, row: Row[Any], if_none_match: str | None) -> Response:
    if names(if_none_match, row.etag):
        return unchanged(_said_of(row))
    head = {"success": True, "image_id": row.id, "filename": row.filename}
    return _listed(head, tx, row)


def _listed(head: dict[str, Any], tx: Connection, row: Row[Any]) -> Response:
    # The stored bytes go out as they are: neither read nor written anew.
    content = row.content if row.is_saved else EMPTY
    if content is None:
        content = long_body(tx, row.id)
    tail = {"annotation_count": row.annotation_count}
    return around_list(head, "annotations", content, tail, _said_of(row))


def _said_of(row: Row[Any]) -> dict[str, str]:
    return history.headers(row.etag, row.rev, row.author_name, row.at)


@router.post("/bulk")
def save_many(call: AnnotatorCall) -> Response:
    """Replace the annotations of up to 200 images; one that cannot be saved stops no other."""
    saves = read(call.content, BulkSave, wire.BulkSave).saves

    # Everybody locks images in the order of their ids, so nobody waits in a circle.
    in_order = sorted(saves, key=lambda one: one.image_id.lower())

    def work(tx: Connection) -> Response:
        done: dict[str, Saved] = {}
        failed: dict[str, str] = {}
        for one in in_order:
            try:
                place = lock_image_with_id(tx, one.image_id)
                sent = Short(one.annotations)
                done[one.image_id] = _save(tx, call, *place, sent, Condition())
            except Problem as problem:
                failed[one.image_id] = problem.message
        asked = dict.fromkeys(one.image_id for one in saves)
        return plain(
            {
                "success": True,
                "saved": [done[key].by_path() for key in asked if key in done],
                "failed": [
                    {"image_id": key, "error": failed[key]} for key in asked if key in failed
                ],
            }
        )

    return call.once(work)


@router.post("/{image_id}", responses=CONDITIONAL)
def save_by_id(call: AnnotatorCall, image_id: str, condition: ConditionOf) -> Response:
    """Replace the annotations of an image, named by its id, in the older dialect."""
    sent = sent_in(call.content, image_id)

    def work(tx: Connection) -> Response:
        done = _save(tx, call, *lock_image_with_id(tx, image_id), sent, condition)
        return plain(done.by_id(), done.headers())

    return call.once(work)


@router.post("/{given}/{path:path}", responses=CONDITIONAL)
def save_by_path(call: AnnotatorCall, given: str, path: str, condition: ConditionOf) -> Response:
    """Replace the annotations of an image, named by its dataset and path."""
    sent = sent_in(call.content)

    def work(tx: Connection) -> Response:
        done = _save(tx, call, *lock_image_at(tx, given, path), sent, condition)
        return plain(done.by_path(), done.headers())

    return call.once(work)


def _save(
    tx: Connection,
    call: Call,
    owner: DatasetRow,
    row: ImageRow,
    sent: Sent,
    condition: Condition,
) -> Saved:
    most = call.limits.annotations
    return save(tx, owner, row, sent, condition, most=most, act=call.act)


@router.delete("/{image_id}", responses=CONDITIONAL)
def delete_by_id(call: AdminCall, image_id: str, condition: ConditionOf) -> Response:
    """Remove every annotation of an image, named by its id."""
    return call.once(lambda tx: _cleared(tx, call, *lock_image_with_id(tx, image_id), condition))


@router.delete("/{given}/{path:path}", responses=CONDITIONAL)
def delete_by_path(call: AdminCall, given: str, path: str, condition: ConditionOf) -> Response:
    """Remove every annotation of an image, named by its dataset and path."""
    return call.once(lambda tx: _cleared(tx, call, *lock_image_at(tx, given, path), condition))


def _cleared(
    tx: Connection, call: Call, owner: DatasetRow, row: ImageRow, condition: Condition
) -> Response:
    done = clear(tx, owner, row, condition, call.act)
    reply = {
        "success": True,
        "image_id": row.id,
        "deleted_count": done.previous_count,
        "message": f"{done.previous_count} annotations removed",
    }
    return plain(reply, done.headers())
