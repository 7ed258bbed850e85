"""The rotated-box tool: one edge by drag or two clicks, then a click for the width."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import BBox, Kind, OrientedBox, new_id
from limner.model.geometry import as_oriented, with_oriented
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.box import SMALLEST
from limner.tools.box_shaping import measured
from limner.tools.drawing import DrawingTool
from limner.tools.guides import XY, at_angle, has_strayed
from limner.tools.tool import Cursor, Mods, Overlay, Pointer, Sketch
from limner.tools.unfinished import Unfinished

_IDLE = "Drag or click along one edge of the object · Shift: steps of 15°"
_EDGE = "Release or click where the edge ends · Shift: steps of 15° · Esc: leave"
_WIDTH = "Move to the opposite edge and click · Backspace: the edge again · Esc: leave"
_TOO_SMALL = "That box was too small to keep: draw a larger one, or zoom in"


@dataclass(frozen=True, slots=True)
class _Edge:
    """The first edge, in the direction it was drawn."""

    start: XY
    end: XY

    def box(self, at: XY) -> OrientedBox:
        """The box on this edge whose opposite edge passes through `at`."""
        (ax, ay), (bx, by) = self.start, self.end
        w = math.dist(self.start, self.end)
        across_x, across_y = -(by - ay) / w, (bx - ax) / w
        depth = (at[0] - ax) * across_x + (at[1] - ay) * across_y
        return OrientedBox(
            cx=(ax + bx + across_x * depth) / 2,
            cy=(ay + by + across_y * depth) / 2,
            w=w,
            h=abs(depth),
            angle=math.degrees(math.atan2(by - ay, bx - ax)) % 360.0,
        )


class RotatedBoxTool(DrawingTool):
    """Three states: idle, an edge from `_start`, a settled edge that waits for the width."""

    name: ClassVar[str] = "rotated"
    kind: ClassVar[Kind] = Kind.BBOX

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._start: XY | None = None
        self._edge: _Edge | None = None
        self._draft: BBox | None = None
        self._at: XY = (0.0, 0.0)
        self._is_second_click = False
        self._hint = _IDLE

    @property
    @override
    def overlay(self) -> Overlay:
        return Overlay(
            edited=(self._draft,) if self._draft else (),
            sketch=None if self._draft else self._sketch(),
            cursor=Cursor.CROSS,
            hint=self.hint(self._words()),
        )

    @property
    @override
    def is_drawing(self) -> bool:
        return self._start is not None

    @property
    @override
    def unfinished(self) -> Unfinished | None:
        if self._edge is None:  # an edge under way ends with the button
            return None
        name = None if self.label is None else self.label.name
        return Unfinished(self.name, Points.of([self._edge.start, self._edge.end]), name)

    @override
    def resume(self, unfinished: Unfinished) -> bool:
        if self.label is None or self.is_drawing or len(unfinished.points) != 2:
            return False
        start, end = unfinished.points
        if start == end:
            return False
        self._start, self._edge, self._at, self._hint = start, _Edge(start, end), end, _WIDTH
        return True

    @override
    def press(self, at: Pointer) -> None:
        if self._start is None and self.can_draw():
            self._start = self.place(at)
            self._hint = _EDGE
        elif self._start is not None:
            self._is_second_click = True
        self._follow(at)

    @override
    def move(self, at: Pointer) -> None:
        self._follow(at)

    @override
    def release(self, at: Pointer) -> None:
        if self._start is None:
            return
        self._follow(at)
        if self._edge is not None:
            if self._is_second_click:
                self._finish(at.scale)
        elif self._is_second_click or has_strayed(self._start, self._at, at.scale):
            self._settle_edge(at.scale)

    @override
    def undo(self) -> bool:
        if self._edge is None:
            return self.leave()
        self._edge = self._draft = None
        self._hint = _EDGE
        return True

    @override
    def leave(self) -> bool:
        was_drawing = self.is_drawing
        self._start = self._edge = self._draft = None
        self._is_second_click = False
        self._hint = _IDLE
        return was_drawing

    def _follow(self, at: Pointer) -> None:
        self._at = self.place(at)
        if self._start is not None and self._edge is None and Mods.SHIFT in at.mods:
            self._at = at_angle(self._start, self._at, 15.0)
        if self._edge is not None:
            self._draft = self._boxed(self._edge.box(self._at))

    def _settle_edge(self, scale: float) -> None:
        start, self._is_second_click = self._start, False
        if start is None or math.dist(start, self._at) < SMALLEST * scale:
            self.leave()
            self._hint = _TOO_SMALL
        else:
            self._edge = _Edge(start, self._at)
            self._hint = _WIDTH

    def _finish(self, scale: float) -> None:
        draft = self._draft
        self.leave()
        if draft is None or as_oriented(draft).h < SMALLEST * scale:
            self._hint = _TOO_SMALL
        else:
            self.add(draft)

    def _boxed(self, oriented: OrientedBox) -> BBox | None:
        """The annotation of `oriented`; None while it has no width yet."""
        label = self.label
        if label is None or oriented.h <= 0:
            return None
        id_ = self._draft.id if self._draft else new_id()
        rank = self.bench.document.top_rank()
        blank = BBox(id=id_, name=label.name, x=0.0, y=0.0, w=1.0, h=1.0, rank=rank)
        return with_oriented(blank, oriented)

    def _words(self) -> str:
        return f"{measured(self._draft)} · {self._hint}" if self._draft else self._hint

    def _sketch(self) -> Sketch | None:
        if self._start is None:
            return None
        return Sketch(Points.of([self._start]), self.colour, rubber=self._at)
