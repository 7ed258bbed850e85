"""The history of an image as people see it: what the server held, what was done here, and when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from limner.model.annotations import Annotation
from limner.storage.database import Database
from limner.storage.entry import Cause
from limner.storage.errors import StoreFailed
from limner.storage.journal import Place
from limner.storage.journal_finding import find, op_row
from limner.storage.journal_text import Reader, Wording
from limner.storage.replay import BASE, Replay, as_before, stem_list

_PAUSE_S: Final = 600.0
"""Gestures further apart are told apart, even where nothing was sent in between."""

_ROWS: Final = (
    "SELECT seq, line, kind, title, at, count, op.author, op.rev, op.copied_at "
    "FROM op JOIN image ON image = number WHERE origin = ? AND image_id = ? AND is_aside = 0 "
    "AND kind NOT IN ('bridge', 'news') ORDER BY seq"
)
_LINE: Final = (
    "SELECT line FROM op JOIN image ON image = number "
    "WHERE seq = ? AND origin = ? AND image_id = ? AND is_aside = 0"
)
_LATER: Final = (
    "SELECT seq, line, kind, verb, changes, conflicts FROM op "
    "WHERE image = ? AND line = ? AND seq > ? AND kind <> 'bridge' ORDER BY seq"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Something in the history of an image that can be shown again, by its number.

    Either a copy of the server (`cause` says how it became known, `author` and `rev` whose and
    which it is), or what the person did between two of those: `steps` gestures, the last one
    being `number`. `at` is Unix time, when it became known here; `copied_at` (ISO 8601) is when
    the server says that it was made. `count` annotations were there.
    """

    number: int
    at: float
    title: str
    count: int | None
    cause: Cause | None = None
    author: str | None = None
    rev: int | None = None
    copied_at: str | None = None
    steps: int = 0


def past(database: Database, place: Place) -> list[Past]:
    """Every copy of the server that was ever seen and what was done in between, newest first.

    Raises:
        StoreFailed: the file cannot be read.
    """
    found: list[Past] = []
    for seq, line, kind, title, at, count, author, rev, copied_at in database.read(_ROWS, *place):
        new = Past(number=seq, at=at, title=title, count=count)
        if line == BASE:
            new = replace(new, cause=Cause(kind), author=author, rev=rev, copied_at=copied_at)
            found.append(new)
        elif found and found[-1].steps and at - found[-1].at < _PAUSE_S:
            steps = found[-1].steps + 1
            found[-1] = replace(new, title=f"{steps} edits", steps=steps)
        else:
            found.append(replace(new, steps=1))
    return found[::-1]


def list_at(
    database: Database, place: Place, number: int, wording: Wording
) -> tuple[Annotation, ...]:
    """The list of that `number` of the past: what the server held, or the document, in z-order.

    Raises:
        StoreFailed: the file cannot be read, or it is not kept any more.
        StoreDamaged: it cannot be understood.
        Exception: what `decode` raises for a list that was damaged on the disk.
    """
    line = database.read(_LINE, number, *place)
    image = find(database, place)
    if not line or image is None:
        raise StoreFailed("This version of the image is not kept any more.")
    reader = Reader(wording)
    replay = Replay(stem_list(image.pieces, wording), image.stem_is, reader)
    replay.outcomes([op for op in image.ops if op.seq >= image.stem])
    now = replay.lines()
    later = [op_row(row) for row in database.read(_LATER, image.number, line[0][0], number)]
    return as_before(now.base if line[0][0] == BASE else now.document, later, reader)
