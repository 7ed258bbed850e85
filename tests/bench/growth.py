"""What a frame costs against the number of shapes: it must not grow from 10,000 to 100,000."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Final

from bench.desk import Desk
from bench.figure import Figure, short
from bench.registry import Order
from bench.scenery import picture

_STEPS: Final = (1, 2, 5)
_SMALL: Final = 10_000
_LARGE: Final = 100_000
_FLAT: Final = 1.5
"""How much more a frame over 100,000 shapes may cost than one over 10,000. Ten would be linear;
what is painted differs as well, for ten times as many shapes are in sight."""

_FLAT_FLOOR_MS: Final = 0.5
"""Below this a frame counts as this: a ratio of two nothings says nothing."""


def figures(order: Order) -> Iterator[Figure]:
    """Frames over ever more shapes, all of them in sight (`fit`) and at full size (`1`)."""
    found = [f for count in _counts(order) for f in _frames(Desk(count, picture()))]
    yield from found
    yield from _flatness(found)


def _counts(order: Order) -> list[int]:
    """1, 2, 5, 10 … thousand, up to the largest number that was asked for."""
    top = max(order.shapes)
    counts = (step * 10**power for power in range(3, 8) for step in _STEPS)
    return [count for count in counts if count <= top]


def _frames(desk: Desk) -> Iterator[Figure]:
    desk.load()
    desk.settle()
    for place, zoom in (("fit", desk.canvas.zoom), ("1", 1.0)):
        desk.look(zoom)
        desk.rest()
        samples = {"pan": desk.pans(), "zoom": desk.zooms()}
        desk.look(zoom)
        desk.rest()
        samples |= {"drag": desk.drag()[1], "hover": desk.hovers()}
        for bench, found in samples.items():
            case = f"{short(desk.count)}@{place}"
            yield Figure(f"growth.{bench}", desk.count, desk.ratio, found, case=case)
    desk.close()


def _flatness(found: list[Figure]) -> Iterator[Figure]:
    """By how much each frame grew from the small number to the large one."""
    medians = {
        (f.bench, f.case.partition("@")[2], f.n): max(statistics.median(f.samples), _FLAT_FLOOR_MS)
        for f in found
    }
    for (bench, place, n), cost in medians.items():
        small = medians.get((bench, place, _SMALL))
        if n == _LARGE and small is not None:
            case = f"100k / 10k@{place}"
            yield Figure(bench, n, 1, [cost / small], _FLAT, case, "times")
