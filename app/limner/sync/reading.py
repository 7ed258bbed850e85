"""The slow half of opening an image, on a worker: what this computer has of it, else the server."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import count
from random import Random
from typing import Final

from limner.api.codec import Told
from limner.api.errors import Garbled
from limner.api.pictograph import Dataset, ImageRow
from limner.api.wire_texts import WireTexts
from limner.model.document import Document
from limner.model.patch import Patch, Verb
from limner.storage.entry import Kept
from limner.storage.errors import StoreDamaged
from limner.storage.image_journal import ImageJournal
from limner.sync.hands import copy_of
from limner.sync.heap import LONG, give_back, leave_alone
from limner.sync.link import Link
from limner.sync.machine import Machine
from limner.sync.state import DraftSetAside

_MANY_SLICES: Final = 20
"""Of a list that is read: 5,000 annotations."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """Work that the server does not have: how many gestures, and since when (Unix time)."""

    count: int
    since: float


@dataclass(frozen=True, slots=True)
class Opened:
    """A new document, handed over whole, and how it stands to the server.

    With `is_kept` it came from this computer, and the server has not been asked yet.
    """

    document: Document
    machine: Machine
    done: tuple[Patch, ...] = ()
    undone: tuple[Patch, ...] = ()
    is_kept: bool = False
    restored: Restored | None = None


def read_kept(
    journal: ImageJournal, row: ImageRow, autosave_s: float
) -> Opened | DraftSetAside | None:
    """What this computer has of the image; None when it was never opened here.

    What cannot be read any more is put aside, and said.

    Raises:
        StorageError: the disk does not give it now, or has not taken all of it; it stays there.
    """
    try:
        kept = journal.read()
    except (StoreDamaged, Garbled):
        # Work that the disk has damaged must not lock the image up for good.
        _LOG.exception("what is kept of %s cannot be read", row.id)
        journal.set_aside()
        return DraftSetAside()
    return None if kept is None else _reopened(kept, autosave_s)


def _reopened(kept: Kept, autosave_s: float) -> Opened:
    document = Document(kept.document, (c for _, c in kept.ahead.conflicts.values() if c))
    restored = None
    if kept.unsent and kept.unsent_since is not None:
        restored = Restored(kept.unsent, kept.unsent_since)
    return Opened(
        document,
        _machine(document, kept, autosave_s),
        kept.done,
        kept.undone,
        is_kept=True,
        restored=restored,
    )


def _machine(document: Document, kept: Kept, autosave_s: float) -> Machine:
    return Machine(document, kept, Random(), autosave_s)  # noqa: S311 - it spreads retries in time


def fetch_image(
    link: Link, dataset: Dataset, row: ImageRow, journal: ImageJournal, texts: WireTexts, told: Told
) -> Opened:
    """Read the image from the server, and begin its journal with that.

    Raises:
        ApiError: the server does not give it.
        Cancelled: `told` said so.
    """
    slices = count()

    def came_further(fraction: float) -> None:
        if next(slices) > _MANY_SLICES:
            leave_alone()
        told(fraction)

    loaded = link.server.load(dataset, row, texts, came_further)
    annotations, copy = tuple(loaded.annotations), copy_of(loaded)
    if len(annotations) > LONG:
        give_back()
    journal.begin(annotations, copy)
    document = Document(annotations)
    kept = Kept(
        base=annotations,
        copy=copy,
        document=annotations,
        ahead=Patch(Verb.RELOAD, {}),
        known=journal.known,
        last=journal.last,
    )
    return Opened(document, _machine(document, kept, link.autosave_s))
