"""Where the parts of a long run of points lie, so that most of them need not be looked at."""

from __future__ import annotations

from functools import cached_property, lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.model.geometry import Bounds
from limner.model.points import Points

LONG: Final = 2_000
"""A run with more points than this is worth an index."""

_SIZE: Final = 128
"""Points in a chunk: a hundred thousand points are 782 chunks, looked through in 5 µs."""

Indices = NDArray[np.intp]


class Chunks:
    """A run of (n, 2) image pixels and the bounds of each 128 edges of it.

    A chunk holds the first point of the next one too, the last chunk the run's first point: every
    edge lies in the bounds of one chunk, also the one that closes a ring.
    """

    def __init__(self, xy: NDArray[np.float64]) -> None:
        self.xy = xy
        self.starts: Indices = np.arange(0, len(xy), _SIZE)
        self.left, self.right = _spans(xy[:, 0], self.starts)
        self.top, self.bottom = _spans(xy[:, 1], self.starts)

    @cached_property
    def bounds(self) -> Bounds:
        """Of the whole run, to the last bit."""
        return Bounds(
            float(self.left.min()),
            float(self.top.min()),
            float(self.right.max()),
            float(self.bottom.max()),
        )

    def touching(self, area: Bounds) -> Indices:
        """The numbers of the points that begin an edge in a chunk that touches the area."""
        seen = (self.left <= area.right) & (self.right >= area.left)
        seen &= (self.top <= area.bottom) & (self.bottom >= area.top)
        return self._points(np.flatnonzero(seen))

    def nearest_vertex(self, x: float, y: float, reach: float) -> int | None:
        """Which vertex is nearest to (x, y) and within reach."""
        near = self.touching(Bounds(x - reach, y - reach, x + reach, y + reach))
        if not len(near):
            return None
        squared = ((self.xy[near] - (x, y)) ** 2).sum(axis=1)
        best = int(squared.argmin())
        return int(near[best]) if squared[best] <= reach * reach else None

    def has_edge_within(self, x: float, y: float, reach: float, *, closed: bool) -> bool:
        """Whether an edge passes (x, y) within reach."""
        near = self.touching(Bounds(x - reach, y - reach, x + reach, y + reach))
        last = len(self.xy) - 1
        starts = near if closed else near[near < last]
        if not len(starts):
            return False
        a = self.xy[starts]
        along = self.xy[np.where(starts == last, 0, starts + 1)] - a
        squared = (along**2).sum(axis=1)
        squared[squared == 0.0] = 1.0
        part = np.clip((((x, y) - a) * along).sum(axis=1) / squared, 0.0, 1.0)
        off = a + along * part[:, None] - (x, y)
        return bool((off**2).sum(axis=1).min() <= reach * reach)

    def holds(self, x: float, y: float) -> bool:
        """Whether (x, y) lies inside the closed run (even-odd, as `geometry.ring_holds`).

        A chunk that lies to the right as a whole is crossed as often, but for pairs, as the
        straight line between its ends.
        """
        at_height = (self.top <= y) & (self.bottom >= y)
        around = at_height & (self.left <= x) & (self.right >= x)
        beyond = np.flatnonzero(at_height & (self.left > x))
        ends = np.append(self.starts[1:], 0)
        first, last = self.xy[self.starts[beyond], 1], self.xy[ends[beyond], 1]
        crossings = np.count_nonzero((first > y) != (last > y))
        a_at = self._points(np.flatnonzero(around))
        a, b = self.xy[a_at], self.xy[np.where(a_at == len(self.xy) - 1, 0, a_at + 1)]
        crosses = (a[:, 1] > y) != (b[:, 1] > y)
        a, b = a[crosses], b[crosses]
        at = (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / (b[:, 1] - a[:, 1]) + a[:, 0]
        return bool((crossings + np.count_nonzero(x < at)) % 2)

    def _points(self, chunks: Indices) -> Indices:
        """The numbers of the points of these chunks, in their order."""
        points = (self.starts[chunks][:, None] + np.arange(_SIZE)).reshape(-1)
        return points[points < len(self.xy)]


@lru_cache(maxsize=64)
def chunks_of(run: Points) -> Chunks:
    """The chunks of a run, made once: a millisecond for a hundred thousand points."""
    return Chunks(run.xy)


def _spans(
    values: NDArray[np.float64], starts: Indices
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the greatest of each chunk and the first of the next."""
    column = np.ascontiguousarray(values)
    following = np.roll(column[starts], -1)
    low = np.minimum(np.minimum.reduceat(column, starts), following)
    high = np.maximum(np.maximum.reduceat(column, starts), following)
    return low, high
