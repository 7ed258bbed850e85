"""The present list of an image, as the bytes that are sent."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec
from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from limner.api.row_slices import list_slices
from limner.server.long_values import LONG_BYTES, get_long, put_long
from limner.server.lookups import ImageRow
from limner.server.tables import body

EMPTY: Final = b"[]"

SHORT_CONTENT: Final = case((func.length(body.c.content) < LONG_BYTES, body.c.content))
"""The stored array where it is short, NULL where `long_body` reads it."""

_STORED: Final = select(SHORT_CONTENT.label("content")).where(body.c.image_id == bindparam("of"))


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


def write_body(tx: Connection, row: ImageRow, content: bytes) -> None:
    """Put `content` in the place of the list that the image `row` has."""
    is_long = len(content) >= LONG_BYTES
    first = EMPTY if is_long else content
    if row.rev == 0:
        tx.execute(insert(body).values(image_id=row.id, content=first))
    elif not is_long:
        tx.execute(update(body).where(body.c.image_id == row.id).values(content=first))
    if is_long:
        put_long(tx, body.c.content, body.c.image_id == row.id, content)


class _Sure(msgspec.Struct, gc=False):
    confidence: float


_read_sure = msgspec.json.Decoder(list[_Sure]).decode


def least_confidence(content: bytes) -> float | None:
    """That of the least sure annotation of a stored array; None when it is empty."""
    sure = (one.confidence for piece in list_slices(content) for one in _read_sure(piece.text))
    return min(sure, default=None)
