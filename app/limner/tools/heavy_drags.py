"""Drags of what is too much to be made anew on every mouse move: it is made once, at the end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from typing_extensions import override

from limner.model.annotations import AnnotationId
from limner.model.geometry import moved_all
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.drag import ALONG_AN_AXIS, Drag, way
from limner.tools.tool import Carried, Cursor, HandleKind, Handles, Overlay, Pointer, Pulled
from limner.tools.vertices import Path, Vertex, runs_of, with_vertex_at


class CarryDrag(Drag):
    """Moves shapes that are too many to be made anew on every mouse move; made once, at the end."""

    hint = ALONG_AN_AXIS

    def __init__(self, ids: Iterable[AnnotationId], start: Pointer) -> None:
        self._start = start
        self._carried = Carried(frozenset(ids), 0.0, 0.0)

    @override
    def overlay(self, cursor: Cursor) -> Overlay:
        return Overlay(carried=self._carried, cursor=cursor, hint=self.hint)

    @override
    def move(self, at: Pointer) -> None:
        self._carried = Carried(self._carried.ids, *way(self._start, at))

    @override
    def finish(self, bench: Bench) -> None:
        carried = self._carried
        shapes = [shape for shape in map(bench.drawable, carried.ids) if shape is not None]
        there = moved_all(shapes, carried.dx, carried.dy)
        bench.do(Patch.replacing(Verb.MOVE, zip(shapes, there, strict=True)))


class PullDrag(Drag):
    """Moves one vertex of a path that is too long to be made anew on every mouse move."""

    hint = ALONG_AN_AXIS

    def __init__(
        self, verb: Verb, before: Path, path: Path, vertex: Vertex, start: Pointer
    ) -> None:
        """`path` is `before` with the vertex that is pulled, which may be a new one."""
        self._verb = verb
        self._before = before
        self._start = start
        self._from = runs_of(path)[vertex.run][vertex.index]
        self._pulled = Pulled(path, vertex, *self._from)

    @override
    def overlay(self, cursor: Cursor) -> Overlay:
        """The handles of all the others are left out: most often they are too many to be seen."""
        at = Points.of([(self._pulled.x, self._pulled.y)])
        held = Handles(HandleKind.SQUARE, at, hot=0)
        return Overlay(pulled=self._pulled, handles=(held,), cursor=Cursor.POINT, hint=self.hint)

    @override
    def move(self, at: Pointer) -> None:
        (dx, dy), (x, y) = way(self._start, at), self._from
        self._pulled = replace(self._pulled, x=x + dx, y=y + dy)

    @override
    def finish(self, bench: Bench) -> None:
        pulled = self._pulled
        after = with_vertex_at(pulled.path, pulled.vertex, pulled.x, pulled.y)
        bench.do(Patch.replacing(self._verb, [(self._before, after)]))
