"""One image's annotations and their copy on the server, kept in step.

What is known at any time:

    document   what is on the canvas; None until it could be read from somewhere
    known      what the server was last seen to hold (`known.py`); `delivery.py` has it
    kept       the newest document revision that is on this computer's disk
    confirmed  the newest document revision that the server has
    trouble    why the last exchange with the server or the disk did not work

State       holds when                                          left by
LOADING     no document, no trouble                             _opened, _not_opened, cancel_load
FAILED      no document, trouble says why                       load
ON_SERVER   confirmed = document.revision                       an edit
WRITING     kept < document.revision                            _is_kept, _is_not_kept
SAFE_HERE   kept = document.revision, not confirmed             arrived, refused
NEEDS_YOU   not confirmed, trouble is for a person to end       an edit, save_now, keep_mine,
                                                                take_theirs

Nothing is sent that is not on this computer's disk first, unless the disk itself refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from limner.api.errors import Invalid, Stale, TooMany, waits_by_itself
from limner.api.pictograph import Dataset, ImageRow, Saved
from limner.api.wire_texts import WireTexts
from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch
from limner.model.selection import Selection
from limner.sync.delivery import Delivery, Sending
from limner.sync.differences import by_annotation, difference
from limner.sync.keeping import Keeping
from limner.sync.known import Known
from limner.sync.link import Link
from limner.sync.loading import Loading
from limner.sync.pace import Pace
from limner.sync.progress import Progress
from limner.sync.reading import Opened
from limner.sync.state import CannotKeep, ChangedElsewhere, LoadStopped, State

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
        self.trouble: Exception | None = None
        self.notice: Exception | None = None
        """What a person should know though nothing is wrong now; `str(notice)` is the sentence."""
        self.progress: Progress | None = None
        """How far a load or save that takes longer has come."""
        self.refusals: Mapping[AnnotationId, str] = {}
        """The server's words on the annotations that it refused in the last save."""
        self.restored = 0
        """How many annotations came back from this computer instead of the server."""
        texts = WireTexts()
        draft = link.drafts.image(link.origin, row.id, texts)
        self._keeping = Keeping(draft, link.main, self._is_kept)
        self._delivery = Delivery(link, dataset, row, texts, self)
        self._pace = Pace(link.main, self.save_now)
        self._loading = Loading(dataset, row, draft, texts)
        self._confirmed = -1
        self._wanted_again = False
        self._wanted_once_kept = False
        self._watchers: list[Callable[[], None]] = []

    # --- what others see

    @property
    def state(self) -> State:
        if self.document is None:
            return State.FAILED if self.trouble else State.LOADING
        if not self.is_dirty:
            return State.ON_SERVER
        if self.trouble is not None and not waits_by_itself(self.trouble):
            return State.NEEDS_YOU
        is_kept = self._keeping.revision >= self.document.revision
        return State.SAFE_HERE if is_kept else State.WRITING

    @property
    def is_dirty(self) -> bool:
        """Whether there is work that the server is not known to have."""
        return self.document is not None and self._confirmed < self.document.revision

    @property
    def is_sending(self) -> bool:
        return self._delivery.is_sending

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change of state; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def relink(self, link: Link) -> None:
        """Go on with another client of the same server: its key was changed."""
        self._link = self._delivery.link = link

    # --- opening

    def load(self) -> None:
        """Read the image's annotations from this computer and from the server."""
        self.trouble = None
        self._loading.begin(self._link, self._opened, self._not_opened, self.moved)
        self._tell()

    def cancel_load(self) -> None:
        """Stop a load that is on its way; `load` begins it anew."""
        if self.state is State.LOADING:
            self._loading.stop()
            self._not_opened(LoadStopped())

    def _opened(self, opened: Opened) -> None:
        self.progress = None
        self.document = opened.document
        self.history = History(self.document, self.selection)
        self.restored, self.trouble, self.notice = opened.restored, opened.trouble, opened.notice
        self._keeping.revision = self.document.revision
        self._confirmed = self.document.revision if opened.is_sent else -1
        self._delivery.learn(opened.known)
        self.document.watch(self._on_patch)
        if opened.is_sent:
            self._keeping.draft.sent(self._keeping.draft.last, opened.known.base)
            self._keeping.draft.stand_on(opened.document.snapshot(), opened.known.base)
        elif self.trouble is None:
            self._pace.pause(self._link.autosave_s)
        elif not isinstance(self.trouble, ChangedElsewhere):
            self._delivery.is_in_doubt = True
            self._pace.wait_out(self.trouble)
        self._tell()

    def _not_opened(self, error: Exception) -> None:
        self.progress = None
        self.trouble = error
        self._tell()

    def refresh(self) -> None:
        """Look whether somebody else changed the image since it was closed.

        What they changed is shown and never enters the history, which ends there. Edits made in
        the meantime come first: the next save then finds the difference.
        """
        document = self._held()
        revision = document.revision

        def changed(known: Known, news: Patch) -> None:
            if document.revision == revision and not self.is_dirty and not self.is_sending:
                self._replace(document, known, news)

        self._loading.look_again(self._link, document.snapshot(), self._delivery.known, changed)

    def _replace(self, document: Document, known: Known, news: Patch) -> None:
        if news and self.history is not None:
            document.apply(news)
            self.history.forget()
        self._delivery.learn(known)
        self._confirm(document.revision)

    # --- editing

    def _on_patch(self, patch: Patch) -> None:
        self.refusals = {}
        document = self._held()
        was_sent = self._confirmed == document.revision - 1
        self._keeping.keep(patch, document, self._delivery.known, was_sent=was_sent)
        if not isinstance(self.trouble, TooMany):  # the end of its pause is timed already
            if not isinstance(self.trouble, ChangedElsewhere):
                self.trouble = None
            self._pace.pause(self._link.autosave_s)
        self._tell()

    def _is_kept(self, error: Exception | None) -> None:
        """A gesture is on the disk, or `error` says why not."""
        if error is None and isinstance(self.trouble, CannotKeep):
            self.trouble = None
        if error is not None and not isinstance(self.trouble, ChangedElsewhere):
            self.trouble = error
        if self._wanted_once_kept:
            self._wanted_once_kept = False
            self.save_now()
        self._tell()

    # --- sending

    def save_now(self) -> None:
        """Send what the server does not have, without waiting for the pause."""
        if self.document is None or not self.is_dirty:
            return
        if self.is_sending:
            self._wanted_again = True
            return
        if isinstance(self.trouble, ChangedElsewhere):
            return
        self._pace.stop()
        is_kept = self._keeping.revision >= self.document.revision
        if not is_kept and not isinstance(self.trouble, CannotKeep):
            self._wanted_once_kept = True
            return
        self._send(self.document)

    def _send(self, document: Document) -> None:
        annotations = document.snapshot()
        if self._delivery.is_known(annotations):
            self._confirm(document.revision)
            return
        self.notice = None
        self._delivery.send(Sending(annotations, document.revision, self._keeping.draft.last))
        self._tell()

    def arrived(self, sending: Sending, saved: Saved | None) -> None:
        """The server has what was sent."""
        if saved is not None:
            self.row = replace(self.row, annotation_count=saved.new_count)
        self._pace.attempts = 0
        self.progress = None
        self.trouble = None
        self.refusals = {}
        self._keeping.draft.sent(sending.number, self._delivery.known.base)
        self._confirm(sending.revision)
        if self.is_dirty:
            self._pace.pause(0.0 if self._wanted_again else self._link.autosave_s)
        self._wanted_again = False

    def refused(self, sending: Sending, error: Exception) -> None:
        """The server is not known to have what was sent."""
        self.progress = None
        if self._wanted_again:  # what was edited since may be what mends it
            self._wanted_again = False
            self._pace.pause(self._link.autosave_s)
        if isinstance(error, Stale) and self._pace.attempts == 0:
            self._pace.attempts = 1  # a second one in a row waits, as any other trouble does
            self._pace.pause(0.0)
            return
        if isinstance(error, Invalid):
            self.refusals = by_annotation(error, sending.annotations)
        self.trouble = error
        self._pace.wait_out(error)
        self._tell()

    def moved(self, progress: Progress) -> None:
        """A long load or save has come further."""
        self.progress = progress
        self._tell()

    def warned(self, notice: Exception) -> None:
        """Something should be said before it is a trouble."""
        self.notice = notice
        self._tell()

    def _confirm(self, revision: int) -> None:
        self._confirmed = revision
        if not self.is_dirty:
            self._keeping.draft.sent(self._keeping.draft.last, self._delivery.known.base)
        self._tell()

    # --- two people on one image

    def keep_mine(self) -> None:
        """Overwrite what somebody else saved, having seen it."""
        if isinstance(self.trouble, ChangedElsewhere):
            self._delivery.learn(self.trouble.theirs)
            self.trouble = None
            self.save_now()

    def take_theirs(self) -> None:
        """Put what the server holds on the canvas, as one step that can be undone."""
        if not isinstance(self.trouble, ChangedElsewhere) or self.history is None:
            return
        theirs, document = self.trouble.theirs, self._held()
        self._delivery.learn(theirs)
        self.trouble = None
        self.history.do(difference(document.snapshot(), theirs.annotations or ()))
        self._confirm(document.revision)

    # --- small parts

    def _held(self) -> Document:
        if self.document is None:
            raise RuntimeError("the session has not been loaded")
        return self.document

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()
