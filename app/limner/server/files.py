"""Image bytes: sent by id or ticket, received by upload address."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from sqlalchemy import select, update
from starlette.concurrency import run_in_threadpool

from limner.server import blobs
from limner.server.auth import VIEWERS, StoreOf
from limner.server.database import Store
from limner.server.errors import Problem, not_found
from limner.server.lookups import ImageRow, image_with_id
from limner.server.tables import upload

router: Final = APIRouter()

UPLOAD_VALID_S: Final = 900


class _File(FileResponse):
    chunk_size = 1 << 20


@router.get("/images/{image_id}", dependencies=VIEWERS)
def get_bytes(store: StoreOf, image_id: str) -> Response:
    """The image file as it was uploaded, or as it lies in its folder."""
    with store.reading() as tx:
        row = image_with_id(tx, image_id)
    return sent(store, row)


@router.get("/downloads/{ticket}")
def get_with_ticket(request: Request, store: StoreOf, ticket: str) -> Response:
    """The same for whoever holds a ticket, without a key."""
    image_id = request.app.state.tickets.image_of(ticket)
    return get_bytes(store, image_id)


def sent(store: Store, row: ImageRow) -> Response:
    """The file of an image as a response.

    Raises:
        Problem: as `place_of`.
    """
    path = place_of(store, row)
    kind = row.content_type or "application/octet-stream"
    # A file of a stranger must never be taken for a page of this server.
    return _File(path, media_type=kind, headers={"X-Content-Type-Options": "nosniff"})


def place_of(store: Store, row: ImageRow) -> Path:
    """Where the bytes of an image lie on this computer.

    Raises:
        Problem: 404 `image_unreadable` when the file is not there any more or may not be read.
    """
    path = Path(row.source) if row.source else blobs.path_of(store, row.blob)
    try:
        with path.open("rb"):
            pass
    except OSError as error:
        where = str(path) if row.source else row.filename
        message = f"the file {where} cannot be read: {error.strerror}"
        raise Problem(404, "image_unreadable", message) from error
    return path


@router.put("/uploads/{token}")
async def put_bytes(request: Request, store: StoreOf, token: str) -> Response:
    """Receive a file at an address that was issued for it; the address is the permission."""
    await run_in_threadpool(_check_token, store, token)
    most = request.app.state.limits.upload
    name, _size = await blobs.keep(store, request.stream(), most)
    await run_in_threadpool(_attach, store, token, name)
    return Response(status_code=200)


def _check_token(store: Store, token: str) -> None:
    with store.reading() as tx:
        at = tx.scalar(select(upload.c.at).where(upload.c.token == token))
    if at is None or at < time.time() - UPLOAD_VALID_S:
        raise not_found("this upload address does not exist or ran out")


def _attach(store: Store, token: str, blob: str) -> None:
    with store.writing() as tx:
        before = tx.scalar(select(upload.c.blob).where(upload.c.token == token))
        tx.execute(update(upload).where(upload.c.token == token).values(blob=blob))
    blobs.remove(store, [before] if before else [])
