"""Which rows of a list have to go and to come so that it becomes another one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]
Run = tuple[int, int]

_MOST: Final = 16
"""More runs than this are quicker shown as a new list: each makes the view lay out its rows."""


@dataclass(frozen=True, slots=True)
class RowChanges:
    """Runs of rows, both ends included: first `gone` in this order, then `come` in this order."""

    gone: tuple[Run, ...]
    come: tuple[Run, ...]

    @classmethod
    def between(cls, old: Places, new: Places, touched: Places) -> RowChanges | None:
        """From `old` to `new`, which differ only in `touched`; None when it takes many runs.

        What is not touched keeps its order; what is touched stays where it can.
        """
        if np.array_equal(old, new):
            return cls((), ())
        was, is_now = np.isin(touched, old), np.isin(touched, new)
        goes, comes = np.isin(old, touched[~is_now]), np.isin(new, touched[~was])
        if not np.array_equal(old[~goes], new[~comes]):  # something moved
            goes, comes = np.isin(old, touched), np.isin(new, touched)
        gone, come = runs(np.flatnonzero(goes)), runs(np.flatnonzero(comes))
        if len(gone) + len(come) > _MOST:
            return None
        return cls(tuple(reversed(gone)), tuple(come))


def runs(rows: Places) -> list[Run]:
    """Ascending numbers as (first, last) of each run without a gap."""
    if not len(rows):
        return []
    breaks = np.flatnonzero(np.diff(rows) != 1)
    firsts = rows[np.concatenate(([0], breaks + 1))]
    lasts = rows[np.append(breaks, len(rows) - 1)]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
