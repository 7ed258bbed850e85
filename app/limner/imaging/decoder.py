"""Decodes image files in other processes, so that no file can harm or hold up the editor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Lock
from time import monotonic
from typing import Any, Final

import numpy as np

from limner.imaging.cell_process import CellLost, CellProcess
from limner.imaging.channel import Message
from limner.imaging.facts import ImageFacts
from limner.imaging.host import PIXEL_LIMIT
from limner.imaging.picture import Level, Pixels, Planes, Samples, Window
from limner.imaging.problems import Cancelled, Damaged, ImageProblem, TooDear, told

_PATIENCE_S: Final = 0.05
"""How long a request waits for a free process before asking whether anybody still wants it."""

Asks = Callable[[], bool]
"""Whether nobody wants the answer any more; any thread may call it."""


def never() -> bool:
    """For answers that are wanted in any case."""
    return False


@dataclass(frozen=True, slots=True)
class Limits:
    """What decoding one file may take: pixels, and seconds until the answer."""

    pixels: int = PIXEL_LIMIT
    seconds: float = 30.0
    seconds_per_megapixel: float = 0.5


DEFAULT_LIMITS: Final = Limits()


class Decoder:
    """Up to `processes` processes that decode. Every method blocks: call it on any worker.

    `command` starts such a process (`cell.py`); the handle of its connection is added to it. All
    methods take the `name` that messages call the file, and raise an ImageProblem: for a file that
    cannot be shown, for one that crashes its decoder or takes too much, and for a request that
    `is_cancelled` (asked every 50 ms) or `close` cut off. Pixels come as read-only arrays.
    """

    def __init__(
        self, command: Sequence[str], limits: Limits = DEFAULT_LIMITS, processes: int = 2
    ) -> None:
        self._command = tuple(command)
        self._limits = limits
        self._is_closed = False
        self._lock = Lock()
        self._slots = tuple(_Slot() for _ in range(processes))
        self._free: LifoQueue[_Slot] = LifoQueue()
        for slot in self._slots:
            self._free.put(slot)
        # A child may die with the thread that started it: this one outlives all requests.
        self._nursery = ThreadPoolExecutor(1, thread_name_prefix="limner-nursery")

    def start(self) -> None:
        """Start a process ahead of need, without waiting for it."""
        with self._lock:
            if not self._is_closed:
                self._nursery.submit(self._warm)

    def facts(self, path: Path, name: str, page: int = 0, is_cancelled: Asks = never) -> ImageFacts:
        """What the header says, whatever the size."""
        found, _none = self._ask("facts", path, name, is_cancelled, page=page)
        return _facts(found["facts"])

    def preview(
        self, path: Path, name: str, side: int, page: int = 0, is_cancelled: Asks = never
    ) -> Planes | None:
        """One small plane, its longer side `side` or more; None when that would take long."""
        return self._planes("preview", path, name, is_cancelled, page=page, side=side)

    def whole(self, path: Path, name: str, page: int = 0, is_cancelled: Asks = never) -> Planes:
        """All levels of the image."""
        return _some(self._planes("whole", path, name, is_cancelled, page=page), name)

    def thumbnail(self, path: Path, name: str, side: int, is_cancelled: Asks = never) -> Pixels:
        """The first page with its longer side at most `side` pixels."""
        found = self._planes("thumbnail", path, name, is_cancelled, page=0, side=side)
        return _some(found, name).planes[0].view(np.uint8)

    def tile(
        self,
        path: Path,
        name: str,
        level: int,
        column: int,
        row: int,
        page: int = 0,
        is_cancelled: Asks = never,
    ) -> Samples:
        """One tile of a file whose facts say that there are tiles."""
        place = (level, column, row)
        found = self._planes("tile", path, name, is_cancelled, page=page, tile=place)
        return _some(found, name).planes[0]

    def close(self) -> None:
        """Kill what runs and take nothing more; requests under way are cancelled."""
        with self._lock:
            self._is_closed = True
        self._nursery.shutdown(wait=False, cancel_futures=True)
        for slot in self._slots:
            slot.end()
        self._discard_free()

    def _planes(
        self, do: str, path: Path, name: str, is_cancelled: Asks, **more: Any
    ) -> Planes | None:
        found, planes = self._ask(do, path, name, is_cancelled, **more)
        if not planes:
            return None
        window = Window(*found["window"]) if found["window"] else None
        return Planes(planes, found["warning"], window)

    def _ask(
        self, do: str, path: Path, name: str, is_cancelled: Asks, **more: Any
    ) -> tuple[Message, tuple[Samples, ...]]:
        """The answer to a request, with the planes that came with it."""
        request = {"do": do, "path": str(path), "name": name, "pixel_limit": self._limits.pixels}
        with self._slot(name, is_cancelled) as slot:
            try:
                process = self._ready(slot)
                process.ask({**request, **more})
                found, planes = self._answer(process, is_cancelled)
            except Exception as error:
                slot.discard()
                raise self._problem(error, name) from error
        if "problem" in found:
            raise told(found["problem"], name, found["message"])
        return found, planes

    def _answer(
        self, process: CellProcess, is_cancelled: Asks
    ) -> tuple[Message, tuple[Samples, ...]]:
        deadline = monotonic() + self._limits.seconds

        def patience() -> None:
            if is_cancelled():
                raise _NobodyWaits
            if monotonic() > deadline:
                raise _Overdue

        found, planes = process.answer(patience)
        while "expects" in found:
            deadline += self._limits.seconds_per_megapixel * found["expects"] / 1e6
            found, planes = process.answer(patience)
        return found, planes

    def _problem(self, error: Exception, name: str) -> ImageProblem:
        """What to say of a request that ended with its process."""
        match error:
            case _NobodyWaits():
                return Cancelled(name)
            case _ if self._is_closed:
                return Cancelled(name)
            case _Overdue() | CellLost(was_killed=True):
                return TooDear(name)
            case _:
                return Damaged(name)

    @contextmanager
    def _slot(self, name: str, is_cancelled: Asks) -> Iterator[_Slot]:
        """A slot of one's own, the one used last first: its process is there already."""
        slot = None
        while slot is None:
            if self._is_closed or is_cancelled():
                raise Cancelled(name)
            with suppress(Empty):
                slot = self._free.get(timeout=_PATIENCE_S)
        try:
            yield slot
        finally:
            self._free.put(slot)
            if self._is_closed:
                self._discard_free()

    def _ready(self, slot: _Slot) -> CellProcess:
        """A living process in the slot."""
        if slot.process is None or not slot.process.is_alive:
            self._nursery.submit(self._fill, slot).result()
        if slot.process is None:
            raise _NobodyWaits
        return slot.process

    def _warm(self) -> None:
        with suppress(Empty):
            slot = self._free.get_nowait()
            try:
                self._fill(slot)
            finally:
                self._free.put(slot)

    def _fill(self, slot: _Slot) -> None:
        """Start a process in the slot unless a living one is there. Runs in the nursery."""
        with self._lock:
            if self._is_closed or (slot.process is not None and slot.process.is_alive):
                return
            slot.discard()
            slot.process = CellProcess(self._command)

    def _discard_free(self) -> None:
        with suppress(Empty):
            while True:
                self._free.get_nowait().discard()


@dataclass(slots=True, eq=False)
class _Slot:
    """Room for one process; whoever holds the slot uses it, and `close` may end it meanwhile."""

    process: CellProcess | None = None

    def end(self) -> None:
        """Kill the process, and leave the rest to whoever holds the slot."""
        if self.process is not None:
            self.process.end()

    def discard(self) -> None:
        if self.process is not None:
            self.process.end()
            self.process.close()
            self.process = None


def _facts(told_of: dict[str, Any]) -> ImageFacts:
    levels = tuple(Level(*level) for level in told_of["levels"])
    tile = Level(*told_of["tile"]) if told_of["tile"] else None
    return ImageFacts(**{**told_of, "levels": levels, "tile": tile})


def _some(planes: Planes | None, name: str) -> Planes:
    if planes is None:
        raise Damaged(name)
    return planes


class _NobodyWaits(Exception):
    """The answer is not wanted any more."""


class _Overdue(Exception):
    """The answer takes longer than it may."""
