"""The JSON of a draft: lists of annotations, and gestures.

A gesture is what each annotation was that it touched, and what it became:

    {"id": [before, after], …}     null where there was, or is, nothing

Each side holds the annotation as the wire has it, and its rank, which the wire has no word for.
What cannot be drawn is kept word for word with the reason why, apart from what can: read together
with other neighbours than it came with, it might be taken for something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import UNSET, Raw, UnsetType

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.json_text import JsonText
from limner.model.patch import Patch
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


class _Side(msgspec.Struct, omit_defaults=True):
    rank: float
    shape: Raw | UnsetType = UNSET
    opaque: Raw | UnsetType = UNSET
    reason: str = ""
    name: str = ""


_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError)
_DAMAGED: Final = "Work that was kept on this computer cannot be read."
_read = msgspec.json.Decoder(dict[str, tuple[_Side | None, _Side | None]]).decode
_read_hidden = msgspec.json.Decoder(list[_Hidden]).decode
_write = msgspec.json.Encoder().encode


def written(patch: Patch, text: Callable[[Annotation], bytes | Raw]) -> bytes:
    """The JSON of a patch."""
    rows = {
        id_: (_side(before, text), _side(after, text))
        for id_, (before, after) in patch.changes.items()
    }
    return _write(rows)


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
    except _UNREADABLE as error:
        raise StoreDamaged(_DAMAGED) from error
    return [_opaque(h.id, h.rank, h.opaque, h.reason, h.name) for h in hidden]


def replayed(
    annotations: Iterable[Annotation], ops: Iterable[bytes], wording: Wording
) -> list[Annotation]:
    """`annotations` after all `ops`, which are what `written` made, lowest first.

    Raises:
        StoreDamaged: an op cannot be read.
        Exception: what `decode` raises for a shape in one that was damaged.
    """
    held = {annotation.id: annotation for annotation in annotations}
    for op in ops:
        for id_, after in _outcome(op, wording):
            if after is None:
                held.pop(id_, None)
            else:
                held[id_] = after
    return sorted(held.values(), key=lambda annotation: (annotation.rank, annotation.id))


def _side(annotation: Annotation | None, text: Callable[[Annotation], bytes | Raw]) -> _Side | None:
    match annotation:
        case None:
            return None
        case Opaque(raw=raw, reason=reason, name=name, rank=rank):
            return _Side(rank, opaque=Raw(raw.text.encode()), reason=reason, name=name)
        case _:
            shape = text(annotation)
            return _Side(annotation.rank, shape=shape if isinstance(shape, Raw) else Raw(shape))


def _outcome(op: bytes, wording: Wording) -> Iterable[tuple[AnnotationId, Annotation | None]]:
    """What each annotation became."""
    try:
        sides = {AnnotationId(id_): after for id_, (_, after) in _read(op).items()}
    except _UNREADABLE as error:
        raise StoreDamaged(_DAMAGED) from error
    drawn = {id_: side for id_, side in sides.items() if side and side.shape is not UNSET}
    shapes = b",".join(side.shape for side in drawn.values() if side.shape is not UNSET)
    ranks = [side.rank for side in drawn.values()]
    read = wording.decode(b'{"annotations":[' + shapes + b"]}", ranks)
    found: dict[AnnotationId, Annotation] = dict(zip(drawn, read, strict=True))
    for id_, side in sides.items():
        if side is None:
            yield id_, None
        elif id_ in found:
            yield id_, found[id_]
        elif isinstance(side.opaque, UnsetType):
            raise StoreDamaged(_DAMAGED)
        else:
            yield id_, _opaque(id_, side.rank, side.opaque, side.reason, side.name)


def _opaque(id_: str, rank: float, raw: Raw, reason: str, name: str) -> Opaque:
    text = JsonText(bytes(raw).decode())
    return Opaque(id=AnnotationId(id_), raw=text, reason=reason, name=name, rank=rank)
