"""The lists and the history of an image, made again from its stem and its ops."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.model.history import rebased
from limner.model.patch import Patch
from limner.storage.ahead import ahead_patch
from limner.storage.entry import Kind
from limner.storage.errors import StoreDamaged
from limner.storage.journal_text import DAMAGED, PatchText, Reader, Side, Wording, read_apart, sides

Held = dict[AnnotationId, Annotation]

WORK: Final = "work"
BASE: Final = "base"
BRIDGE: Final = "bridge"
"""An op that leads from a stem to the document of the same moment; it is no history."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Some annotations of a stem, as they stand in the file."""

    ranks: bytes | None
    opaque: bytes | None
    body: bytes


@dataclass(frozen=True, slots=True)
class OpRow:
    """An op as it stands in the file."""

    seq: int
    line: str
    kind: str
    text: PatchText


@dataclass(frozen=True, slots=True)
class Lines:
    """Both lines as they end: lists in z-order, and what leads from the base to the document."""

    base: tuple[Annotation, ...]
    document: tuple[Annotation, ...]
    ahead: Patch


def stem_list(pieces: Sequence[Piece], wording: Wording) -> list[Annotation]:
    """The annotations of a stem.

    Raises:
        StoreDamaged: ranks or what cannot be drawn cannot be read.
        Exception: what `decode` raises for a list that was damaged on the disk.
    """
    shapes = [piece.body[1:-1] for piece in pieces if piece.body != b"[]"]
    packed = [piece.ranks for piece in pieces if piece.ranks is not None]
    apart = [piece.opaque for piece in pieces if piece.opaque is not None]
    body = b'{"annotations":[' + b",".join(shapes) + b"]}"
    try:
        drawn = wording.decode(body, array("d", b"".join(packed)) if packed else None)
    except (ValueError, IndexError) as error:
        raise StoreDamaged(DAMAGED) from error
    return [*drawn, *chain.from_iterable(map(read_apart, apart))]


class Replay:
    """Makes every op again that came after a stem."""

    def __init__(self, stem: Iterable[Annotation], stem_is: str, reader: Reader) -> None:
        """`stem_is` the base and the document then, or the document alone, whose base is empty."""
        self._reader = reader
        self._document = {annotation.id: annotation for annotation in stem}
        self._base = dict(self._document) if stem_is == BASE else {}
        self._touched = set(self._document.keys() ^ self._base.keys())
        self._conflicts: dict[AnnotationId, Conflict] = {}

    def outcomes(self, ops: Sequence[OpRow]) -> None:
        """Go on to where `ops` lead, reading nothing but what they lead to.

        Raises:
            StoreDamaged: an op cannot be read.
            Exception: what `decode` raises for a shape in one that was damaged.
        """
        for line, held in ((BASE, self._base), (WORK, self._document)):
            afters: dict[str, Side | None] = {}
            for op in ops:
                if op.line == line:
                    afters.update((id_, after) for id_, (_, after) in sides(op.text).items())
            self._touched.update(map(AnnotationId, afters))
            _put(afters, self._reader.annotations(afters), held)
        self._decide([replace(op.text, changes=b"{}") for op in ops if op.text.conflicts])

    def work(self, patch: Patch) -> None:
        """Go on by a patch of the line of work."""
        self._touched.update(patch.changes)
        afters = {id_: after for id_, (_, after) in patch.changes.items()}
        _put(afters, {id_: a for id_, a in afters.items() if a is not None}, self._document)
        self._open(patch)

    def lines(self) -> Lines:
        """Where it has come to."""
        pairs = ((id_, (self._base.get(id_), self._document.get(id_))) for id_ in self._touched)
        changes = {id_: pair for id_, pair in sorted(pairs) if pair[0] != pair[1]}
        ahead = ahead_patch(changes, self._conflicts)
        return Lines(in_order(self._base), in_order(self._document), ahead)

    def _decide(self, texts: Sequence[PatchText]) -> None:
        for patch in self._reader.patches(texts):
            self._open(patch)

    def _open(self, patch: Patch) -> None:
        for id_, (_, conflict) in patch.conflicts.items():
            if conflict is None:
                self._conflicts.pop(id_, None)
            else:
                self._conflicts[id_] = conflict


def steps(kinds: Iterable[str], patches: Iterable[Patch]) -> tuple[list[Patch], list[Patch]]:
    """What can be undone and what can be redone after ops of the line of work, the latest last.

    The first need not be the first that was ever made: an undone step is known by the op that
    undid it.
    """
    done: list[Patch] = []
    undone: list[Patch] = []
    for kind, patch in zip(kinds, patches, strict=True):
        match kind:
            case Kind.DO:
                done.append(patch)
                undone.clear()
            case Kind.UNDO:
                undone.append(done.pop() if done else patch.inverse())
            case Kind.REDO:
                done.append(undone.pop() if undone else patch)
            case Kind.NEWS:
                done = [each for each in rebased(done, patch) if each]
                undone = [each for each in rebased(undone, patch) if each]
            case _:
                raise StoreDamaged(DAMAGED)
    return done, undone


def as_before(
    now: Iterable[Annotation], later: Sequence[OpRow], reader: Reader
) -> tuple[Annotation, ...]:
    """A list as it was before all of `later`, which are ops of its line, the oldest first.

    Raises:
        StoreDamaged: an op cannot be read.
        Exception: what `decode` raises for a shape in one that was damaged.
    """
    befores: dict[str, Side | None] = {}
    for op in later:
        for id_, (before, _) in sides(op.text).items():
            befores.setdefault(id_, before)
    held = {annotation.id: annotation for annotation in now}
    _put(befores, reader.annotations(befores), held)
    return in_order(held)


def in_order(held: Mapping[AnnotationId, Annotation]) -> tuple[Annotation, ...]:
    """In z-order, as a document has it."""
    return tuple(sorted(held.values(), key=lambda annotation: (annotation.rank, annotation.id)))


def _put(ids: Iterable[str], found: Mapping[AnnotationId, Annotation], held: Held) -> None:
    """Make `held` be what was `found` of these ids."""
    for id_ in map(AnnotationId, ids):
        annotation = found.get(id_)
        if annotation is None:
            held.pop(id_, None)
        else:
            held[id_] = annotation
