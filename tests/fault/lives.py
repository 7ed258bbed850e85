"""Random lives of an image: edits, undo, redo, news from others, saves, kills and restarts.

A life is a pure function of its seed. It is lived twice at once: by a document with its history,
as the editor has them, and by the journal; after every restart both must be the same to the last
bit. A kill here is a run that ends without closing: what was acknowledged must be there, and what
was not may be, but only from its front on. Kills of real processes are another test.
"""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId, BBox, Opaque, Polygon
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.history import History
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.model.selection import Selection
from limner.storage.entry import Advance, Cause, Copy, Entry, Kept, Kind, Op, Outgoing
from limner.storage.image_journal import ImageJournal
from limner.storage.workspace_file import WorkspaceFile

_ORIGIN = "https://label.example.org"
_IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it
_IDS = [AnnotationId(each) for each in "abcdefgh"]


@dataclass(frozen=True, slots=True)
class Lives:
    """How many lives were lived, of how many edits; `failures` names the seeds that went wrong."""

    runs: int
    edits: int
    failures: tuple[str, ...]


def random_lives(runs: int, seed: int) -> Lives:
    """Live `runs` lives, whose seeds begin at `seed`."""
    edits, failures = 0, []
    for each in range(seed, seed + runs):
        with tempfile.TemporaryDirectory(prefix="limner-life-", dir=_IN_MEMORY) as folder:
            life = Life(Path(folder) / "workspace.db", each)
            try:
                life.live()
            except AssertionError as error:
                failures.append(f"seed {each}: {error}")
            finally:
                life.end()
            edits += life.edits
    return Lives(runs, edits, tuple(failures))


class Life:
    """One image from its first opening over several runs of the editor."""

    def __init__(self, path: Path, seed: int) -> None:
        self._path = path
        self._dice = Random(seed)  # noqa: S311 - a life that can be lived again
        self._least_to_fold = self._dice.choice([0, 400, 3_000, ImageJournal.least_to_fold])
        self._file = WorkspaceFile(path)
        self._base: tuple[Annotation, ...] = tuple(
            _shape(self._dice, id_, float(rank))
            for rank, id_ in enumerate(self._dice.sample(_IDS, self._dice.randrange(6)))
        )
        self._copy = Copy(etag='"0"')
        self._journal = self._opened()
        self._journal.begin(self._base, self._copy)
        self._document = Document(self._base)
        self._history = History(self._document, Selection())
        self._outgoing: Outgoing | None = None
        self._frozen: Document | None = None
        self._sketch: bytes | None = None
        self._failed: list[Exception] = []
        self.edits = 0

    def live(self) -> None:
        """Do this and that, and be restarted in between.

        Raises:
            AssertionError: the journal has something else than was done.
        """
        deeds: list[Callable[[], None]] = [self._edits] * 6 + [self._undoes] * 3
        deeds += [self._redoes] * 2 + [self._hears, self._freezes, self._is_sent, self._draws]
        deeds += [self._restarts]
        for _ in range(self._dice.randrange(5, 60)):
            self._dice.choice(deeds)()
        self._restarts()

    def end(self) -> None:
        self._file.close(30)

    # --- the person

    def _edits(self) -> None:
        held = {annotation.id: annotation for annotation in self._document}
        changes: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
        for id_ in self._dice.sample(_IDS, self._dice.randrange(1, 3)):
            before = held.get(id_)
            after = None if self._dice.random() < 0.3 else _shape(self._dice, id_)
            if before != after:
                changes[id_] = (before, after)
        decided = {
            id_: (conflict, None)
            for id_, conflict in self._document.conflicts.items()
            if self._dice.random() < 0.3
        }
        patch = Patch(self._dice.choice(list(Verb)), changes, decided)
        if patch:
            self._history.do(patch)
            self._write(Entry(op=Op(Kind.DO, patch)))

    def _undoes(self) -> None:
        patch = self._history.undo()
        if patch is not None:
            self._write(Entry(op=Op(Kind.UNDO, patch.inverse())))

    def _redoes(self) -> None:
        patch = self._history.redo()
        if patch is not None:
            self._write(Entry(op=Op(Kind.REDO, patch)))

    def _draws(self) -> None:
        self._sketch = self._dice.choice([None, b"a", b"b"])
        self._journal.draw(self._sketch)

    # --- the server

    def _hears(self) -> None:
        """Others changed the list: what is not mine follows, what is both ours may be in doubt."""
        base = {annotation.id: annotation for annotation in self._base}
        mine = {annotation.id: annotation for annotation in self._document}
        advance: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
        news: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
        found: dict[AnnotationId, tuple[Conflict | None, Conflict | None]] = {}
        for id_ in self._dice.sample(_IDS, self._dice.randrange(1, 3)):
            theirs = None if self._dice.random() < 0.3 else _shape(self._dice, id_)
            if base.get(id_) == theirs:
                continue
            advance[id_] = (base.get(id_), theirs)
            if mine.get(id_) == base.get(id_):
                news[id_] = (mine.get(id_), theirs)
            elif id_ not in self._document.conflicts:
                found[id_] = (None, Conflict(id_, base.get(id_), mine.get(id_), theirs, ("name",)))
        patch = Patch(Verb.RELOAD, news, found)
        self._copy = Copy(etag=f'"{self._dice.random()}"', author="Bob", rev=2)
        self._base = _after(self._base, Patch(Verb.RELOAD, advance))
        if patch:
            self._document.apply(patch)
            self._history.rebase(patch)
        op = Op(Kind.NEWS, patch) if patch else None
        change = Advance(Cause.FETCHED, Patch(Verb.RELOAD, advance), self._copy)
        self._write(Entry(op=op, advance=change))

    def _freezes(self) -> None:
        self._outgoing = Outgoing(self._journal.last, str(self._dice.random()))
        self._frozen = Document(self._document.snapshot())
        self._write(Entry(outgoing=self._outgoing))

    def _is_sent(self) -> None:
        if self._outgoing is None or self._frozen is None:
            return
        patch = _difference(self._base, self._frozen.snapshot())
        self._base, self._copy = self._frozen.snapshot(), Copy(etag=self._outgoing.key)
        advance = Advance(Cause.SAVED, patch, self._copy, self._outgoing.upto)
        self._outgoing = self._frozen = None
        self._write(Entry(advance=advance, outgoing=None))

    # --- the end of a run

    def _restarts(self) -> None:
        """End a run, cleanly or not, and compare what the next one finds."""
        if self._dice.random() < 0.5:
            assert self._file.close(30)
        else:
            self._is_safe()
            self._file._writer.close(30)
            self._file._database.close()
        assert not self._failed, self._failed
        self._file = WorkspaceFile(self._path)
        self._journal = self._opened()
        kept = self._journal.read()
        assert kept is not None, "nothing was kept"
        self._compare(kept)
        self._document = Document(kept.document, (c for _, c in kept.ahead.conflicts.values() if c))
        self._history = History(self._document, Selection(), kept.done, kept.undone)

    def _compare(self, kept: Kept) -> None:
        assert _words(kept.document) == _words(self._document), "another document"
        assert _words(kept.base) == _words(self._base), "another base"
        assert kept.copy == self._copy, "another copy"
        opened = {id_: c for id_, (_, c) in kept.ahead.conflicts.items()}
        assert opened == dict(self._document.conflicts), "other conflicts"
        assert _after(kept.base, kept.ahead) == kept.document, "ahead leads elsewhere"
        done = [step.patch for step in self._history._done]
        undone = [step.patch for step in self._history._undone]
        assert list(kept.done) == done, "other steps to undo"
        assert list(kept.undone) == undone, "other steps to redo"
        assert kept.outgoing == self._outgoing, "another frozen body"
        if self._frozen is not None:
            assert kept.since is not None, "nothing since"
            later = _after(self._frozen.snapshot(), kept.since)
            assert later == kept.document, "since leads elsewhere"
        assert self._journal.read_sketch() == self._sketch, "another sketch"
        waiting = bool(self._file.waiting())
        assert waiting == bool(kept.ahead), "waits without reason, or not"

    def _opened(self) -> ImageJournal:
        journal = self._file.image(_ORIGIN, "i", WireTexts())
        journal.least_to_fold = self._least_to_fold
        return journal

    def _is_safe(self) -> None:
        """Wait until everything is acknowledged."""
        safe = threading.Event()
        self._journal.write(Entry(), safe.set, self._failed.append)
        assert safe.wait(30), "never acknowledged"

    def _write(self, entry: Entry) -> None:
        self.edits += entry.op is not None
        self._journal.write(entry, _nothing, self._failed.append)


def _shape(dice: Random, id_: AnnotationId, rank: float | None = None) -> Annotation:
    at = float(dice.randrange(-3, 4)) if rank is None else rank
    name = dice.choice(["car", "bus", "trüffel", "x" * 300])
    x = round(dice.uniform(-1e3, 1e3), 3)
    match dice.randrange(3):
        case 0:
            return BBox(id=id_, name=name, rank=at, x=x, y=1.0, w=2.5, h=3.0)
        case 1:
            ring = Points.of([(x, 0.1), (x + 5.0, 0.0), (x, 7.25)])
            return Polygon(id=id_, name=name, rank=at, rings=(ring,))
        case _:
            raw = JsonText(json.dumps({"type": "mask", "rle": x}))
            return Opaque(id=id_, raw=raw, reason="A mask.", rank=at)


def _after(base: tuple[Annotation, ...], patch: Patch) -> tuple[Annotation, ...]:
    document = Document(base)
    document.apply(replace(patch, conflicts={}))
    return document.snapshot()


def _difference(base: tuple[Annotation, ...], other: tuple[Annotation, ...]) -> Patch:
    before, after = {a.id: a for a in base}, {a.id: a for a in other}
    ids = sorted(before.keys() | after.keys())
    rows = {id_: (before.get(id_), after.get(id_)) for id_ in ids}
    return Patch(Verb.RELOAD, {id_: row for id_, row in rows.items() if row[0] != row[1]})


def _words(annotations: Document | tuple[Annotation, ...]) -> list[tuple[bytes, float]]:
    """Every annotation byte for byte, as it is sent, with its rank."""
    texts = WireTexts()
    return [(bytes(texts.text(each)), each.rank) for each in annotations]


def _nothing() -> None:
    """Nobody waits for it."""
