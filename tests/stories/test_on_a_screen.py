"""The editor as a process of its own on a real X server, moved by real input from outside."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from limner.api.pictograph import Dialect, Pictograph
from limner.api.transport import connect
from limner.model.annotations import BBox
from limner.server.embedded import BASE_URL, start

APP = Path(__file__).resolve().parents[2] / "app"
PATIENCE_S = 60.0

pytestmark = [
    pytest.mark.xserver,
    pytest.mark.skipif(
        not (shutil.which("Xvfb") and shutil.which("xdotool")),
        reason="Xvfb and xdotool are not installed (apt install xvfb xdotool)",
    ),
]


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of this test's own, on a display that it picks itself."""
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp"],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    yield f":{number}"
    server.terminate()
    server.wait()


class Screen:
    """A person at the screen: everything goes through the X server."""

    def __init__(self, display: str, home: Path) -> None:
        self.environment = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "LIMNER_HOME": str(home),
            "PYTHONPATH": str(APP),
        }
        self.home = home
        self.editor = subprocess.Popen([sys.executable, "-m", "limner"], env=self.environment)

    def does(self, *words: str) -> str:
        done = subprocess.run(
            ["xdotool", *words], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def waits_for_the_title(self, title: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not self.does("search", "--onlyvisible", "--name", title):
            assert time.monotonic() < deadline, f"no window {title!r} after {PATIENCE_S:g} s"
            assert self.editor.poll() is None, "the editor ended"
            time.sleep(0.05)  # there is no event of another process to wait for

    def waits_for_the_setting(self, image: str) -> None:
        """Until the editor has written down which image is open."""
        file = self.home / "config" / "settings.json"
        deadline = time.monotonic() + PATIENCE_S
        while not (
            file.exists() and json.loads(file.read_text())["last_project"]["image"] == image
        ):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_a_box_is_drawn_and_saved_by_a_person_at_a_real_screen(
    display: str, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    screen = Screen(display, home)
    screen.waits_for_the_title("astronaut.png — Sample project — Limner")
    screen.waits_for_the_setting("astronaut.png")
    window = screen.does("search", "--onlyvisible", "--name", "Limner").split()[0]
    screen.does("windowfocus", "--sync", window)
    for _ in range(3):
        screen.does("key", "d")
    screen.waits_for_the_title("coins.png — Sample project — Limner")
    screen.waits_for_the_setting("coins.png")
    screen.does("key", "b")
    screen.does("mousemove", "600", "300", "mousedown", "1")
    screen.does("mousemove", "640", "340", "mousemove", "700", "400", "mouseup", "1")
    screen.does("key", "ctrl+s")
    screen.does("key", "ctrl+q")

    assert screen.editor.wait(timeout=PATIENCE_S) == 0
    assert [type(a) for a in held(home)] == [BBox]


def held(home: Path) -> list[object]:
    """What the library of this home holds for the coins, read when the editor has gone."""
    server = start(home / "data" / "library")
    wire = connect(BASE_URL, server.key, transport=server.transport)
    client = Pictograph(wire, Dialect.DATASET_PATH)
    dataset = client.dataset("Sample project")
    row = next(row for row in client.images(dataset) if row.filename == "coins.png")
    annotations: list[object] = list(client.load(dataset, row).annotations)
    wire.close()
    server.close()
    return annotations
