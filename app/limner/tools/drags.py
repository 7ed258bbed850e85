"""What a drag of the select tool does, from the press to the release."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from typing_extensions import override

from limner.model.annotations import AnnotationId, BBox, Drawable, Polygon, Polyline
from limner.model.geometry import Bounds, moved_all
from limner.model.patch import Patch, Verb
from limner.tools.bench import Bench
from limner.tools.box_shaping import Side, measured, resized, turned
from limner.tools.chunks import LONG
from limner.tools.drag import ALONG_AN_AXIS, Drag, way
from limner.tools.grips import Edge, Grip, Turn
from limner.tools.heavy_drags import CarryDrag, PullDrag
from limner.tools.tool import (
    Mods,
    Pointer,
)
from limner.tools.vertices import Path, Vertex, runs_of, with_vertex_after, with_vertex_at

_FEW: Final = 24
"""So many shapes are made anew on every mouse move: some 5 µs each, and 100 µs to paint."""

Shaping = Callable[[Pointer], Sequence[Drawable]]
"""Where the pointer is -> what the dragged shapes look like."""


class ShapeDrag(Drag):
    """Changes shapes: `shaping` says what they look like with the pointer at a place."""

    def __init__(
        self,
        verb: Verb,
        before: Sequence[Drawable],
        shaping: Shaping,
        hint: str,
        held: Grip | None = None,
    ) -> None:
        self.held = held
        self._hint = hint
        self._verb = verb
        self._before = before
        self._shaping = shaping

    @property
    @override
    def hint(self) -> str:
        """The size of a box whose handle is dragged goes before the words."""
        boxes = [shape for shape in self.edited if isinstance(shape, BBox) and self.held]
        return " · ".join([*map(measured, boxes), self._hint])

    @override
    def move(self, at: Pointer) -> None:
        self.edited = tuple(self._shaping(at))

    @override
    def finish(self, bench: Bench) -> None:
        pairs = zip(self._before, self.edited, strict=True)
        bench.do(Patch.replacing(self._verb, pairs))


class BandDrag(Drag):
    """Selects what a rubber band encloses or touches, and keeps `kept` selected."""

    def __init__(self, start: Pointer, kept: tuple[AnnotationId, ...]) -> None:
        self._start = start
        self._kept = kept

    @property
    @override
    def hint(self) -> str:
        return "Release to select what the band touches · Esc: leave"

    @override
    def move(self, at: Pointer) -> None:
        (ax, ay), (bx, by) = (self._start.x, self._start.y), (at.x, at.y)
        self.band = Bounds(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    @override
    def finish(self, bench: Bench) -> None:
        if self.band is not None:
            bench.selection.choose([*self._kept, *bench.find_within(self.band)])


def holding(shape: Drawable, grip: Grip, start: Pointer) -> Drag | None:
    """The drag of one handle of `shape`; None when the shape has no such handle."""
    match shape, grip:
        case BBox(), Side():
            return _resizing(shape, grip, start)
        case BBox(), Turn():
            return _turning(shape, start)
        case ((Polygon() | Polyline()), Vertex()):
            return _vertex(Verb.RESHAPE, shape, shape, grip, start)
        case ((Polygon() | Polyline()), Edge()):
            grown = with_vertex_after(shape, grip.start, grip.x, grip.y)
            added = Vertex(grip.start.run, grip.start.index + 1)
            return _vertex(Verb.ADD_POINT, shape, grown, added, start)
        case _:
            return None


def moving(bench: Bench, start: Pointer) -> Drag:
    """Moves all that is selected together."""
    if len(bench.selection) > _FEW:
        return CarryDrag(bench.selection, start)
    shapes = bench.selected()
    if any(_is_long(shape) for shape in shapes):
        return CarryDrag([shape.id for shape in shapes], start)

    def shaping(at: Pointer) -> list[Drawable]:
        return moved_all(shapes, *way(start, at))

    return ShapeDrag(Verb.MOVE, shapes, shaping, ALONG_AN_AXIS)


def _resizing(box: BBox, side: Side, start: Pointer) -> ShapeDrag:
    """Drags a side or corner of a box."""

    def shaping(at: Pointer) -> list[Drawable]:
        keep = Mods.SHIFT in at.mods
        return [resized(box, side, (start.x, start.y), (at.x, at.y), keep_ratio=keep)]

    return ShapeDrag(Verb.RESIZE, [box], shaping, "Shift: keep the proportions · Esc: leave", side)


def _turning(box: BBox, start: Pointer) -> ShapeDrag:
    """Turns a box about its centre."""

    def shaping(at: Pointer) -> list[Drawable]:
        snap = Mods.SHIFT in at.mods
        return [turned(box, (start.x, start.y), (at.x, at.y), snap=snap)]

    return ShapeDrag(Verb.ROTATE, [box], shaping, "Shift: steps of 15° · Esc: leave", Turn())


def _vertex(verb: Verb, before: Path, path: Path, vertex: Vertex, start: Pointer) -> Drag:
    if _is_long(path):
        return PullDrag(verb, before, path, vertex, start)
    x, y = runs_of(path)[vertex.run][vertex.index]

    def shaping(at: Pointer) -> list[Drawable]:
        dx, dy = way(start, at)
        return [with_vertex_at(path, vertex, x + dx, y + dy)]

    return ShapeDrag(verb, [before], shaping, ALONG_AN_AXIS, vertex)


def _is_long(shape: Drawable) -> bool:
    return isinstance(shape, Path) and sum(map(len, runs_of(shape))) > LONG
