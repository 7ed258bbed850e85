"""A short name for what a list of annotations holds, the same in every run and everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from itertools import islice
from struct import pack
from typing import Final

from limner.model.annotations import (
    Annotation,
    BBox,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
    kind_of,
)

_TOGETHER: Final = 250


def fingerprint(annotations: Iterable[Annotation]) -> str:
    """Equal for equal work: what the server adds by itself (`created_by`) is left out.

    So are ranks, whose order is that of the list.
    """
    digest = blake2b(digest_size=20)
    contents = map(_content, annotations)
    while some := b"".join(islice(contents, _TOGETHER)):
        digest.update(some)
    return digest.hexdigest()


def version(annotation: Annotation) -> bytes:
    """A short name of one version of an annotation; what `fingerprint` leaves out, it does too."""
    return blake2b(_content(annotation), digest_size=12).digest()


def _content(annotation: Annotation) -> bytes:
    """The fields in a form in which no two annotations are the same by accident."""
    match annotation:
        case Opaque(raw=raw):
            return repr(("opaque", raw.text)).encode()
        case Polygon(rings=rings):
            sizes = tuple(map(len, rings))
            return _head(annotation, *sizes) + b"".join([ring.packed for ring in rings])
        case Polyline(path=path):
            return _head(annotation, len(path)) + path.packed
        case Keypoint(x=x, y=y, instance_id=instance):
            return _head(annotation, instance) + pack("<2d", x, y)
        case BBox(x=x, y=y, w=w, h=h, oriented=turned):
            numbers = [x, y, w, h]
            if turned is not None:
                numbers += [turned.cx, turned.cy, turned.w, turned.h, turned.angle]
            return _head(annotation, len(numbers)) + pack(f"<{len(numbers)}d", *numbers)


def _head(annotation: BBox | Polygon | Polyline | Keypoint, *sizes: int | None) -> bytes:
    extra = annotation.extra and annotation.extra.text
    fields = (annotation.id, annotation.name, float(annotation.confidence))
    kind = kind_of(annotation).value
    return repr((kind, *fields, annotation.attributes.text, extra, sizes)).encode()
