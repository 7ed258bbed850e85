"""Replacing the annotations of an image: the one place that writes them.

Everything happens in the caller's transaction, after every check, so a refused save changes
nothing. The replaced body stays in `revision`, which is only ever added to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, update

from limner.server import audit, history, ontology
from limner.server.audit import Act
from limner.server.bodies import EMPTY, etag_of, least_confidence, stored_body, write_body
from limner.server.clock import now
from limner.server.conditions import Condition
from limner.server.history import Origin
from limner.server.lookups import DatasetRow, ImageRow
from limner.server.sent import Sent
from limner.server.shapes import (
    Known,
    Shape,
    check_count,
    check_ids,
    completed,
    encoded,
    min_confidence,
)
from limner.server.tables import image

_PLAIN: Final = Origin()


@dataclass(frozen=True, slots=True)
class Saved:
    """What a save did; `etag` is the strong tag of the body that is stored now."""

    image_id: str
    previous_count: int
    new_count: int
    stage: str
    rev: int
    etag: str

    def headers(self) -> dict[str, str]:
        return history.headers(self.etag, self.rev)

    def by_path(self) -> dict[str, Any]:
        """The reply of the dataset-path dialect: the stage, which no save moves."""
        return self._reply(self.stage)

    def by_id(self) -> dict[str, Any]:
        """The reply of the image-id dialect, whose status follows from count and stage."""
        if self.stage == "complete":
            return self._reply("complete")
        return self._reply("in_progress" if self.new_count else "new")

    def _reply(self, status: str) -> dict[str, Any]:
        return {
            "success": True,
            "image_id": self.image_id,
            "previous_count": self.previous_count,
            "new_count": self.new_count,
            "status": status,
        }


@dataclass(frozen=True, slots=True)
class Body:
    """A list as it is stored, and what an image row says of it."""

    content: bytes
    count: int
    min_confidence: float | None

    @classmethod
    def of(cls, content: bytes, shapes: Sequence[Shape | Known]) -> Body:
        return cls(content, len(shapes), min_confidence(shapes))


CLEARED: Final = Body(EMPTY, 0, None)
"""The list without annotations."""


def save(
    tx: Connection,
    owner: DatasetRow,
    row: ImageRow,
    sent: Sent,
    condition: Condition,
    *,
    most: int,
    act: Act,
) -> Saved:
    """Replace the annotations of the image `row`, which the caller has locked, by `most` at most.

    `owner` is its dataset, whose classes are the ones there are.

    Raises:
        Problem: 412 and 428 as the condition says; 422 for fields that are wrong, ids that come
            twice and classes that the dataset does not have.
    """
    condition.check(tx, owner, row)
    found = sent.against(stored_body(tx, row.id))
    check_count(found.shapes, most)
    check_ids(found.shapes)
    ontology.check_classes(found.shapes, ontology.loads(owner.classes))
    content = completed(found.shapes, found.authors, act.author.user_id)
    origin = Origin(is_blind=condition.overwrites_unseen(row))
    return replace_body(tx, row, Body.of(content, found.shapes), act, origin)


def save_again(tx: Connection, row: ImageRow, shapes: Sequence[Shape], act: Act) -> Saved:
    """Replace the annotations by `shapes`, which were stored before and are right therefore."""
    return replace_body(tx, row, Body.of(encoded(shapes), shapes), act)


def clear(
    tx: Connection, owner: DatasetRow, row: ImageRow, condition: Condition, act: Act
) -> Saved:
    """Remove every annotation; what there was stays in the history."""
    condition.check(tx, owner, row)
    return replace_body(tx, row, CLEARED, act, Origin(is_blind=condition.overwrites_unseen(row)))


def restore(
    tx: Connection, owner: DatasetRow, row: ImageRow, rev: int, condition: Condition, act: Act
) -> Saved:
    """Make a new revision with the very bytes of the revision `rev`.

    Annotations are brought back even if their class has been taken out of the dataset since.

    Raises:
        Problem: 412 and 428 as the condition says; 404 when there is no such revision.
    """
    condition.check(tx, owner, row)
    count = history.fact(tx, row.id, rev).n
    content = history.content_of(tx, row.id, rev)
    body = Body(content, count, least_confidence(content))
    origin = Origin(is_blind=condition.overwrites_unseen(row), restored_from=rev)
    return replace_body(tx, row, body, act, origin)


def replace_body(
    tx: Connection, row: ImageRow, new: Body, act: Act, origin: Origin = _PLAIN
) -> Saved:
    """Store `new` with its revision and what the audit must know; nothing when it is the same."""
    etag, rev = etag_of(new.content), row.rev
    if etag != row.etag:
        rev += 1
        write_body(tx, row, new.content)
        history.add(tx, row.id, rev, new.content, new.count, act, origin)
        _note(tx, row, rev, act, origin)
        tx.execute(
            update(image)
            .where(image.c.id == row.id)
            .values(
                annotation_count=new.count,
                min_confidence=new.min_confidence,
                rev=rev,
                etag=etag,
                updated_at=now(),
            )
        )
    return Saved(row.id, row.annotation_count, new.count, row.status, rev, etag)


def _note(tx: Connection, row: ImageRow, rev: int, act: Act, origin: Origin) -> None:
    if origin.is_blind:
        audit.note(tx, act, audit.OVERWRITTEN, row.id, row.rev, rev)
    if origin.restored_from is not None:
        audit.note(tx, act, audit.RESTORED, row.id, row.rev, rev)
