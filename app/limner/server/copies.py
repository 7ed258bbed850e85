"""Copying images within a dataset and into another; the bytes are shared, never doubled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

from fastapi import APIRouter, Response
from sqlalchemy import Connection, update

from limner.api.pictograph_wire import Label
from limner.server import blobs, image_rows, ontology
from limner.server.batches import Move, Outcome, chosen
from limner.server.bodies import stored_body
from limner.server.calls import Call, MemberCall
from limner.server.clock import now
from limner.server.lookups import DatasetRow, ImageRow, dataset_row, image_at
from limner.server.names import directory_path, joined, unused
from limner.server.saves import CLEARED, Body, replace_body
from limner.server.shapes import decoded
from limner.server.tables import dataset, image

router: Final = APIRouter(prefix="/batch/images")


class Copy(Move):
    duplicate_handling: Literal["rename", "skip", "overwrite"] = "rename"
    copy_annotations: bool = False


class CopyToDataset(Move):
    target_dataset_name: Label


@router.post("/copy")
def copy_images(call: MemberCall) -> Response:
    """Copy images into a directory of the same dataset; the bytes are shared, not doubled."""
    asked = call.read(Copy)
    target = directory_path(asked.target_directory_path, "target_directory_path")
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        owner, rows = chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        taken = image_rows.names_in(tx, owner.id, target)
        for row in rows:
            name = row.filename
            if name in taken and asked.duplicate_handling == "skip":
                outcome.fail(row.id, f"there is an image {name!r} already")
                continue
            if name in taken and asked.duplicate_handling == "overwrite":
                if row.directory == target:
                    outcome.fail(row.id, "an image cannot be overwritten with itself")
                    continue
                there = image_at(tx, owner.id, joined(target, name).removeprefix("/"), lock=True)
                doomed.extend(_copy_over(tx, call, row, there, asked.copy_annotations))
                outcome.processed += 1
                outcome.directories.add(target)
                continue
            _copy(tx, call, row, owner.id, target, taken, outcome, asked.copy_annotations)
        return outcome.reply()

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply


_FILE: Final = ("blob", "source", "content_type", "width", "height", "file_size")
_UNLABELLED: Final[dict[str, Any]] = {"status": "new", "tags": "[]", "split": None}


def _values(row: ImageRow, labelled: bool) -> dict[str, Any]:
    """What a copy of `row` has of it; with its labels, or as nobody has worked on it yet."""
    labels = {key: getattr(row, key) if labelled else fresh for key, fresh in _UNLABELLED.items()}
    return {**{column: getattr(row, column) for column in _FILE}, **labels}


def _copy_over(
    tx: Connection, call: Call, row: ImageRow, there: ImageRow, labelled: bool
) -> list[str]:
    """Make the image `there` a copy, its history going on; the blobs nobody uses any more."""
    values = {**_values(row, labelled), "is_archived": False, "is_missing": False}
    values |= {"review_note": None, "updated_at": now()}
    tx.execute(update(image).where(image.c.id == there.id).values(values))
    body = CLEARED
    if labelled:
        content = stored_body(tx, row.id)
        body = Body.of(content, decoded(content))
    replace_body(tx, there, body, call.act)
    return image_rows.unused_blobs(tx, [there.blob] if there.blob else [])


def _copy(
    tx: Connection,
    call: Call,
    row: ImageRow,
    dataset_id: str,
    target: str,
    taken: set[str],
    outcome: Outcome,
    labelled: bool,
) -> None:
    name = unused(row.filename, taken)
    values = _values(row, labelled)
    made = image_rows.add(tx, image_rows.new_row(dataset_id, target, name, **values))
    if labelled and row.annotation_count:
        content = stored_body(tx, row.id)
        replace_body(tx, made, Body.of(content, decoded(content)), call.act)
    taken.add(name)
    outcome.renamed += name != row.filename
    outcome.processed += 1
    outcome.directories.add(target)


@router.post("/copy-to-dataset")
def copy_to_dataset(call: MemberCall) -> Response:
    """Copy images with everything into another dataset, and the classes they need with them."""
    asked = call.read(CopyToDataset)
    target = directory_path(asked.target_directory_path, "target_directory_path")

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        # Both are locked in the order of their ids, so that nobody waits in a circle.
        names = (asked.dataset_name, asked.target_dataset_name)
        for dataset_id in sorted(dataset_row(tx, name).id for name in names):
            dataset_row(tx, dataset_id, lock=True)
        source, rows = chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        into = dataset_row(tx, asked.target_dataset_name)
        taken = image_rows.names_in(tx, into.id, target)
        for row in rows:
            _copy(tx, call, row, into.id, target, taken, outcome, True)
        added = _bring_classes(tx, source, into, rows)
        return outcome.reply(target_dataset=into.name, classes_added=added)

    return call.once(work)


def _bring_classes(
    tx: Connection, source: DatasetRow, into: DatasetRow, rows: Sequence[ImageRow]
) -> list[str]:
    used = {
        (shape.name, ontology.type_of(shape.type))
        for row in rows
        for shape in decoded(stored_body(tx, row.id))
    }
    there = ontology.loads(into.classes)
    known = {ontology.key_of(one) for one in there}
    new = [one for one in ontology.loads(source.classes) if ontology.key_of(one) in used - known]
    if new:
        values = {"classes": ontology.dumps([*there, *new]), "updated_at": now()}
        tx.execute(update(dataset).where(dataset.c.id == into.id).values(values))
    return [one["name"] for one in new]
