"""Brings the work on one image to its server, one whole list at a time.

Rules (study of the wire: a save is a full overwrite without versions):
1. An answer that leaves open whether the save happened is never answered by sending again:
   the server is read, and what it holds decides (doubt).
2. A server without ETags is read before each save: what somebody else saved since is never
   overwritten unseen.
3. What the server holds already is not sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import uuid4

from limner.api.errors import (
    Garbled,
    NoAnswer,
    ServerFault,
    TooMany,
    Unreachable,
    waits_by_itself,
)
from limner.api.pictograph import Dataset, ImageRow, Saved
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation
from limner.model.fingerprint import fingerprint
from limner.storage.image_draft import LONG
from limner.sync.heap import give_back
from limner.sync.known import Known
from limner.sync.link import Link
from limner.sync.progress import Activity, Progress, Reporter
from limner.sync.state import ChangedElsewhere, NearLimit
from limner.tasks import Ticket

_OPEN = (NoAnswer, Garbled, ServerFault)
"""Answers after which the list may have been stored, or not."""


@dataclass(frozen=True, slots=True)
class Sending:
    """What is on its way: the list, the document's revision and the draft's number it is of."""

    annotations: tuple[Annotation, ...]
    revision: int
    number: int
    key: str = field(default_factory=lambda: uuid4().hex)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the server holds: what was sent, what it was known to hold or was sent once, or else."""

    known: Known
    is_sent: bool
    is_known: bool


class Heard(Protocol):
    """Who hears of the outcome, on the main thread."""

    def arrived(self, sending: Sending, saved: Saved | None) -> None:
        """The server has it; `saved` is its answer, None when it had it already."""
        ...

    def refused(self, sending: Sending, error: Exception) -> None:
        """It is not known to have it."""
        ...

    def moved(self, progress: Progress) -> None:
        """A long transfer has come further."""
        ...

    def warned(self, notice: NearLimit) -> None:
        """It is sent, and larger it could not be by much."""
        ...


class Delivery:
    """The exchange about one image. Main thread only."""

    def __init__(
        self, link: Link, dataset: Dataset, row: ImageRow, texts: WireTexts, heard: Heard
    ) -> None:
        self.link = link
        self.known = Known()
        self.is_in_doubt = False
        """Whether the server must be read before anything is sent to it."""
        self._dataset = dataset
        self._row = row
        self._texts = texts
        self._heard = heard
        self._unanswered: list[tuple[Annotation, ...]] = []
        self._sending: Sending | None = None

    @property
    def is_sending(self) -> bool:
        return self._sending is not None

    def is_known(self, annotations: tuple[Annotation, ...]) -> bool:
        """Whether the server surely holds these."""
        return annotations == self.known.annotations and not self.is_in_doubt

    def learn(self, known: Known) -> None:
        """Go on from what the server holds, which somebody has seen."""
        self.known = known
        self.is_in_doubt = False

    def send(self, sending: Sending) -> None:
        """Bring it there; the outcome is told to who hears."""
        self._sending = sending
        if self.is_in_doubt or self.known.etag is None:
            self._look_first(sending)
        else:
            self._overwrite(sending)

    def _look_first(self, sending: Sending) -> None:
        server, dataset, row = self.link.server, self._dataset, self._row
        known, unanswered = self.known, tuple(self._unanswered)

        def look() -> _Seen:
            loaded = server.load(dataset, row)
            theirs = fingerprint(loaded.annotations)
            is_sent = theirs == fingerprint(sending.annotations)
            held = sending.annotations if is_sent else tuple(loaded.annotations)
            is_known = known.is_in(loaded) or theirs in map(fingerprint, unanswered)
            return _Seen(Known.of(held, loaded.etag), is_sent, is_known)

        self.link.tasks.run(look, self._looked, self._failed)

    def _looked(self, seen: _Seen) -> None:
        sending = self._sending
        if sending is None:
            return
        if seen.is_sent:
            self._arrived(sending, seen.known, None)
        elif seen.is_known:
            self.learn(seen.known)
            self._overwrite(sending)
        else:
            self._failed(ChangedElsewhere(seen.known))

    def _overwrite(self, sending: Sending) -> None:
        link, known = self.link, self.known

        def near(size_bytes: int, limit_bytes: int) -> None:
            link.main.post(lambda: self._heard.warned(NearLimit(size_bytes, limit_bytes)))

        def save() -> tuple[Saved, Known]:
            saved = link.server.save(
                self._dataset,
                self._row,
                sending.annotations,
                idempotency_key=sending.key,
                if_match=known.etag,
                texts=self._texts,
                told=Reporter(Activity.SAVING, Ticket(), link.main, self._heard.moved),
                near=near,
            )
            if len(sending.annotations) > LONG:
                give_back()
            return saved, Known.of(sending.annotations, saved.etag)

        self.link.tasks.run(save, self._saved, self._failed)

    def _saved(self, outcome: tuple[Saved, Known]) -> None:
        saved, known = outcome
        if self._sending is not None:
            self._arrived(self._sending, known, saved)

    def _arrived(self, sending: Sending, known: Known, saved: Saved | None) -> None:
        self._sending = None
        self._unanswered.clear()
        self.learn(known)
        self._heard.arrived(sending, saved)

    def _failed(self, error: Exception) -> None:
        sending, self._sending = self._sending, None
        if sending is None:
            return
        if isinstance(error, _OPEN):
            self._unanswered.append(sending.annotations)
        if waits_by_itself(error) and not isinstance(error, Unreachable | TooMany):
            self.is_in_doubt = True
        self._heard.refused(sending, error)
