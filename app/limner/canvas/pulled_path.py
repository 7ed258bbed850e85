"""A long contour with one vertex under way: a picture of what stays, and two edges that move."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from typing_extensions import override

from limner.canvas.buffers import Plane
from limner.canvas.held import Draw, Held, draw_settled
from limner.canvas.ink import Manner
from limner.canvas.outlines import Run, in_sight
from limner.canvas.scene import Scene
from limner.canvas.sheet import Sheet
from limner.canvas.viewport import Frame
from limner.model.geometry import Bounds, enclosing
from limner.model.points import Points
from limner.tools.tool import Overlay, Pulled
from limner.tools.vertices import is_closed, runs_of


class PulledPath(Held):
    """The fill is made anew in every frame, from the points that can be told apart; the lines are
    not, but for the two that move."""

    def __init__(self, scene: Scene, pulled: Pulled) -> None:
        self._scene = scene
        self._pulled = pulled
        path, vertex = pulled.path, pulled.vertex
        runs = runs_of(path)
        self.ids, self.objects = frozenset({path.id}), frozenset()
        self._is_closed = is_closed(path)
        self._others = [run for i, run in enumerate(runs) if i != vertex.run]
        self._parts = _without(runs[vertex.run], vertex.index, closed=self._is_closed)
        self._lines = [*self._parts, *map(_as_line, self._others)]
        self._neighbours = _beside(runs[vertex.run], vertex.index, closed=self._is_closed)
        self._sheet = Sheet(self._paint, has_drafts=False)

    @override
    def follow(self, overlay: Overlay) -> list[Bounds] | None:
        now = overlay.pulled
        if now is None or now.path is not self._pulled.path or now.vertex != self._pulled.vertex:
            return None
        before = [*self.places()]
        self._pulled = now
        return [*before, *self.places()]

    @override
    def places(self) -> Iterator[Bounds]:
        """The two edges and what lies between them: all that an image more or less changes."""
        yield enclosing([self._edges()])

    @override
    def draw(self, painter: QPainter, view: Frame) -> None:
        path = self._pulled.path
        ink, colour = self._scene.ink(view.ratio), self._scene.colour_of(path)
        if self._is_closed:
            ink.ground(painter, self._rings(view), colour, view)
        self._sheet.look_at(view)
        self._sheet.draw(painter)
        ink.line(painter, self._edges(), colour, view, Manner.SELECTED, is_long=True)

    @override
    def paint_some(self, view: Frame, budget_ms: float) -> list[QRect]:
        self._sheet.look_at(view)
        return self._sheet.paint_some(budget_ms)

    @override
    def is_ready(self, view: Frame) -> bool:
        self._sheet.look_at(view)
        return self._sheet.is_done

    @override
    def put_down(self) -> Draw:
        return partial(draw_settled, self._scene, self.ids, self.objects)

    def _edges(self) -> Points:
        at = self._pulled.x, self._pulled.y
        before, after = self._neighbours
        return Points.of([*before, at, *after])

    def _rings(self, view: Frame) -> Iterator[Points | Run]:
        (rest,) = self._parts
        yield np.concatenate([in_sight(rest, view), [(self._pulled.x, self._pulled.y)]])
        yield from self._others

    def _paint(self, image: QImage, pixels: Plane, frame: Frame, is_draft: bool) -> bool:
        """The lines of all that stays."""
        ink, colour = self._scene.ink(frame.ratio), self._scene.colour_of(self._pulled.path)
        with QPainter(image) as painter:
            for line in self._lines:
                ink.line(painter, line, colour, frame, Manner.SELECTED, is_long=True)
        return True


def _as_line(ring: Points) -> Points:
    """A ring as a path that ends where it began."""
    return Points.from_array(np.concatenate([ring.xy, ring.xy[:1]]))


def _without(run: Points, index: int, *, closed: bool) -> list[Points]:
    """What is left of a run without a vertex and its edges: round the ring, or before and after."""
    xy = run.xy
    if closed:
        return [Points.from_array(np.concatenate([xy[index + 1 :], xy[:index]]))]
    return [Points.from_array(part) for part in (xy[:index], xy[index + 1 :]) if len(part) > 1]


def _beside(
    run: Points, index: int, *, closed: bool
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The vertex before and the one after, where there is one."""
    last = len(run) - 1
    before = [run[index - 1]] if closed or index > 0 else []
    after = [run[(index + 1) % (last + 1)]] if closed or index < last else []
    return before, after
