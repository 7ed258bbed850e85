"""What of one image waits to be written, and the rows that come of it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce

from limner.model.annotations import Annotation, AnnotationId
from limner.model.patch import Patch
from limner.storage.database import Statement
from limner.storage.entry import UNCHANGED, Entry, Kind, Unchanged, Versions
from limner.storage.journal import Place
from limner.storage.journal_rows import (
    NewOp,
    Standing,
    begin_at,
    put_image,
    put_known,
    put_op,
    put_outgoing,
    put_refused,
    put_sketch,
    put_stem,
    size_bytes,
    stand,
)
from limner.storage.journal_text import Wording
from limner.storage.replay import BASE, WORK, in_order

Annotations = tuple[Annotation, ...]
Sketch = bytes | None | Unchanged


@dataclass(frozen=True, slots=True)
class Stem:
    """A list to be written: `advances` from `ground`, as the base was at `seq`.

    `first` is the op that goes with it; a new image gets its row first.
    """

    seq: int
    ground: Annotations
    advances: tuple[Patch, ...] = ()
    first: NewOp | None = None
    is_new: bool = False

    def annotations(self) -> Annotations:
        if not self.advances:
            return self.ground
        held = {annotation.id: annotation for annotation in self.ground}
        for patch in self.advances:
            for id_, (_, after) in patch.changes.items():
                if after is None:
                    held.pop(id_, None)
                else:
                    held[id_] = after
        return in_order(held)


@dataclass(frozen=True, slots=True)
class Written:
    """An entry, and its ops with the numbers that they have got; `at` is Unix time."""

    entry: Entry
    ops: tuple[NewOp, ...]
    at: float


Part = Stem | Written


class Batch:
    """What one write takes along; its sizes are right once every row was made."""

    def __init__(self, parts: tuple[Part, ...], sketch: Sketch) -> None:
        self.parts = parts
        self.sketch = sketch
        self.ground: Annotations | None = None
        """The list of the newest stem in it, which `advances` lead to."""
        self.advances = 0
        self.stem_bytes = 0
        self.op_bytes = 0

    def rows(
        self, number: int, place: Place, name: str, standing: Standing, wording: Wording
    ) -> Iterator[Statement]:
        """The statements for the image `number`, which stands so after all of them."""
        for part in self.parts:
            match part:
                case Stem():
                    if part.is_new:
                        yield from put_image(number, place, name)
                    yield from self._stem(number, part, wording)
                case Written():
                    yield from self._entry(number, part, wording)
        if not isinstance(self.sketch, Unchanged):
            yield put_sketch(number, self.sketch, time.time())
        if self.parts:
            yield stand(number, standing, self.op_bytes)

    def _stem(self, number: int, stem: Stem, wording: Wording) -> Iterator[Statement]:
        self.ground = stem.annotations()
        self.advances = len(stem.advances)
        older_bytes, self.op_bytes, self.stem_bytes = self.op_bytes, 0, 0
        for piece in put_stem(stem.seq, self.ground, wording):
            self.stem_bytes += size_bytes(piece)
            yield piece
        yield from begin_at(number, stem.seq, self.stem_bytes, older_bytes)
        if stem.first is not None:
            yield self._op(number, stem.first, wording)

    def _entry(self, number: int, written: Written, wording: Wording) -> Iterator[Statement]:
        for op in written.ops:
            yield self._op(number, op, wording)
        entry = written.entry
        yield from put_known(number, entry.known, instead=entry.forgets_known)
        if not isinstance(entry.outgoing, Unchanged):
            yield put_outgoing(number, entry.outgoing, written.at)
        if not isinstance(entry.refused, Unchanged):
            yield from put_refused(number, entry.refused)

    def _op(self, number: int, op: NewOp, wording: Wording) -> Statement:
        row = put_op(number, op, wording)
        self.op_bytes += size_bytes(row)
        return row


def squashed(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Everything as one entry, for what could not be worded: what cancels out is not in it."""
    begun = tuple(part for part in parts if isinstance(part, Stem) and part.is_new)
    entries = [part for part in parts if isinstance(part, Written)]
    if not entries:
        return begun
    ops = [op for each in entries for op in each.ops]
    kinds = {op.kind for op in ops if op.line == WORK}
    whole = (
        _as_one(
            [op for op in ops if op.line == WORK], Kind.NEWS if kinds == {Kind.NEWS} else Kind.DO
        ),
        _as_one([op for op in ops if op.line == BASE], None),
    )
    entry = reduce(_together, (each.entry for each in entries))
    return (*begun, Written(entry, tuple(op for op in whole if op), entries[-1].at))


def _as_one(ops: list[NewOp], kind: str | None) -> NewOp | None:
    if not ops:
        return None
    last = ops[-1]
    patch = reduce(Patch.then, (op.patch for op in ops))
    upto = max((op.upto for op in ops if op.upto is not None), default=None)
    return replace(last, patch=patch, kind=kind or last.kind, upto=upto)


def _together(one: Entry, other: Entry) -> Entry:
    known: dict[AnnotationId, Versions] = {} if other.forgets_known else dict(one.known)
    for id_, versions in other.known.items():
        known[id_] = known.get(id_, frozenset()) | versions
    outgoing = one.outgoing if other.outgoing is UNCHANGED else other.outgoing
    refused = one.refused if other.refused is UNCHANGED else other.refused
    forgets = one.forgets_known or other.forgets_known
    return Entry(forgets_known=forgets, known=known, outgoing=outgoing, refused=refused)
