"""Reading and replacing annotations, in both dialects (Pictograph contract, 3)."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, Response
from sqlalchemy import Connection, Row, Select, bindparam, select

from limner.api import pictograph_wire as wire
from limner.server import ontology
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import AdminCall, AnnotatorCall, Call
from limner.server.errors import Problem, not_found
from limner.server.lookups import (
    DatasetRow,
    ImageRow,
    dataset_row,
    image_at,
    image_with_id,
)
from limner.server.names import is_id, split_path
from limner.server.replies import around_list, plain
from limner.server.saves import (
    EMPTY,
    SHORT_CONTENT,
    Saved,
    check_version,
    long_body,
    replace_body,
    save,
)
from limner.server.sent import Sent, Short, sent_in
from limner.server.shapes import BulkSave, read
from limner.server.tables import body, dataset, image

router: Final = APIRouter(prefix="/annotations")

IfMatch = Annotated[str | None, Header()]


_STORED: Final[Select[Any]] = select(
    image.c.id,
    image.c.filename,
    image.c.annotation_count,
    image.c.etag,
    image.c.rev,
    SHORT_CONTENT.label("content"),
    body.c.image_id.is_not(None).label("is_saved"),
).select_from(image.outerjoin(body, body.c.image_id == image.c.id))
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


@router.get("/{image_id}", dependencies=VIEWERS)
def get_by_id(store: StoreOf, image_id: str) -> Response:
    """The annotations of an image, named by its id."""
    with store.reading() as tx:
        row = tx.execute(_BY_ID, {"id": image_id.lower()}).one_or_none()
        if row is None:
            raise not_found(f"there is no image {image_id!r}")
        return _annotations(tx, row)


@router.get("/{given}/{path:path}", dependencies=VIEWERS)
def get_by_path(store: StoreOf, given: str, path: str) -> Response:
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
        return _annotations(tx, row)


def _at(given: str, path: str) -> tuple[Select[Any], dict[str, str]]:
    directory, name = split_path(path)
    place = {"directory": directory, "filename": name}
    if is_id(given):
        return _BY_PATH, {"dataset_id": given.lower(), **place}
    return _BY_NAMED_PATH, {"dataset_name": given, **place}


def _annotations(tx: Connection, row: Row[Any]) -> Response:
    head = {"success": True, "image_id": row.id, "filename": row.filename}
    return _listed(head, tx, row)


def _listed(head: dict[str, Any], tx: Connection, row: Row[Any]) -> Response:
    # The stored bytes go out as they are: neither read nor written anew.
    content = row.content if row.is_saved else EMPTY
    if content is None:
        content = long_body(tx, row.id)
    tail = {"annotation_count": row.annotation_count}
    return around_list(head, "annotations", content, tail, _tags(row))


def _tags(row: Row[Any]) -> dict[str, str]:
    return {"ETag": row.etag, "X-Annotation-Rev": str(row.rev)}


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
                done[one.image_id] = _save_by_id(tx, call, one.image_id, Short(one.annotations))
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


@router.post("/{image_id}")
def save_by_id(call: AnnotatorCall, image_id: str, if_match: IfMatch = None) -> Response:
    """Replace the annotations of an image, named by its id, in the older dialect."""
    sent = sent_in(call.content, image_id)

    def work(tx: Connection) -> Response:
        done = _save_by_id(tx, call, image_id, sent, if_match)
        return plain(done.by_id(), done.headers())

    return call.once(work)


@router.post("/{given}/{path:path}")
def save_by_path(call: AnnotatorCall, given: str, path: str, if_match: IfMatch = None) -> Response:
    """Replace the annotations of an image, named by its dataset and path."""
    sent = sent_in(call.content)

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, given, share=True)
        row = image_at(tx, owner.id, path, lock=True)
        done = _save(tx, call, owner, row, sent, if_match)
        return plain(done.by_path(), done.headers())

    return call.once(work)


def _save_by_id(
    tx: Connection, call: Call, image_id: str, sent: Sent, if_match: str | None = None
) -> Saved:
    # The dataset before the image, always: who locks in one order never waits in a circle.
    owner = dataset_row(tx, image_with_id(tx, image_id).dataset_id, share=True)
    row = image_with_id(tx, image_id, lock=True)
    return _save(tx, call, owner, row, sent, if_match)


def _save(
    tx: Connection,
    call: Call,
    owner: DatasetRow,
    row: ImageRow,
    sent: Sent,
    if_match: str | None,
) -> Saved:
    return save(
        tx,
        row,
        sent,
        ontology.loads(owner.classes),
        most=call.limits.annotations,
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
