"""What a drag of the select tool does, from the press to the release."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

from typing_extensions import override

from limner.model.annotations import AnnotationId, BBox, Drawable, Polygon, Polyline
from limner.model.geometry import Bounds, moved
from limner.model.patch import Patch, Verb
from limner.tools.band import touches
from limner.tools.bench import Bench
from limner.tools.box_shaping import Side, measured, resized, turned
from limner.tools.grips import Edge, Grip, Turn
from limner.tools.guides import along_axis
from limner.tools.tool import Mods, Pointer
from limner.tools.vertices import Path, Vertex, runs_of, with_vertex_after, with_vertex_at

Shaping = Callable[[Pointer], Sequence[Drawable]]
"""Where the pointer is -> what the dragged shapes look like."""


class Drag(ABC):
    """One drag; nothing happens to the document before `finish`."""

    edited: tuple[Drawable, ...] = ()
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
        if self.band is None:
            return
        # The canvas alone knows what is visible: ask it for all in the circle around the band.
        reach = math.hypot(self.band.width, self.band.height) / 2
        near = ((id_, bench.drawable(id_)) for id_ in bench.find(*self.band.centre, reach))
        touched = [id_ for id_, shape in near if shape and touches(self.band, shape)]
        bench.selection.choose([*self._kept, *reversed(touched)])


def holding(shape: Drawable, grip: Grip, start: Pointer) -> ShapeDrag | None:
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


def moving(shapes: Sequence[Drawable], start: Pointer) -> ShapeDrag:
    """Moves all `shapes` together."""

    def shaping(at: Pointer) -> list[Drawable]:
        dx, dy = at.x - start.x, at.y - start.y
        if Mods.SHIFT in at.mods:
            dx, dy = along_axis(dx, dy)
        return [moved(shape, dx, dy) for shape in shapes]

    return ShapeDrag(Verb.MOVE, shapes, shaping, "Shift: straight along one axis · Esc: leave")


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


def _vertex(verb: Verb, before: Path, path: Path, vertex: Vertex, start: Pointer) -> ShapeDrag:
    x, y = runs_of(path)[vertex.run][vertex.index]

    def shaping(at: Pointer) -> list[Drawable]:
        dx, dy = at.x - start.x, at.y - start.y
        if Mods.SHIFT in at.mods:
            dx, dy = along_axis(dx, dy)
        return [with_vertex_at(path, vertex, x + dx, y + dy)]

    return ShapeDrag(verb, [before], shaping, "Shift: straight along one axis · Esc: leave", vertex)
