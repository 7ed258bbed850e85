"""Carries out what the machine of one image asks for: the disk, the server, the clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from limner.api.pictograph import Dataset, ImageRow, Loaded, Saved
from limner.api.wire_texts import WireTexts
from limner.model.fingerprint import fingerprint
from limner.storage.entry import Copy
from limner.storage.image_journal import ImageJournal
from limner.sync.explained import check_explained
from limner.sync.heap import LONG, give_back
from limner.sync.link import Link
from limner.sync.looked import looked_at
from limner.sync.moves import (
    Annotations,
    Change,
    Effect,
    Event,
    Keep,
    Kept,
    Look,
    Looked,
    NotKept,
    NotLooked,
    NotSent,
    Send,
    Sent,
    Wake,
    Woken,
)
from limner.sync.progress import Activity, Progress, Reporter
from limner.sync.state import NearLimit
from limner.tasks import Ticket


class Heard(Protocol):
    """Who runs the machine, on the main thread."""

    def happened(self, event: Event) -> None: ...

    def changed(self, change: Change) -> None:
        """What came from the server belongs into the document, now."""
        ...

    def moved(self, progress: Progress) -> None:
        """A long transfer has come further."""
        ...

    def warned(self, notice: NearLimit) -> None:
        """It is sent, and larger it could not be by much."""
        ...


class Hands:
    """What is done for one image. Main thread only."""

    def __init__(
        self,
        link: Link,
        dataset: Dataset,
        row: ImageRow,
        journal: ImageJournal,
        texts: WireTexts,
        heard: Heard,
    ) -> None:
        self.link = link
        self._dataset = dataset
        self._row = row
        self._journal = journal
        self._texts = texts
        self._heard = heard
        self._stop_waking: Callable[[], None] = _nothing
        self._ticket = Ticket()

    def do(self, effects: list[Effect]) -> None:
        """Begin all of them, in their order."""
        for effect in () if self._ticket.is_cancelled else effects:
            match effect:
                case Change():
                    self._heard.changed(effect)
                case Keep():
                    self._keep(effect)
                case Look():
                    self._look(effect)
                case Send():
                    self._send(effect)
                case Wake(after_s=after_s):
                    self._wake(after_s)

    def stop(self) -> None:
        """Do nothing any more; a request that is on its way may still be carried out."""
        self._ticket.cancel()
        self._stop_waking()

    def _keep(self, effect: Keep) -> None:
        post = self.link.main.post

        def told(event: Event) -> None:
            if effect.is_awaited:
                post(lambda: self._heard.happened(event))

        self._journal.write(
            effect.entry,
            durable=lambda: told(Kept()),
            failed=lambda error: told(NotKept(error)),
        )

    def _look(self, effect: Look) -> None:
        dataset, row, texts = self._dataset, self._row, self._texts

        def look() -> Looked:
            server = self.link.server  # with the key of the moment its turn has come
            loaded = server.load(dataset, row, texts, if_none_match=effect.copy.etag)
            if loaded is None:
                return looked_at(effect, effect.base, effect.copy)
            looked = looked_at(effect, loaded.annotations, copy_of(loaded))
            if len(loaded.annotations) > LONG:
                give_back()
            return looked

        self._run(look, NotLooked)

    def _send(self, effect: Send) -> None:
        main = self.link.main

        def near(size_bytes: int, limit_bytes: int) -> None:
            main.post(lambda: self._heard.warned(NearLimit(size_bytes, limit_bytes)))

        def save() -> Sent:
            link = self.link  # with the key of the moment its turn has come
            check_explained(effect)
            saved = link.server.save(
                self._dataset,
                self._row,
                effect.body,
                idempotency_key=effect.key,
                if_match=effect.if_match,
                texts=self._texts,
                told=Reporter(Activity.SAVING, Ticket(), link.main, self._heard.moved),
                near=near,
            )
            if len(effect.body) > LONG:
                give_back()
            return Sent(copy_made(effect.body, saved), saved.previous_count)

        self._run(save, NotSent)

    def _run(self, work: Callable[[], Event], failed: Callable[[Exception], Event]) -> None:
        heard = self._heard.happened

        def done(event: Event) -> None:
            if isinstance(event, Looked | Sent) and event.copy.rev is not None:
                self.link.traffic.lift_limit()  # Limner's own server has no plan
            heard(event)

        self.link.traffic.run(
            work,
            done,
            lambda error: heard(failed(error)),
            image_id=self._row.id,
            ticket=self._ticket,
        )

    def _wake(self, after_s: float | None) -> None:
        self._stop_waking()
        self._stop_waking = _nothing
        if after_s is not None:
            self._stop_waking = self.link.main.after(after_s, lambda: self._heard.happened(Woken()))


def copy_of(loaded: Loaded) -> Copy:
    """How a list that was read is named; for workers, it may take a while."""
    print_ = None if loaded.etag is not None else fingerprint(loaded.annotations)
    at = None if loaded.at is None else loaded.at.isoformat()
    return Copy(loaded.etag, print_, loaded.rev, loaded.author, at)


def copy_made(body: Annotations, saved: Saved) -> Copy:
    """How a list that was saved is named; for workers, it may take a while."""
    print_ = None if saved.etag is not None else fingerprint(body)
    return Copy(saved.etag, print_, saved.rev)


def _nothing() -> None:
    """No timer runs."""
