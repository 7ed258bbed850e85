"""Clocks that stand still, go wrong or jump: no clock decides anything (L5)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Final

_DAY_S: Final = 86_400.0
CLOCKS: Final = ("frozen", "two days back", "ten years on", "jumping")


@contextmanager
def clock(name: str, seed: int) -> Iterator[None]:
    """`time.time` of this process tells something else meanwhile; the monotonic clock is right."""
    real = time.time
    time.time = _told(name, real, Random(seed))  # noqa: S311 - it is to come again
    try:
        yield
    finally:
        time.time = real


def _told(name: str, real: Callable[[], float], dice: Random) -> Callable[[], float]:
    if name == "frozen":
        moment = real()
        return lambda: moment
    if name == "jumping":
        return lambda: real() + dice.uniform(-400 * _DAY_S, 400 * _DAY_S)
    away = {"two days back": -2 * _DAY_S, "ten years on": 3_652 * _DAY_S}[name]
    return lambda: real() + away
