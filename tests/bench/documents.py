"""What is done to very many shapes at once, and how long loads and saves hold the window up.

The model alone for the changes; for the stalls a real session over the server inside, with a
timer on the painting thread that measures its own lateness.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from bench.figure import Figure, timed
from bench.office import Office, is_durable, office
from bench.registry import DOCUMENTS, Order
from bench.scenery import stars
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, Polygon
from limner.model.document import Document
from limner.model.geometry import moved, moved_all
from limner.model.history import History
from limner.model.patch import Patch, Verb
from limner.model.selection import Selection
from limner.shell.garbage import MainThreadCollector
from limner.shell.hand import wait_until
from limner.sync.session import Session
from limner.sync.state import State

_T = TypeVar("_T")
_WAITED: Final = Path("/proc/thread-self/schedstat")

_STALLS: Final = ("documents.stall.load", "documents.stall.save")
_CHANGES: Final = frozenset(f"documents.{name}" for name in DOCUMENTS).difference(_STALLS)
_CHANGED: Final = 10_000
_TIMES: Final = 3
_BODY_MS: Final = 300.0
_STALL_MS: Final = 100.0
"""What the soak allows a frame to take."""


def figures(order: Order) -> Iterator[Figure]:
    """The changes and the body of a save, then what of a load and a save the window feels."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    collector = MainThreadCollector()  # as in the window, and so is this:
    sys.setswitchinterval(0.0005)
    for count in order.shapes:
        if order.wants(*_CHANGES):
            yield from _changes(count)
        if order.wants(*_STALLS):
            with tempfile.TemporaryDirectory() as folder, office(Path(folder), count) as opened:
                yield from _stalls(opened, count)
    collector.close()
    application.processEvents()


def _changes(count: int) -> Iterator[Figure]:
    shapes = list(stars(count))
    some = shapes[:: max(1, count // _CHANGED)]
    document = Document(shapes)
    history = History(document, Selection())
    relabelled = [replace(shape, name="class 0 again") for shape in some]
    steps = {
        "move": lambda: Patch.replacing(
            Verb.MOVE, zip(some, moved_all(some, 3.0, 1.0), strict=True)
        ),
        "relabel": lambda: Patch.replacing(Verb.RELABEL, zip(some, relabelled, strict=True)),
        "delete": lambda: Patch.removing(Verb.DELETE, some),
    }
    for name, make in steps.items():
        did, undid = [], []
        for _ in range(_TIMES):
            did += timed(partial(_does, history, make))
            undid += timed(history.undo)
        yield Figure(f"documents.{name}", count, 1, did)
        yield Figure(f"documents.{name}.undo", count, 1, undid)
    yield Figure("documents.body", count, 1, _bodies(shapes), _BODY_MS)


def _does(history: History, make: Callable[[], Patch]) -> None:
    history.do(make())


def _bodies(shapes: Sequence[Polygon]) -> list[float]:
    """The body of a save after one edit, where everything else was sent before."""
    texts, now = WireTexts(), list[Annotation](shapes)
    texts.save_body(now, None)
    samples = []
    for place in range(_TIMES):
        now[place] = moved(shapes[place], 1.0, 0.0)
        samples += timed(partial(texts.save_body, now, None))
    return samples


def _stalls(opened: Office, count: int) -> Iterator[Figure]:
    beat = Heartbeat()
    loads, saves, held = [], [], []
    for _ in range(_TIMES):
        session = beat.during(opened.open)
        held.append(session)  # to free the one before takes its time as well
        loads.append(beat.longest_ms)
        _edit(session)
        wait_until(partial(is_durable, session), "the disk", 60.0)
        beat.during(partial(_save, session))
        saves.append(beat.longest_ms)
    for name, samples in (("load", loads), ("save", saves)):
        yield Figure(f"documents.stall.{name}", count, 1, samples, _STALL_MS, unit="ms late")


def _edit(session: Session) -> None:
    assert session.document is not None
    assert session.history is not None
    shape = next(a for a in session.document if isinstance(a, Polygon))
    session.history.do(Patch.replacing(Verb.MOVE, [(shape, moved(shape, 1.0, 0.0))]))


def _save(session: Session) -> None:
    session.save_now()
    wait_until(lambda: session.state is State.ON_SERVER, "the save", 120.0)


class Heartbeat:
    """A timer of the painting thread that notes how late it comes.

    What the thread waited for a processor is not counted: that is other programs' doing.
    """

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last_ms = 0.0
        self._timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def during(self, action: Callable[[], _T]) -> _T:
        """What `action` returns; it must let the event loop run."""
        self.longest_ms, self._last_ms = 0.0, _own_ms()
        self._timer.start()
        try:
            return action()
        finally:
            self._timer.stop()
            self._beat()

    def _beat(self) -> None:
        now = _own_ms()
        self.longest_ms = max(self.longest_ms, now - self._last_ms)
        self._last_ms = now


def _own_ms() -> float:
    """The time now, without what this thread stood in line for a processor, where that is known."""
    waited_ns = 0
    if _WAITED.exists():
        waited_ns = int(_WAITED.read_text().split()[1])
    return time.perf_counter() * 1000 - waited_ns / 1e6
