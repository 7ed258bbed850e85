"""A second start on the same work, and the ends that the system makes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from limner import resources
from servers import APP

_PATIENCE_S = 60.0


class Desk:
    """A person's folders, and the editors that they start as processes."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._environment = {
            **os.environ,
            "LIMNER_HOME": str(home),
            "PYTHONPATH": str(APP),
            "QT_QPA_PLATFORM": "offscreen",
        }

    @contextmanager
    def starts(self, *arguments: Path) -> Iterator[subprocess.Popen[str]]:
        editor = self._popen(*arguments)
        try:
            yield editor
        finally:
            editor.kill()
            editor.communicate()

    def starts_once_more(self, *arguments: Path) -> tuple[int, str]:
        """How it ended, and what it said."""
        editor = self._popen(*arguments)
        try:
            _, said = editor.communicate(timeout=_PATIENCE_S)
        finally:
            editor.kill()
        return editor.returncode, said

    def has_opened(self, folder: Path) -> bool:
        try:
            settings = json.loads((self._home / "config" / "settings.json").read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return False
        last = settings.get("last_project") or {}
        return bool(last.get("folder") == str(folder))

    def _popen(self, *arguments: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "limner", *map(str, arguments)]
        return subprocess.Popen(command, env=self._environment, stderr=subprocess.PIPE, text=True)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    """Another process has no signal to wait for, so it is asked again and again."""
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited for {what}"
        time.sleep(0.05)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path / "home")


def a_folder(place: Path) -> Path:
    place.mkdir()
    shutil.copy(resources.path("sample") / "images" / "coins.png", place)
    return place


def test_a_second_start_opens_its_folder_in_the_first_window(desk: Desk, tmp_path: Path) -> None:
    one, other = a_folder(tmp_path / "one"), a_folder(tmp_path / "other")
    with desk.starts(one) as first:
        wait_for(lambda: desk.has_opened(one), "the first folder")
        code, said = desk.starts_once_more(other)
        wait_for(lambda: desk.has_opened(other), "the other folder in the first window")
        assert first.poll() is None

    assert code == 0
    assert f"process {first.pid}" in said


def test_a_lock_that_a_killed_process_left_keeps_nobody_out(desk: Desk, tmp_path: Path) -> None:
    one, other = a_folder(tmp_path / "one"), a_folder(tmp_path / "other")
    with desk.starts(one) as first:
        wait_for(lambda: desk.has_opened(one), "the first folder")
        first.kill()
        first.wait()
    with desk.starts(other):
        wait_for(lambda: desk.has_opened(other), "the other folder")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_end_of_the_session_ends_the_editor_without_a_question(
    desk: Desk, tmp_path: Path, number: signal.Signals
) -> None:
    folder = a_folder(tmp_path / "one")
    with desk.starts(folder) as editor:
        wait_for(lambda: desk.has_opened(folder), "the folder")
        editor.send_signal(number)
        assert editor.wait(_PATIENCE_S) == 0
