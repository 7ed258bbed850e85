"""What a drag of the select tool does, from the press to the release."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from typing_extensions import override

from limner.model.annotations import AnnotationId, BBox, Drawable, Polygon, Polyline
from limner.model.geometry import Bounds, moved_all
from limner.model.patch import Patch, Verb
from limner.tools.bench import Bench
from limner.tools.box_shaping import Side, measured, resized, turned
from limner.tools.chunks import LONG
from limner.tools.grips import Edge, Grip, Turn
from limner.tools.guides import along_axis
from limner.tools.tool import Carried, Mods, Pointer, Pulled
from limner.tools.vertices import Path, Vertex, runs_of, with_vertex_after, with_vertex_at

_FEW: Final = 24
"""So many shapes are made anew on every mouse move: some 5 µs each, and 100 µs to paint."""

_ALONG_AN_AXIS: Final = "Shift: straight along one axis · Esc: leave"

Shaping = Callable[[Pointer], Sequence[Drawable]]
"""Where the pointer is -> what the dragged shapes look like."""


class Drag(ABC):
    """One drag; nothing happens to the document before `finish`."""

    edited: tuple[Drawable, ...] = ()
    carried: Carried | None = None
    pulled: Pulled | None = None
    band: Bounds | None = None
    held: Grip | None = None

    @property
    @abstractmethod
    def hint(self) -> str:
        """One short line for the status bar."""

    @abstractmethod
    def move(self, at: Pointer) -> None:
        """The pointer went on."""

    @abstractmethod
    def finish(self, bench: Bench) -> None:
        """The button came up: make it one step."""


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


class CarryDrag(Drag):
    """Moves shapes that are too many to be made anew on every mouse move; made once, at the end."""

    hint = _ALONG_AN_AXIS

    def __init__(self, ids: Iterable[AnnotationId], start: Pointer) -> None:
        self._ids = frozenset(ids)
        self._start = start

    @override
    def move(self, at: Pointer) -> None:
        self.carried = Carried(self._ids, *_way(self._start, at))

    @override
    def finish(self, bench: Bench) -> None:
        if self.carried is not None:
            shapes = [shape for shape in map(bench.drawable, self._ids) if shape is not None]
            there = moved_all(shapes, self.carried.dx, self.carried.dy)
            bench.do(Patch.replacing(Verb.MOVE, zip(shapes, there, strict=True)))


class PullDrag(Drag):
    """Moves one vertex of a path that is too long to be made anew on every mouse move."""

    hint = _ALONG_AN_AXIS

    def __init__(
        self, verb: Verb, before: Path, path: Path, vertex: Vertex, start: Pointer
    ) -> None:
        """`path` is `before` with the vertex that is pulled, which may be a new one."""
        self.held = vertex
        self._verb = verb
        self._before = before
        self._path = path
        self._vertex = vertex
        self._start = start
        self._from = runs_of(path)[vertex.run][vertex.index]

    @override
    def move(self, at: Pointer) -> None:
        dx, dy = _way(self._start, at)
        x, y = self._from
        self.pulled = Pulled(self._path, self._vertex, x + dx, y + dy)

    @override
    def finish(self, bench: Bench) -> None:
        if self.pulled is not None:
            after = with_vertex_at(self._path, self._vertex, self.pulled.x, self.pulled.y)
            bench.do(Patch.replacing(self._verb, [(self._before, after)]))


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
        return moved_all(shapes, *_way(start, at))

    return ShapeDrag(Verb.MOVE, shapes, shaping, _ALONG_AN_AXIS)


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
        dx, dy = _way(start, at)
        return [with_vertex_at(path, vertex, x + dx, y + dy)]

    return ShapeDrag(verb, [before], shaping, _ALONG_AN_AXIS, vertex)


def _way(start: Pointer, at: Pointer) -> tuple[float, float]:
    """How far the pointer went; straight along one axis with Shift."""
    dx, dy = at.x - start.x, at.y - start.y
    return along_axis(dx, dy) if Mods.SHIFT in at.mods else (dx, dy)


def _is_long(shape: Drawable) -> bool:
    return isinstance(shape, Path) and sum(map(len, runs_of(shape))) > LONG
