"""Long runs of points, made ready for painting once: what is in sight of them, and no finer.

A contour of a hundred thousand points is the same in every frame while a person pans, zooms or
drags one of its points. So its parts are kept with their bounds, and for each doubling of the zoom
without the points that fall on the same half pixel. Only what is painted is made simpler.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.canvas.viewport import Frame
from limner.model.points import Points
from limner.tools.chunks import Chunks, chunks_of

_CELL: Final = 0.5
"""Device pixels within which points are one."""

_FINEST: Final = 1 << 20
"""Cells of an image pixel; beyond, no two points of a file fall together."""

_FARTHEST: Final = 1e12
"""Numbers from a file may be as large as floats get."""


class Contour:
    """A long run at every zoom."""

    def __init__(self, run: Points) -> None:
        self._whole = chunks_of(run)
        self._levels: dict[int, Chunks] = {}

    def seen(self, frame: Frame, margin: float) -> NDArray[np.float64]:
        """Enough of the run, in image pixels, to paint the frame and a margin of device pixels.

        A part that lies wholly on one side of the frame becomes a straight line: filled or
        stroked, closed or open, nothing of it was to be seen. The first and the last point stay.
        """
        chunks, area = self._level(frame.zoom), frame.covers(margin)
        is_aside = (chunks.right < area.left) | (chunks.left > area.right)
        is_aside |= (chunks.bottom < area.top) | (chunks.top > area.bottom)
        kept = np.repeat(~is_aside, np.diff(chunks.starts, append=len(chunks.xy)))
        kept[chunks.starts] = True
        kept[-1] = True
        return chunks.xy[kept]

    def _level(self, zoom: float) -> Chunks:
        """The run for a zoom of up to the next power of two."""
        fineness = math.ceil(math.log2(zoom / _CELL))
        known = self._levels.get(fineness)
        if known is None:
            known = self._levels[fineness] = self._thinned(2.0**fineness)
        return known

    def _thinned(self, cells: float) -> Chunks:
        """Without the points that fall on the same cell as the one before."""
        xy = self._whole.xy
        if cells > _FINEST:
            return self._whole
        column, row = np.rint(np.clip(xy.T, -_FARTHEST, _FARTHEST) * cells)
        kept = np.ones(len(xy), dtype=bool)
        kept[1:-1] = (column[1:-1] != column[:-2]) | (row[1:-1] != row[:-2])
        thinned = xy[kept]
        return self._whole if len(thinned) > len(xy) * 0.8 else Chunks(thinned)


@lru_cache(maxsize=64)
def contour_of(run: Points) -> Contour:
    """The contour of a run, kept while it is among the latest that were painted."""
    return Contour(run)
