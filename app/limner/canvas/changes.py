"""Where on the image one overlay, or one shape in hand, looks different from the one before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from limner.canvas.extents import bounds_of, span
from limner.canvas.outlines import MANY
from limner.model.annotations import Drawable, Polygon, Polyline
from limner.model.geometry import Bounds
from limner.model.patch import Patch
from limner.model.points import Points
from limner.tools.tool import Handles, Overlay, Sketch
from limner.tools.vertices import runs_of


def marks_changed(was: Overlay, now: Overlay) -> Iterator[Bounds]:
    """Where handles, stem, sketch and band differ; a vertex that moves stirs its own handle only.

    All places are in image pixels, those of the marks' points: how far the marks reach around
    them is a matter of the screen.
    """
    for before, after in zip_longest(was.handles, now.handles):
        if before != after:
            yield from _handles_changed(before, after)
    if was.stem != now.stem:
        yield from (span(stem) for stem in (was.stem, now.stem) if stem is not None)
    if was.sketch != now.sketch:
        yield from (span(path) for path in map(whole_sketch, (was.sketch, now.sketch)) if len(path))
    if was.band != now.band:
        yield from (band for band in (was.band, now.band) if band is not None)


def shapes_changed(was: tuple[Drawable, ...], now: tuple[Drawable, ...]) -> Iterator[Bounds]:
    """Where these shapes differ: around the vertices that moved, when nothing else did."""
    if len(was) != len(now):
        yield from bounds_of((*was, *now))
        return
    for before, after in zip(was, now, strict=True):
        if before is not after:
            yield from _shape_changed(before, after)


def reshaped(patch: Patch) -> Iterator[Bounds]:
    """Where shapes differ that a patch changes, if every point of them is painted."""
    for before, after in patch.changes.values():
        is_of_points = isinstance(before, Polygon | Polyline) and _is_short(before)
        shapes = [each for each in (before, after) if isinstance(each, Drawable)]
        if is_of_points and len(shapes) == 2 and shapes[0].rank == shapes[1].rank:
            yield from _shape_changed(*shapes)
        else:
            yield from bounds_of(shapes)


def whole_sketch(sketch: Sketch | None) -> Points:
    """The settled points and the one under the pointer."""
    if sketch is None:
        return Points(b"")
    if sketch.rubber is None:
        return sketch.points
    return Points.from_array(np.concatenate([sketch.points.xy, [sketch.rubber]]))


def _handles_changed(was: Handles | None, now: Handles | None) -> Iterator[Bounds]:
    both = [handles for handles in (was, now) if handles is not None]
    if was is None or now is None or was.kind != now.kind or len(was.points) != len(now.points):
        yield from (span(handles.points) for handles in both if len(handles.points))
        return
    hot = [handles.hot for handles in both if handles.hot is not None and was.hot != now.hot]
    differ = hot if was.points is now.points else [*hot, *_moved(was.points, now.points)]
    if differ:
        yield _around([handles.points for handles in both], differ)


def _shape_changed(was: Drawable, now: Drawable) -> Iterator[Bounds]:
    if not _has_same_vertices(was, now):
        yield from bounds_of([was, now])
        return
    for old, new in zip(_runs(was), _runs(now), strict=True):
        moved = _moved(old, new)
        if moved:
            near = _with_neighbours(moved, len(new), closed=isinstance(now, Polygon))
            yield _around([old, new], near)


def _is_short(shape: Polygon | Polyline) -> bool:
    return all(len(run) <= MANY for run in _runs(shape))


def _has_same_vertices(was: Drawable, now: Drawable) -> bool:
    """Whether it is the same path, but for where its vertices are."""
    is_same = was.id == now.id and was.name == now.name
    lengths = [[len(run) for run in _runs(shape)] for shape in (was, now)]
    return is_same and lengths[0] != [] and lengths[0] == lengths[1]


def _runs(shape: Drawable) -> tuple[Points, ...]:
    return runs_of(shape) if isinstance(shape, Polygon | Polyline) else ()


def _moved(was: Points, now: Points) -> list[int]:
    """The numbers of the points that lie elsewhere now."""
    if was.packed == now.packed:
        return []
    moved: list[int] = np.flatnonzero(_as_numbers(was) != _as_numbers(now)).tolist()
    return moved


def _with_neighbours(indices: list[int], count: int, *, closed: bool) -> list[int]:
    """These points and those that an edge joins them to."""
    near = {index + step for index in indices for step in (-1, 0, 1)}
    return [i % count for i in near] if closed else [i for i in near if 0 <= i < count]


def _around(runs: list[Points], indices: list[int]) -> Bounds:
    """What holds these points of every run."""
    points = [point for run in runs for point in _as_numbers(run)[indices].tolist()]
    across, down = [point.real for point in points], [point.imag for point in points]
    return Bounds(min(across), min(down), max(across), max(down))


def _as_numbers(run: Points) -> NDArray[np.complex128]:
    """Each point as one number, which is compared and taken out in one go."""
    return np.frombuffer(run.packed, dtype=np.complex128)
