"""Where the two lines of an image are, as far as they were told, written or not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from limner.model.annotations import AnnotationId
from limner.model.patch import Patch, Verb
from limner.storage.ahead import Ahead
from limner.storage.entry import Advance, Cause, Copy, Entry, Kept, Kind, Op, Unchanged
from limner.storage.journal_rows import NewOp, Standing
from limner.storage.replay import BASE, BRIDGE, WORK


class Position:
    """Gives ops their place, and knows what the server does not have."""

    def __init__(self, number: int, count: int, copy: Copy) -> None:
        """The image begins with a list of `count` annotations, the server's `copy`."""
        self.last = number
        """The number of the newest op, or that of the list when there is none."""
        self.copy = copy
        self._sent = number
        self._ahead = Ahead()
        self._gestures: deque[tuple[int, float]] = deque()
        self._refused: frozenset[AnnotationId] = frozenset()
        self._counts = {WORK: count, BASE: count}

    @classmethod
    def found(cls, kept: Kept, sent: int, gestures: list[tuple[int, float]]) -> Position:
        """Go on from where an earlier run came to."""
        position = cls(kept.last, 0, kept.copy)
        position._sent = sent
        position._ahead = Ahead(kept.ahead)
        position._gestures.extend(gestures)
        position._refused = frozenset(kept.refused)
        position._counts = {WORK: len(kept.document), BASE: len(kept.base)}
        return position

    def first_op(self, at: float) -> NewOp:
        """The op that says which copy of the server the image begins with."""
        patch = Patch(Verb.RELOAD, {})
        count = self._counts[BASE]
        return NewOp(self.last, BASE, Cause.FETCHED, patch, at, count, self.copy)

    def bridge(self, seq: int, at: float) -> NewOp | None:
        """The op from the base to the document as they are now; None when they are the same."""
        if not self._ahead:
            return None
        return NewOp(seq, WORK, BRIDGE, self._ahead.patch(), at, self._counts[WORK])

    def add(self, entry: Entry, numbers: Iterator[int], at: float) -> tuple[NewOp, ...]:
        """Go on by an entry, whose ops take the next of `numbers`."""
        ops = []
        if entry.op is not None:
            ops.append(self._worked(entry.op, next(numbers), at))
        if entry.advance is not None:
            ops.append(self._advanced(entry.advance, next(numbers), at))
        if not isinstance(entry.refused, Unchanged):
            self._refused = frozenset(entry.refused)
        return tuple(ops)

    def standing(self) -> Standing:
        """What the row of the image says."""
        return Standing(
            last=self.last,
            sent=self._sent,
            copy=self.copy,
            unsent=len(self._gestures),
            unsent_since=self._gestures[0][1] if self._gestures else None,
            conflicts=self._ahead.open_count,
            refusals=len(self._refused),
            is_ahead=bool(self._ahead),
        )

    def _worked(self, op: Op, seq: int, at: float) -> NewOp:
        self.last = seq
        self._ahead.worked(op.patch)
        if op.kind is not Kind.NEWS:
            self._gestures.append((seq, at))
        self._settle(0)
        return NewOp(seq, WORK, op.kind, op.patch, at, self._count(WORK, op.patch))

    def _advanced(self, advance: Advance, seq: int, at: float) -> NewOp:
        self.copy = advance.copy
        self._ahead.advanced(advance.patch)
        self._settle(advance.upto or 0)
        count = self._count(BASE, advance.patch)
        return NewOp(seq, BASE, advance.cause, advance.patch, at, count, advance.copy, advance.upto)

    def _settle(self, upto: int) -> None:
        """The server has what was done up to `upto`, and everything once the lists are the same."""
        self._sent = max(self._sent, upto if self._ahead else self.last)
        while self._gestures and self._gestures[0][0] <= self._sent:
            self._gestures.popleft()

    def _count(self, line: str, patch: Patch) -> int:
        self._counts[line] += sum(
            (after is not None) - (before is not None) for before, after in patch.changes.values()
        )
        return self._counts[line]
