"""The decoding processes of one editor: started when needed, lent to one request at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from threading import Lock
from typing import Final

from limner.imaging.cell_process import CellProcess

_PATIENCE_S: Final = 0.05
"""How long one waits for a free process before asking whether anybody still wants it."""


class NobodyWaits(Exception):
    """The answer is not wanted any more, or the pool is closed."""


class CellPool:
    """At most so many processes. All methods may be called from any thread."""

    def __init__(self, command: Sequence[str], processes: int) -> None:
        self._command = tuple(command)
        self._is_closed = False
        self._lock = Lock()
        self._slots = tuple(_Slot() for _ in range(processes))
        self._free: LifoQueue[_Slot] = LifoQueue()
        for slot in self._slots:
            self._free.put(slot)
        # A child may die with the thread that started it: this one outlives all requests.
        self._nursery = ThreadPoolExecutor(1, thread_name_prefix="limner-nursery")

    @property
    def is_closed(self) -> bool:
        return self._is_closed

    @property
    def running(self) -> tuple[CellProcess, ...]:
        """The processes there are."""
        started = (slot.process for slot in self._slots)
        return tuple(process for process in started if process is not None and process.is_alive)

    def start(self) -> None:
        """Start a process ahead of need, without waiting for it."""
        with self._lock:
            if not self._is_closed:
                self._nursery.submit(self._warm)

    @contextmanager
    def lent(self, is_cancelled: Callable[[], bool]) -> Iterator[CellProcess]:
        """A living process of one's own, the one used last first; ended if the block raises.

        Raises:
            NobodyWaits: `is_cancelled` says so, or there will be none any more.
            OSError: it cannot be started.
        """
        slot = self._taken(is_cancelled)
        try:
            yield self._filled(slot)
        except BaseException:
            slot.discard()
            raise
        finally:
            self._give_back(slot)

    def close(self) -> None:
        """Kill what runs and start nothing more; whoever has a process finds it gone."""
        with self._lock:
            self._is_closed = True
        self._nursery.shutdown(wait=False, cancel_futures=True)
        for slot in self._slots:
            slot.end()
        self._discard_free()

    def _taken(self, is_cancelled: Callable[[], bool]) -> _Slot:
        while not (self._is_closed or is_cancelled()):
            with suppress(Empty):
                return self._free.get(timeout=_PATIENCE_S)
        raise NobodyWaits

    def _give_back(self, slot: _Slot) -> None:
        self._free.put(slot)
        if self._is_closed:
            self._discard_free()

    def _filled(self, slot: _Slot) -> CellProcess:
        """The process in the slot, a new one if it has died or was never there."""
        if slot.process is None or not slot.process.is_alive:
            with self._lock:
                if self._is_closed:
                    raise NobodyWaits
                filling = self._nursery.submit(self._fill, slot)
            filling.result()
        if slot.process is None:
            raise NobodyWaits
        return slot.process

    def _warm(self) -> None:
        with suppress(Empty):
            slot = self._free.get_nowait()
            try:
                self._fill(slot)
            finally:
                self._give_back(slot)

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


class _Slot:
    """Room for one process; whoever holds the slot uses it, and `close` may end it meanwhile."""

    def __init__(self) -> None:
        self.process: CellProcess | None = None

    def end(self) -> None:
        """Kill the process, and leave the rest to whoever holds the slot."""
        process = self.process
        if process is not None:
            process.end()

    def discard(self) -> None:
        process, self.process = self.process, None
        if process is not None:
            process.end()
            process.close()
