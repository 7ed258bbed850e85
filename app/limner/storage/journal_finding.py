"""What the file holds of one image, and what becomes of it when it is read."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

from limner.model.annotations import AnnotationId
from limner.model.patch import Patch, Verb
from limner.storage.database import Database
from limner.storage.entry import Copy, Kept, Kind, Outgoing, Versions
from limner.storage.errors import StoreDamaged
from limner.storage.journal import Place
from limner.storage.journal_text import DAMAGED, PatchText, Reader, Wording
from limner.storage.replay import BRIDGE, WORK, OpRow, Piece, Replay, stem_list, steps

STEPS: Final = 1_000
"""Steps of the history that are there again after a restart, at least,"""
STEPS_BYTES: Final = 64_000_000
"""unless they are longer than this together."""

_GET: Final = (
    "SELECT number, stem, stem_is, stem_bytes, op_bytes, last, sent, "
    "etag, print, rev, author, copied_at "
    "FROM image WHERE origin = ? AND image_id = ? AND is_aside = 0"
)
_PIECES: Final = "SELECT ranks, opaque, body FROM piece WHERE stem = ? ORDER BY place"
_RECENT: Final = (
    "SELECT seq, kind, length(changes) FROM op "
    "WHERE image = ? AND line = 'work' AND kind <> 'bridge' ORDER BY seq DESC LIMIT ?"
)
_OPS: Final = (
    "SELECT seq, line, kind, verb, changes, conflicts FROM op "
    "WHERE image = ? AND seq >= ? AND (seq >= ? OR (line = 'work' AND kind <> 'bridge')) "
    "ORDER BY seq"
)
_GESTURES: Final = (
    "SELECT seq, at FROM op WHERE image = ? AND seq > ? AND line = 'work' "
    "AND kind IN ('do', 'undo', 'redo') ORDER BY seq"
)
_KNOWN: Final = "SELECT ann_id, version FROM known WHERE image = ?"
_OUTGOING: Final = "SELECT upto, key, held_back FROM outgoing WHERE image = ?"
_REFUSED: Final = "SELECT ann_id, words FROM refused WHERE image = ?"
_SKETCH: Final = (
    "SELECT body FROM sketch JOIN image ON image = number "
    "WHERE origin = ? AND image_id = ? AND is_aside = 0"
)
_ROWS_AT_MOST: Final = 20 * STEPS

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An image in the file; its lists are still text."""

    number: int
    stem: int
    stem_is: str
    stem_bytes: int
    op_bytes: int
    last: int
    sent: int
    copy: Copy
    pieces: list[Piece]
    ops: list[OpRow]
    recent_from: int
    gestures: list[tuple[int, float]]
    known: dict[AnnotationId, Versions]
    outgoing: Outgoing | None
    refused: dict[AnnotationId, str]

    @property
    def has_lists(self) -> bool:
        """False when they had to make room for others, and nothing but what is known is left."""
        return self.stem > 0

    def kept(self, wording: Wording) -> Kept:
        """What the session goes on from.

        Raises:
            StoreDamaged: some of it cannot be read.
            Exception: what `decode` raises for a list that was damaged on the disk.
        """
        reader = Reader(wording)
        replay = Replay(stem_list(self.pieces, wording), self.stem_is, reader)
        after = [op for op in self.ops if op.seq >= self.stem]
        replay.outcomes([op for op in after if not self._is_recent(op)])
        recent = [op for op in self.ops if self._is_recent(op)]
        patches = reader.patches([op.text for op in recent])
        for op, patch in zip(recent, patches, strict=True):
            if op.seq >= self.stem:
                replay.work(patch)
        lines = replay.lines()
        done, undone = steps([op.kind for op in recent], patches)
        is_ahead = bool(lines.ahead)
        return Kept(
            base=lines.base,
            copy=self.copy,
            document=lines.document,
            ahead=lines.ahead,
            done=tuple(done),
            undone=tuple(undone),
            known=self.known,
            outgoing=self.outgoing,
            since=self._since(recent, patches),
            refused=self.refused,
            last=self.last,
            unsent=len(self.gestures) if is_ahead else 0,
            unsent_since=self.gestures[0][1] if is_ahead and self.gestures else None,
        )

    def _since(self, recent: list[OpRow], patches: list[Patch]) -> Patch | None:
        if self.outgoing is None:
            return None
        upto = self.outgoing.upto
        later = (patch for op, patch in zip(recent, patches, strict=True) if op.seq > upto)
        return reduce(Patch.then, later, Patch(Verb.RELOAD, {}))

    def _is_recent(self, op: OpRow) -> bool:
        return op.line == WORK and op.kind != BRIDGE and op.seq >= self.recent_from


def find(database: Database, place: Place) -> Found | None:
    """What the file holds of the image at `place`; None when there is nothing.

    Raises:
        StoreFailed: the file cannot be read.
        StoreDamaged: it cannot be understood.
    """
    rows = database.read(_GET, *place)
    if not rows:
        return None
    number, stem, stem_is, stem_bytes, op_bytes, last, sent, *copy = rows[0]
    recent_from = _recent_from(database.read(_RECENT, number, _ROWS_AT_MOST), last)
    outgoing = _outgoing(database.read(_OUTGOING, number))
    if outgoing is not None:
        recent_from = min(recent_from, outgoing.upto + 1)
    pieces, ops, gestures, known, refused = database.read_together(
        (_PIECES, (stem,)),
        (_OPS, (number, min(stem, recent_from), stem)),
        (_GESTURES, (number, sent)),
        (_KNOWN, (number,)),
        (_REFUSED, (number,)),
    )
    return Found(
        number,
        stem,
        stem_is,
        stem_bytes,
        op_bytes,
        last,
        sent,
        Copy(*copy),
        [Piece(*row) for row in pieces],
        [op_row(row) for row in ops],
        recent_from,
        [(seq, at) for seq, at in gestures],
        _known(known),
        outgoing,
        {AnnotationId(id_): words for id_, words in refused},
    )


def find_sketch(database: Database, place: Place) -> bytes | None:
    """The shape that was being drawn on the image at `place`.

    Raises:
        StoreFailed: the file cannot be read.
    """
    rows = database.read(_SKETCH, *place)
    return rows[0][0] if rows else None


def op_row(row: Row) -> OpRow:
    """An op of (seq, line, kind, verb, changes, conflicts)."""
    seq, line, kind, verb, changes, conflicts = row
    return OpRow(seq, line, kind, PatchText(verb, changes, conflicts))


def _recent_from(newest_first: Iterable[Row], last: int) -> int:
    """Where the ops begin from which the newest steps of the history can be made again."""
    first, steps_found, size = last + 1, 0, 0
    for seq, kind, length in newest_first:
        size += length
        if steps_found >= STEPS or size > STEPS_BYTES:
            break
        steps_found += {Kind.DO: 1, Kind.REDO: 1, Kind.UNDO: -1}.get(kind, 0)
        first = seq
    return first


def _known(rows: Iterable[Row]) -> dict[AnnotationId, Versions]:
    found: defaultdict[AnnotationId, set[bytes]] = defaultdict(set)
    for id_, version in rows:
        found[id_].add(version)
    return {id_: frozenset(versions) for id_, versions in found.items()}


def _outgoing(rows: list[Row]) -> Outgoing | None:
    if not rows:
        return None
    upto, key, held_back = rows[0]
    try:
        return Outgoing(upto, key, frozenset(map(AnnotationId, json.loads(held_back))))
    except ValueError as error:
        raise StoreDamaged(DAMAGED) from error
