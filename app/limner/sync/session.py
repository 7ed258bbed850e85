"""One image's annotations and their copy on the server, kept in step.

What is known at any time:

    document   what is on the canvas; None until it could be read from somewhere
    base       what the server was last seen to hold: annotations, fingerprint, ETag
    kept       the newest document revision that is on this computer's disk
    confirmed  the newest document revision that the server has
    doubt      whether the server must be read again before anything is sent to it
    trouble    why the last exchange with the server or the disk did not work

State       holds when                                          left by
LOADING     no document, no trouble                             _opened, _not_opened
FAILED      no document, trouble says why                       load
ON_SERVER   confirmed = document.revision                       an edit
WRITING     kept < document.revision                            _kept, _not_kept
SAFE_HERE   kept = document.revision, not confirmed             _saved, _not_saved
NEEDS_YOU   not confirmed, trouble is for a person to end       an edit, save_now, keep_mine,
                                                                take_theirs

Rules (study of the wire: a save is a full overwrite without versions):
1. Nothing is sent that is not on this computer's disk first, unless the disk itself refuses.
2. An answer that leaves open whether the save happened is never answered by sending again:
   the server is read, and what it holds decides (doubt).
3. A server without ETags is read before each save: what somebody else saved since is never
   overwritten unseen.
4. What the server holds already is not sent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final
from uuid import uuid4

from limner.api.codec import encode
from limner.api.errors import (
    ApiError,
    Garbled,
    Invalid,
    Stale,
    TooMany,
    Unreachable,
    waits_by_itself,
)
from limner.api.pictograph import Dataset, ImageRow, Loaded, Pictograph, Saved
from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from limner.storage.drafts import Base, Draft, Drafts
from limner.storage.errors import StorageError
from limner.sync.state import CannotKeep, ChangedElsewhere, State
from limner.tasks import MainThread, Tasks

_LOG = logging.getLogger(__name__)
_LONGEST_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Link:
    """What every session of one server shares; `autosave_s` is the pause after the last edit."""

    server: Pictograph
    origin: str
    drafts: Drafts
    tasks: Tasks
    main: MainThread
    autosave_s: float = 3.0


@dataclass(frozen=True, slots=True)
class _Opened:
    loaded: Loaded | None
    loaded_print: str
    draft: Draft | None
    draft_print: str
    error: ApiError | None


@dataclass(frozen=True, slots=True)
class _Seen:
    loaded: Loaded
    theirs: str
    mine: str
    unanswered: set[str]


@dataclass(frozen=True, slots=True)
class _Sending:
    annotations: tuple[Annotation, ...]
    revision: int
    key: str


def fingerprint(annotations: tuple[Annotation, ...] | list[Annotation]) -> str:
    """Equal for equal work: what the server adds by itself (`created_by`) is left out."""
    bare = [a if isinstance(a, Opaque) else replace(a, created_by=None) for a in annotations]
    return sha256(encode(bare)).hexdigest()


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
        self.refusals: Mapping[AnnotationId, str] = {}
        """The server's words on the annotations that it refused in the last save."""
        self.restored = 0
        """How many annotations came back from this computer instead of the server."""
        self._base: tuple[Annotation, ...] | None = None
        self._base_print = ""
        self._etag: str | None = None
        self._draft_revision: int | None = None
        self._kept = -1
        self._confirmed = -1
        self._doubt = False
        self._unanswered: list[tuple[Annotation, ...]] = []
        self._sending: _Sending | None = None
        self._wanted_again = False
        self._wanted_once_kept = False
        self._attempts = 0
        self._stop_timer: Callable[[], None] = _nothing
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
        return State.SAFE_HERE if self._kept >= self.document.revision else State.WRITING

    @property
    def is_dirty(self) -> bool:
        """Whether there is work that the server is not known to have."""
        return self.document is not None and self._confirmed < self.document.revision

    @property
    def is_sending(self) -> bool:
        return self._sending is not None

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call `watcher` after every change of state; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def relink(self, link: Link) -> None:
        """Go on with another client of the same server: its key was changed."""
        self._link = link

    # --- opening

    def load(self) -> None:
        """Read the image's annotations from this computer and from the server."""
        self.trouble = None
        self._link.tasks.run(self._open, self._opened, self._not_opened)
        self._tell()

    def _open(self) -> _Opened:
        draft = self._draft()
        draft_print = fingerprint(draft.annotations) if draft else ""
        try:
            loaded = self._link.server.load(self.dataset, self.row)
        except ApiError as error:
            if draft is None:
                raise
            return _Opened(None, "", draft, draft_print, error)
        return _Opened(loaded, fingerprint(loaded.annotations), draft, draft_print, None)

    def _draft(self) -> Draft | None:
        try:
            return self._link.drafts.get(self._link.origin, self.row.id)
        except (StorageError, Garbled):
            # A draft that the disk has damaged must not lock the image up for good.
            _LOG.exception("the draft of %s cannot be read", self.row.id)
            return None

    def _opened(self, opened: _Opened) -> None:
        loaded, draft = opened.loaded, opened.draft
        self._draft_revision = draft.revision if draft else None
        if draft is None or (loaded is not None and opened.draft_print == opened.loaded_print):
            if loaded is not None:
                self._learn(loaded, opened.loaded_print)
            self._begin(self._base or (), confirmed=True)
            self._forget_draft()
            return
        # The draft keeps the base it stands on until a person has seen what came since.
        self._base_print, self._etag = draft.base.body_hash or "", draft.base.etag
        self.restored = len(draft.annotations)
        self._begin(tuple(draft.annotations), confirmed=False)
        if loaded is None:
            self._doubt = True
            self._failed_with(opened.error)
        elif draft.base.body_hash != opened.loaded_print:
            self.trouble = ChangedElsewhere(loaded, opened.loaded_print)
        else:
            self._learn(loaded, opened.loaded_print)
            self._schedule(self._link.autosave_s)
        self._tell()

    def refresh(self) -> None:
        """Look whether somebody else changed the image since it was closed.

        What they changed is shown and never enters the history, which ends there. Edits made in
        the meantime come first: the next save then finds the difference.
        """

        def look() -> tuple[Loaded, str]:
            loaded = self._link.server.load(self.dataset, self.row)
            return loaded, fingerprint(loaded.annotations)

        def looked(found: tuple[Loaded, str]) -> None:
            loaded, theirs = found
            if not self.is_dirty and self._sending is None and theirs != self._base_print:
                self._replace_with(loaded, theirs)

        def failed(error: Exception) -> None:
            _LOG.info("%s was not looked at again: %s", self.row.id, error)

        self._link.tasks.run(look, looked, failed)

    def _replace_with(self, loaded: Loaded, theirs: str) -> None:
        document = self._held()
        self._learn(loaded, theirs)
        news = _difference(document, loaded.annotations)
        if news and self.history is not None:
            document.apply(news)
            self.history.forget()
        self._confirm(document.revision)

    def _not_opened(self, error: Exception) -> None:
        self.trouble = error
        self._tell()

    def _begin(self, annotations: tuple[Annotation, ...], *, confirmed: bool) -> None:
        self.document = Document(annotations)
        self.history = History(self.document, self.selection)
        self._kept = self.document.revision
        self._confirmed = self.document.revision if confirmed else -1
        self.document.watch(self._on_patch)
        self._tell()

    def _learn(self, loaded: Loaded, loaded_print: str) -> None:
        self._base = tuple(loaded.annotations)
        self._base_print = loaded_print
        self._etag = loaded.etag

    # --- editing

    def _on_patch(self, _patch: Patch) -> None:
        self.refusals = {}
        self._keep()
        if not isinstance(self.trouble, TooMany):  # the end of its pause is timed already
            if not isinstance(self.trouble, ChangedElsewhere):
                self.trouble = None
            self._schedule(self._link.autosave_s)
        self._tell()

    def _keep(self) -> None:
        document = self._held()
        revision = document.revision
        post = self._link.main.post
        self._draft_revision = self._link.drafts.put(
            self._link.origin,
            self.row.id,
            document.snapshot(),
            Base(self._etag, self._base_print),
            durable=lambda: post(lambda: self._is_kept(revision)),
            failed=lambda error: post(lambda: self._is_not_kept(error)),
        )

    def _is_kept(self, revision: int) -> None:
        self._kept = max(self._kept, revision)
        if isinstance(self.trouble, CannotKeep):
            self.trouble = None
        if self._wanted_once_kept:
            self._wanted_once_kept = False
            self.save_now()
        self._tell()

    def _is_not_kept(self, error: Exception) -> None:
        if not isinstance(self.trouble, ChangedElsewhere):
            self.trouble = CannotKeep(str(error))
            self.trouble.__cause__ = error
        if self._wanted_once_kept:
            self._wanted_once_kept = False
            self.save_now()
        self._tell()

    # --- sending

    def save_now(self) -> None:
        """Send what the server does not have, without waiting for the pause."""
        if self.document is None or not self.is_dirty:
            return
        if self._sending is not None:
            self._wanted_again = True
            return
        if isinstance(self.trouble, ChangedElsewhere):
            return
        self._stop_timer()
        if self._kept < self.document.revision and not isinstance(self.trouble, CannotKeep):
            self._wanted_once_kept = True
            return
        self._send()

    def _send(self) -> None:
        document = self._held()
        annotations = document.snapshot()
        if annotations == self._base and not self._doubt:
            self._confirm(document.revision)
            return
        self._sending = _Sending(annotations, document.revision, uuid4().hex)
        if self._doubt or self._etag is None:
            self._look_first(self._sending)
        else:
            self._overwrite(self._sending)
        self._tell()

    def _look_first(self, sending: _Sending) -> None:
        unanswered = tuple(self._unanswered)

        def look() -> _Seen:
            loaded = self._link.server.load(self.dataset, self.row)
            ours = {fingerprint(annotations) for annotations in unanswered}
            return _Seen(
                loaded, fingerprint(loaded.annotations), fingerprint(sending.annotations), ours
            )

        self._link.tasks.run(look, self._looked, self._not_saved)

    def _looked(self, seen: _Seen) -> None:
        loaded, theirs = seen.loaded, seen.theirs
        sending = self._sending
        if sending is None:
            return
        if theirs == seen.mine:
            self._learn(loaded, theirs)
            self._sent(sending)
        elif theirs == self._base_print or theirs in seen.unanswered:
            self._learn(loaded, theirs)
            self._doubt = False
            self._overwrite(sending)
        else:
            self._sending = None
            self.trouble = ChangedElsewhere(loaded, theirs)
            self._tell()

    def _overwrite(self, sending: _Sending) -> None:
        etag = self._etag

        def save() -> tuple[Saved, str]:
            saved = self._link.server.save(
                self.dataset,
                self.row,
                sending.annotations,
                idempotency_key=sending.key,
                if_match=etag,
            )
            return saved, fingerprint(sending.annotations)

        self._link.tasks.run(save, self._saved, self._not_saved)

    def _saved(self, outcome: tuple[Saved, str]) -> None:
        saved, sent_print = outcome
        sending = self._sending
        if sending is None:
            return
        self._base, self._base_print, self._etag = sending.annotations, sent_print, saved.etag
        self.row = replace(self.row, annotation_count=saved.new_count)
        self._sent(sending)

    def _sent(self, sending: _Sending) -> None:
        self._sending = None
        self._doubt = False
        self._unanswered.clear()
        self._attempts = 0
        self.trouble = None
        self.refusals = {}
        self._confirm(sending.revision)
        if self.is_dirty:
            self._keep()  # what came since stands on a new base
            self._schedule(0.0 if self._wanted_again else self._link.autosave_s)
        self._wanted_again = False

    def _confirm(self, revision: int) -> None:
        self._confirmed = revision
        if not self.is_dirty:
            self._forget_draft()
        self._tell()

    def _forget_draft(self) -> None:
        if self._draft_revision is not None:
            self._link.drafts.drop(self._link.origin, self.row.id, self._draft_revision)
            self._draft_revision = None

    def _not_saved(self, error: Exception) -> None:
        sending, self._sending = self._sending, None
        if self._wanted_again:  # what was edited since may be what mends it
            self._wanted_again = False
            self._schedule(self._link.autosave_s)
        if isinstance(error, Stale) and self._attempts == 0:
            self._attempts = 1  # a second one in a row waits, as any other trouble does
            self._doubt = True
            self._schedule(0.0)
            return
        if sending is not None and waits_by_itself(error) and not isinstance(error, Unreachable):
            self._unanswered.append(sending.annotations)
        if isinstance(error, Invalid) and sending is not None:
            self.refusals = _by_annotation(error, sending.annotations)
        self._failed_with(error)
        self._tell()

    def _failed_with(self, error: Exception | None) -> None:
        self.trouble = error
        if error is None or not waits_by_itself(error):
            return
        if not isinstance(error, Unreachable | TooMany):
            self._doubt = True
        self._attempts += 1
        pause = min(2.0 ** (self._attempts - 1), _LONGEST_WAIT_S)
        if isinstance(error, TooMany) and error.retry_after_s is not None:
            pause = max(pause, error.retry_after_s)
        self._schedule(pause)

    # --- two people on one image

    def keep_mine(self) -> None:
        """Overwrite what somebody else saved, having seen it."""
        if isinstance(self.trouble, ChangedElsewhere):
            self._learn(self.trouble.theirs, self.trouble.theirs_print)
            self.trouble = None
            self._doubt = False
            self.save_now()

    def take_theirs(self) -> None:
        """Put what the server holds on the canvas, as one step that can be undone."""
        if not isinstance(self.trouble, ChangedElsewhere) or self.history is None:
            return
        theirs = self.trouble.theirs
        self._learn(theirs, self.trouble.theirs_print)
        self.trouble = None
        document = self._held()
        self.history.do(_difference(document, theirs.annotations))
        self._doubt = False
        self._confirm(document.revision)

    # --- small parts

    def _schedule(self, seconds: float) -> None:
        self._stop_timer()
        self._stop_timer = self._link.main.after(seconds, self.save_now)

    def _held(self) -> Document:
        if self.document is None:
            raise RuntimeError("the session has not been loaded")
        return self.document

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _difference(document: Document, theirs: list[Annotation]) -> Patch:
    """What makes the document hold exactly `theirs`."""
    held = {a.id: a for a in theirs}
    ids = [a.id for a in document if a.id not in held] + list(held)
    rows = {id_: (document.get(id_), held.get(id_)) for id_ in ids}
    return Patch(Verb.RELOAD, {id_: (a, b) for id_, (a, b) in rows.items() if a != b})


def _by_annotation(error: Invalid, sent: tuple[Annotation, ...]) -> Mapping[AnnotationId, str]:
    """The server's words, by the annotation they are about."""
    refusals: dict[AnnotationId, str] = {}
    for problem in error.problems:
        index = problem.annotation_index
        if index is not None and index < len(sent):
            refusals.setdefault(sent[index].id, problem.message)
    return refusals


def _nothing() -> None:
    """No timer runs."""
