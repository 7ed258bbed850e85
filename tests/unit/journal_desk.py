"""An image under work whose journal is kept, as a session does it, without a server or a window."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import reduce
from pathlib import Path

from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId, BBox
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from limner.storage.entry import Advance, Cause, Copy, Entry, Kept, Kind, Op
from limner.storage.image_journal import ImageJournal
from limner.storage.workspace_file import WorkspaceFile

HERE = "https://label.example.org"
COPY = Copy(etag='"e1"', print="hash", rev=1, author="Ada", at="2026-01-02T03:04:05Z")


class Outcome:
    """Waits for a write to be safe, or for the words that say why it is not."""

    def __init__(self) -> None:
        self._told = threading.Event()
        self._safe = threading.Event()
        self.error: Exception | None = None
        self.failures = 0

    def durable(self) -> None:
        self.error = None
        self._safe.set()
        self._told.set()

    def failed(self, error: Exception) -> None:
        self.error = error
        self.failures += 1
        self._told.set()

    def wait(self) -> Exception | None:
        """The first that is heard of it."""
        assert self._told.wait(30)
        return self.error

    def wait_until_safe(self) -> None:
        assert self._safe.wait(30)


class Desk:
    """A document whose journal is written; `base` is what the server has."""

    def __init__(
        self,
        file: WorkspaceFile,
        image: str = "i1",
        start: Iterable[Annotation] = (),
        texts: WireTexts | None = None,
        origin: str = HERE,
    ) -> None:
        self.journal: ImageJournal = file.image(origin, image, texts or WireTexts(), f"{image}.jpg")
        kept = self.journal.read()
        self.found = kept
        if kept is None:
            self.base: tuple[Annotation, ...] = Document(start).snapshot()
            self.copy = COPY
            self.journal.begin(self.base, self.copy)
            self.ahead: list[tuple[int, Patch]] = []
        else:
            self.base, self.copy = kept.base, kept.copy
            self.ahead = [(kept.last, kept.ahead)]
        self.document, self.history = opened(kept, self.base)

    # --- the person

    def starts(self, patch: Patch) -> Outcome:
        """A gesture that is on its way to the disk."""
        self.history.do(patch)
        return self._writes(Kind.DO, patch)

    def does(self, patch: Patch) -> None:
        assert self.starts(patch).wait() is None

    def draws(self, *annotations: Annotation) -> None:
        self.does(Patch.adding(Verb.DRAW, annotations))

    def undoes(self) -> Outcome | None:
        patch = self.history.undo()
        return None if patch is None else self._writes(Kind.UNDO, patch.inverse())

    def redoes(self) -> Outcome | None:
        patch = self.history.redo()
        return None if patch is None else self._writes(Kind.REDO, patch)

    def moves(self, x: float) -> None:
        """Puts the first shape elsewhere."""
        self.does(self.move(x))

    def move(self, x: float) -> Patch:
        first = self.document.snapshot()[0]
        assert isinstance(first, BBox)
        return Patch.replacing(Verb.MOVE, [(first, replace(first, x=x))])

    # --- the server

    def saves(self, etag: str = '"e2"') -> Outcome:
        """The server has everything."""
        return self.has_sent(self.journal.last, etag)

    def has_sent(self, upto: int, etag: str = '"e2"') -> Outcome:
        """The server has what was done up to `upto`."""
        sent = reduce(Patch.then, (p for n, p in self.ahead if n <= upto), Patch(Verb.DRAW, {}))
        self.ahead = [(n, p) for n, p in self.ahead if n > upto]
        self.base = after(self.base, sent)
        self.copy = Copy(etag=etag)
        return self.writes(Entry(advance=Advance(Cause.SAVED, sent, self.copy, upto)))

    def hears(self, news: Patch, etag: str = '"theirs"') -> Outcome:
        """Somebody else has changed the server's list, and the document follows."""
        self.base = after(self.base, news)
        self.copy = Copy(etag=etag, author="Bob")
        self.document.apply(news)
        self.history.rebase(news)
        advance = Advance(Cause.FETCHED, news, self.copy)
        return self.writes(Entry(op=Op(Kind.NEWS, news), advance=advance))

    def writes(self, entry: Entry) -> Outcome:
        outcome = Outcome()
        self.journal.write(entry, outcome.durable, outcome.failed)
        return outcome

    def _writes(self, kind: Kind, patch: Patch) -> Outcome:
        outcome = self.writes(Entry(op=Op(kind, patch)))
        self.ahead.append((self.journal.last, patch))
        return outcome


def opened(kept: Kept | None, start: Iterable[Annotation]) -> tuple[Document, History]:
    """The document and the history that a session goes on from."""
    if kept is None:
        document = Document(start)
        return document, History(document, Selection())
    conflicts = [c for _, c in kept.ahead.conflicts.values() if c is not None]
    document = Document(kept.document, conflicts)
    return document, History(document, Selection(), kept.done, kept.undone)


def after(base: Iterable[Annotation], patch: Patch) -> tuple[Annotation, ...]:
    """A list after a patch, which it fits."""
    document = Document(base)
    document.apply(Patch(patch.verb, patch.changes))
    return document.snapshot()


def kept(file: WorkspaceFile, image: str = "i1", origin: str = HERE) -> Kept | None:
    """What a later run finds of an image."""
    return file.image(origin, image, WireTexts()).read()


def found(
    file: WorkspaceFile, image: str = "i1", origin: str = HERE
) -> tuple[Annotation, ...] | None:
    """The document that a later run finds."""
    found = kept(file, image, origin)
    return None if found is None else found.document


def waiting(file: WorkspaceFile) -> list[str]:
    return [each.image_id for each in file.waiting()]


def limit(file: WorkspaceFile, pages: int) -> None:
    """Make the file as full as a full disk makes it."""
    file._database.read(f"PRAGMA max_page_count = {pages}")


def cars(count: int, x: float = 1.0) -> tuple[Annotation, ...]:
    return tuple(
        BBox(id=AnnotationId(f"car{n}"), name="car", x=x, y=2.0, w=3.0, h=4.0, rank=float(n))
        for n in range(count)
    )


def reopened(file: WorkspaceFile, path: Path) -> WorkspaceFile:
    """The same file in a later run."""
    assert file.close(10)
    return WorkspaceFile(path)
