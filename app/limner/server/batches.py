"""One change to many images: stage, name, archive, move, copy, delete (Pictograph contract, 5.2).

An image that cannot be changed is named in `failed` and stops no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import Connection, select, update

from limner.api.pictograph_wire import Stage, Strict
from limner.server import blobs, image_rows
from limner.server.calls import AnnotatorCall, MemberCall
from limner.server.clock import now
from limner.server.errors import not_found, wrong_field
from limner.server.keys import Role
from limner.server.lookups import DatasetRow, ImageRow, dataset_row
from limner.server.names import directory_path, file_name, unused
from limner.server.replies import plain
from limner.server.tables import image

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


def chosen(
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
        _owner, rows = chosen(tx, asked.dataset_name, asked.image_ids, outcome)
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
        owner, rows = chosen(tx, asked.dataset_name, asked.image_ids, outcome)
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


@router.post("/delete")
def delete_images(call: AnnotatorCall) -> Response:
    """Archive images; with `permanent` remove them with all their annotations (admin)."""
    asked = call.read(Delete)
    if asked.permanent:
        call.need(Role.ADMIN)
    doomed: list[str] = []

    def work(tx: Connection) -> Response:
        outcome = Outcome()
        _owner, rows = chosen(tx, asked.dataset_name, asked.image_ids, outcome)
        for row in rows:
            outcome.directories.add(row.directory)
            outcome.processed += 1
            if not asked.permanent:
                _change(tx, row, is_archived=True)
        if asked.permanent:
            doomed.extend(image_rows.purge(tx, [row.id for row in rows], call.act))
        return outcome.reply("deleted" if asked.permanent else "archived")

    reply = call.once(work)
    blobs.remove(call.store, doomed)
    return reply
