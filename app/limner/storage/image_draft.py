"""The unsent work on one image, for those who do not use the journal yet."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Final

from limner.model.annotations import Annotation
from limner.model.patch import Patch
from limner.storage.draft_rows import Base
from limner.storage.entry import Advance, Cause, Copy, Entry, Kind, Op
from limner.storage.image_journal import ImageJournal
from limner.storage.writer import Durable, Failed

LONG: Final = 5_000
"""Annotations of a list that takes noticeably long: 6 MB of polygons."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsent annotations of an image, in z-order; `saved_at` is Unix time."""

    annotations: tuple[Annotation, ...]
    base: Base
    saved_at: float


class ImageDraft:
    """The draft of one image, in its journal."""

    def __init__(self, journal: ImageJournal) -> None:
        self._journal = journal
        self._begun = False
        self._ahead: list[tuple[int, Patch]] = []

    @property
    def last(self) -> int:
        """The number of the newest gesture; 0 before the first."""
        return self._journal.last

    def stand_on(self, annotations: tuple[Annotation, ...], base: Base) -> None:
        """Say what the server has, in z-order, before anything is done to it."""
        self._journal.begin(annotations, _copy(base))
        self._begun = True
        self._ahead = []

    def append(
        self,
        patch: Patch,
        base: Base,
        ground: tuple[Annotation, ...] | None,
        snapshot: Callable[[], tuple[Annotation, ...]],
        durable: Durable,
        failed: Failed,
    ) -> int:
        """Keep a gesture; returns its number at once."""
        if not self._begun:
            self.stand_on(ground or (), base)
        number = self._journal.write(Entry(op=Op(Kind.DO, patch)), durable, failed)
        self._ahead.append((number, patch))
        return number

    def sent(self, number: int, base: Base) -> None:
        """Note that the server has everything up to `number`; what comes later stands on `base`."""
        if not self._begun:
            return
        sent = [patch for seq, patch in self._ahead if seq <= number]
        self._ahead = [(seq, patch) for seq, patch in self._ahead if seq > number]
        if sent:
            patch = reduce(Patch.then, sent)
            advance = Advance(Cause.SAVED, patch, _copy(base), number)
            self._journal.write(Entry(advance=advance), lambda: None, lambda _error: None)

    def read(self) -> Draft | None:
        """What is unsent, to go on from; None when there is nothing."""
        kept = self._journal.read()
        if kept is None or not kept.ahead:
            return None
        self._begun = True
        self._ahead = [(kept.last, kept.ahead)]
        since = time.time() if kept.unsent_since is None else kept.unsent_since
        return Draft(kept.document, Base(kept.copy.etag, kept.copy.print), since)

    def set_aside(self) -> None:
        """Put what cannot be read where nothing is written over it."""
        self._journal.set_aside()


def _copy(base: Base) -> Copy:
    return Copy(etag=base.etag, print=base.body_hash)
