"""What a bench hands back: one measured thing, and the row that people and programs read."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

Row = dict[str, Any]
"""A figure as JSON: the keys of `PUBLIC`, and `p95_limit`, which stays between our processes."""

PUBLIC: Final = (
    *("bench", "case", "n", "dpr", "unit", "median", "p95", "limit"),
    *("peer", "peer_median"),
)


@dataclass(frozen=True)
class Figure:
    """One measured thing; what stands behind an @ in its name says where, and goes into the case.

    `limit` is what the design asks of the median and `p95_limit` what it asks of the slowest
    twentieth, both in `unit`; a unit per second has to be reached, any other not to be passed.
    """

    bench: str
    n: int
    ratio: float
    samples: Sequence[float]
    limit: float | None = None
    case: str = ""
    unit: str = "ms cpu"
    p95_limit: float | None = None
    peer: str | None = None
    peer_median: float | None = None

    def row(self) -> Row:
        """This figure in the form that DESIGN §6 fixes."""
        bench, at, place = self.bench.partition("@")
        return {
            "bench": bench,
            "case": f"{self.case or short(self.n)}{at}{place}",
            "n": self.n,
            "dpr": int(self.ratio) if self.ratio == int(self.ratio) else self.ratio,
            "unit": self.unit,
            "median": _rounded(statistics.median(self.samples)),
            "p95": _rounded(percentile(self.samples, 95)),
            "limit": self.limit,
            "peer": self.peer,
            "peer_median": None if self.peer_median is None else _rounded(self.peer_median),
            "p95_limit": self.p95_limit,
        }


def short(n: int) -> str:
    """100000 as "100k", as cases are called."""
    for unit, name in ((1_000_000, "M"), (1_000, "k")):
        if n >= unit and n % (unit // 10) == 0:
            return f"{n / unit:g}{name}"
    return str(n)


def percentile(samples: Sequence[float], percent: float) -> float:
    """Between the two nearest samples in proportion, as numpy's default does."""
    ordered = sorted(samples)
    place = (len(ordered) - 1) * percent / 100
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def timed(
    action: Callable[[], object],
    times: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> list[float]:
    """The milliseconds that each run of `action` took by `clock`: CPU of the process, normally."""
    samples = []
    for _ in range(times):
        start = clock()
        action()
        samples.append((clock() - start) * 1000)
    return samples


def _rounded(value: float) -> float:
    """Three digits after the point below ten, fewer above: what is behind them is noise."""
    return round(value, 3 if abs(value) < 10 else 1)
