"""One change to many images: stage, name, archive, move, copy, delete (Pictograph contract, 5.2).

An image that cannot be changed is named in `failed` and stops no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection, select, update

from limner.api.pictograph_wire import Label, Stage, Strict
from limner.server import blobs, image_rows, ontology
from limner.server.calls import AnnotatorCall, Call, MemberCall
from limner.server.clock import now
from limner.server.errors import not_found, wrong_field
from limner.server.keys import Role
from limner.server.lookups import DatasetRow, ImageRow, dataset_row
from limner.server.names import directory_path, file_name, unused
from limner.server.replies import plain
from limner.server.saves import replace_body, stored_body
from limner.server.shapes import decoded
from limner.server.tables import dataset, image

router: Final = APIRouter(prefix="/batch/images")

Ids = Annotated[list[str], Field(min_length=1, max_length=10_000)]
_CHUNK: Final = 500


class Changes(Strict):
    status: Stage | None = None
    display_name: str | None = None
    is_archived: bool | None = None


class Update(Strict):
    dataset_name: str
    image_ids: Ids
    updates: Changes


class Move(Strict):
    dataset_name: str
    image_ids: Ids
    target_directory_path: str = "/"


class Copy(Move):
    duplicate_handling: Literal["rename", "skip", "overwrite"] = "rename"
    copy_annotations: bool = False


class CopyToDataset(Move):
    target_dataset_name: Label


class Delete(Strict):
    dataset_name: str
    image_ids: Ids
    permanent: bool = False


@dataclass(slots=True)
class Outcome:
    """What a batch did, as it is answered."""

    processed: int = 0
    renamed: int = 0
    failed: list[dict[str, str]] = field(default_factory=list)
    directories: set[str] = field(default_factory=set)

    def fail(self, image_id: str, reason: str) -> None:
        self.failed.append({"id": image_id, "reason": reason})

    def reply(self, operation: str | None = None, **more: Any) -> Response:
        body = {
            "success": True,
            "processed": self.processed,
            "failed": self.failed,
            "affected_directories": sorted(self.directories),
            "renamed": self.renamed,
            "operation": operation,
        }
        return plain({**body, **more})


def _chosen(
    tx: Connection, given: str, ids: Sequence[str], outcome: Outcome
) -> tuple[DatasetRow, list[ImageRow]]:
    """The dataset, locked, and those of `ids` that are its images, in the order asked for."""
    owner = dataset_row(tx, given, lock=True)
    wanted = list(dict.fromkeys(image_id.lower() for image_id in ids))
    found: dict[str, ImageRow] = {}
    for start in range(0, len(wanted), _CHUNK):
        some = image.c.id.in_(wanted[start : start + _CHUNK])
        query = select(image).where(image.c.dataset_id == owner.id, some).with_for_update()
        found.update({row.id: row for row in tx.execute(query)})
    if not found:
        raise not_found("none of these ids is an image of this dataset")
    for image_id in wanted:
        if image_id not in found:
            outcome.fail(image_id, "there is no such image in this dataset")
    return owner, [found[image_id] for image_id in wanted if image_id in found]


def _change(tx: Connection, row: ImageRow, **values: Any) -> None:
    tx.execute(update(image).where(image.c.id == row.id).values(**values, updated_at=now()))


@router.patch("/update")
def update_images(call: AnnotatorCall) -> Response:
    """Set stage, archive or restore; give one image another name (member)."""
    asked = call.read(Update)
    changes = asked.updates.model_dump(exclude_none=True)
    if not changes:
        raise wrong_field("name at least one change", "updates")
    new_name = changes.pop("display_name", None)
    if new_name is not None:
        call.need(Role.MEMBER)
        file_name(new_name, "updates", "display_name")
        if len(asked.image_ids) > 1:
            raise wrong_field("only one image can get a name", "updates", "display_name")

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        _owner, rows = _chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        for row in rows:
            if new_name not in (None, row.filename):
                if new_name in image_rows.names_in(tx, row.dataset_id, row.directory):
                    outcome.fail(row.id, f"there is an image {new_name!r} already")
                    continue
                changes["filename"] = new_name
                outcome.renamed += 1
            if changes:
                _change(tx, row, **changes)
            outcome.processed += 1
            outcome.directories.add(row.directory)
        return outcome.reply()

    return call.once(work)


@router.post("/move")
def move_images(call: MemberCall) -> Response:
    """Put images into another directory; a name that is taken there gets a number."""
    asked = call.read(Move)
    target = directory_path(asked.target_directory_path, "target_directory_path")

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        owner, rows = _chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        image_rows.ensure_directories(tx, owner.id, [target])
        taken = image_rows.names_in(tx, owner.id, target)
        for row in rows:
            if row.directory != target:
                name = unused(row.filename, taken)
                outcome.renamed += name != row.filename
                outcome.directories |= {row.directory, target}
                taken.add(name)
                _change(tx, row, directory=target, filename=name)
            outcome.processed += 1
        return outcome.reply()

    return call.once(work)


@router.post("/copy")
def copy_images(call: MemberCall) -> Response:
    """Copy images into a directory of the same dataset; the bytes are shared, not doubled."""
    asked = call.read(Copy)
    target = directory_path(asked.target_directory_path, "target_directory_path")
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        owner, rows = _chosen(tx, asked.dataset_name, asked.image_ids, outcome)
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
                doomed.extend(_remove_at(tx, owner.id, target, name))
                taken.discard(name)
            _copy(tx, call, row, owner.id, target, taken, outcome, asked.copy_annotations)
        return outcome.reply()

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply


def _remove_at(tx: Connection, dataset_id: str, directory: str, name: str) -> list[str]:
    there = (
        image.c.dataset_id == dataset_id,
        image.c.directory == directory,
        image.c.filename == name,
    )
    return image_rows.purge(tx, list(tx.scalars(select(image.c.id).where(*there))))


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
    same = {"blob", "source", "content_type", "width", "height", "file_size"}
    if labelled:
        same |= {"status", "tags", "split"}
    values = {column: getattr(row, column) for column in same}
    made = image_rows.add(tx, image_rows.new_row(dataset_id, target, name, **values))
    if labelled and row.annotation_count:
        content = stored_body(tx, row.id)
        shapes = decoded(content)
        replace_body(tx, made, shapes, content, author=call.caller, request_id=call.request_id)
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
        source, rows = _chosen(tx, asked.dataset_name, asked.image_ids, outcome)
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


@router.post("/delete")
def delete_images(call: AnnotatorCall) -> Response:
    """Archive images; with `permanent` remove them with all their annotations (admin)."""
    asked = call.read(Delete)
    if asked.permanent:
        call.need(Role.ADMIN)
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        _owner, rows = _chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        for row in rows:
            outcome.directories.add(row.directory)
            outcome.processed += 1
            if not asked.permanent:
                _change(tx, row, is_archived=True)
        if asked.permanent:
            doomed.extend(image_rows.purge(tx, [row.id for row in rows]))
        return outcome.reply("deleted" if asked.permanent else "archived")

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply
