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
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import replace
from itertools import chain, count, islice
from typing import Final

import msgspec
from msgspec import Raw

from limner.api.annotation_rows import KEYS, NotDrawable, Row, as_record, as_row, has_foreign_keys
from limner.api.errors import Garbled
from limner.api.refusals import plain_words
from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.json_text import JsonText
from limner.model.rules import RuleBroken, check

_SLICE: Final = 250
"""Rows that are decoded in one go: 5 ms in which no other thread can run."""


class _List(msgspec.Struct):
    annotations: list[Raw]


class _Body(msgspec.Struct):
    annotations: Raw


_read_list = msgspec.json.Decoder(_List).decode
_read_body = msgspec.json.Decoder(_Body).decode
_read_rows = msgspec.json.Decoder(list[Row]).decode
_read_row = msgspec.json.Decoder(Row).decode
_read_fields = msgspec.json.Decoder(dict[str, Raw]).decode
_write = msgspec.json.Encoder().encode
_NO_LIST: Final = "The server's answer holds no readable list of annotations."
_UNREADABLE: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


def decode(body: bytes) -> list[Annotation]:
    """The annotations of a reply `{"annotations": […], …}`, lowest first; rank = place.

    Raises:
        Garbled: the reply is not JSON or holds no such list.
    """
    try:
        return list(_annotations(_read_list(body).annotations))
    except _UNREADABLE as error:
        raise Garbled(_NO_LIST) from error


def encode(annotations: Iterable[Annotation]) -> bytes:
    """The JSON list of `annotations` as it stands in a save, in the order they are given."""
    waiting = iter(annotations)
    texts: list[bytes] = []
    while rows := [_raw_or_row(annotation) for annotation in islice(waiting, _SLICE)]:
        texts.append(_write(rows)[1:-1])
    return b"[" + b",".join(texts) + b"]"


def save_body(annotations: Iterable[Annotation], image_id: str | None) -> bytes:
    """The body of a save; `image_id` stands in it in the image-id dialect only."""
    head = b"" if image_id is None else b'"image_id":' + _write(image_id) + b","
    return b"{" + head + b'"annotations":' + encode(annotations) + b"}"


def fingerprint(body: bytes) -> str:
    """A hash of the list in a reply, as the server spelled it: equal means that nobody saved.

    Raises:
        Garbled: as `decode`.
    """
    try:
        text = _read_body(body).annotations
    except _UNREADABLE as error:
        raise Garbled(_NO_LIST) from error
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _annotations(raws: Sequence[Raw]) -> Iterator[Annotation]:
    taken: set[AnnotationId] = set()
    for start in range(0, len(raws), _SLICE):
        some = raws[start : start + _SLICE]
        for rank, (raw, row) in enumerate(zip(some, _rows(some), strict=True), start):
            annotation = _annotation(raw, row, float(rank))
            if isinstance(annotation, Opaque):
                annotation = replace(annotation, id=_free(annotation.id, taken))
            elif annotation.id in taken:
                opaque = _opaque(raw, float(rank), f"The id {annotation.id} stands twice.")
                annotation = replace(opaque, id=_free(annotation.id, taken))
            taken.add(annotation.id)
            yield annotation


def _rows(raws: Sequence[Raw]) -> Sequence[Row | None]:
    """The rows in one go; None for each when any of them needs a closer look."""
    try:
        return _read_rows(b"[" + b",".join(raws) + b"]")
    except _UNREADABLE:
        return [None] * len(raws)


def _annotation(raw: Raw, row: Row | None, rank: float) -> Annotation:
    """The record of `raw`, read already or not; `Opaque`, with the reason, when it has none."""
    extra = None
    try:
        if row is None or has_foreign_keys(row):
            row, extra = _split(raw)
        record = as_record(row, rank, extra)
        check(record)
    except (NotDrawable, RuleBroken) as error:
        return _opaque(raw, rank, str(error))
    except _UNREADABLE as error:
        return _opaque(raw, rank, f"Its form is not known here: {plain_words(str(error))}.")
    return record


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


def _opaque(raw: Raw, rank: float, reason: str) -> Opaque:
    text = bytes(raw)
    try:
        fields = _read_fields(text)
    except msgspec.ValidationError:
        fields = {}
    # The same row has the same id at every load, or a reload would look like an edit.
    id_ = _text(fields.get("id")) or hashlib.blake2b(text, digest_size=12).hexdigest()
    name = _text(fields.get("name"))
    return Opaque(
        id=AnnotationId(id_), raw=JsonText(text.decode()), reason=reason, name=name, rank=rank
    )


def _text(raw: Raw | None) -> str:
    """The text that a value is; "" when it is none."""
    value = None if raw is None else msgspec.json.decode(raw)
    return value if isinstance(value, str) and value.strip() else ""


def _free(id_: AnnotationId, taken: Set[AnnotationId]) -> AnnotationId:
    """`id_`, with a number behind it when others have it already."""
    candidates = (AnnotationId(f"{id_}~{number}") for number in count(2))
    return next(each for each in chain([id_], candidates) if each not in taken)


def _raw_or_row(annotation: Annotation) -> Raw | Row:
    if isinstance(annotation, Opaque):
        return Raw(annotation.raw.text.encode())
    row = as_row(annotation)
    if annotation.extra is None:
        return row
    return Raw(_write(row)[:-1] + b"," + annotation.extra.text.encode()[1:])
