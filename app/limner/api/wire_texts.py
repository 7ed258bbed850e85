"""How annotations are worded on the wire, kept so that what nobody changed is not written anew."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice
from typing import Final

import msgspec

from limner.api.codec import Told, read, text_of
from limner.model.annotations import Annotation, AnnotationId

_TOGETHER: Final = 250
"""Texts that are joined in one go, in which no other thread can run: a tenth of a millisecond."""


class _Kept(msgspec.Struct, gc=False):
    record: Annotation
    text: bytes | msgspec.Raw


class WireTexts:
    """The JSON text of each annotation of one image, as the server sent it or as it was written.

    A text counts only for the record it was made of, or an equal one at another place in the
    order, and records never change, so nothing stale is ever sent. What was deleted keeps its text
    for when it comes back. Any thread may call: an entry is replaced whole.
    """

    def __init__(self) -> None:
        self._kept: dict[AnnotationId, _Kept] = {}

    def decode(
        self, body: bytes, ranks: Sequence[float] | None = None, told: Told | None = None
    ) -> list[Annotation]:
        """As `codec.decode`, and keeps the text of each that is right to send as it stands.

        The ranks are the places, or `ranks`.

        Raises:
            Garbled: the body is not JSON or holds no list of annotations.
        """
        annotations: list[Annotation] = []
        for place, (found, text) in enumerate(read(body, told)):
            annotation = found if ranks is None else replace(found, rank=ranks[place])
            annotations.append(annotation)
            if text is not None:
                self._kept[annotation.id] = _Kept(annotation, text)
        return annotations

    def save_body(self, annotations: Iterable[Annotation], image_id: str | None) -> list[bytes]:
        """The body of a save, in the order given; `image_id` is for the image-id dialect only.

        It comes in pieces: each copy of a hundred megabytes costs as long as making them.
        """
        place = b"" if image_id is None else b'"image_id":' + msgspec.json.encode(image_id) + b","
        texts = map(self.text, annotations)
        pieces = [b"{" + place + b'"annotations":[']
        while some := list(islice(texts, _TOGETHER)):
            if len(pieces) > 1:
                pieces.append(b",")
            pieces.append(b",".join(some))
        pieces.append(b"]}")
        return pieces

    def text(self, annotation: Annotation) -> bytes | msgspec.Raw:
        """One annotation as it stands in the list."""
        kept = self._kept.get(annotation.id)
        if kept is not None and _says_the_same(kept.record, annotation):
            return kept.text
        text = text_of(annotation)
        self._kept[annotation.id] = _Kept(annotation, text)
        return text


def _says_the_same(kept: Annotation, wanted: Annotation) -> bool:
    return kept is wanted or (
        type(kept) is type(wanted) and replace(kept, rank=wanted.rank) == wanted
    )
