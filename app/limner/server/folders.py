"""A person's own folder as a dataset: its images are referred to, never copied or touched.

The editor reads them where they lie: it asks for their place instead of their bytes. Only the
server inside the editor offers this (`parts.LOCAL`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Response
from sqlalchemy import Connection, bindparam, insert, select, update

from limner.api.pictograph_wire import Strict
from limner.server import files
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import MemberCall
from limner.server.clock import now
from limner.server.dataset_rows import described, new_dataset
from limner.server.errors import Problem, not_found, wrong_field
from limner.server.image_rows import ensure_directories, new_row
from limner.server.lookups import DatasetRow, dataset_row, image_with_id
from limner.server.names import ROOT, is_id, joined, why_not_a_name
from limner.server.replies import plain
from limner.server.scan import Found, Scan, content_type, scan
from limner.server.tables import dataset, image

router: Final = APIRouter()

_TYPES: Final = ("bbox", "polygon", "polyline", "keypoint")


class Open(Strict):
    path: str


@dataclass(frozen=True, slots=True)
class Known:
    """An image that the dataset has already."""

    id: str
    place: tuple[str, str]
    is_missing: bool


@router.post("/folders")
def open_folder(call: MemberCall) -> Response:
    """Make a dataset of a folder, or bring the one that was made of it up to date.

    New files are added; those that are gone are archived and marked, never deleted, and come
    back with their file. For the path of one image the dataset is its folder's and only this
    image is added; `image_id` says which it is.
    """
    path = Path(os.path.abspath(call.read(Open).path))  # noqa: PTH100 - links stay as they are
    if path.is_file():
        return _open_file(call, path)
    if not path.is_dir():
        raise not_found(f"there is no folder {path}")
    found = _scanned(path)

    def work(tx: Connection) -> Response:
        owner = _dataset_of(tx, path)
        known = _known(tx, owner.id)
        missing = _mark_missing(tx, known, {one.source for one in found.images})
        _mark_back(tx, known, found.images)
        added = _add(tx, owner.id, known, found)
        return _reply(tx, owner.id, added, missing, found)

    return call.once(work)


@router.get("/images/{image_id}/file", dependencies=VIEWERS)
def where_it_lies(store: StoreOf, image_id: str) -> Response:
    """The path of an image's file, also of one that was uploaded."""
    with store.reading() as tx:
        row = image_with_id(tx, image_id)
    return plain({"path": str(files.place_of(store, row).absolute())})


def _scanned(folder: Path) -> Scan:
    try:
        found = scan(folder)
    except OSError as error:
        message = f"the folder {folder} cannot be read: {error.strerror}"
        raise Problem(422, "validation_error", message) from error
    if not found.images:
        raise wrong_field(f"the folder {folder} holds no images", "path")
    return found


def _open_file(call: MemberCall, path: Path) -> Response:
    if content_type(path.name) is None:
        raise wrong_field(f"the file {path} is not an image this editor knows", "path")
    if wrong := why_not_a_name(path.name):
        raise wrong_field(f"the file's name {wrong}", "path")
    one = Found(str(path), ROOT, path.name, path.stat().st_size)

    def work(tx: Connection) -> Response:
        owner = _dataset_of(tx, path.parent)
        known = _known(tx, owner.id)
        _mark_back(tx, known, [one])
        found = Scan([one])
        added = _add(tx, owner.id, known, found)
        image_id = tx.scalar(
            select(image.c.id).where(image.c.dataset_id == owner.id, image.c.source == one.source)
        )
        return _reply(tx, owner.id, added, 0, found, image_id=image_id)

    return call.once(work)


def _reply(
    tx: Connection, dataset_id: str, added: int, missing: int, found: Scan, **more: Any
) -> Response:
    shown = described(tx, [dataset_row(tx, dataset_id)])[0]
    counts = {"added": added, "missing": missing, "skipped": found.skipped}
    return plain({"data": shown, **counts, **more})


def _dataset_of(tx: Connection, folder: Path) -> DatasetRow:
    there = tx.scalar(select(dataset.c.id).where(dataset.c.folder == str(folder)))
    if there is not None:
        return dataset_row(tx, there)
    values = new_dataset(_free_name(tx, folder.name), [], _TYPES)
    tx.execute(insert(dataset).values({**values, "folder": str(folder)}))
    return dataset_row(tx, values["id"])


def _free_name(tx: Connection, name: str) -> str:
    legal = "".join(c if c.isprintable() else "_" for c in name).strip() or "Folder"
    if why_not_a_name(legal) or is_id(legal):
        legal = f"Folder {legal[:200]}"
    number, free = 1, legal
    while tx.scalar(select(dataset.c.id).where(dataset.c.name == free)) is not None:
        number += 1
        free = f"{legal} ({number})"
    return free


def _known(tx: Connection, dataset_id: str) -> dict[str, Known]:
    columns = (image.c.source, image.c.id, image.c.directory, image.c.filename, image.c.is_missing)
    query = select(*columns).where(image.c.dataset_id == dataset_id, image.c.source.is_not(None))
    return {
        row.source: Known(row.id, (row.directory, row.filename), row.is_missing)
        for row in tx.execute(query)
    }


def _mark_missing(tx: Connection, known: dict[str, Known], there: set[str]) -> int:
    gone = [one.id for source, one in known.items() if source not in there and not one.is_missing]
    _mark(tx, gone, is_missing=True)
    return len(gone)


def _mark_back(tx: Connection, known: dict[str, Known], found: Iterable[Found]) -> None:
    back = [known[one.source].id for one in found if one.source in known]
    missing = {one.id for one in known.values() if one.is_missing}
    _mark(tx, [image_id for image_id in back if image_id in missing], is_missing=False)


def _mark(tx: Connection, ids: Sequence[str], *, is_missing: bool) -> None:
    if not ids:
        return
    values = {"is_missing": is_missing, "is_archived": is_missing, "updated_at": now()}
    change = update(image).where(image.c.id == bindparam("which")).values(values)
    tx.execute(change, [{"which": image_id} for image_id in ids])


def _add(tx: Connection, dataset_id: str, known: dict[str, Known], found: Scan) -> int:
    taken = {one.place for one in known.values()}
    rows = []
    for one in found.images:
        if one.source in known:
            continue
        if (one.directory, one.filename) in taken:
            place = joined(one.directory, one.filename)
            found.skip(one.source, f"another image of the dataset is called {place!r}")
            continue
        more = {"source": one.source, "file_size": one.size}
        more["content_type"] = content_type(one.filename)
        rows.append(new_row(dataset_id, one.directory, one.filename, **more))
    if rows:
        ensure_directories(tx, dataset_id, {row["directory"] for row in rows})
        # Lists show the newest first: backwards in, they come out in natural order.
        tx.execute(insert(image), rows[::-1])
    return len(rows)
