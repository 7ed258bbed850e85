"""The images of a dataset: lists, details, stages, splits and tags (Pictograph contract, 5)."""

from __future__ import annotations

import json
import random
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from sqlalchemy import Connection, func, select, update

from limner.api.pictograph_wire import Label, Split, Stage, Strict
from limner.server import blobs, files, image_rows
from limner.server.auth import VIEWERS, StoreOf
from limner.server.calls import AnnotatorCall, MemberCall
from limner.server.clock import now
from limner.server.datasets import MAX_ROWS, Limit, Offset
from limner.server.errors import Problem, not_found, not_implemented, wrong_field
from limner.server.image_rows import shown
from limner.server.keys import Role
from limner.server.lookups import (
    DatasetRow,
    dataset_row,
    find_image_at,
    find_image_with_id,
    image_at,
)
from limner.server.names import directory_path as legal_directory
from limner.server.names import is_id
from limner.server.replies import data, page
from limner.server.tables import image

router: Final = APIRouter(prefix="/images")

Part = Annotated[float, Field(ge=0, le=1)]


class Review(Strict):
    action: Literal["approve", "request_changes"]
    note: str | None = None


class SetSplit(Strict):
    split: Split | None


class Tag(Strict):
    dataset: str
    image_ids: Annotated[list[str], Field(max_length=10_000)]
    tags: list[Label]
    add: bool = True


class AssignSplits(Strict):
    dataset: str
    train: Part
    val: Part
    test: Part
    seed: int | None = None
    split_mode: Literal["random", "embedding"] = "random"


_FILTERS: Final = frozenset(
    (
        "dataset",
        "limit",
        "offset",
        "directory_path",
        "status",
        "split",
        "include_archived",
        "min_confidence_lt",
        "filename",
    )
)


@router.get("/", dependencies=VIEWERS)
def list_images(
    request: Request,
    store: StoreOf,
    dataset: str,
    limit: Limit = 100,
    offset: Offset = 0,
    directory_path: str | None = None,
    status: Stage | None = None,
    split: Split | None = None,
    include_archived: bool = False,
    min_confidence_lt: Annotated[float | None, Query(allow_inf_nan=False)] = None,
    filename: str | None = None,
) -> Response:
    """A page of images, the newest first. `filename` searches every directory."""
    if unknown := sorted(request.query_params.keys() - _FILTERS):
        message = f"Unknown query parameter(s): {', '.join(unknown)}"
        raise Problem(400, "validation_error", message)
    limit = min(limit, MAX_ROWS)
    with store.reading() as tx:
        wanted = [image.c.dataset_id == dataset_row(tx, dataset).id]
        if directory_path is not None:
            wanted.append(image.c.directory == legal_directory(directory_path, "directory_path"))
        if status is not None:
            wanted.append(image.c.status == status)
        if split is not None:
            wanted.append(image.c.split == split)
        if not include_archived:
            wanted.append(~image.c.is_archived)
        if min_confidence_lt is not None:
            wanted.append(image.c.min_confidence < min_confidence_lt)
        if filename is not None:
            wanted.append(image.c.filename == filename)
        total = tx.scalar(select(func.count()).select_from(image).where(*wanted)) or 0
        query = select(image).where(*wanted).order_by(image.c.seq.desc())
        rows = tx.execute(query.limit(limit).offset(offset)).all()
    base = str(request.base_url)
    return page([shown(row, base) for row in rows], limit=limit, offset=offset, total=total)


@router.get("/{given}/{path:path}", dependencies=VIEWERS)
def get_image(request: Request, store: StoreOf, given: str, path: str) -> Response:
    """The bytes of an image by dataset and path; `{image_id}/metadata` is its row."""
    with store.reading() as tx:
        if path == "metadata" and is_id(given) and (row := find_image_with_id(tx, given)):
            return data(shown(row, str(request.base_url)))
        owner = _dataset_or_image(tx, given, path)
        row = find_image_at(tx, owner.id, path)
        if row is None and path.endswith("/data-bundle"):
            raise not_implemented("this server makes no data bundles; fetch image and annotations")
        row = row or image_at(tx, owner.id, path)
    return files.sent(store, row)


def _dataset_or_image(tx: Connection, given: str, path: str) -> DatasetRow:
    try:
        return dataset_row(tx, given)
    except Problem:
        if path == "metadata":
            raise not_found(f"there is no image {given!r}") from None
        raise


@router.delete("/{given}/{path:path}")
def delete_image(call: AnnotatorCall, given: str, path: str, permanent: bool = False) -> Response:
    """Archive an image; with `permanent` remove it with all its annotations (admin)."""
    if permanent:
        call.need(Role.ADMIN)
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        row = image_at(tx, dataset_row(tx, given).id, path, lock=True)
        if permanent:
            doomed.extend(image_rows.purge(tx, [row.id], call.act))
        else:
            values = {"is_archived": True, "updated_at": now()}
            tx.execute(update(image).where(image.c.id == row.id).values(values))
        done = "deleted" if permanent else "archived"
        return data({"id": row.id, "filename": row.filename, "operation": done})

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply


@router.post("/bulk-tag")
def tag_images(call: MemberCall) -> Response:
    """Add tags to images, or take them away."""
    asked = call.read(Tag)
    changed = set(asked.tags)

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset)
        ids = [image_id.lower() for image_id in asked.image_ids]
        wanted = (image.c.dataset_id == owner.id, image.c.id.in_(ids))
        rows = tx.execute(select(image.c.id, image.c.tags).where(*wanted).with_for_update()).all()
        for row in rows:
            tags = [tag for tag in json.loads(row.tags) if tag not in changed]
            tags += list(dict.fromkeys(asked.tags)) if asked.add else []
            values = {"tags": json.dumps(tags), "updated_at": now()}
            tx.execute(update(image).where(image.c.id == row.id).values(values))
        return data({"processed": len(rows)})

    return call.once(work)


@router.post("/assign-splits")
def assign_splits(call: MemberCall) -> Response:
    """Deal every image out to train, val and test; the same seed deals the same way."""
    asked = call.read(AssignSplits)
    if asked.split_mode == "embedding":
        raise not_implemented("this server splits at random only")
    if abs(asked.train + asked.val + asked.test - 1) > 0.001:
        raise wrong_field("train, val and test must add up to 1", "train")

    def work(tx: Connection) -> Response:
        owner = dataset_row(tx, asked.dataset)
        query = select(image.c.id).where(image.c.dataset_id == owner.id, ~image.c.is_archived)
        ids = list(tx.scalars(query.order_by(image.c.id)))
        random.Random(asked.seed).shuffle(ids)  # noqa: S311 - a deal that can be repeated
        dealt = _dealt(ids, asked.train, asked.val)
        for split, some in dealt.items():
            for start in range(0, len(some), MAX_ROWS):
                chosen = image.c.id.in_(some[start : start + MAX_ROWS])
                tx.execute(update(image).where(chosen).values(split=split))
        return data({"processed": len(ids), **{name: len(some) for name, some in dealt.items()}})

    return call.once(work)


def _dealt(ids: list[str], train: float, val: float) -> dict[str, list[str]]:
    first = round(len(ids) * train)
    second = first + round(len(ids) * val)
    return {"train": ids[:first], "val": ids[first:second], "test": ids[second:]}


@router.post("/{given}/{path:path}/review")
def review_image(call: MemberCall, given: str, path: str) -> Response:
    """Approve an image, which completes it, or send it back to be annotated, with a note."""
    asked = call.read(Review)
    approved = asked.action == "approve"
    values = {
        "status": "complete" if approved else "annotate",
        "review_note": None if approved else asked.note,
    }
    return _changed(
        call,
        given,
        path,
        values,
        lambda image_id: {"id": image_id, **values, "processed": 1},
    )


@router.post("/{given}/{path:path}/split")
def set_split(call: MemberCall, given: str, path: str) -> Response:
    """Put an image into a split, or with null into none."""
    values = {"split": call.read(SetSplit).split}
    return _changed(call, given, path, values, lambda image_id: {"id": image_id, **values})


def _changed(
    call: MemberCall, given: str, path: str, values: dict[str, Any], reply: Any
) -> Response:
    def work(tx: Connection) -> Response:
        row = image_at(tx, dataset_row(tx, given).id, path, lock=True)
        tx.execute(update(image).where(image.c.id == row.id).values(**values, updated_at=now()))
        return data(reply(row.id))

    return call.once(work)
