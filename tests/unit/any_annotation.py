"""Hypothesis strategies: any legal annotation, any document, any patch that fits one."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    Opaque,
    OrientedBox,
    Polygon,
    Polyline,
)
from limner.model.geometry import moved, with_oriented
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.points import Points

Held = dict[AnnotationId, Annotation]

coordinates = st.floats(-1e4, 1e4, allow_nan=False).map(lambda x: round(x, 3) + 0.0)
sizes = st.floats(0.1, 1e4)
angles = st.floats(0, 360, exclude_max=True)
points = st.tuples(coordinates, coordinates)
ids = st.sampled_from("abcdefgh").map(AnnotationId)
names = st.text(min_size=1, max_size=12).filter(lambda name: name.strip() != "")
ranks = st.integers(-3, 3).map(float)
attributes = st.sampled_from(["[]", "{}", '{"occluded":true}', '["wet",null]']).map(JsonText)
confidences = st.floats(0, 1)


@st.composite
def boxes(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> BBox:
    box = BBox(
        id=draw(id_),
        name=draw(names),
        x=draw(coordinates),
        y=draw(coordinates),
        w=draw(sizes),
        h=draw(sizes),
    )
    angle = draw(st.none() | angles)
    if angle is None:
        return box
    return with_oriented(box, OrientedBox(box.x, box.y, box.w, box.h, angle))


@st.composite
def polygons(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> Polygon:
    """A triangle around the origin of its own, sometimes with a hole in its middle."""
    x, y = draw(points)
    r = draw(sizes)
    rings = [Points.of([(x - r, y + r), (x + r, y + r), (x, y - r)])]
    if draw(st.booleans()):
        rings.append(Points.of([(x - r / 9, y), (x + r / 9, y), (x, y - r / 9)]))
    return Polygon(id=draw(id_), name=draw(names), rings=tuple(rings))


@st.composite
def polylines(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> Polyline:
    path = Points.of(draw(st.lists(points, min_size=2, max_size=6)))
    return Polyline(id=draw(id_), name=draw(names), path=path)


@st.composite
def keypoints(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> Keypoint:
    x, y = draw(points)
    instance = draw(st.none() | st.integers(1, 9))
    return Keypoint(id=draw(id_), name=draw(names), x=x, y=y, instance_id=instance)


@st.composite
def drawables(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> Drawable:
    shape: Drawable = draw(st.one_of(boxes(id_), polygons(id_), polylines(id_), keypoints(id_)))
    return replace(
        shape,
        rank=draw(ranks),
        attributes=draw(attributes),
        confidence=draw(confidences),
        created_by=draw(st.none() | names),
    )


@st.composite
def opaques(draw: st.DrawFn, id_: st.SearchStrategy[AnnotationId] = ids) -> Opaque:
    raw = JsonText('{"type":"mask","rle":"…"}')
    return Opaque(id=draw(id_), raw=raw, reason="A mask.", rank=draw(ranks))


def records(id_: st.SearchStrategy[AnnotationId] = ids) -> st.SearchStrategy[Annotation]:
    """Legal annotations of every kind, and some that cannot be drawn."""
    return st.one_of(drawables(id_), opaques(id_))


documents: st.SearchStrategy[list[Annotation]] = st.lists(
    records(), max_size=6, unique_by=lambda annotation: annotation.id
)


@st.composite
def patches(draw: st.DrawFn, held: Held) -> Patch:
    """A patch that fits a document holding `held`: adds, removes, replaces, changes nothing."""
    changes: dict[AnnotationId, tuple[Annotation | None, Annotation | None]] = {}
    for id_ in draw(st.sets(ids, max_size=5)):
        before = held.get(id_)
        after = draw(st.none() | records(st.just(id_)))
        if isinstance(before, BBox | Polygon | Polyline | Keypoint) and draw(st.booleans()):
            after = moved(before, *draw(points))
        if before != after:
            changes[id_] = (before, after)
    return Patch(draw(st.sampled_from(Verb)), changes)


def after_patch(held: Held, patch: Patch) -> Held:
    """What a document holds once `patch` was applied, reckoned without a `Document`."""
    changed = {id_: after for id_, (_, after) in patch.changes.items()}
    return {id_: a for id_, a in {**held, **changed}.items() if a is not None}
