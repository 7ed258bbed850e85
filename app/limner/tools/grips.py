"""The handles of the one selected shape: where they are, how they look, which one is held."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Final

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import as_oriented, box_outline, enclosing
from limner.model.points import Points
from limner.tools.box_shaping import Side
from limner.tools.chunks import LONG, chunks_of
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
"""Screen pixels of reach that are left to the handles of a tiny shape, so that it can be moved."""

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

    def handles_held(self, held: Grip) -> tuple[Handles, ...]:
        """How the handles look while `held` is dragged."""
        return self.handles(held)

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
        self._reach = _reach(min(oriented.w, oriented.h), scale)
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
        found = _nearest(self._points.T, x, y, self._reach)
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

    Columns of numbers throughout, made when they are asked for: a path may have a hundred thousand
    vertices, and one of them may be under way.
    """

    def __init__(self, path: Path, scale: float) -> None:
        self._runs = [run.xy for run in runs_of(path)]
        self._is_closed = is_closed(path)
        self._starts = np.array([0, *accumulate(len(run) for run in self._runs)])
        self._scale = scale
        self._points = Points(b"".join(run.packed for run in runs_of(path)))

    @cached_property
    def _reach(self) -> float:
        """A line is held by its length, an area by its narrow side, as a box is."""
        around = enclosing([self._points])
        across = (min if self._is_closed else max)(around.width, around.height)
        return _reach(across, self._scale)

    @cached_property
    def _edges(self) -> tuple[NDArray[np.intp], Points]:
        """Which flat vertex numbers begin a long edge, and the middles of these edges."""
        ahead = np.concatenate([np.roll(run, -1, axis=0) for run in self._runs])
        xy = self._points.xy
        step = ahead - xy
        is_long = np.hypot(step[:, 0], step[:, 1]) >= _ROOMY * self._scale
        if not self._is_closed:
            is_long[-1] = False
        long_edges = np.flatnonzero(is_long)
        return long_edges, Points.from_array(xy[long_edges] + step[long_edges] / 2)

    @override
    def at(self, x: float, y: float) -> Grip | None:
        vertex = self._nearest_vertex(x, y)
        if vertex is not None:
            return self._vertex(vertex)
        starts, middles = self._edges
        edge = _nearest(middles.xy.T, x, y, self._reach)
        return None if edge is None else Edge(self._vertex(int(starts[edge])), *middles[edge])

    def _nearest_vertex(self, x: float, y: float) -> int | None:
        if len(self._points) > LONG:
            return chunks_of(self._points).nearest_vertex(x, y, self._reach)
        return _nearest(self._points.xy.T, x, y, self._reach)

    @override
    def handles(self, hot: Grip | None) -> tuple[Handles, ...]:
        starts, middles = self._edges
        edge = self._flat(hot.start) if isinstance(hot, Edge) else -1
        at = np.flatnonzero(starts == edge)
        faint = Handles(HandleKind.FAINT, middles, int(at[0]) if len(at) else None)
        held = self._flat(hot) if isinstance(hot, Vertex) else None
        return faint, Handles(HandleKind.SQUARE, self._points, held)

    @override
    def handles_held(self, held: Grip) -> tuple[Handles, ...]:
        if not isinstance(held, Vertex):
            return ()
        return (Handles(HandleKind.SQUARE, self._points, self._flat(held)),)

    @override
    def cursor(self, grip: Grip) -> Cursor:
        return Cursor.ADD if isinstance(grip, Edge) else Cursor.POINT

    def _vertex(self, flat: int) -> Vertex:
        run = int(np.searchsorted(self._starts, flat, side="right")) - 1
        return Vertex(run, flat - int(self._starts[run]))

    def _flat(self, vertex: Vertex) -> int:
        return int(self._starts[vertex.run]) + vertex.index


def _reach(across: float, scale: float) -> float:
    """How far a handle reaches, in image pixels, on a shape that is `across` image pixels wide."""
    return min(REACH * scale, max(across / 4, _BARE * scale))


def _nearest(columns: NDArray[np.float64], x: float, y: float, reach: float) -> int | None:
    """Which of the points, given as a row of x and a row of y, is nearest and within reach."""
    if columns.shape[1] == 0:
        return None
    squared = (columns[0] - x) ** 2 + (columns[1] - y) ** 2
    index = int(squared.argmin())
    return index if squared[index] <= reach * reach else None
