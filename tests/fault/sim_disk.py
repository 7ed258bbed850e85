"""A journal that keeps what was durable, and gives it back after a crash."""

from __future__ import annotations

from collections.abc import Sequence

from limner.model.annotations import Annotation, AnnotationId
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from limner.storage.entry import Copy, Entry, Kept, Kind, Outgoing, Unchanged, Versions
from limner.sync.unsent import Unsent


class Disk:
    """The journal of one image on one computer."""

    def __init__(self, base: Sequence[Annotation], copy: Copy) -> None:
        self._stem = (tuple(base), copy)
        self._entries: list[tuple[int, Entry]] = []
        self._durable = 0
        self.last = 0

    def write(self, entry: Entry) -> int:
        if entry.op is not None:
            self.last += 1
        self._entries.append((self.last, entry))
        return self.last

    def settle(self) -> None:
        """All that was written is durable."""
        self._durable = len(self._entries)

    def crash(self) -> int:
        """Forget what was not durable; the number of the newest op that was."""
        del self._entries[self._durable :]
        self.last = self._entries[-1][0] if self._entries else 0
        return self.last

    def read(self) -> Kept:
        """What the journal has, made from its entries one after the other."""
        return _Reading(*self._stem).of(self._entries, self.last)


class _Reading:
    def __init__(self, base: tuple[Annotation, ...], copy: Copy) -> None:
        self._base = {a.id: a for a in base}
        self._copy = copy
        self._document = Document(base)
        self._history = History(self._document, Selection())
        self._known: dict[AnnotationId, Versions] = {}
        self._outgoing: Outgoing | None = None
        self._refused: dict[AnnotationId, str] = {}
        self._ops: list[tuple[int, Patch]] = []

    def of(self, entries: Sequence[tuple[int, Entry]], last: int) -> Kept:
        for number, entry in entries:
            self._add(number, entry)
        document = self._document.snapshot()
        ahead = Unsent(Patch(Verb.RELOAD, _rows(self._base, {a.id: a for a in document})))
        ahead.conflicts = {id_: (None, each) for id_, each in self._document.conflicts.items()}
        history = self._history
        return Kept(
            base=tuple(sorted(self._base.values(), key=lambda a: (a.rank, a.id))),
            copy=self._copy,
            document=document,
            ahead=ahead.patch(),
            done=tuple(step.patch for step in history._done),
            undone=tuple(step.patch for step in history._undone),
            known=self._known,
            outgoing=self._outgoing,
            since=self._since(),
            refused=self._refused,
            last=last,
        )

    def _add(self, number: int, entry: Entry) -> None:
        if entry.op is not None:
            self._apply(entry.op.kind, entry.op.patch)
            if entry.op.kind is not Kind.NEWS:
                self._ops.append((number, entry.op.patch))
        if entry.advance is not None:
            for id_, (before, after) in entry.advance.patch.changes.items():
                assert self._base.get(id_) == before, "the base line is broken"
                if after is None:
                    del self._base[id_]
                else:
                    self._base[id_] = after
            self._copy = entry.advance.copy
        if entry.forgets_known:
            self._known = {}
        for id_, versions in entry.known.items():
            self._known[id_] = self._known.get(id_, frozenset()) | versions
        if not isinstance(entry.outgoing, Unchanged):
            self._outgoing = entry.outgoing
        if not isinstance(entry.refused, Unchanged):
            self._refused = dict(entry.refused)

    def _apply(self, kind: Kind, patch: Patch) -> None:
        if kind is Kind.NEWS:
            self._document.apply(patch)
            self._history.rebase(patch)
        elif kind is Kind.DO:
            self._history.do(patch)
        else:
            seen: list[Patch] = []
            stop = self._document.watch(seen.append)
            self._history.undo() if kind is Kind.UNDO else self._history.redo()
            stop()
            assert seen == [patch], "the history was not rebuilt as it was"

    def _since(self) -> Patch | None:
        if self._outgoing is None:
            return None
        since = Unsent()
        for number, patch in self._ops:
            if number > self._outgoing.upto:
                since.add(patch)
        return since.patch()


_Held = dict[AnnotationId, Annotation]


def _rows(
    base: _Held, document: _Held
) -> dict[AnnotationId, tuple[Annotation | None, Annotation | None]]:
    ids = dict.fromkeys([*base, *document])
    rows = {id_: (base.get(id_), document.get(id_)) for id_ in ids}
    return {id_: row for id_, row in rows.items() if row[0] != row[1]}
