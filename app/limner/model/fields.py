"""What an annotation consists of, field by field, and two people's fields brought together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from operator import attrgetter
from typing import Any, Final

from limner.model.annotations import (
    Annotation,
    BBox,
    Drawable,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
)
from limner.model.json_text import JsonText

Fields = tuple[str, ...]
"""Names of fields: "name", "geometry", "attributes.colour"."""

_Parts = dict[str, Any]

_ABSENT: Final = object()
_WHOLE: Final = "annotation"
"""The one field of what cannot be drawn."""

_BESIDE: Final = frozenset({"rank", "created_by"})
"""Where it lies, and who drew it: neither is what it says."""

_OUTSIDE_GEOMETRY: Final = _BESIDE | {
    "id",
    "name",
    "confidence",
    "attributes",
    "extra",
    "instance_id",
}


def _getter(kind: type[Drawable], without: Collection[str]) -> Callable[[Annotation], Any]:
    return attrgetter(*(each.name for each in fields(kind) if each.name not in without))


_KINDS: Final = (BBox, Polygon, Polyline, Keypoint)
_said: Final = {kind: _getter(kind, _BESIDE) for kind in _KINDS}
_coordinates: Final = {kind: _getter(kind, _OUTSIDE_GEOMETRY) for kind in _KINDS}


def says_the_same(one: Annotation | None, other: Annotation | None) -> bool:
    """Whether two versions of an annotation differ at most in rank and author."""
    if one is other or one is None or other is None:
        return one is other
    if isinstance(one, Opaque) or isinstance(other, Opaque):
        return isinstance(one, Opaque) and isinstance(other, Opaque) and one.raw == other.raw
    said = _said[type(one)]
    return type(one) is type(other) and bool(said(one) == said(other))


def together(
    base: Annotation | None, mine: Annotation, theirs: Annotation
) -> tuple[Annotation, Fields]:
    """Mine with what only they changed, and the fields that both changed, which are as mine."""
    if isinstance(mine, Opaque) or isinstance(theirs, Opaque) or isinstance(base, Opaque):
        return mine, () if says_the_same(mine, theirs) else (_WHOLE,)
    chosen, clashes = _chosen(*_spread(base, mine, theirs))
    return _built(chosen, mine, theirs), clashes


def differing(mine: Annotation, theirs: Annotation) -> Fields:
    """The fields in which two versions differ."""
    if isinstance(mine, Opaque) or isinstance(theirs, Opaque):
        return () if says_the_same(mine, theirs) else (_WHOLE,)
    _, own, other = _spread(None, mine, theirs)
    keys = sorted(own.keys() | other.keys())
    return tuple(key for key in keys if own.get(key, _ABSENT) != other.get(key, _ABSENT))


def picked(mine: Annotation, theirs: Annotation, wanted: Collection[str]) -> Annotation:
    """Mine with those fields of theirs that are `wanted`; whole where it has no fields."""
    if isinstance(mine, Opaque) or isinstance(theirs, Opaque):
        return replace(theirs, rank=mine.rank) if wanted else mine
    _, own, other = _spread(None, mine, theirs)
    chosen = {key: value for key, value in own.items() if key not in wanted}
    chosen |= {key: value for key, value in other.items() if key in wanted}
    return _built(chosen, mine, theirs)


def _chosen(base: _Parts, mine: _Parts, theirs: _Parts) -> tuple[_Parts, Fields]:
    """Each part from the one who changed it; mine, and a clash, where both did."""
    chosen: _Parts = {}
    clashes: list[str] = []
    for key in sorted(base.keys() | mine.keys() | theirs.keys()):
        b, m, t = (parts.get(key, _ABSENT) for parts in (base, mine, theirs))
        if m != t and m != b and t != b:
            clashes.append(key)
        value = t if m == b else m
        if value is not _ABSENT:
            chosen[key] = value
    return chosen, tuple(clashes)


def _spread(*versions: Drawable | None) -> list[_Parts]:
    """The parts of each version, alike in how far attributes and unknown keys are taken apart."""
    parts = [_parts(version) for version in versions]
    for name in ("attributes", "extra"):
        _spread_object(name, versions, parts)
    return parts


def _parts(annotation: Drawable | None) -> _Parts:
    if annotation is None:
        return {}
    return {
        "name": annotation.name,
        "confidence": annotation.confidence,
        "instance": getattr(annotation, "instance_id", None),
        "geometry": _geometry(annotation),
    }


def _geometry(annotation: Drawable) -> tuple[object, ...]:
    """All coordinates, with the kind of shape that they are."""
    return type(annotation), _coordinates[type(annotation)](annotation)


def _spread_object(name: str, versions: Iterable[Drawable | None], parts: Sequence[_Parts]) -> None:
    """Attributes and unknown keys one by one, where all versions hold an object or nothing."""
    texts: list[JsonText | None] = [getattr(version, name, None) for version in versions]
    values = [{} if text is None else text.value() or {} for text in texts]
    are_objects = all(isinstance(each, dict) for each in values)
    for value, text, into in zip(values, texts, parts, strict=True):
        if are_objects:
            into.update({f"{name}.{key}": JsonText.of(each) for key, each in value.items()})
        elif text is not None:
            into[name] = text


def _built(chosen: Mapping[str, Any], mine: Drawable, theirs: Drawable) -> Drawable:
    shape = mine if chosen["geometry"] == _geometry(mine) else theirs
    built = replace(
        shape,
        name=chosen["name"],
        confidence=chosen["confidence"],
        rank=mine.rank,
        created_by=theirs.created_by or mine.created_by,
        attributes=_joined("attributes", chosen, mine, theirs) or JsonText.of([]),
        extra=_joined("extra", chosen, mine, theirs),
    )
    if isinstance(built, Keypoint):
        built = replace(built, instance_id=chosen["instance"])
    return built


def _joined(
    name: str, chosen: Mapping[str, Any], mine: Drawable, theirs: Drawable
) -> JsonText | None:
    """One side's own text where it says just that, so that its spelling stays; else a new one."""
    if name in chosen:
        whole: JsonText = chosen[name]
        return whole
    start = f"{name}."
    value = {k.removeprefix(start): v.value() for k, v in chosen.items() if k.startswith(start)}
    for side in (mine, theirs):
        text: JsonText | None = getattr(side, name)
        if (text.value() or {} if text is not None else {}) == value:
            return text
    return JsonText.of(value)
