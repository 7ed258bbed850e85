"""The revisions of an image: every list that was ever saved, added to and read, never changed."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from sqlalchemy import Connection, Row, func, insert, select

from limner.server.audit import Act
from limner.server.clock import now
from limner.server.errors import not_found
from limner.server.long_values import LONG_BYTES, get_long, put_long
from limner.server.lookups import ImageRow
from limner.server.tables import revision

_FAST: Final = 1
"""zlib's level: the size of a revision hardly changes with more, its time triples."""
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """How a revision came about, beyond who saved it: `restored_from` is the one it repeats."""

    is_blind: bool = False
    restored_from: int | None = None


def add(
    tx: Connection, image_id: str, rev: int, content: bytes, count: int, act: Act, origin: Origin
) -> None:
    """Keep `content`, an array of `count` annotations, as the revision `rev`."""
    packed = zlib.compress(content, _FAST)
    is_long = len(packed) >= LONG_BYTES
    tx.execute(
        insert(revision).values(
            image_id=image_id,
            rev=rev,
            body=b"" if is_long else packed,
            n=count,
            author=act.author.user_id,
            author_name=act.author.name,
            at=now(),
            request_id=act.request_id,
            is_blind=origin.is_blind,
            restored_from=origin.restored_from,
        )
    )
    if is_long:
        this = (revision.c.image_id == image_id) & (revision.c.rev == rev)
        put_long(tx, revision.c.body, this, packed)


_FACTS: Final = [column for column in revision.c if column.name not in ("image_id", "body")]


def listed(
    tx: Connection, image_id: str, *, limit: int, offset: int
) -> tuple[list[dict[str, Any]], int]:
    """A page of the revisions as they are sent, the newest first, and how many there are."""
    of = revision.c.image_id == image_id
    total = tx.scalar(select(func.count()).select_from(revision).where(of)) or 0
    query = select(*_FACTS).where(of).order_by(revision.c.rev.desc())
    rows = tx.execute(query.limit(limit).offset(offset)).all()
    return [_shown(row) for row in rows], total


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "rev": row.rev,
        "author": row.author,
        "author_name": row.author_name,
        "at": row.at,
        "annotation_count": row.n,
        "request_id": row.request_id,
        "is_blind": row.is_blind,
        "restored_from": row.restored_from,
    }


def fact(tx: Connection, image_id: str, rev: int) -> Row[Any]:
    """What is known of one revision, without its body; a 404 when there is none."""
    row = _found(tx, image_id, rev)
    if row is None:
        raise not_found(f"this image has no revision {rev}")
    return row


def _found(tx: Connection, image_id: str, rev: int) -> Row[Any] | None:
    this = (revision.c.image_id == image_id) & (revision.c.rev == rev)
    return tx.execute(select(*_FACTS).where(this)).one_or_none()


def content_of(tx: Connection, image_id: str, rev: int) -> bytes:
    """The array of a revision that is there, byte for byte as it was stored."""
    this = (revision.c.image_id == image_id) & (revision.c.rev == rev)
    return zlib.decompress(get_long(tx, revision.c.body, this))


@dataclass(frozen=True, slots=True)
class Change:
    """Who made the present list and when; None for an image that was never saved."""

    author_name: str | None = None
    at: str | None = None


def last_change(tx: Connection, row: ImageRow) -> Change:
    """Who saved the image `row` last."""
    found = _found(tx, row.id, row.rev)
    return Change(found.author_name, found.at) if found is not None else Change()


def headers(
    etag: str, rev: int, author_name: str | None = None, at: str | None = None
) -> dict[str, str]:
    """What an answer says of the list it is about; the author's name is percent-encoded UTF-8."""
    said = {"ETag": etag, "X-Annotation-Rev": str(rev)}
    if author_name is not None and at is not None:
        said["X-Annotation-Author"] = quote(author_name[:_LONGEST_NAME], safe="")
        said["X-Annotation-At"] = at
    return said
