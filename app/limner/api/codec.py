"""Annotation lists between the wire and the model: the bulk path, built for 100,000 shapes.

What is read without loss becomes a record; keys this version does not know travel along in
`extra`; whatever cannot be drawn (an unknown type, an illegal shape, an id that stands twice)
becomes `Opaque` and goes back word for word, so a full overwrite never drops what a newer program
drew.

What the strict models of `pictograph_wire.py` and the rules of the model accept is read without
`extra` and `Opaque`, and nothing else is: a property test holds the two together.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, count
from typing import Final

import msgspec
from msgspec import Raw

from limner.api.annotation_rows import (
    KEYS,
    NotDrawable,
    Row,
    as_records,
    as_row,
    has_foreign_keys,
    is_complete,
)
from limner.api.errors import Garbled
from limner.api.refusals import plain_words
from limner.api.row_slices import UNREADABLE, Slice, slices
from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.json_text import JsonText
from limner.model.rules import RuleBroken, check, check_each

Told = Callable[[float], None]
"""Called with how much is done, from 0 to 1; what it raises ends the work."""

_read_rows = msgspec.json.Decoder(list[Row]).decode
_read_row = msgspec.json.Decoder(Row).decode
_read_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_write = msgspec.json.Encoder().encode
_NO_LIST: Final = "The server's answer holds no readable list of annotations."


def decode(body: bytes) -> list[Annotation]:
    """The annotations of a reply `{"annotations": […], …}`, lowest first; rank = place.

    Raises:
        Garbled: the body is not JSON or holds no such list.
    """
    return [annotation for annotation, _ in read(body)]


def read(body: bytes, told: Told | None = None) -> Iterator[tuple[Annotation, Raw | None]]:
    """As `decode`, each with its text where that can be sent back as it stands.

    Raises:
        Garbled: as `decode`.
    """
    taken: set[AnnotationId] = set()
    try:
        for piece in slices(body):
            yield from _annotations(piece, taken)
            if told is not None:
                told(piece.end / len(body))
    except UNREADABLE as error:
        raise Garbled(_NO_LIST) from error


def encode(annotations: Iterable[Annotation]) -> bytes:
    """The JSON list of `annotations` as it stands in a save, in the order they are given."""
    return b"[" + b",".join(map(text_of, annotations)) + b"]"


def text_of(annotation: Annotation) -> bytes:
    """One annotation as it stands in a save."""
    if isinstance(annotation, Opaque):
        return annotation.raw.text.encode()
    row = _write(as_row(annotation))
    if annotation.extra is None:
        return row
    return row[:-1] + b"," + annotation.extra.text.encode()[1:]


def _annotations(piece: Slice, taken: set[AnnotationId]) -> Iterator[tuple[Annotation, Raw | None]]:
    """What the rows say, each with its text, after those that have the ids `taken`."""
    first = len(taken)
    found: Sequence[tuple[Annotation, bool]]
    try:
        found = _plain(piece, first)
    except (NotDrawable, RuleBroken, *UNREADABLE):  # one of them needs a closer look
        found = [_one(raw, rank) for rank, raw in enumerate(piece.rows, first)]
    for raw, (annotation, is_whole) in zip(piece.rows, found, strict=True):
        if annotation.id in taken:
            yield _twin(annotation, raw, taken), None
        else:
            taken.add(annotation.id)
            yield annotation, raw if is_whole else None


def _plain(piece: Slice, first: int) -> list[tuple[Annotation, bool]]:
    """The rows as records, all in one go, and whether each may be sent back as it stands."""
    rows = _read_rows(piece.text)
    if any(map(has_foreign_keys, rows)):
        raise NotDrawable("Some rows have keys that others have not.")
    records = as_records(rows, first)
    check_each(records)
    return list(zip(records, map(is_complete, rows), strict=True))


def _one(raw: Raw, rank: int) -> tuple[Annotation, bool]:
    """The record of `raw`; `Opaque`, with the reason, when it has none."""
    try:
        row, extra = _split(raw)
        (record,) = as_records([row], rank, extra)
        check(record)
    except (NotDrawable, RuleBroken) as error:
        return _opaque(raw, rank, str(error)), False
    except UNREADABLE as error:
        words = plain_words(str(error))
        return _opaque(raw, rank, f"Its form is not known here: {words}."), False
    return record, is_complete(row)


def _twin(annotation: Annotation, raw: Raw, taken: set[AnnotationId]) -> Opaque:
    """An annotation whose id an earlier one has; it takes one that is free."""
    if not isinstance(annotation, Opaque):
        reason = f"The id {annotation.id} stands twice."
        annotation = _opaque(raw, int(annotation.rank), reason)
    opaque = replace(annotation, id=_free(annotation.id, taken))
    taken.add(opaque.id)
    return opaque


def _split(raw: Raw) -> tuple[Row, JsonText | None]:
    """The fields of a row that belong to its type, and the others as they stand."""
    fields = _read_fields(raw)
    kind = _text(fields.get("type"))
    if kind not in KEYS:
        words = plain_words(kind)
        raise NotDrawable(f"Annotations of the type “{words}” cannot be drawn by this version.")
    row = _read_row(_write({key: value for key, value in fields.items() if key in KEYS[kind]}))
    extra = {key: value for key, value in fields.items() if key not in KEYS[kind]}
    return row, JsonText(_write(extra).decode()) if extra else None


def _opaque(raw: Raw, rank: int, reason: str) -> Opaque:
    text = bytes(raw)
    try:
        fields = _read_fields(text)
    except msgspec.ValidationError:
        fields = {}
    # The same row has the same id at every load, or a reload would look like an edit.
    id_ = _text(fields.get("id")) or hashlib.blake2b(text, digest_size=12).hexdigest()
    name = _text(fields.get("name"))
    return Opaque(
        id=AnnotationId(id_),
        raw=JsonText(text.decode()),
        reason=reason,
        name=name,
        rank=float(rank),
    )


def _text(raw: Raw | None) -> str:
    """The text that a value is; "" when it is none."""
    value = None if raw is None else msgspec.json.decode(raw)
    return value if isinstance(value, str) and value.strip() else ""


def _free(id_: AnnotationId, taken: Set[AnnotationId]) -> AnnotationId:
    """`id_`, with a number behind it when others have it already."""
    candidates = (AnnotationId(f"{id_}~{number}") for number in count(2))
    return next(each for each in chain([id_], candidates) if each not in taken)
