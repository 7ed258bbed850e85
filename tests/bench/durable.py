"""From a gesture until it would survive a power cut, and what of that the painting thread pays.

A real session over the server inside and real files, without a window: one shape is moved, as a
drag does, and the next gesture waits until the one before is on the disk.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

from bench.figure import Figure, percentile
from bench.office import is_durable, office
from bench.registry import Order
from limner.model.annotations import Polygon
from limner.model.geometry import moved
from limner.model.patch import Patch, Verb
from limner.shell.hand import wait_until
from limner.sync.session import Session

_GESTURES: Final = 200
_LONGEST_S: Final = 30.0
_GUI_MS: Final = 1.0
_DISK_MS: Final = 100.0


def figures(order: Order) -> Iterator[Figure]:
    for count in order.shapes:
        with tempfile.TemporaryDirectory() as folder, office(Path(folder), count) as opened:
            gui, disk = _gestures(opened.open())
        yield Figure("durable.gui", count, 1, gui, None, unit="ms gui")
        yield Figure("durable.gui.p99", count, 1, [percentile(gui, 99)], _GUI_MS, unit="ms gui")
        yield Figure("durable.disk", count, 1, disk, None, unit="ms wall")
        yield Figure("durable.disk.p99", count, 1, [percentile(disk, 99)], _DISK_MS, unit="ms wall")


def _gestures(session: Session) -> tuple[list[float], list[float]]:
    """CPU of this thread until the gesture is made, and time until it is on the disk; ms each."""
    assert session.document is not None
    assert session.history is not None
    shapes = [a for a in session.document if isinstance(a, Polygon)][:_GESTURES]
    gui, disk = [], []
    deadline = time.monotonic() + _LONGEST_S
    for shape in shapes:
        patch = Patch.replacing(Verb.MOVE, [(shape, moved(shape, 1.0, 0.0))])
        thread, wall = time.thread_time(), time.perf_counter()
        session.history.do(patch)
        gui.append((time.thread_time() - thread) * 1000)
        wait_until(partial(is_durable, session), "the disk", 60.0)
        disk.append((time.perf_counter() - wall) * 1000)
        if time.monotonic() > deadline:
            break
    return gui, disk
