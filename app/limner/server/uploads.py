"""Adding images: an address for the bytes, then the image itself (Pictograph contract, 5.2)."""

from __future__ import annotations

import secrets
import time
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection, delete, insert, select

from limner.api.pictograph_wire import Strict
from limner.server import blobs
from limner.server.calls import Call, MemberCall
from limner.server.errors import Problem, Step, conflict, wrong_field
from limner.server.files import UPLOAD_VALID_S
from limner.server.image_rows import API, add, new_row, shown
from limner.server.lookups import ImageRow, dataset_row, find_image_at
from limner.server.names import directory_path, file_name, joined
from limner.server.replies import data
from limner.server.tables import upload

router: Final = APIRouter(prefix="/images")

_FORGOTTEN_S: Final = 24 * 3600
_TYPES: Final = ("image/", "application/octet-stream")

Size = Annotated[int, Field(ge=0)]
Pixels = Annotated[int, Field(gt=0, lt=2**31)]


class Place(Strict):
    filename: str
    directory_path: str = "/"
    content_type: str


class Uploaded(Strict):
    filename: str
    directory_path: str = "/"
    file_size: Size
    content_type: str
    width: Pixels | None = None
    height: Pixels | None = None


class PlaceIn(Place):
    dataset: str


class UploadedIn(Uploaded):
    dataset: str


class Places(Strict):
    dataset: str
    images: Annotated[list[Place], Field(max_length=500)]


class AllUploaded(Strict):
    dataset: str
    images: Annotated[list[Uploaded], Field(max_length=500)]


@router.post("/upload-url")
def upload_url(call: MemberCall) -> Response:
    """An address to PUT one file to."""
    asked = call.read(PlaceIn)
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        doomed.extend(_forget_old(tx))
        return data(_issue(tx, call, asked.dataset, asked))

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply


@router.post("/bulk-upload-url")
def bulk_upload_url(call: MemberCall) -> Response:
    """An address for each of up to 500 files, in the order they were named."""
    asked = call.read(Places)

    def work(tx: Connection) -> Response:
        issued = [
            _issue(tx, call, asked.dataset, place, "images", i)
            for i, place in enumerate(asked.images)
        ]
        return data({"upload_urls": issued, "expires_in_minutes": UPLOAD_VALID_S // 60})

    return call.once(work)


def _issue(tx: Connection, call: Call, given: str, place: Place, *loc: Step) -> dict[str, Any]:
    owner = dataset_row(tx, given)
    name = file_name(place.filename, *loc, "filename")
    directory = directory_path(place.directory_path, *loc, "directory_path")
    if not place.content_type.startswith(_TYPES):
        raise wrong_field("must be the type of an image", *loc, "content_type")
    _refuse_taken(tx, owner.id, directory, name)
    token = secrets.token_urlsafe(32)
    row = {"token": token, "dataset_id": owner.id, "directory": directory, "filename": name}
    row |= {"content_type": place.content_type, "at": time.time()}
    tx.execute(insert(upload).values(row))
    return {
        "filename": name,
        "directory_path": directory,
        "upload_url": f"{call.base_url}{API}/uploads/{token}",
        "expires_in_minutes": UPLOAD_VALID_S // 60,
    }


def _refuse_taken(tx: Connection, dataset_id: str, directory: str, name: str) -> None:
    path = joined(directory, name).removeprefix("/")
    if find_image_at(tx, dataset_id, path):
        raise conflict(f"there is an image {path!r} already")


def _forget_old(tx: Connection) -> list[str]:
    """Drop addresses that were never used to the end; the blobs they leave behind."""
    old = upload.c.at < time.time() - _FORGOTTEN_S
    left = list(tx.scalars(select(upload.c.blob).where(old, upload.c.blob.is_not(None))))
    tx.execute(delete(upload).where(old))
    return left


@router.post("/register")
def register(call: MemberCall) -> Response:
    """Make an image of the bytes that were uploaded."""
    asked = call.read(UploadedIn)

    def work(tx: Connection) -> Response:
        return data(shown(_register(tx, call, asked.dataset, asked), call.base_url))

    return call.once(work)


@router.post("/bulk-register")
def bulk_register(call: MemberCall) -> Response:
    """The same for up to 500 files; one that fails stops no other."""
    asked = call.read(AllUploaded)

    def work(tx: Connection) -> Response:
        succeeded: list[dict[str, Any]] = []
        failed: list[dict[str, str]] = []
        for one in asked.images:
            try:
                row = _register(tx, call, asked.dataset, one)
                succeeded.append(shown(row, call.base_url))
            except Problem as problem:
                place = {"filename": one.filename, "directory_path": one.directory_path}
                failed.append({**place, "error": problem.message})
        return data({"succeeded": succeeded, "failed": failed, "count": len(succeeded)})

    return call.once(work)


def _register(tx: Connection, call: Call, given: str, one: Uploaded) -> ImageRow:
    owner = dataset_row(tx, given, lock=True)
    name = file_name(one.filename, "filename")
    directory = directory_path(one.directory_path, "directory_path")
    _refuse_taken(tx, owner.id, directory, name)
    row = _claim(tx, owner.id, directory, name)
    size = blobs.path_of(call.store, row.blob).stat().st_size
    if size != one.file_size:
        message = f"{size} bytes were uploaded, not {one.file_size}"
        raise wrong_field(message, "file_size")
    values = {"blob": row.blob, "file_size": size, "content_type": row.content_type}
    values |= {"width": one.width, "height": one.height}
    return add(tx, new_row(owner.id, directory, name, **values))


def _claim(tx: Connection, dataset_id: str, directory: str, name: str) -> ImageRow:
    """The last upload to this place; its address is used up."""
    place = (
        upload.c.dataset_id == dataset_id,
        upload.c.directory == directory,
        upload.c.filename == name,
        upload.c.blob.is_not(None),
    )
    query = select(upload).where(*place).order_by(upload.c.at.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise wrong_field("no bytes were uploaded for this file", "filename")
    tx.execute(delete(upload).where(upload.c.token == row.token))
    return row
