"""The history of an image's annotations: what it was, and bringing it back, in both dialects.

These routes are this server's own. A file may be called "revisions", or lie in a directory that
is: an address that is an image's is that image's, here as for every other client of the API.
"""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy import Connection

from limner.server import documents, history
from limner.server.auth import VIEWERS, StoreOf
from limner.server.bodies import etag_of
from limner.server.calls import AnnotatorCall, Call
from limner.server.conditions import CONDITIONAL, UNCHANGED, ConditionOf, IfNoneMatch, names
from limner.server.errors import wrong_field
from limner.server.lookups import (
    ImageRow,
    dataset_row,
    find_image_at,
    find_image_with_id,
    image_at,
    lock_image_at,
    lock_image_with_id,
)
from limner.server.names import is_id
from limner.server.replies import around_list, page, plain, unchanged
from limner.server.saves import restore

router: Final = APIRouter(prefix="/annotations")

MAX_ROWS: Final = 1000
Limit = Annotated[int, Query(ge=1, le=1_000_000)]
Offset = Annotated[int, Query(ge=0, le=2**31)]


@router.get("/{image_id}/revisions", dependencies=VIEWERS)
def list_by_id(store: StoreOf, image_id: str, limit: Limit = 100, offset: Offset = 0) -> Response:
    """A page of the revisions of an image, named by its id, the newest first."""
    with store.reading() as tx:
        if (row := _image(tx, image_id)) is not None:
            return _listed(tx, row, limit, offset)
    return documents.get_by_path(store, image_id, "revisions")


@router.get("/{given}/{path:path}/revisions", dependencies=VIEWERS)
def list_by_path(
    store: StoreOf, given: str, path: str, limit: Limit = 100, offset: Offset = 0
) -> Response:
    """A page of the revisions of an image, named by its dataset and path, the newest first."""
    address = f"{path}/revisions"
    with store.reading() as tx:
        if not _is_image(tx, given, address):
            row = image_at(tx, dataset_row(tx, given).id, path)
            return _listed(tx, row, limit, offset)
    return documents.get_by_path(store, given, address)


def _listed(tx: Connection, row: ImageRow, limit: int, offset: int) -> Response:
    limit = min(limit, MAX_ROWS)
    rows, total = history.listed(tx, row.id, limit=limit, offset=offset)
    return page(rows, limit=limit, offset=offset, total=total)


@router.get("/{image_id}/revisions/{rev}", dependencies=VIEWERS, responses=UNCHANGED)
def get_by_id(
    store: StoreOf, image_id: str, rev: str, if_none_match: IfNoneMatch = None
) -> Response:
    """The annotations of an image, named by its id, as they were at one of its revisions."""
    with store.reading() as tx:
        row, number = _image(tx, image_id), _number(rev)
        if row is not None and number is not None:
            return _as_it_was(tx, row, number, if_none_match)
    return documents.get_by_path(store, image_id, f"revisions/{rev}")


@router.get("/{given}/{path:path}/revisions/{rev}", dependencies=VIEWERS, responses=UNCHANGED)
def get_by_path(
    store: StoreOf, given: str, path: str, rev: str, if_none_match: IfNoneMatch = None
) -> Response:
    """The same of an image that is named by its dataset and path."""
    address, number = f"{path}/revisions/{rev}", _number(rev)
    with store.reading() as tx:
        if number is not None and not _is_image(tx, given, address):
            row = image_at(tx, dataset_row(tx, given).id, path)
            return _as_it_was(tx, row, number, if_none_match)
    return documents.get_by_path(store, given, address, if_none_match)


def _as_it_was(tx: Connection, row: ImageRow, number: int, if_none_match: str | None) -> Response:
    fact = history.fact(tx, row.id, number)
    content = history.content_of(tx, row.id, number)
    said = history.headers(etag_of(content), number, fact.author_name, fact.at)
    if names(if_none_match, said["ETag"]):
        return unchanged(said)
    head = {"success": True, "image_id": row.id, "filename": row.filename}
    return around_list(head, "annotations", content, {"annotation_count": fact.n}, said)


@router.post("/{image_id}/revisions/{rev}/restore", responses=CONDITIONAL)
def restore_by_id(call: AnnotatorCall, image_id: str, rev: str, condition: ConditionOf) -> Response:
    """Make the annotations of an image, named by its id, what they were at one revision.

    They become the newest revision, with the very same bytes. The request has no body.
    """
    number = _number(rev)
    with call.store.reading() as tx:
        is_image = _image(tx, image_id) is not None
    if number is None or not is_image:
        return documents.save_by_path(call, image_id, f"revisions/{rev}/restore", condition)
    _refuse_body(call)

    def work(tx: Connection) -> Response:
        place = lock_image_with_id(tx, image_id)
        done = restore(tx, *place, number, condition, call.act)
        return plain(done.by_id(), done.headers())

    return call.once(work)


@router.post("/{given}/{path:path}/revisions/{rev}/restore", responses=CONDITIONAL)
def restore_by_path(
    call: AnnotatorCall, given: str, path: str, rev: str, condition: ConditionOf
) -> Response:
    """The same for an image that is named by its dataset and path."""
    address, number = f"{path}/revisions/{rev}/restore", _number(rev)
    with call.store.reading() as tx:
        is_image = _is_image(tx, given, address)
    if number is None or is_image:
        return documents.save_by_path(call, given, address, condition)
    _refuse_body(call)

    def work(tx: Connection) -> Response:
        done = restore(tx, *lock_image_at(tx, given, path), number, condition, call.act)
        return plain(done.by_path(), done.headers())

    return call.once(work)


def _image(tx: Connection, given: str) -> ImageRow | None:
    """The image whose id `given` is."""
    return find_image_with_id(tx, given) if is_id(given) else None


def _is_image(tx: Connection, given: str, address: str) -> bool:
    """Whether the whole address is that of an image."""
    return find_image_at(tx, dataset_row(tx, given).id, address) is not None


def _number(rev: str) -> int | None:
    """The number of a revision as it stands in an address; None when it is none."""
    return int(rev) if rev.isascii() and rev.isdecimal() and len(rev) < 10 else None


def _refuse_body(call: Call) -> None:
    """Raises a 422 when there is a list: who sends one wants it saved, not another restored."""
    if call.content.strip() not in (b"", b"{}"):
        raise wrong_field("a revision is restored as it was; the request has no body")
