"""Where the lines of an annotation run on the screen: moved, cut to the frame, thinned out.

Qt draws lines that reach far beyond its surface slowly and inexactly, and a contour of a hundred
thousand points at full cost however few of them are seen. So long or wide runs are cut to the
frame first, and points that fall on the same half pixel are dropped.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.canvas.contours import contour_of
from limner.canvas.viewport import Frame
from limner.model.points import Points
from limner.tools.chunks import LONG

Run = NDArray[np.float64]
"""(n, 2) points in device pixels of a frame."""

_MARGIN: Final = 64.0
"""Device pixels beyond the frame at which lines are cut: further out than any line is wide."""

_FAR: Final = 4096.0
"""A run that reaches further out than this is cut."""

UNCUT: Final = 2048.0
"""A shape of this many device pixels is not cut in any tile that it touches."""

_FARTHEST: Final = 1e12
"""Numbers from a file may be as large as floats get; beyond this they are brought to it."""

MANY: Final = 256
"""A run with more points than this is cut and thinned."""

_MOST: Final = 16_000
"""A run inside one frame keeps no more points than about this."""


def placed(points: Points | Run, frame: Frame) -> Run:
    """Image pixels as device pixels of the frame, not yet cut."""
    xy = points.xy if isinstance(points, Points) else points
    return np.clip(xy, -_FARTHEST, _FARTHEST) * frame.zoom - (frame.left, frame.top)


def in_sight(run: Points | Run, frame: Frame) -> Run:
    """Enough of a run, in image pixels, to paint the frame; all of it when it is short."""
    if not isinstance(run, Points):
        return run
    return contour_of(run).seen(frame, _MARGIN) if len(run) > LONG else run.xy


def ring_in(ring: Points | Run, frame: Frame) -> Run:
    """A closed ring, cut to the frame; empty when none of it can be seen.

    Where it is cut, it runs along a line outside the frame: filled or stroked, what is seen of it
    is what would be seen of the whole.
    """
    xy = placed(in_sight(ring, frame), frame)
    if not _needs_cut(xy):
        return xy
    right, bottom = frame.width + _MARGIN, frame.height + _MARGIN
    for axis, limit, sign in ((0, -_MARGIN, 1.0), (0, right, -1.0), (1, -_MARGIN, 1.0)):
        xy = _cut(xy, axis, limit, sign)
    return _thinned(_cut(xy, 1, bottom, -1.0))


def paths_in(path: Points | Run, frame: Frame) -> list[Run]:
    """An open path as the pieces of it that the frame touches."""
    xy = placed(in_sight(path, frame), frame)
    if not _needs_cut(xy):
        return [xy]
    starts, ends = _clipped_segments(xy, frame)
    if not len(starts):
        return []
    breaks = np.flatnonzero((ends[:-1] != starts[1:]).any(axis=1)) + 1
    pieces = zip(np.split(starts, breaks), np.split(ends, breaks), strict=True)
    return [_thinned(np.concatenate([piece, last[-1:]])) for piece, last in pieces]


def _needs_cut(xy: Run) -> bool:
    return len(xy) > MANY or bool(np.abs(xy).max(initial=0.0) > _FAR)


def _cut(xy: Run, axis: int, limit: float, sign: float) -> Run:
    """Keep the side of a closed ring where sign * (value - limit) >= 0 (Sutherland, Hodgman)."""
    if not len(xy):
        return xy
    depth = sign * (xy[:, axis] - limit)
    inside = depth >= 0
    if inside.all():
        return xy
    ahead = np.roll(xy, -1, axis=0)
    crossing = inside != np.roll(inside, -1)
    fall = depth - np.roll(depth, -1)
    part = np.divide(depth, fall, out=np.zeros_like(depth), where=crossing)
    met = xy + (ahead - xy) * part[:, None]
    met[:, axis] = limit
    both = np.stack([xy, met], axis=1).reshape(-1, 2)
    kept: Run = both[np.stack([inside, crossing], axis=1).reshape(-1)]
    return kept


def _clipped_segments(xy: Run, frame: Frame) -> tuple[Run, Run]:
    """Starts and ends of the segments of a path inside the frame's margin (Liang, Barsky)."""
    a, along = xy[:-1], np.diff(xy, axis=0)
    low = np.array([-_MARGIN, -_MARGIN])
    high = np.array([frame.width + _MARGIN, frame.height + _MARGIN])
    with np.errstate(divide="ignore", invalid="ignore"):
        enter, leave = (low - a) / along, (high - a) / along
    still = along == 0
    within = (a >= low) & (a <= high)
    first = np.where(still, np.where(within, 0.0, 2.0), np.minimum(enter, leave)).max(axis=1)
    last = np.where(still, np.where(within, 1.0, -1.0), np.maximum(enter, leave)).min(axis=1)
    first, last = np.maximum(first, 0.0), np.minimum(last, 1.0)
    seen = first <= last
    starts = np.where(first[:, None] > 0, a + along * first[:, None], a)
    ends = np.where(last[:, None] < 1, a + along * last[:, None], xy[1:])
    return starts[seen], ends[seen]


def _thinned(xy: Run) -> Run:
    """Without the points that fall on the same half pixel as the one before.

    A contour that runs to and fro within a pixel is made coarser still, since Qt refuses to fill
    what is too complex.
    """
    cell = 0.5
    while len(xy) > MANY:
        cells = np.rint(xy / cell)
        kept = np.ones(len(xy), dtype=bool)
        x, y = cells[:-1, 0], cells[:-1, 1]
        kept[1:-1] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
        xy = xy[kept]
        if len(xy) <= _MOST:
            break
        cell *= 2
    return xy
