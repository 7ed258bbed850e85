"""The slow half of opening an image, on a worker: its draft, and what the server holds."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import count
from typing import Final

from limner.api.codec import Told
from limner.api.errors import ApiError, Garbled
from limner.api.pictograph import Dataset, ImageRow, Loaded
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation
from limner.model.document import Document
from limner.model.fingerprint import fingerprint
from limner.model.patch import Patch
from limner.storage.errors import StorageError
from limner.storage.image_draft import LONG, Draft, ImageDraft
from limner.sync.differences import difference
from limner.sync.heap import give_back, leave_alone
from limner.sync.known import Known
from limner.sync.link import Link
from limner.sync.state import ChangedElsewhere, DraftSetAside

_MANY_SLICES: Final = 20
"""Of a list that is read: 5,000 annotations."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opened:
    """A new document, handed over whole, and how it stands to the server.

    `trouble` is why the server could not be asked, or that its copy is another than the one the
    work began from; `restored` is how many annotations came from this computer.
    """

    document: Document
    known: Known
    is_sent: bool
    restored: int = 0
    trouble: ApiError | ChangedElsewhere | None = None
    notice: DraftSetAside | None = None


def read_image(
    link: Link, dataset: Dataset, row: ImageRow, draft: ImageDraft, texts: WireTexts, told: Told
) -> Opened:
    """Read what is unsent here and what the server holds.

    Raises:
        ApiError: the server does not give it, and nothing is here.
        Cancelled: `told` said so.
    """
    kept, notice = _unsent(draft, row)

    slices = count()

    def came_further(fraction: float) -> None:
        if next(slices) > _MANY_SLICES:
            leave_alone()
        told(fraction)

    try:
        # The work goes on from the draft, so its wording is the one to keep.
        wording = texts if kept is None else WireTexts()
        loaded = link.server.load(dataset, row, wording, came_further)
    except ApiError as error:
        if kept is None:
            raise
        return _restored(kept, Known(None, kept.base.etag, kept.base.body_hash), error)
    if len(loaded.annotations) > LONG:
        give_back()
    if kept is None:
        annotations = tuple(loaded.annotations)
        known = Known.of(annotations, loaded.etag)
        return Opened(Document(annotations), known, is_sent=True, notice=notice)
    return _compared(kept, loaded)


def read_news(
    link: Link, dataset: Dataset, row: ImageRow, held: tuple[Annotation, ...], known: Known
) -> tuple[Known, Patch] | None:
    """What the server holds now, and what makes a document of `held` the same.

    None when it is still what it was `known` to hold.

    Raises:
        ApiError: the server does not give it.
    """
    loaded = link.server.load(dataset, row)
    if known.is_in(loaded):
        return None
    theirs = Known.of(tuple(loaded.annotations), loaded.etag)
    return theirs, difference(held, theirs.annotations or ())


def _unsent(draft: ImageDraft, row: ImageRow) -> tuple[Draft | None, DraftSetAside | None]:
    try:
        return draft.read(), None
    except (StorageError, Garbled):
        # A draft that the disk has damaged must not lock the image up for good.
        _LOG.exception("the draft of %s cannot be read", row.id)
        draft.set_aside()
        return None, DraftSetAside()


def _compared(kept: Draft, loaded: Loaded) -> Opened:
    if fingerprint(kept.annotations) == fingerprint(loaded.annotations):
        known = Known.of(kept.annotations, loaded.etag)
        return Opened(Document(kept.annotations), known, is_sent=True)
    theirs = Known.of(tuple(loaded.annotations), loaded.etag)
    began = Known(None, kept.base.etag, kept.base.body_hash)
    if began.is_in(loaded):
        return _restored(kept, theirs, None)
    # The draft keeps the base it stands on until a person has seen what came since.
    return _restored(kept, began, ChangedElsewhere(theirs))


def _restored(kept: Draft, known: Known, trouble: ApiError | ChangedElsewhere | None) -> Opened:
    document = Document(kept.annotations)
    return Opened(document, known, is_sent=False, restored=len(document), trouble=trouble)
