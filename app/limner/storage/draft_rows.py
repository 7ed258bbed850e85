"""The rows of an image's draft: how a list and its gestures stand in the file."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from limner.model.annotations import Annotation, Opaque
from limner.model.patch import Patch
from limner.storage.database import Database, Statement
from limner.storage.draft_text import Wording, read_apart, replayed, written, written_apart
from limner.storage.errors import StoreDamaged
from limner.storage.journal import Place

_PIECE: Final = 250
"""Annotations in a row of their own: the interpreter is held while so many bytes are copied."""

_IMAGE: Final = "INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)"
_PART: Final = "INSERT INTO piece VALUES (?, ?, ?, ?, ?)"
_OP: Final = "INSERT INTO op VALUES (?, ?, ?, ?, ?)"
_MARK: Final = "UPDATE image SET sent = ?, etag = ?, body_hash = ? WHERE number = ?"
_ASIDE: Final = (
    "UPDATE image SET is_aside = 1 WHERE number <> ? AND number IN "
    "(SELECT number FROM waiting WHERE origin = ? AND image_id = ?)"
)
_CLEAR: Final = (
    "DELETE FROM op WHERE image IN "
    "(SELECT number FROM image WHERE origin = ? AND image_id = ? AND is_aside = 0)",
    "DELETE FROM piece WHERE image IN "
    "(SELECT number FROM image WHERE origin = ? AND image_id = ? AND is_aside = 0)",
    "DELETE FROM image WHERE origin = ? AND image_id = ? AND is_aside = 0",
)
_GET: Final = (
    "SELECT number, etag, body_hash, began, sent, kept_at FROM image "
    "WHERE origin = ? AND image_id = ? AND is_aside = 0"
)
_PARTS: Final = (
    "SELECT ranks, opaque, body FROM piece JOIN image ON image = number "
    "WHERE origin = ? AND image_id = ? AND is_aside = 0 ORDER BY place"
)
_OPS: Final = (
    "SELECT seq, changes, at FROM op JOIN image ON image = number "
    "WHERE origin = ? AND image_id = ? AND is_aside = 0 ORDER BY seq"
)


@dataclass(frozen=True, slots=True)
class Base:
    """Which copy of the server a draft stands on; both None when none was ever read."""

    etag: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class WholeList:
    """A list to be written, in z-order, as the work was after everything up to `number`."""

    number: int
    annotations: tuple[Annotation, ...]
    at: float


@dataclass(frozen=True, slots=True)
class Op:
    """A gesture to be written; `at` is Unix time, for people only."""

    seq: int
    patch: Patch
    at: float


@dataclass(frozen=True, slots=True)
class Found:
    """What the file holds of an image: its list, its gestures, and how far the server is."""

    number: int
    base: Base
    last: int
    sent: int
    saved_at: float
    pieces: list[tuple[bytes | None, bytes | None, bytes]]
    ops: list[bytes]

    @property
    def list_bytes(self) -> int:
        return sum(len(body) for _, _, body in self.pieces)

    @property
    def op_bytes(self) -> int:
        return sum(map(len, self.ops))

    def annotations(self, wording: Wording) -> tuple[Annotation, ...]:
        """The work, lowest first.

        Raises:
            StoreDamaged: ranks or a gesture cannot be read.
            Exception: what `decode` raises for a list that was damaged on the disk.
        """
        try:
            return self._annotations(wording)
        except (ValueError, IndexError) as error:
            raise StoreDamaged("Work that was kept on this computer cannot be read.") from error

    def _annotations(self, wording: Wording) -> tuple[Annotation, ...]:
        shapes = [text[1:-1] for _, _, text in self.pieces if text != b"[]"]
        packed = [ranks for ranks, _, _ in self.pieces if ranks is not None]
        apart = [text for _, text, _ in self.pieces if text is not None]
        body = b'{"annotations":[' + b",".join(shapes) + b"]}"
        drawn = wording.decode(body, array("d", b"".join(packed)) if packed else None)
        hidden = chain.from_iterable(map(read_apart, apart))
        return tuple(replayed([*drawn, *hidden], self.ops, wording))


def find(database: Database, place: Place) -> Found | None:
    """What the file holds of the image at `place`; None when there is nothing.

    Raises:
        StoreFailed: the file cannot be read.
    """
    image, pieces, ops = database.read_together((_GET, place), (_PARTS, place), (_OPS, place))
    if not image:
        return None
    number, etag, body_hash, began, sent, kept_at = image[0]
    last = max([began, *(seq for seq, _, _ in ops)])
    saved_at = max([kept_at, *(at for _, _, at in ops)])
    texts = [changes for _, changes, _ in ops]
    return Found(number, Base(etag, body_hash), last, sent, saved_at, pieces, texts)


def aside(place: Place, known: int) -> Statement:
    """Leave alone what is unsent at `place` and unknown to its draft, which has `known`."""
    return _ASIDE, (known, *place)


def put_list(
    place: Place, new: WholeList, base: Base, sent: int, wording: Wording
) -> Iterator[Statement]:
    """Put a list where others of its image may be."""
    yield from ((clear, place) for clear in _CLEAR)
    yield _IMAGE, (new.number, *place, base.etag, base.body_hash, new.number, sent, new.at)
    are_places = all(
        each.rank == rank and not isinstance(each, Opaque)
        for rank, each in enumerate(new.annotations)
    )
    for first in range(0, len(new.annotations), _PIECE):
        some = new.annotations[first : first + _PIECE]
        drawn = [each for each in some if not isinstance(each, Opaque)]
        hidden = [each for each in some if isinstance(each, Opaque)]
        yield (
            _PART,
            (
                new.number,
                first,
                None if are_places else array("d", [each.rank for each in drawn]).tobytes(),
                written_apart(hidden) if hidden else None,
                b"[" + b",".join(map(wording.text, drawn)) + b"]",
            ),
        )


def put_op(number: int, op: Op, wording: Wording) -> Statement:
    """Add a gesture to the image `number`."""
    changes = written(op.patch, wording.text)
    return _OP, (op.seq, number, op.patch.verb.value, changes, op.at)


def mark(number: int, sent: int, base: Base) -> Statement:
    """Say how far the server is, and on which copy of it the rest stands."""
    return _MARK, (sent, base.etag, base.body_hash, number)


def size_bytes(statement: Statement) -> int:
    """How much a statement puts into the file, about."""
    return sum(len(value) for value in statement[1] if isinstance(value, bytes))
