"""The journal of one image: the list it began with, and everything that happened to it since.

To write a list of 100,000 shapes takes half a second, a gesture some milliseconds. So the list is
written once, when the image is first seen, and then patches only; when these outgrow it, the base
of that moment is written as a new one, together with what leads from it to the document.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping

from limner.model.annotations import AnnotationId
from limner.model.patch import Patch
from limner.storage.database import Statement
from limner.storage.entry import UNCHANGED, Copy, Entry, Kept, Versions
from limner.storage.errors import StorageError
from limner.storage.journal import Journal, Place
from limner.storage.journal_finding import find, find_sketch
from limner.storage.journal_rows import aside
from limner.storage.journal_text import Wording
from limner.storage.past import Past, list_at, past
from limner.storage.pending import Annotations, Batch, Part, Sketch, Stem, Written, squashed
from limner.storage.position import Position
from limner.storage.writer import Durable, Failed

log = logging.getLogger(__name__)


class ImageJournal:
    """One image's part of the workspace file.

    The main thread writes, and is never held up by it; a worker may read. An image is read first;
    when there is nothing, it is begun with the list that the server gave.
    """

    least_to_fold = 1 << 18
    """Bytes of ops that are never too many, however short their list is."""

    def __init__(self, journal: Journal, place: Place, wording: Wording, name: str = "") -> None:
        self._journal = journal
        self._place = place
        self._wording = wording
        self._name = name
        self._number = 0
        self._position: Position | None = None
        self._pending: tuple[Part, ...] = ()
        self._sketch: Sketch = UNCHANGED
        self._taken: Batch | None = None
        self._ground: Annotations = ()
        self._advances: list[Patch] = []
        self._stem_bytes = 0
        self._op_bytes = 0
        self._is_folding = False
        self._cannot_be_told = False
        self.known: Mapping[AnnotationId, Versions] = {}
        """What `read` found to be known, even of an image whose lists had to make room."""

    @property
    def last(self) -> int:
        """The number of the newest op, or of the list when there is none; 0 before that."""
        return 0 if self._position is None else self._position.last

    # --- reading, on a worker

    def read(self) -> Kept | None:
        """What an earlier run, or an earlier session, left; None when there is none.

        Waits for what is on its way to the disk.

        Raises:
            StoreFailed: the file cannot be read, or does not have everything.
            StoreDamaged: what it holds of the image cannot be read.
            Exception: what `decode` raises for a list that was damaged on the disk.
        """
        self._journal.open(self._place, self)
        self._journal.settle(self._place)
        found = find(self._journal.database, self._place)
        self.known = {} if found is None else found.known
        if found is None or not found.has_lists:
            return None
        kept = found.kept(self._wording)
        with self._journal.lock:
            self._number = found.number
            self._position = Position.found(kept, found.sent, found.gestures)
            self._ground, self._advances = kept.base, []
            self._stem_bytes, self._op_bytes = found.stem_bytes, found.op_bytes
        self._journal.touch(found.number)
        return kept

    def read_sketch(self) -> bytes | None:
        """The shape that was being drawn, as it was given to `draw`; None when there was none.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return find_sketch(self._journal.database, self._place)

    def past(self) -> list[Past]:
        """The history of the image, newest first: the copies of the server, and what was done.

        Raises:
            StoreFailed: the file cannot be read.
        """
        self._journal.settle(self._place)
        return past(self._journal.database, self._place)

    def list_at(self, number: int) -> Annotations:
        """The list of that `number` of the past, in z-order.

        Raises:
            StoreFailed, StoreDamaged, Exception: as `read`; or it is not kept any more.
        """
        self._journal.settle(self._place)
        return list_at(self._journal.database, self._place, number, self._wording)

    # --- writing, on the main thread

    def begin(self, annotations: Annotations, copy: Copy) -> None:
        """Keep the list with which the image begins, in z-order: the server's, as it was read."""
        self._journal.open(self._place, self)
        with self._journal.lock:
            number = self._journal.next()
            self._number = number
            self._position = Position(number, len(annotations), copy)
            self._ground, self._advances = annotations, []
            first = self._position.first_op(time.time())
            self._pending = (Stem(number, annotations, (), first, is_new=True),)
            self._submit(_nothing, _told)

    def write(self, entry: Entry, durable: Durable, failed: Failed) -> int:
        """Keep what happened; returns the number of its op at once, else that of the newest.

        `durable` is called when all of it would survive a power cut; `failed`, before that, when
        it could not be written: it is tried again, by itself too. Both come from the writer's
        thread.

        Raises:
            RuntimeError: the image was neither read nor begun.
        """
        if self._position is None:
            raise RuntimeError("an image is read, or begun, before anything of it is written")
        with self._journal.lock:
            now = time.time()
            ops = self._position.add(entry, iter(self._journal.next, None), now)
            self._pending += (Written(entry, ops, now),)
            if entry.advance is not None:
                self._advances.append(entry.advance.patch)
            if self._op_bytes > max(self._stem_bytes, self.least_to_fold) and not self._is_folding:
                self._fold(self._position, now)
            self._submit(durable, failed)
            return self._position.last

    def draw(self, sketch: bytes | None) -> None:
        """Keep the shape that is being drawn, as it is now; None when it is finished or given up.

        It is of the person's hand and none of the ops; only the newest is kept.
        """
        with self._journal.lock:
            self._sketch = sketch
            self._submit(_nothing, _told)

    def set_aside(self) -> None:
        """Put what cannot be read where nothing is written over it."""
        with self._journal.lock:
            statement = aside(self._place, even_without_work=True)
            self._journal.submit(self._place, "aside", lambda: [statement], _nothing, _told)

    # --- on its way to the disk; all but the writer's functions are called with the lock held

    def _fold(self, position: Position, now: float) -> None:
        """Let the lines begin anew where they are now."""
        seq = self._journal.next()
        bridge = position.bridge(seq, now)
        self._pending += (Stem(seq, self._ground, tuple(self._advances), bridge),)
        self._is_folding = True

    def _submit(self, durable: Durable, failed: Failed) -> None:
        def done() -> None:
            self._done()
            durable()

        def not_done(error: Exception) -> None:
            self._cannot_be_told = not isinstance(error, StorageError)
            failed(error)

        self._journal.submit(self._place, id(self), self._statements, done, not_done)

    def _statements(self) -> Iterator[Statement]:
        """What is not in the file yet; on the writer's thread."""
        with self._journal.lock:
            if self._cannot_be_told:
                self._pending, self._is_folding = squashed(self._pending), False
            batch = self._taken = Batch(self._pending, self._sketch)
            number, position = self._number, self._position
            standing = None if position is None else position.standing()
        if standing is not None:
            yield from batch.rows(number, self._place, self._name, standing, self._wording)

    def _done(self) -> None:
        """What was taken along is in the file now; called once for each that waited for it."""
        with self._journal.lock:
            batch, self._taken = self._taken, None
            if batch is None:
                return
            self._cannot_be_told = False
            self._pending = self._pending[len(batch.parts) :]
            if self._sketch is batch.sketch:
                self._sketch = UNCHANGED
            if batch.ground is not None:
                self._ground, self._advances = batch.ground, self._advances[batch.advances :]
                self._stem_bytes, self._op_bytes = batch.stem_bytes, 0
                self._is_folding = False
            self._op_bytes += batch.op_bytes


def _nothing() -> None:
    """Nobody waits for it."""


def _told(error: Exception) -> None:
    """It is tried again; the gestures that stand on it are told to the person."""
    log.warning("the journal of an image could not be written: %s", error)
