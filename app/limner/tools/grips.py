"""The handles of the one selected shape: where they are, how they look, which one is held."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import as_oriented, box_outline
from limner.model.points import Points
from limner.tools.box_shaping import Side
from limner.tools.guides import XY
from limner.tools.tool import Cursor, HandleKind, Handles
from limner.tools.vertices import Path, Vertex, is_closed, runs_of

REACH: Final = 8.0
"""Screen pixels around a handle that belong to it."""
STEM: Final = 24.0
"""Screen pixels from the top of a box to its rotation handle."""
_ROOMY: Final = 28.0
"""Screen pixels an edge needs before its middle gets a handle too."""
_BARE: Final = 3.0
"""Screen pixels of reach that are left to the handles of a tiny box, so that it can be moved."""

_CORNERS: Final = (Side(-1, -1), Side(1, -1), Side(1, 1), Side(-1, 1))
_SIDES: Final = (Side(0, -1), Side(1, 0), Side(0, 1), Side(-1, 0))
_RESIZE: Final = (Cursor.RESIZE_H, Cursor.RESIZE_FALL, Cursor.RESIZE_V, Cursor.RESIZE_RISE)


@dataclass(frozen=True, slots=True)
class Turn:
    """The rotation handle."""


@dataclass(frozen=True, slots=True)
class Edge:
    """The middle of the edge that begins at a vertex."""

    start: Vertex
    x: float
    y: float


Grip = Side | Turn | Vertex | Edge

GRIP_HINTS: Final[dict[type[Grip], str]] = {
    Side: "Drag to resize · Shift: keep the proportions",
    Turn: "Drag to turn · Shift: steps of 15°",
    Vertex: "Drag to move the point · Alt+click or Delete removes it",
    Edge: "Drag to add a point",
}


class Grips(ABC):
    """What can be held of one shape, at one zoom."""

    stem: Points | None = None

    @abstractmethod
    def at(self, x: float, y: float) -> Grip | None:
        """What the pointer holds when pressed here."""

    @abstractmethod
    def handles(self, hot: Grip | None) -> tuple[Handles, ...]:
        """How the handles look with `hot` under the pointer."""

    @abstractmethod
    def cursor(self, grip: Grip) -> Cursor:
        """What the pointer looks like over `grip`."""


def grips_of(shape: Drawable, scale: float) -> Grips | None:
    """The handles of `shape`; a keypoint has none. `scale` as in `Pointer`."""
    match shape:
        case BBox():
            return _BoxGrips(shape, scale)
        case Polygon() | Polyline():
            return _VertexGrips(shape, scale)
        case Keypoint():
            return None


class _BoxGrips(Grips):
    """Corners, the sides that are long enough, and the rotation handle above the top side."""

    def __init__(self, box: BBox, scale: float) -> None:
        outline = box_outline(box)
        oriented = as_oriented(box)
        self._angle = oriented.angle
        self._scale = scale
        shorter = min(oriented.w, oriented.h)
        self._reach = min(REACH * scale, max(shorter / 4, _BARE * scale))
        middles = (outline + np.roll(outline, -1, axis=0)) / 2
        self._sides = _CORNERS + tuple(
            side for side in _SIDES if (oriented.w if side.y else oriented.h) >= _ROOMY * scale
        )
        kept = [i for i, side in enumerate(_SIDES) if side in self._sides]
        self._points = np.concatenate([outline, middles[kept]])
        up = math.radians(self._angle - 90.0)
        turn = middles[0] + np.array([math.cos(up), math.sin(up)]) * STEM * scale
        self._turn: XY = (float(turn[0]), float(turn[1]))
        self.stem = Points.from_array([middles[0], turn])

    @override
    def at(self, x: float, y: float) -> Grip | None:
        if math.dist(self._turn, (x, y)) <= REACH * self._scale:
            return Turn()
        found = _nearest(self._points[:, 0], self._points[:, 1], x, y, self._reach)
        return None if found is None else self._sides[found]

    @override
    def handles(self, hot: Grip | None) -> tuple[Handles, ...]:
        held = self._sides.index(hot) if isinstance(hot, Side) and hot in self._sides else None
        return (
            Handles(HandleKind.SQUARE, Points.from_array(self._points), held),
            Handles(HandleKind.ROUND, Points.of([self._turn]), 0 if hot == Turn() else None),
        )

    @override
    def cursor(self, grip: Grip) -> Cursor:
        if not isinstance(grip, Side):
            return Cursor.ROTATE
        across = math.degrees(math.atan2(grip.y, grip.x)) + self._angle
        return _RESIZE[round(across / 45.0) % 4]


class _VertexGrips(Grips):
    """Every vertex, and the middles of the edges that are long enough on the screen.

    Columns of numbers throughout: a path may have a hundred thousand vertices.
    """

    def __init__(self, path: Path, scale: float) -> None:
        runs = [run.xy for run in runs_of(path)]
        self._starts = np.array([0, *accumulate(len(run) for run in runs)])
        self._reach = REACH * scale
        xy = np.concatenate(runs)
        self._x, self._y = xy[:, 0].copy(), xy[:, 1].copy()
        self._points = Points.from_array(xy)
        self._edges, self._middles = self._long_edges(runs, is_closed(path), scale)

    def _long_edges(
        self, runs: list[NDArray[np.float64]], closed: bool, scale: float
    ) -> tuple[NDArray[np.intp], Points]:
        """Which flat vertex numbers begin a long edge, and the middles of these edges."""
        ahead = np.concatenate([np.roll(run, -1, axis=0) for run in runs])
        step_x, step_y = ahead[:, 0] - self._x, ahead[:, 1] - self._y
        is_long = step_x**2 + step_y**2 >= (_ROOMY * scale) ** 2
        if not closed:
            is_long[-1] = False
        edges = np.flatnonzero(is_long)
        middles = np.column_stack([self._x + step_x / 2, self._y + step_y / 2])[edges]
        return edges, Points.from_array(middles)

    @override
    def at(self, x: float, y: float) -> Grip | None:
        vertex = _nearest(self._x, self._y, x, y, self._reach)
        if vertex is not None:
            return self._vertex(vertex)
        middles = self._middles.xy
        edge = _nearest(middles[:, 0], middles[:, 1], x, y, self._reach)
        if edge is None:
            return None
        return Edge(self._vertex(int(self._edges[edge])), *self._middles[edge])

    @override
    def handles(self, hot: Grip | None) -> tuple[Handles, ...]:
        held = self._flat(hot) if isinstance(hot, Vertex) else None
        edge = self._flat(hot.start) if isinstance(hot, Edge) else None
        at = np.flatnonzero(self._edges == edge)
        return (
            Handles(HandleKind.FAINT, self._middles, int(at[0]) if len(at) else None),
            Handles(HandleKind.SQUARE, self._points, held),
        )

    @override
    def cursor(self, grip: Grip) -> Cursor:
        return Cursor.ADD if isinstance(grip, Edge) else Cursor.POINT

    def _vertex(self, flat: int) -> Vertex:
        run = int(np.searchsorted(self._starts, flat, side="right")) - 1
        return Vertex(run, flat - int(self._starts[run]))

    def _flat(self, vertex: Vertex) -> int:
        return int(self._starts[vertex.run]) + vertex.index


def _nearest(
    xs: NDArray[np.float64], ys: NDArray[np.float64], x: float, y: float, reach: float
) -> int | None:
    if len(xs) == 0:
        return None
    squared = (xs - x) ** 2 + (ys - y) ** 2
    index = int(squared.argmin())
    return index if squared[index] <= reach * reach else None
