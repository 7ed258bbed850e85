"""The vertices of polygons and polylines, by run: a polygon's rings, a polyline's path."""

from __future__ import annotations

from dataclasses import dataclass, replace

from limner.model.annotations import Polygon, Polyline
from limner.model.geometry import EdgeHit, nearest_edge
from limner.model.patch import Verb
from limner.model.points import Points

Path = Polygon | Polyline


@dataclass(frozen=True, slots=True)
class Vertex:
    """A vertex, or the edge that begins at it."""

    run: int
    index: int


def runs_of(path: Path) -> tuple[Points, ...]:
    """The rings of a polygon, outline first; the one path of a polyline."""
    return path.rings if isinstance(path, Polygon) else (path.path,)


def with_run(path: Path, run: int, points: Points) -> Path:
    """The path with other points in one run."""
    if isinstance(path, Polyline):
        return replace(path, path=points)
    return replace(path, rings=(*path.rings[:run], points, *path.rings[run + 1 :]))


def is_closed(path: Path) -> bool:
    """Whether an edge leads from the last vertex of a run back to its first."""
    return isinstance(path, Polygon)


def with_vertex_at(path: Path, vertex: Vertex, x: float, y: float) -> Path:
    """The path with one vertex put elsewhere, in image pixels."""
    run = runs_of(path)[vertex.run]
    return with_run(path, vertex.run, run.with_point(vertex.index, x, y))


def with_vertex_after(path: Path, edge: Vertex, x: float, y: float) -> Path:
    """A new vertex on the edge that begins at `edge`."""
    run = runs_of(path)[edge.run]
    return with_run(path, edge.run, run.inserted(edge.index + 1, x, y))


def without_vertex(path: Path, vertex: Vertex) -> tuple[Verb, Path]:
    """The path without one vertex; a hole that is left with two points goes altogether.

    An outline or polyline can come out too short to exist: the document then refuses it in words.
    """
    run = runs_of(path)[vertex.run]
    if isinstance(path, Polygon) and vertex.run > 0 and len(run) <= 3:
        rings = (*path.rings[: vertex.run], *path.rings[vertex.run + 1 :])
        return Verb.REMOVE_HOLE, replace(path, rings=rings)
    return Verb.REMOVE_POINT, with_run(path, vertex.run, run.without(vertex.index))


def edge_near(path: Path, x: float, y: float) -> tuple[int, EdgeHit]:
    """The edge of all runs nearest to (x, y), as (run, hit)."""
    closed = is_closed(path)
    hits = [nearest_edge(run, x, y, closed=closed) for run in runs_of(path)]
    run = min(range(len(hits)), key=lambda i: hits[i].distance)
    return run, hits[run]
