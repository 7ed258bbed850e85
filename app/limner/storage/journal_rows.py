"""The rows of one image: how its lists, its ops and its standing are put into the file."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.patch import Patch
from limner.storage.database import Statement
from limner.storage.entry import Copy, Outgoing, Versions
from limner.storage.journal import Place
from limner.storage.journal_text import Wording, written, written_apart

_PIECE: Final = 250
"""Annotations in a row of their own: the interpreter is held while so many bytes are copied."""

_IMAGE: Final = (
    "INSERT INTO image (number, origin, image_id, name, stem, last, sent, used) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_STEM: Final = (
    "UPDATE image SET stem = ?, stem_is = 'base', stem_bytes = ?, "
    "history_bytes = history_bytes + op_bytes + ?, op_bytes = 0 WHERE number = ?"
)
_STAND: Final = (
    "UPDATE image SET last = ?, sent = ?, unsent = ?, unsent_since = ?, conflicts = ?, "
    "refusals = ?, is_ahead = ?, etag = ?, print = ?, rev = ?, author = ?, copied_at = ?, "
    "op_bytes = op_bytes + ? WHERE number = ?"
)
_OP: Final = "INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_KNOWN: Final = "INSERT OR IGNORE INTO known VALUES (?, ?, ?)"
_OUTGOING: Final = "INSERT OR REPLACE INTO outgoing VALUES (?, ?, ?, ?, ?)"
_REFUSED: Final = "INSERT INTO refused VALUES (?, ?, ?)"
_SKETCH: Final = "INSERT OR REPLACE INTO sketch VALUES (?, ?, ?)"

_ASIDE: Final = (
    "UPDATE image SET is_aside = 1 "
    "WHERE origin = ? AND image_id = ? AND is_aside = 0 AND (is_ahead = 1 OR ?)"
)
_STILL_KNOWN: Final = (
    "INSERT OR IGNORE INTO known SELECT ?, ann_id, version FROM known WHERE image IN "
    "(SELECT number FROM image WHERE origin = ? AND image_id = ?)"
)
_LIVE: Final = "(SELECT number FROM image WHERE origin = ? AND image_id = ? AND is_aside = 0)"
_REMOVALS: Final = (
    f"DELETE FROM piece WHERE stem IN (SELECT stem FROM image WHERE number IN {_LIVE})",  # noqa: S608 - made of constants
    *(
        f"DELETE FROM {table} WHERE image IN {_LIVE}"  # noqa: S608 - made of constants
        for table in ("op", "known", "outgoing", "refused", "sketch")
    ),
    f"DELETE FROM image WHERE number IN {_LIVE}",  # noqa: S608 - made of constants
)

_NO_COPY: Final = Copy()


@dataclass(frozen=True, slots=True)
class Standing:
    """How an image stands after everything that was written so far.

    The server has what was done up to `sent`; `unsent` gestures came later, the first at
    `unsent_since`. It `is_ahead` when document and base differ.
    """

    last: int
    sent: int
    copy: Copy
    unsent: int = 0
    unsent_since: float | None = None
    conflicts: int = 0
    refusals: int = 0
    is_ahead: bool = False


@dataclass(frozen=True, slots=True)
class NewOp:
    """An op with its number; `at` is Unix time, for people only.

    `count` annotations are in the list of its line afterwards; `copy` and `upto` are for the base.
    """

    seq: int
    line: str
    kind: str
    patch: Patch
    at: float
    count: int
    copy: Copy = _NO_COPY
    upto: int | None = None


def put_image(number: int, place: Place, name: str) -> Iterator[Statement]:
    """A new row for an image.

    Another of the same place is put aside where it holds work that nobody has read; else it goes.
    What was known of its annotations stays known.
    """
    yield aside(place)
    yield _STILL_KNOWN, (number, *place)
    yield from ((removal, place) for removal in _REMOVALS)
    yield _IMAGE, (number, *place, name, number, number, number, number)


def aside(place: Place, *, even_without_work: bool = False) -> Statement:
    """Put what is kept at `place` where nothing is written over it."""
    return _ASIDE, (*place, even_without_work)


def put_stem(stem: int, annotations: Sequence[Annotation], wording: Wording) -> Iterator[Statement]:
    """The pieces of a list."""
    are_places = all(
        each.rank == rank and not isinstance(each, Opaque) for rank, each in enumerate(annotations)
    )
    for first in range(0, len(annotations), _PIECE):
        some = annotations[first : first + _PIECE]
        drawn = [each for each in some if not isinstance(each, Opaque)]
        hidden = [each for each in some if isinstance(each, Opaque)]
        ranks = None if are_places else array("d", [each.rank for each in drawn]).tobytes()
        apart = written_apart(hidden) if hidden else None
        body = b"[" + b",".join(map(wording.text, drawn)) + b"]"
        yield "INSERT INTO piece VALUES (?, ?, ?, ?, ?)", (stem, first, ranks, apart, body)


def begin_at(number: int, stem: int, size_bytes: int, older_bytes: int) -> Iterator[Statement]:
    """Let the lines of an image begin at `stem`, whose pieces are written.

    `older_bytes` of ops were written just before and are history now.
    """
    older = "DELETE FROM piece WHERE stem <> ? AND stem = (SELECT stem FROM image WHERE number = ?)"
    yield older, (stem, number)
    yield _STEM, (stem, size_bytes, older_bytes, number)


def put_op(number: int, op: NewOp, wording: Wording) -> Statement:
    """Add an op to the image `number`."""
    text = written(op.patch, wording.text)
    title = op.patch.title if op.patch else ""
    about = (op.seq, number, op.line, op.kind, text.verb, title, op.at, op.count, op.upto)
    return _OP, (*about, *_columns(op.copy), text.changes, text.conflicts)


def put_known(
    number: int, known: Mapping[AnnotationId, Versions], *, instead: bool = False
) -> Iterator[Statement]:
    """Remember versions of annotations, beside or `instead` of those that are."""
    if instead:
        yield "DELETE FROM known WHERE image = ?", (number,)
    for id_, versions in known.items():
        yield from ((_KNOWN, (number, id_, version)) for version in versions)


def put_outgoing(number: int, outgoing: Outgoing | None, at: float) -> Statement:
    """Say what is frozen to be sent."""
    if outgoing is None:
        return "DELETE FROM outgoing WHERE image = ?", (number,)
    held_back = json.dumps(sorted(outgoing.held_back))
    return _OUTGOING, (number, outgoing.upto, outgoing.key, held_back, at)


def put_refused(number: int, refused: Mapping[AnnotationId, str]) -> Iterator[Statement]:
    """Say what the server did not take, instead of what was said before."""
    yield "DELETE FROM refused WHERE image = ?", (number,)
    yield from ((_REFUSED, (number, id_, words)) for id_, words in refused.items())


def put_sketch(number: int, body: bytes | None, at: float) -> Statement:
    """Keep the shape that is being drawn, or none."""
    if body is None:
        return "DELETE FROM sketch WHERE image = ?", (number,)
    return _SKETCH, (number, at, body)


def stand(number: int, standing: Standing, op_bytes: int) -> Statement:
    """Say how the image stands now that `op_bytes` more of ops are there."""
    s = standing
    counts = (s.last, s.sent, s.unsent, s.unsent_since, s.conflicts, s.refusals, s.is_ahead)
    return _STAND, (*counts, *_columns(s.copy), op_bytes, number)


def size_bytes(statement: Statement) -> int:
    """How much a statement puts into the file, about."""
    return sum(len(value) for value in statement[1] if isinstance(value, bytes))


def _columns(copy: Copy) -> tuple[str | int | None, ...]:
    return copy.etag, copy.print, copy.rev, copy.author, copy.at
