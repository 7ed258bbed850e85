"""A path being drawn point by point, shared by the polygon, polyline and hole tools."""

from __future__ import annotations

import math
from abc import abstractmethod
from typing import ClassVar, Final

from typing_extensions import override

from limner.model.annotations import AnnotationId
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.drawing import DrawingTool
from limner.tools.guides import XY, at_angle
from limner.tools.tool import Cursor, Key, Mods, Overlay, Pointer, Sketch
from limner.tools.unfinished import Unfinished

CLOSE_REACH: Final = 8.0
"""Screen pixels around the first point in which a click closes the path."""
SPACING: Final = 6.0
"""Screen pixels between the points of a freehand stroke."""
_SAME: Final = 1.0
"""Screen pixels: a second click this near to the last point means the same point."""
_KEYS: Final = "drag: freehand · Shift: 45° · Backspace: last point back · Esc: leave"


class PathSketch:
    """The points so far, with an undo of their own."""

    def __init__(self) -> None:
        self.points = Points.of([])
        self._taken_back: list[XY] = []

    def __len__(self) -> int:
        return len(self.points)

    @property
    def last(self) -> XY:
        return self.points[-1]

    def add(self, at: XY) -> None:
        self.points = self.points.inserted(len(self.points), *at)
        self._taken_back.clear()

    def undo(self) -> bool:
        """Take back the last point; once none is left, there is nothing to redo either."""
        if not self.points:
            self._taken_back.clear()
            return False
        self._taken_back.append(self.last)
        self.points = self.points.without(-1)
        return True

    def redo(self) -> bool:
        if not self._taken_back:
            return False
        self.points = self.points.inserted(len(self.points), *self._taken_back.pop())
        return True

    def clear(self) -> None:
        self.begin_with(Points.of([]))

    def begin_with(self, points: Points) -> None:
        self.points = points
        self._taken_back.clear()


class PathTool(DrawingTool):
    """Clicks add corners, dragging adds a freehand stroke, Enter or a double click ends it."""

    closed: ClassVar[bool]
    least: ClassVar[int]

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.sketch = PathSketch()
        self._rubber: XY | None = None
        self._closes = False
        self._is_stroke = False
        self._falls_short = False

    @abstractmethod
    def finish(self, points: Points) -> bool:
        """Make the annotation; False when it was refused: the sketch then stays."""

    @abstractmethod
    def first_hint(self) -> str:
        """What a click does while nothing has been drawn."""

    @property
    @override
    def overlay(self) -> Overlay:
        return Overlay(
            sketch=self._drawn(),
            cursor=Cursor.POINT if self._closes else Cursor.CROSS,
            hint=self.hint(self._words()),
        )

    @property
    @override
    def is_drawing(self) -> bool:
        return len(self.sketch) > 0

    @property
    @override
    def unfinished(self) -> Unfinished | None:
        if not self.is_drawing:
            return None
        name = None if self.label is None else self.label.name
        return Unfinished(self.name, self.sketch.points, name, self.target)

    @override
    def resume(self, unfinished: Unfinished) -> bool:
        if self.label is None or self.is_drawing or not self.aim_at(unfinished.target):
            return False
        self.sketch.begin_with(unfinished.points)
        self._rubber = self.sketch.last
        return True

    @override
    def press(self, at: Pointer) -> None:
        self._look(at)
        self._is_stroke = False
        if self.is_drawing and (at.clicks == 2 or self._closes):
            self._end()
        elif self.is_drawing or (at.clicks == 1 and self.may_begin(at)):
            self._is_stroke = True
            self._add(self._next(at), _SAME * at.scale)

    @override
    def move(self, at: Pointer) -> None:
        self._look(at)
        if at.pressed and self._is_stroke and self.is_drawing:
            self._add(self.place(at), SPACING * at.scale)

    @override
    def release(self, at: Pointer) -> None:
        self._is_stroke = False

    @override
    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        if key is Key.ENTER and self.is_drawing:
            self._end()
            return True
        return super().key(key, mods)

    @override
    def undo(self) -> bool:
        self._falls_short = self._is_stroke = False
        return self.sketch.undo()

    @override
    def redo(self) -> bool:
        self._falls_short = False
        return self.sketch.redo()

    @override
    def leave(self) -> bool:
        was_drawing = self.is_drawing
        self.sketch.clear()
        self._closes = self._is_stroke = self._falls_short = False
        return was_drawing

    @property
    def target(self) -> AnnotationId | None:
        """The annotation that the path becomes a part of; None for one of its own."""
        return None

    def aim_at(self, target: AnnotationId | None) -> bool:
        """Draw for this annotation; False when that is not possible."""
        return target is None

    def may_begin(self, at: Pointer) -> bool:
        """Whether a first point may be put at `at`."""
        return self.can_draw()

    def _look(self, at: Pointer) -> None:
        self._falls_short = False
        self._rubber = self._next(at)
        self._closes = (
            self.closed
            and not self._is_stroke
            and len(self.sketch) > 1
            and math.dist(self.sketch.points[0], (at.x, at.y)) <= CLOSE_REACH * at.scale
        )

    def _next(self, at: Pointer) -> XY:
        place = self.place(at)
        if self.is_drawing and Mods.SHIFT in at.mods:
            return at_angle(self.sketch.last, place, 45.0)
        return place

    def _add(self, place: XY, spacing: float) -> None:
        if not self.is_drawing or math.dist(self.sketch.last, place) >= spacing:
            self.sketch.add(place)

    def _end(self) -> None:
        if len(self.sketch) < self.least:
            self._falls_short = True
        elif self.finish(self.sketch.points):
            self.leave()

    def _drawn(self) -> Sketch | None:
        if not self.is_drawing:
            return None
        rubber = self.sketch.points[0] if self._closes else self._rubber
        return Sketch(self.sketch.points, self.colour, closed=self.closed, rubber=rubber)

    def _words(self) -> str:
        missing = self.least - len(self.sketch)
        if not self.is_drawing:
            return self.first_hint()
        if missing > 0:
            need = f"{missing} more point{'s' if missing > 1 else ''}"
            return f"{need} needed to finish" if self._falls_short else f"{need} · {_KEYS}"
        if self._closes:
            return "Click to close the shape"
        how = "Enter, double click or the first point" if self.closed else "Enter or double click"
        return f"{how} to finish · {_KEYS}"
