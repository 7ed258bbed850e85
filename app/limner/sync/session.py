"""One image's annotations, kept on this computer and in step with the server.

    document   what is on the canvas; None until it could be read from somewhere
    machine    what the server was last seen to hold, and what is done next (`machine.py`)
    journal    every gesture on this computer's disk, before anything is sent

State       holds when
LOADING     no document, no trouble
FAILED      no document, trouble says why
ON_SERVER   the server has everything
WRITING     a gesture is not on the disk yet
SAFE_HERE   every gesture is on the disk, and the server does not have all of them
NEEDS_YOU   time alone will not bring it there: `trouble`, `conflicts`, `refusals` say why
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from limner.api.errors import waits_by_itself
from limner.api.pictograph import Dataset, ImageRow
from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.history import History
from limner.model.merge import News
from limner.model.patch import Patch
from limner.model.selection import Selection
from limner.storage.entry import Copy, Entry, Kind, Op
from limner.storage.errors import READ_ONLY
from limner.sync import moves
from limner.sync.hands import Hands
from limner.sync.link import Link
from limner.sync.machine import Machine
from limner.sync.moves import (
    Accepted,
    Change,
    Declined,
    Edited,
    Event,
    Kept,
    NotKept,
    Sent,
    Wanted,
)
from limner.sync.past import Archive
from limner.sync.progress import Activity, Progress, Reporter
from limner.sync.reading import Opened, Restored, fetch_image, read_kept
from limner.sync.state import CannotKeep, DraftSetAside, LoadStopped, NearLimit, State
from limner.sync.troubles import AlsoSaved
from limner.sync.turns import Rank
from limner.tasks import Ticket

__all__ = ["Link", "Session"]


class Session:
    """The work on one image, from opening it until the server has everything. Main thread only."""

    def __init__(self, link: Link, dataset: Dataset, row: ImageRow) -> None:
        self._link = link
        self.dataset = dataset
        self.row = row
        self.document: Document | None = None
        self.selection = Selection()
        self.history: History | None = None
        self.notice: Exception | None = None
        """What a person should know though nothing is wrong now; `str(notice)` is the sentence."""
        self.progress: Progress | None = None
        """How far a load or save that takes longer has come."""
        self.restored: Restored | None = None
        """What an earlier run left unsent and came back, when something did."""
        self._trouble: Exception | None = None
        self._texts = WireTexts()
        self.journal = link.file.image(link.origin, row.id, self._texts, row.filename)
        self._hands = Hands(link, dataset, row, self.journal, self._texts, self)
        self._machine: Machine | None = None
        self._written = self._kept = 0
        self._sources: dict[AnnotationId, Copy] = {}
        self._is_news = False
        self._ticket = Ticket()
        self._watchers: list[Callable[[], None]] = []

    # --- what others see

    @property
    def state(self) -> State:
        if self.document is None:
            return State.FAILED if self._trouble else State.LOADING
        if self.needs_you:
            return State.NEEDS_YOU
        if self._kept < self._written and not isinstance(self._trouble, CannotKeep):
            return State.WRITING  # even when it took the last one back: a crash would undo that
        return State.SAFE_HERE if self.is_dirty else State.ON_SERVER

    @property
    def needs_you(self) -> bool:
        """Whether something waits that time alone will not end."""
        if self.document is None or self._machine is None:
            return False
        machine = self._machine
        if self.document.conflicts or machine.held_back or machine.guard is not None:
            return True
        return self.is_dirty and self.trouble is not None and not waits_by_itself(self.trouble)

    @property
    def is_dirty(self) -> bool:
        """Whether there is work that the server is not known to have."""
        return self._machine is not None and self._machine.is_dirty

    @property
    def is_sending(self) -> bool:
        return self._machine is not None and self._machine.is_sending

    @property
    def trouble(self) -> Exception | None:
        """Why the last exchange with the server or the disk did not work."""
        if self._trouble is not None:
            return self._trouble
        return None if self._machine is None else self._machine.trouble

    @property
    def refusals(self) -> Mapping[AnnotationId, str]:
        """The server's words on the annotations that it does not take."""
        return {} if self._machine is None else self._machine.refused

    @property
    def conflicts(self) -> Mapping[AnnotationId, Conflict]:
        """What two people did to the same annotation, and nobody has decided on yet."""
        return {} if self.document is None else self.document.conflicts

    @property
    def told(self) -> tuple[News, ...]:
        """What others did to the image since it was opened, oldest first."""
        return () if self._machine is None else self._machine.told

    @property
    def archive(self) -> Archive:
        """The earlier versions of the image, for a worker."""
        return Archive(self._link.server, self.dataset, self.row, self.journal, self._texts)

    @property
    def guard(self) -> moves.Looked | None:
        """What others did that is held up until the person has accepted or declined it."""
        return None if self._machine is None else self._machine.guard

    def source_of(self, id_: AnnotationId) -> Copy | None:
        """The list, as its server names it, with which others' latest word on it came."""
        return self._sources.get(id_)

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change of state; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def relink(self, link: Link) -> None:
        """Go on with another client of the same server: its key was changed."""
        self._link = self._hands.link = link

    @property
    def _is_sealed(self) -> bool:
        """Whether this computer can keep nothing, so that nothing may be done or sent either."""
        return self._link.file.is_read_only

    # --- opening

    def load(self, rank: Rank = Rank.WAITED_FOR) -> None:
        """Read the image's annotations: from this computer at once, else from the server.

        `rank` says what for: of `WORK` that waits from an earlier run the server is not asked what
        others did, before it is sent.
        """
        self._trouble = None
        ticket = self._ticket = Ticket()
        link, journal, row = self._link, self.journal, self.row

        def here() -> Opened | DraftSetAside | None:
            return read_kept(journal, row, link.autosave_s)

        def found(kept: Opened | DraftSetAside | None) -> None:
            if isinstance(kept, Opened):
                self._opened(kept, looks=rank is not Rank.WORK)
            else:
                self.notice = kept
                self._fetch(rank, ticket)

        link.tasks.run(here, found, self._not_opened, ticket)
        self._tell()

    def _fetch(self, rank: Rank, ticket: Ticket) -> None:
        link, row, journal, texts = self._link, self.row, self.journal, self._texts
        told = Reporter(Activity.LOADING, ticket, link.main, self.moved)
        link.traffic.run(
            lambda: fetch_image(self._link, self.dataset, row, journal, texts, told),
            self._opened,
            self._not_opened,
            image_id=row.id,
            rank=rank,
            ticket=ticket,
        )

    def cancel_load(self) -> None:
        """Stop a load that is on its way; `load` begins it anew."""
        if self.state is State.LOADING:
            self._ticket.cancel()
            self._not_opened(LoadStopped())

    def stop(self) -> None:
        """Let go of the image here; what is on the disk goes on in another session."""
        self._ticket.cancel()
        self._hands.stop()

    def read_sketch(
        self, done: Callable[[bytes | None], None], failed: Callable[[Exception], None]
    ) -> None:
        """Read what was being drawn on this image when it was left, if anything."""
        self._link.tasks.run(self.journal.read_sketch, done, failed)

    def _opened(self, opened: Opened, *, looks: bool = True) -> None:
        self.progress = None
        self.document, self._machine = opened.document, opened.machine
        self.history = History(opened.document, self.selection, opened.done, opened.undone)
        self.history.sealed = READ_ONLY if self._is_sealed else ""
        self.restored = opened.restored
        self._written = self._kept = self.journal.last
        self.document.watch(self._on_patch)
        if opened.is_kept and looks:
            self.refresh()
        elif opened.is_kept:
            self.save_now()
        self._tell()

    def _not_opened(self, error: Exception) -> None:
        self.progress = None
        self._trouble = error
        self._tell()

    def refresh(self) -> None:
        """Look what the server holds now, and send what it does not have."""
        if not self._is_sealed:
            self.happened(moves.Opened())

    # --- editing

    def _on_patch(self, patch: Patch) -> None:
        if self._is_news or self.history is None:
            return
        self._trouble = None
        post = self._link.main.post
        number = self.journal.write(
            Entry(op=Op(Kind(self.history.way), patch)),
            durable=lambda: post(lambda: self._is_kept(number, None)),
            failed=lambda error: post(lambda: self._is_kept(number, error)),
        )
        self._written = number
        self.happened(Edited(patch, number, time.monotonic()))

    def _is_kept(self, number: int, error: Exception | None) -> None:
        """A gesture is on the disk, or `error` says why not."""
        if error is None:
            self._kept = max(self._kept, number)
            if isinstance(self._trouble, CannotKeep):
                self._trouble = None
        else:
            self._trouble = CannotKeep(str(error))
        self._tell()

    def changed(self, change: Change) -> None:
        """Put what came from the server into the document; it is no step of the history."""
        document, history = self.document, self.history
        if document is None or history is None or self._machine is None:
            return
        news, copy = change.news, self._machine.base.copy
        self._sources |= dict.fromkeys([*news.changes, *news.conflicts], copy)
        self._is_news = True
        try:
            document.apply(news)
            history.rebase(news)
        finally:
            self._is_news = False

    # --- sending

    def save_now(self) -> None:
        """Send what the server does not have, without waiting for the pause."""
        if self.is_dirty and not self._is_sealed:
            self.happened(Wanted())

    def happened(self, event: Event) -> None:
        """Let the machine answer, and do what it says."""
        machine = self._machine
        if machine is None:
            return
        if isinstance(event, Kept | NotKept):  # a save begins
            self.notice = None
        if isinstance(event, Sent):
            self.row = replace(self.row, annotation_count=len(self.document or ()))
        was_alone = not machine.is_shared
        self._hands.do(machine.handle(event))
        if machine.is_shared and was_alone:
            self.notice = AlsoSaved()
        if not machine.is_sending:
            self.progress = None
        self._tell()

    def moved(self, progress: Progress) -> None:
        """A long load or save has come further."""
        self.progress = progress
        self._tell()

    def warned(self, notice: NearLimit) -> None:
        """Something should be said before it is a trouble."""
        self.notice = notice
        self._tell()

    # --- two people on one image

    def accept(self) -> None:
        """Let go what others removed, though it is much."""
        self.happened(Accepted())

    def decline(self) -> None:
        """Keep what others removed: it goes back to the server."""
        self.happened(Declined())

    def forget_told(self) -> None:
        """The person knows what others did."""
        if self._machine is not None:
            self._machine.forget_told(frozenset(self._machine.told))
            self._tell()

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
