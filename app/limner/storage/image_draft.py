"""The work on one image: the list it stands on, kept once, and each gesture since, as it was made.

To write a list of 100,000 shapes takes half a second, a gesture some milliseconds. The list is
written together with the first gesture; a long one as soon as it is known, so that the first
gesture is not late. What the server has stays until other lists need the room, because the next
gesture stands on it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from typing import Final

from limner.model.annotations import Annotation
from limner.model.patch import Patch
from limner.storage.database import Statement
from limner.storage.draft_rows import (
    Base,
    Op,
    WholeList,
    aside,
    find,
    mark,
    put_list,
    put_op,
    size_bytes,
)
from limner.storage.draft_text import Wording
from limner.storage.journal import Journal, Kept, Place
from limner.storage.writer import Durable, Failed

log = logging.getLogger(__name__)

LONG: Final = 5_000
"""Annotations of a list that is written as soon as it is known: 6 MB of polygons."""

_LEAST_TO_FOLD: Final = 1 << 18
"""Bytes of gestures that are never too many, however short their list is."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsent annotations of an image, in z-order; `saved_at` is Unix time."""

    annotations: tuple[Annotation, ...]
    base: Base
    saved_at: float


@dataclass
class _Work:
    """What one write takes along, known when it is made."""

    list: WholeList | None = None
    ops: tuple[Op, ...] = ()
    list_bytes: int = 0
    op_bytes: int = 0


class ImageDraft:
    """The draft of one image; the main thread writes it, after a worker may have read it."""

    def __init__(self, journal: Journal, place: Place, wording: Wording) -> None:
        self._journal = journal
        self._place = place
        self._wording = wording
        self._kept = Kept()
        self._list: WholeList | None = None
        self._ops: tuple[Op, ...] = ()
        self._base = Base()
        self._last = 0
        self._sent = 0
        self._list_bytes = 0
        self._op_bytes = 0
        self._has_failed = False

    @property
    def last(self) -> int:
        """The number of the newest gesture; 0 before the first."""
        return self._last

    def stand_on(self, annotations: tuple[Annotation, ...], base: Base) -> None:
        """Say what the server has, in z-order, before anything is done to it.

        A long list is written now, so that the first gesture is not late.
        """
        if len(annotations) > LONG:
            with self._journal.lock:
                self._base = base
                self._begin(annotations, is_sent=True)
                self._submit(_nothing, _told)

    def append(
        self,
        patch: Patch,
        base: Base,
        ground: tuple[Annotation, ...] | None,
        snapshot: Callable[[], tuple[Annotation, ...]],
        durable: Durable,
        failed: Failed,
    ) -> int:
        """Keep a gesture; returns its number at once. All the work stands on the copy `base`.

        `ground` is the list before it, where the server has that; `snapshot` gives the one after
        it, which takes the place of everything when gestures have outgrown their list.

        `durable` is called when the gesture would survive a power cut; `failed` when it could not
        be written, and it is tried again with the next one. Both come from the writer's thread.
        """
        with self._journal.lock:
            self._base = base
            if not self._has_list and ground is not None:
                self._begin(ground, is_sent=True)
            if self._has_list and self._op_bytes <= max(self._list_bytes, _LEAST_TO_FOLD):
                self._last = self._journal.next()
                self._ops += (Op(self._last, patch, time.time()),)
            else:
                self._begin(snapshot(), is_sent=False)
            self._kept.is_needed = True
            self._submit(durable, failed)
            return self._last

    def sent(self, number: int, base: Base) -> None:
        """Note that the server has everything up to `number`; what comes later stands on `base`."""
        with self._journal.lock:
            self._sent, self._base = max(self._sent, number), base
            self._kept.is_needed = self._last > self._sent
            if self._has_list:
                self._submit(_nothing, _told)

    def read(self) -> Draft | None:
        """What is unsent, to go on from; None when there is nothing. Waits for what is written.

        Raises:
            StoreFailed: the file cannot be read.
            StoreDamaged: a gesture in it cannot.
            Exception: what `decode` raises for a list that was damaged on the disk.
        """
        self._journal.settle(self._place)
        found = find(self._journal.database, self._place)
        if found is None or found.last <= found.sent:
            return None
        annotations = found.annotations(self._wording)
        with self._journal.lock:
            self._kept = Kept(is_needed=True)
            self._journal.note(self._kept, found.number)
            self._base, self._last, self._sent = found.base, found.last, found.sent
            self._list_bytes, self._op_bytes = found.list_bytes, found.op_bytes
        return Draft(annotations, found.base, found.saved_at)

    def set_aside(self) -> None:
        """Put what cannot be read where nothing is written over it."""
        with self._journal.lock:
            self._journal.submit(self._place, lambda: [aside(self._place, 0)], _nothing, _told)

    # --- on its way to the disk; all but the writer's functions are called with the lock held

    @property
    def _has_list(self) -> bool:
        return self._kept.number > 0 or self._list is not None

    def _begin(self, annotations: tuple[Annotation, ...], *, is_sent: bool) -> None:
        """Put one list in place of all there is."""
        self._last = self._journal.next()
        self._list = WholeList(self._last, annotations, time.time())
        self._ops = ()
        self._op_bytes = 0
        if is_sent:
            self._sent = self._last

    def _submit(self, durable: Durable, failed: Failed) -> None:
        work = _Work()

        def done() -> None:
            self._done(work)
            durable()

        def not_done(error: Exception) -> None:
            self._has_failed = True
            failed(error)

        self._journal.submit(self._place, lambda: self._statements(work), done, not_done)

    def _statements(self, work: _Work) -> Iterator[Statement]:
        """What is not in the file yet; on the writer's thread."""
        with self._journal.lock:
            if self._has_failed:
                self._squash()
            work.list, work.ops, work.list_bytes, work.op_bytes = self._list, self._ops, 0, 0
            base, sent, known = self._base, self._sent, self._kept.number
            room = [] if work.list is None else self._journal.make_room()
        number = known if work.list is None else work.list.number
        if not number:
            return  # all of it was sent, and other lists needed the room
        yield from room
        if work.list is not None:
            yield aside(self._place, known)
            for each in put_list(self._place, work.list, base, sent, self._wording):
                work.list_bytes += size_bytes(each)
                yield each
        for op in work.ops:
            row = put_op(number, op, self._wording)
            work.op_bytes += size_bytes(row)
            yield row
        yield mark(number, sent, base)

    def _done(self, work: _Work) -> None:
        with self._journal.lock:
            self._has_failed = False
            written = work.ops[-1].seq if work.ops else 0
            self._ops = tuple(op for op in self._ops if op.seq > written)
            if work.list is not None:
                self._journal.note(self._kept, work.list.number)
                self._list = None if self._list is work.list else self._list
                self._list_bytes, self._op_bytes = work.list_bytes, 0
            self._op_bytes += work.op_bytes

    def _squash(self) -> None:
        """Make one gesture of all that could not be written: what cancels out is gone."""
        if self._ops:
            whole = reduce(Patch.then, (op.patch for op in self._ops))
            self._ops = (Op(self._ops[-1].seq, whole, self._ops[-1].at),)


def _nothing() -> None:
    """Nobody waits for it."""


def _told(error: Exception) -> None:
    """What could not be marked as sent will be sent again, which changes nothing."""
    log.warning("what was sent could not be marked: %s", error)
