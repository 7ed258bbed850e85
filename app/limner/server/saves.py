"""Replacing the annotations of an image: the one place that writes them.

Everything happens in the caller's transaction, after every check, so a refused save changes
nothing. The replaced body stays in `revision`, which is only ever added to.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from limner.server import ontology
from limner.server.auth import Caller
from limner.server.clock import now
from limner.server.errors import Problem
from limner.server.long_values import LONG_BYTES, get_long, put_long
from limner.server.lookups import ImageRow
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
from limner.server.tables import body, image, revision

EMPTY: Final = b"[]"
_FAST: Final = 1
"""zlib's level: the size of a revision hardly changes with more, its time triples."""


SHORT_CONTENT: Final = case((func.length(body.c.content) < LONG_BYTES, body.c.content))
"""The stored array where it is short, NULL where `long_body` reads it."""

_STORED: Final = select(SHORT_CONTENT.label("content")).where(body.c.image_id == bindparam("of"))


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
        return {"ETag": self.etag, "X-Annotation-Rev": str(self.rev)}

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


def etag_of(content: bytes) -> str:
    """The strong entity tag of a stored body: the same bytes, the same tag."""
    return f'"{hashlib.sha256(content).hexdigest()[:40]}"'


EMPTY_ETAG: Final = etag_of(EMPTY)


def stored_body(tx: Connection, image_id: str) -> bytes:
    """The stored array of an image, `[]` for one that was never saved."""
    row = tx.execute(_STORED, {"of": image_id}).one_or_none()
    if row is None:
        return EMPTY
    return long_body(tx, image_id) if row.content is None else bytes(row.content)


def long_body(tx: Connection, image_id: str) -> bytes:
    """The stored array of an image that has one and is long."""
    return get_long(tx, body.c.content, body.c.image_id == image_id)


def save(
    tx: Connection,
    row: ImageRow,
    sent: Sent,
    classes: Sequence[ontology.Class],
    *,
    most: int,
    author: Caller,
    request_id: str,
    if_match: str | None = None,
) -> Saved:
    """Replace the annotations of the image `row`, which the caller has locked, by `most` at most.

    Raises:
        Problem: 412 when `if_match` is not the present tag; 422 for fields that are wrong, ids
            that come twice and classes that the dataset does not have.
    """
    check_version(tx, row, if_match)
    found = sent.against(stored_body(tx, row.id))
    check_count(found.shapes, most)
    check_ids(found.shapes)
    ontology.check_classes(found.shapes, classes)
    content = completed(found.shapes, found.authors, author.user_id)
    return replace_body(tx, row, found.shapes, content, author=author, request_id=request_id)


def save_again(
    tx: Connection, row: ImageRow, shapes: Sequence[Shape], *, author: Caller, request_id: str
) -> Saved:
    """Replace the annotations by `shapes`, which were stored before and are right therefore."""
    return replace_body(tx, row, shapes, encoded(shapes), author=author, request_id=request_id)


def replace_body(
    tx: Connection,
    row: ImageRow,
    shapes: Sequence[Shape | Known],
    content: bytes,
    *,
    author: Caller,
    request_id: str,
) -> Saved:
    """Store `content`, the array of `shapes`, with its revision; nothing when it is the same."""
    etag, rev = etag_of(content), row.rev
    if etag != row.etag:
        rev += 1
        _write_body(tx, row, content)
        _write_revision(tx, row.id, rev, content, len(shapes), author, request_id)
        tx.execute(
            update(image)
            .where(image.c.id == row.id)
            .values(
                annotation_count=len(shapes),
                min_confidence=min_confidence(shapes),
                rev=rev,
                etag=etag,
                updated_at=now(),
            )
        )
    return Saved(row.id, row.annotation_count, len(shapes), row.status, rev, etag)


def _write_body(tx: Connection, row: ImageRow, content: bytes) -> None:
    is_long = len(content) >= LONG_BYTES
    first = EMPTY if is_long else content
    if row.rev == 0:
        tx.execute(insert(body).values(image_id=row.id, content=first))
    elif not is_long:
        tx.execute(update(body).where(body.c.image_id == row.id).values(content=first))
    if is_long:
        put_long(tx, body.c.content, body.c.image_id == row.id, content)


def _write_revision(
    tx: Connection, image_id: str, rev: int, content: bytes, n: int, author: Caller, request: str
) -> None:
    packed = zlib.compress(content, _FAST)
    is_long = len(packed) >= LONG_BYTES
    tx.execute(
        insert(revision).values(
            image_id=image_id,
            rev=rev,
            body=b"" if is_long else packed,
            n=n,
            author=author.user_id,
            author_name=author.name,
            at=now(),
            request_id=request,
        )
    )
    if is_long:
        this = (revision.c.image_id == image_id) & (revision.c.rev == rev)
        put_long(tx, revision.c.body, this, packed)


def check_version(tx: Connection, row: ImageRow, if_match: str | None) -> None:
    """Raises a 412 that says who changed the image when `if_match` is not its present tag."""
    if if_match is None or if_match.strip() == "*" or row.etag in _tags(if_match):
        return
    last = tx.execute(
        select(revision.c.author_name, revision.c.at).where(
            revision.c.image_id == row.id, revision.c.rev == row.rev
        )
    ).one_or_none()
    raise Problem(
        412,
        "version_conflict",
        "the annotations were changed since they were read",
        details={
            "rev": row.rev,
            "author": last.author_name if last else None,
            "at": last.at if last else None,
        },
        headers={"ETag": row.etag},
    )


def _tags(if_match: str) -> set[str]:
    return {tag.strip() for tag in if_match.split(",")}
