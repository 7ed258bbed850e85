"""Work off the main thread, its outcome back on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from limner.shell.main_thread import QtMainThread
from limner.tasks import Tasks, Ticket
from servers import APP


@pytest.fixture
def main(qapp: object) -> Iterator[QtMainThread]:
    thread = QtMainThread()
    yield thread
    thread.close()
    thread.deleteLater()


@pytest.fixture
def tasks(main: QtMainThread) -> Iterator[Tasks]:
    made = Tasks(main, workers=1)
    yield made
    assert made.close()


def unexpected(error: Exception) -> None:
    raise AssertionError from error


def test_work_runs_elsewhere_and_its_outcome_comes_back_here(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[tuple[int, int]] = []
    tasks.run(
        threading.get_ident, lambda there: heard.append((there, threading.get_ident())), unexpected
    )
    qtbot.waitUntil(lambda: bool(heard))
    ((there, here),) = heard

    assert here == threading.get_ident()
    assert there != here


def test_an_error_is_handed_over_and_not_raised(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[Exception] = []

    def fail() -> None:
        raise ZeroDivisionError

    tasks.run(fail, lambda _done: heard.clear(), heard.append)
    qtbot.waitUntil(lambda: bool(heard))

    assert isinstance(heard[0], ZeroDivisionError)


def test_nobody_hears_of_what_was_cancelled(tasks: Tasks, qtbot: QtBot) -> None:
    begun, may_end = threading.Event(), threading.Event()
    heard: list[str] = []

    def long() -> str:
        begun.set()
        may_end.wait(10)
        return "cancelled"

    running = tasks.run(long, heard.append, unexpected)
    waiting = tasks.run(lambda: "waiting", heard.append, unexpected)
    assert begun.wait(10)
    running.cancel()
    waiting.cancel()
    may_end.set()
    tasks.run(lambda: "later", heard.append, unexpected)
    qtbot.waitUntil(lambda: bool(heard))

    assert heard == ["later"]


def test_after_closing_nothing_is_taken_on(main: QtMainThread) -> None:
    tasks = Tasks(main)
    assert tasks.close()
    ticket = tasks.run(lambda: None, lambda _done: None, unexpected, Ticket())

    assert ticket.is_cancelled


def test_closing_says_when_something_goes_on(main: QtMainThread) -> None:
    tasks, may_end = Tasks(main), threading.Event()
    tasks.run(lambda: may_end.wait(10), lambda _done: None, unexpected)

    assert not tasks.close(0.01)
    may_end.set()


def test_a_timer_rings_once_and_can_be_taken_back(main: QtMainThread, qtbot: QtBot) -> None:
    heard: list[str] = []

    def hear(word: str) -> Callable[[], None]:
        return lambda: heard.append(word)

    take_back = main.after(0.0, hear("taken back"))
    main.after(0.0, hear("rang"))
    take_back()
    take_back()
    qtbot.waitUntil(lambda: bool(heard))

    assert heard == ["rang"]
    main.after(0.0, hear("closed"))
    main.close()
    main.post(hear("posted"))
    qtbot.waitUntil(lambda: True)
    assert heard == ["rang"]


def test_a_process_ends_though_something_goes_on(tmp_path: Path) -> None:
    """Such as a request that is never answered."""
    script = tmp_path / "waits.py"
    script.write_text(
        """
import threading
from limner.tasks import Tasks

class Nobody:
    def post(self, call): pass

begun, never = threading.Event(), threading.Event()
tasks = Tasks(Nobody())
tasks.run(lambda: (begun.set(), never.wait()), print, print)
assert begun.wait(30)
assert not tasks.close(0.01)
"""
    )
    environment = {**os.environ, "PYTHONPATH": str(APP)}
    ended = subprocess.run([sys.executable, str(script)], env=environment, timeout=60, check=False)

    assert ended.returncode == 0
