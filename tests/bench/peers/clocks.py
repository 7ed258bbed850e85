"""What a thing took, by every clock that says something about it."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

Moment = tuple[float, float, float]
Spent = dict[str, list[float]]
"""Milliseconds by clock: "gui" is CPU of the thread that paints, "cpu" of all threads, "wall"."""


def now() -> Moment:
    return time.thread_time(), time.process_time(), time.perf_counter()


class Record:
    """The samples of every operation, in the order they were taken."""

    def __init__(self) -> None:
        self.operations: dict[str, Spent] = {}
        self.values: dict[str, float] = {}

    def add(self, name: str, since: Moment, until: Moment) -> None:
        spent = self.operations.setdefault(name, {"gui": [], "cpu": [], "wall": []})
        for clock, before, after in zip(spent, since, until, strict=True):
            spent[clock].append((after - before) * 1000)

    def timed(self, name: str, action: Callable[[], object]) -> None:
        start = now()
        action()
        self.add(name, start, now())


def resident_mb() -> float:
    """The memory of this process that is in RAM."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) / 1024
