"""Bringing together what two people did to one image: by annotation, then by field.

Three versions are known: `base`, which the server was last seen to hold, `mine` and `theirs`. For
each id, in this order (the normative rules are those of the study of the wire):

1. mine = theirs: that.
2. I deleted it, and theirs is a version I had seen or sent: it stays deleted.
3. mine = base: theirs, and it is listed as their doing.
4. theirs = base, or a version of mine that I had sent: mine.
5. Otherwise field by field. Disjoint changes come together; where both changed one field, mine
   stays and theirs waits in a conflict. What one changed and the other removed stays, with a
   conflict. Nothing is dropped unseen.

Annotations are gone through in sorted order, so the same input gives the same result everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from itertools import pairwise
from typing import Any, Final

from limner.model.annotations import Annotation, AnnotationId, Drawable, Opaque
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText

Known = Callable[[AnnotationId, Annotation], bool]
"""Whether this version of an annotation was seen on the server or sent there before."""

_Held = Mapping[AnnotationId, Annotation]
_Parts = dict[str, Any]


class Doing(StrEnum):
    """What somebody else did to an annotation."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class News:
    """Something another person did that is now in the result; `before` is what I had."""

    doing: Doing
    before: Annotation | None
    after: Annotation | None


@dataclass(frozen=True, slots=True)
class Merged:
    """The result in z-order, what came from others, and what a person must decide."""

    annotations: tuple[Annotation, ...]
    news: tuple[News, ...]
    conflicts: tuple[Conflict, ...]


_ABSENT: Final = object()
_OUTSIDE_GEOMETRY: Final = frozenset(
    {"id", "name", "rank", "confidence", "created_by", "attributes", "extra", "instance_id"}
)


def merge(
    base: Sequence[Annotation],
    mine: Sequence[Annotation],
    theirs: Sequence[Annotation],
    is_known: Known,
) -> Merged:
    """Bring three lists together, each in z-order; never fails, whatever the lists hold."""
    held = [{a.id: a for a in version} for version in (base, mine, theirs)]
    news: list[News] = []
    conflicts: list[Conflict] = []
    kept: dict[AnnotationId, Annotation] = {}
    for id_ in sorted(held[0].keys() | held[1].keys() | held[2].keys()):
        b, m, t = (version.get(id_) for version in held)
        result = _one(_Case(id_, b, m, t, is_known), news, conflicts)
        if result is not None:
            kept[id_] = result
    order = _order([[a.id for a in version] for version in (base, mine, theirs)], kept)
    return Merged(_ranked([kept[id_] for id_ in order], held[1]), tuple(news), tuple(conflicts))


def carried(before: Annotation, after: Annotation, version: Annotation) -> Annotation:
    """An earlier or later `version` of `before`, with what made `before` into `after`.

    Where both changed a field, it is as `after` has it: undoing one's own work on an annotation
    leaves alone what somebody else did to it since.
    """
    if version == before:
        return after
    if isinstance(before, Opaque) or isinstance(after, Opaque) or isinstance(version, Opaque):
        return after
    kept = _by_field(_Case(before.id, before, after, version, _unknown), after, version, [])
    return replace(kept, rank=after.rank if version.rank == before.rank else version.rank)


def picked(mine: Annotation, theirs: Annotation, fields: Collection[str]) -> Annotation:
    """Mine with those `fields` of theirs that a conflict names; whole where it has no fields."""
    if isinstance(mine, Opaque) or isinstance(theirs, Opaque):
        return replace(theirs, rank=mine.rank) if fields else mine
    parts = [_parts(version) for version in (mine, theirs)]
    for name in ("attributes", "extra"):
        _spread(name, (mine, theirs), parts)
    own, other = parts
    chosen = {key: value for key, value in own.items() if key not in fields}
    chosen |= {key: value for key, value in other.items() if key in fields}
    return _built(chosen, mine, theirs)


def _unknown(_id: AnnotationId, _version: Annotation) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class _Case:
    id: AnnotationId
    base: Annotation | None
    mine: Annotation | None
    theirs: Annotation | None
    is_known: Known


def _one(case: _Case, news: list[News], conflicts: list[Conflict]) -> Annotation | None:
    """What becomes of one id."""
    b, m, t = case.base, case.mine, case.theirs
    if _same(m, t):
        return t if m is None or t is None else _carried(m, t)
    knows_theirs = t is not None and case.is_known(case.id, t)
    if m is None and knows_theirs:
        return None
    if _same(m, b):
        news.append(_news(m, t))
        return t
    if _same(t, b) or knows_theirs:
        return m
    if m is None or t is None:
        conflicts.append(Conflict(case.id, b, m, t))
        return m or t
    return _by_field(case, m, t, conflicts)


def _by_field(case: _Case, m: Annotation, t: Annotation, conflicts: list[Conflict]) -> Annotation:
    if isinstance(m, Opaque) or isinstance(t, Opaque) or isinstance(case.base, Opaque):
        conflicts.append(Conflict(case.id, case.base, m, t, ("annotation",)))
        return m
    parts = [_parts(version) for version in (case.base, m, t)]
    for name in ("attributes", "extra"):
        _spread(name, (case.base, m, t), parts)
    chosen, clashes = _chosen(*parts)
    if clashes:
        conflicts.append(Conflict(case.id, case.base, m, t, clashes))
    return _built(chosen, m, t)


def _chosen(base: _Parts, mine: _Parts, theirs: _Parts) -> tuple[_Parts, tuple[str, ...]]:
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
    names = (field.name for field in fields(annotation) if field.name not in _OUTSIDE_GEOMETRY)
    return type(annotation), *(getattr(annotation, name) for name in names)


def _spread(name: str, versions: Iterable[Drawable | None], parts: Sequence[_Parts]) -> None:
    """Attributes and unknown keys one by one, where all versions hold an object or nothing."""
    texts: list[JsonText | None] = [getattr(version, name, None) for version in versions]
    values = [{} if text is None else text.value() or {} for text in texts]
    for value, text, into in zip(values, texts, parts, strict=True):
        if all(isinstance(each, dict) for each in values):
            into.update({f"{name}.{key}": JsonText.of(each) for key, each in value.items()})
        elif text is not None:
            into[name] = text


def _built(chosen: _Parts, mine: Drawable, theirs: Drawable) -> Drawable:
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
    if hasattr(built, "instance_id"):
        built = replace(built, instance_id=chosen["instance"])
    return built


def _joined(name: str, chosen: _Parts, mine: Drawable, theirs: Drawable) -> JsonText | None:
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


def _same(one: Annotation | None, other: Annotation | None) -> bool:
    """Whether two versions say the same: where they lie and who drew them left aside."""
    if one is other or one is None or other is None:
        return one is other
    if isinstance(one, Opaque) or isinstance(other, Opaque):
        return isinstance(one, Opaque) and isinstance(other, Opaque) and one.raw == other.raw
    return replace(one, rank=other.rank, created_by=other.created_by) == other


def _carried(mine: Annotation, theirs: Annotation) -> Annotation:
    """Mine, with the author that the server wrote in."""
    if isinstance(mine, Opaque) or isinstance(theirs, Opaque):
        return mine
    author = theirs.created_by or mine.created_by
    return mine if author == mine.created_by else replace(mine, created_by=author)


def _news(before: Annotation | None, after: Annotation | None) -> News:
    if before is None:
        return News(Doing.ADDED, None, after)
    return News(Doing.CHANGED if after is not None else Doing.REMOVED, before, after)


def _order(orders: Sequence[Sequence[AnnotationId]], kept: _Held) -> list[AnnotationId]:
    """Z-order is one more field: mine if I reordered, else theirs.

    What only the other list has keeps its neighbour below.
    """
    base, mine, theirs = ([id_ for id_ in order if id_ in kept] for order in orders)
    shared = set(base) & set(mine)
    is_mine = [i for i in base if i in shared] != [i for i in mine if i in shared]
    frame, guests = (mine, theirs) if is_mine else (theirs, mine)
    above: dict[AnnotationId | None, list[AnnotationId]] = {}
    places, below = set(frame), None
    for id_ in guests:
        if id_ in places:
            below = id_
        else:
            above.setdefault(below, []).append(id_)
    order = list(above.get(None, ()))
    for id_ in frame:
        order += [id_, *above.get(id_, ())]
    return order


def _ranked(annotations: list[Annotation], fixed: _Held) -> tuple[Annotation, ...]:
    """Ranks that grow along the list; those of `fixed` stay when they do already."""
    ranks = [a.rank if a.id in fixed else None for a in annotations]
    settled = [rank for rank in ranks if rank is not None]
    if any(low >= high for low, high in pairwise(settled)):
        ranks = [float(place) for place in range(len(annotations))]
    filled = _filled(ranks)
    pairs = zip(annotations, filled, strict=True)
    return tuple(a if a.rank == rank else replace(a, rank=rank) for a, rank in pairs)


def _filled(ranks: Sequence[float | None]) -> list[float]:
    """Gaps filled with numbers between their neighbours."""
    filled: list[float] = []
    place = 0
    while place < len(ranks):
        rank = ranks[place]
        if rank is not None:
            filled.append(rank)
            place += 1
            continue
        end = place
        while end < len(ranks) and ranks[end] is None:
            end += 1
        after = ranks[end] if end < len(ranks) else None
        count = end - place
        if after is None:
            start = filled[-1] + 1.0 if filled else 0.0
            filled += [start + i for i in range(count)]
        elif not filled:
            filled += [after - count + i for i in range(count)]
        else:
            low, step = filled[-1], (after - filled[-1]) / (count + 1)
            filled += [low + step * (i + 1) for i in range(count)]
        place = end
    return filled
