"""Work off the main thread, its outcome back on it: the one door between the two."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class MainThread(Protocol):
    """The thread that owns documents, histories and sessions."""

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` there soon; may be used from any thread."""
        ...

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        """Run `call` there once, `seconds` from now; the returned function takes it back."""
        ...

    def close(self) -> None:
        """Run nothing from now on."""
        ...


class Ticket:
    """A piece of work that was asked for. After `cancel` nobody hears of its outcome."""

    def __init__(self) -> None:
        self._cancelled = False

    @property
    def is_cancelled(self) -> bool:
        return self._cancelled

    def cancel(self) -> None:
        self._cancelled = True


class Tasks:
    """A few worker threads. They get values and return values; they never see a document."""

    def __init__(self, main: MainThread, workers: int = 4, name: str = "limner-work") -> None:
        self._main = main
        self._is_closed = False
        self._running: set[Future[Any]] = set()
        self._threads = _Threads(workers, name)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        ticket: Ticket | None = None,
    ) -> Ticket:
        """Run `work` on a worker, then `done` or `failed` on the main thread.

        A cancelled ticket that has not begun is never worked on; nor is anything after `close`.
        """
        ticket = ticket or Ticket()
        if self._is_closed:
            ticket.cancel()
            return ticket

        def deliver(future: Future[T]) -> None:
            if future.cancelled() or ticket.is_cancelled:
                return
            self._main.post(lambda: self._hand_over(future, done, failed, ticket))

        def begin() -> T:
            if ticket.is_cancelled:
                raise _NobodyWaits
            return work()

        future = Future[T]()
        self._running.add(future)
        future.add_done_callback(self._running.discard)
        future.add_done_callback(deliver)
        self._threads.do(begin, future)
        return ticket

    @staticmethod
    def _hand_over(
        future: Future[T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        ticket: Ticket,
    ) -> None:
        if ticket.is_cancelled:
            return
        error = future.exception()
        if error is None:
            done(future.result())
        elif isinstance(error, Exception):
            failed(error)
        else:
            raise error

    def close(self, timeout_s: float = 5.0, *, finish: bool = False) -> bool:
        """Take no more work and wait for what runs; whether it ended.

        What has not begun is dropped, or done too with `finish`.

        What takes longer ends on its own or with the process, and nobody hears of it.
        """
        self._is_closed = True
        self._threads.end(finish=finish)
        return not wait(tuple(self._running), timeout_s).not_done


class _Threads:
    """Threads that end with the process, also in the middle of a request that is not answered.

    For those of `concurrent.futures` every process waits at its end, however long they take.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._jobs: SimpleQueue[tuple[Callable[[], Any], Future[Any]] | None] = SimpleQueue()
        self._threads: list[Thread] = []

    def do(self, work: Callable[[], T], future: Future[T]) -> None:
        self._jobs.put((work, future))
        if len(self._threads) < self._most:
            thread = Thread(target=self._live, name=f"{self._name}-{len(self._threads)}")
            thread.daemon = True
            self._threads.append(thread)
            thread.start()

    def end(self, *, finish: bool) -> None:
        """End each thread after the job it is at, or with `finish` after all of them."""
        while not finish:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None:
                job[1].cancel()
        for _ in self._threads:
            self._jobs.put(None)

    def _live(self) -> None:
        while (job := self._jobs.get()) is not None:
            _carry_out(*job)
            del job  # an idle thread must not be the last to hold on to what was worked on


def _carry_out(work: Callable[[], T], future: Future[T]) -> None:
    if not future.set_running_or_notify_cancel():
        return
    try:
        future.set_result(work())
    except BaseException as error:  # noqa: BLE001 - it is raised on the main thread
        future.set_exception(error)
        del work, future  # the error holds on to this frame, and must not hold on to itself


class _NobodyWaits(Exception):
    """The ticket was cancelled before the work began."""
