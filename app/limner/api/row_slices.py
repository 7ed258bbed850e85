"""A long JSON list of annotations, cut into short lists of its own text.

To read 70 MB of JSON in one call takes seconds in which no other thread can run. A cut is sought
where one row seems to end and the next to begin, and counts only if everything before it is a
whole JSON list by itself: what reads as a list cannot end inside a text or an object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Raw

SLICE_BYTES: Final = 180_000
"""250 polygons of twenty points: half a millisecond to take apart, two to read."""

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_TRIES: Final = 8
_KEY: Final = b'"annotations"'
_HEAD_ONLY: Final = b'{"annotations":'
_HEAD: Final = re.compile(rb'"annotations"\s*:\s*\[')
_FIRST_KEY: Final = re.compile(rb'\s*\{\s*"[^"\\]{1,40}"')


class Slice(msgspec.Struct, gc=False):
    """Some rows of the list: each as it stands, and all of them as one JSON list.

    `end` is how much of the body was cut so far, in bytes. The last slice of several has `around`:
    the body with an empty list.
    """

    rows: list[Raw]
    text: bytes
    end: int
    around: bytes = b""


class _Body(msgspec.Struct):
    annotations: Raw


_read_body = msgspec.json.Decoder(_Body).decode
_read_rows = msgspec.json.Decoder(list[Raw]).decode


def slices(body: bytes) -> Iterator[Slice]:
    """The rows of `{"annotations": […], …}`, some at a time, in their order.

    Raises:
        msgspec.DecodeError, UnicodeDecodeError, RecursionError: it is not JSON, or holds no such
            list. What was cut until then is right.
    """
    at = _beginning(body)
    if at is None or len(body) - at < 2 * SLICE_BYTES:
        text = bytes(_read_body(body).annotations)
        yield Slice(_read_rows(text), text, len(body))
        return
    head = body[: at - 1]
    for piece in _slices_from(body, at):
        yield piece
        at = piece.end
    rest = _HEAD_ONLY + b"[" + body[at:]
    text = bytes(_read_body(rest).annotations)
    around = head + b"[]" + rest[len(_HEAD_ONLY) + len(text) :]
    yield Slice(_read_rows(text), text, len(body), around)


def list_slices(text: bytes) -> Iterator[Slice]:
    """The rows of a bare list, some at a time.

    Raises:
        as `slices`.
    """
    at = 1
    if text[:1] == b"[" and len(text) > 2 * SLICE_BYTES:
        for piece in _slices_from(text, at):
            yield piece
            at = piece.end
    rest = text if at == 1 else b"[" + text[at:]
    yield Slice(_read_rows(rest), rest, len(text))


def _slices_from(body: bytes, at: int) -> Iterator[Slice]:
    boundary = _boundary(body, at)
    while piece := _next_slice(body, at, boundary):
        yield piece
        at = piece.end


def _beginning(body: bytes) -> int | None:
    """Where the first row begins; None when the body must be read in one go to know."""
    head = _HEAD.search(body, 0, SLICE_BYTES)
    if head is None or body.find(_KEY, max(head.end(), len(body) - SLICE_BYTES)) >= 0:
        return None
    try:
        # What comes before must be the beginning of one object whose list this is.
        _read_body(body[: head.end()] + b"]}")
    except UNREADABLE:
        return None
    return head.end()


def _boundary(body: bytes, at: int) -> re.Pattern[bytes] | None:
    """What stands between two rows: every writer puts the same key first."""
    first = _FIRST_KEY.match(body, at)
    return first and re.compile(rb",\s*(?=\{\s*" + re.escape(first[0].lstrip(b" \t\r\n{")) + rb")")


def _next_slice(body: bytes, at: int, boundary: re.Pattern[bytes] | None) -> Slice | None:
    """The rows from `at`, up to where the next slice begins; None when only the rest is left."""
    sought = at + SLICE_BYTES
    for _ in range(_TRIES):
        gap = boundary and boundary.search(body, sought)
        if not gap:
            return None
        text = b"[" + body[at : gap.start()] + b"]"
        try:
            return Slice(_read_rows(text), text, gap.end())
        except UNREADABLE:
            sought = gap.end()
    return None
