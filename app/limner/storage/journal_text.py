"""The JSON of the journal: lists of annotations, and patches.

A patch is what each annotation was that it touched, and what it became:

    {"id": [before, after], …}     null where there was, or is, nothing

Each side holds the annotation as the wire has it, and its rank, which the wire has no word for.
What cannot be drawn is kept word for word with the reason why, apart from what can: read together
with other neighbours than it came with, it might be taken for something else. Conflicts, in a
text of their own, are such pairs too, each {"base": side, "mine": side, "theirs": side, "fields"}.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from struct import pack
from typing import Final, Protocol

import msgspec
from msgspec import UNSET, Raw, UnsetType

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText
from limner.model.patch import Change, Decision, Patch, Verb
from limner.storage.errors import StoreDamaged


class Wording(Protocol):
    """How the annotations of one image are written and read."""

    def text(self, annotation: Annotation) -> bytes | Raw:
        """One annotation as JSON."""
        ...

    def decode(self, body: bytes, ranks: Sequence[float] | None = None) -> list[Annotation]:
        """The annotations of `{"annotations": […]}`; their ranks are their places, or `ranks`.

        Raises:
            Exception: the body was damaged.
        """
        ...


class _Hidden(msgspec.Struct):
    id: str
    rank: float
    opaque: Raw
    reason: str
    name: str


class Side(msgspec.Struct, omit_defaults=True):
    """An annotation before or after a patch."""

    rank: float
    shape: Raw | UnsetType = UNSET
    opaque: Raw | UnsetType = UNSET
    reason: str = ""
    name: str = ""


class _Clash(msgspec.Struct, omit_defaults=True):
    base: Side | None = None
    mine: Side | None = None
    theirs: Side | None = None
    fields: tuple[str, ...] = ()


Sides = dict[str, tuple[Side | None, Side | None]]
_Clashes = dict[str, tuple[_Clash | None, _Clash | None]]

UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
DAMAGED: Final = "Work that was kept on this computer cannot be read."
_read_sides = msgspec.json.Decoder(Sides).decode
_read_clashes = msgspec.json.Decoder(_Clashes).decode
_read_hidden = msgspec.json.Decoder(list[_Hidden]).decode
_write = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class PatchText:
    """A patch as it stands in the file."""

    verb: str
    changes: bytes
    conflicts: bytes | None


def written(patch: Patch, text: Callable[[Annotation], bytes | Raw]) -> PatchText:
    """The JSON of a patch."""
    rows = {
        id_: (_side(before, text), _side(after, text))
        for id_, (before, after) in patch.changes.items()
    }
    clashes = {
        id_: (_clash(before, text), _clash(after, text))
        for id_, (before, after) in patch.conflicts.items()
    }
    return PatchText(patch.verb.value, _write(rows), _write(clashes) if clashes else None)


def written_apart(annotations: Iterable[Opaque]) -> bytes:
    """The JSON of what cannot be drawn in a list."""
    return _write(
        [_Hidden(a.id, a.rank, Raw(a.raw.text.encode()), a.reason, a.name) for a in annotations]
    )


def read_apart(text: bytes) -> list[Opaque]:
    """What `written_apart` wrote.

    Raises:
        StoreDamaged: it cannot be read.
    """
    try:
        hidden = _read_hidden(text)
    except UNREADABLE as error:
        raise StoreDamaged(DAMAGED) from error
    return [_opaque(h.id, h.rank, h.opaque, h.reason, h.name) for h in hidden]


class Reader:
    """Reads the patches of one image; what is worded the same is read once, and is one record."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._records: dict[bytes, Annotation] = {}

    def patches(self, texts: Sequence[PatchText]) -> list[Patch]:
        """What `written` wrote.

        Raises:
            StoreDamaged: a patch cannot be read.
            Exception: what `decode` raises for a shape in one that was damaged.
        """
        changes = [sides(text) for text in texts]
        clashes = [_clashes(text) for text in texts]
        self._take([*_all_sides(changes), *_sides_of_clashes(clashes)])
        return [
            Patch(_verb(text.verb), self._changes(some), self._decisions(others))
            for text, some, others in zip(texts, changes, clashes, strict=True)
        ]

    def annotations(self, found: Mapping[str, Side | None]) -> dict[AnnotationId, Annotation]:
        """Each side as the annotation that it is, without those that are none.

        Raises:
            StoreDamaged, Exception: as `patches`.
        """
        self._take(found.items())
        read = ((AnnotationId(id_), self._record(id_, side)) for id_, side in found.items())
        return {id_: annotation for id_, annotation in read if annotation is not None}

    def _take(self, found: Iterable[tuple[str, Side | None]]) -> None:
        """Read what was not read before: together, but never two of one id."""
        rounds: list[dict[bytes, tuple[str, Side]]] = []
        counts: Counter[str] = Counter()
        met: set[bytes] = set()
        for id_, side in found:
            if side is None or isinstance(side.shape, UnsetType):
                continue
            key = _key(id_, side)
            if key in met or key in self._records:
                continue
            met.add(key)
            if counts[id_] == len(rounds):
                rounds.append({})
            rounds[counts[id_]][key] = (id_, side)
            counts[id_] += 1
        for each in rounds:
            self._read(each)

    def _read(self, some: Mapping[bytes, tuple[str, Side]]) -> None:
        shapes = b",".join(bytes(s.shape) for _, s in some.values() if s.shape is not UNSET)
        ranks = [side.rank for _, side in some.values()]
        read = self._wording.decode(b'{"annotations":[' + shapes + b"]}", ranks)
        if [each.id for each in read] != [id_ for id_, _ in some.values()]:
            raise StoreDamaged(DAMAGED)
        self._records.update(zip(some, read, strict=True))

    def _changes(self, some: Sides) -> dict[AnnotationId, Change]:
        return {
            AnnotationId(id_): (self._record(id_, before), self._record(id_, after))
            for id_, (before, after) in some.items()
        }

    def _decisions(self, some: _Clashes) -> dict[AnnotationId, Decision]:
        return {
            AnnotationId(id_): (self._conflict(id_, before), self._conflict(id_, after))
            for id_, (before, after) in some.items()
        }

    def _conflict(self, id_: str, clash: _Clash | None) -> Conflict | None:
        if clash is None:
            return None
        base, mine, theirs = (
            self._record(id_, side) for side in (clash.base, clash.mine, clash.theirs)
        )
        return Conflict(AnnotationId(id_), base, mine, theirs, clash.fields)

    def _record(self, id_: str, side: Side | None) -> Annotation | None:
        if side is None:
            return None
        if not isinstance(side.shape, UnsetType):
            return self._records[_key(id_, side)]
        if isinstance(side.opaque, UnsetType):
            raise StoreDamaged(DAMAGED)
        return _opaque(id_, side.rank, side.opaque, side.reason, side.name)


def sides(text: PatchText) -> Sides:
    """The rows of a patch with their annotations as text still.

    Raises:
        StoreDamaged: it cannot be read.
    """
    try:
        return _read_sides(text.changes)
    except UNREADABLE as error:
        raise StoreDamaged(DAMAGED) from error


def _clashes(text: PatchText) -> _Clashes:
    try:
        return {} if text.conflicts is None else _read_clashes(text.conflicts)
    except UNREADABLE as error:
        raise StoreDamaged(DAMAGED) from error


def _all_sides(patches: Iterable[Sides]) -> Iterator[tuple[str, Side | None]]:
    for patch in patches:
        for id_, (before, after) in patch.items():
            yield id_, before
            yield id_, after


def _sides_of_clashes(patches: Iterable[_Clashes]) -> Iterator[tuple[str, Side | None]]:
    for patch in patches:
        for id_, clashes in patch.items():
            for clash in clashes:
                if clash is not None:
                    yield from ((id_, side) for side in (clash.base, clash.mine, clash.theirs))


def _key(id_: str, side: Side) -> bytes:
    """A name for what a side says."""
    text = b"" if isinstance(side.shape, UnsetType) else side.shape
    digest = blake2b(pack("<d", side.rank), digest_size=16)
    digest.update(id_.encode() + b"\0")
    digest.update(text)
    return digest.digest()


def _verb(name: str) -> Verb:
    try:
        return Verb(name)
    except ValueError as error:
        raise StoreDamaged(DAMAGED) from error


def _side(annotation: Annotation | None, text: Callable[[Annotation], bytes | Raw]) -> Side | None:
    match annotation:
        case None:
            return None
        case Opaque(raw=raw, reason=reason, name=name, rank=rank):
            return Side(rank, opaque=Raw(raw.text.encode()), reason=reason, name=name)
        case _:
            shape = text(annotation)
            return Side(annotation.rank, shape=shape if isinstance(shape, Raw) else Raw(shape))


def _clash(conflict: Conflict | None, text: Callable[[Annotation], bytes | Raw]) -> _Clash | None:
    if conflict is None:
        return None
    base, mine, theirs = conflict.base, conflict.mine, conflict.theirs
    return _Clash(_side(base, text), _side(mine, text), _side(theirs, text), conflict.fields)


def _opaque(id_: str, rank: float, raw: Raw, reason: str, name: str) -> Opaque:
    text = JsonText(bytes(raw).decode())
    return Opaque(id=AnnotationId(id_), raw=text, reason=reason, name=name, rank=rank)
