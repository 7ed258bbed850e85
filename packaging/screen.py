"""A virtual screen of this machine, and the person in front of it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from clean_root import Wrong

Colour = tuple[int, int, int]

PATIENCE_S = 60.0
POLL_S = 0.2
REST_S = 3.0  # a picture that stays the same for so long is finished
NEAR = 3  # what a JPEG and its colours may be off


class Screen:
    """Looks through X alone, as a person would; `display` is its DISPLAY."""

    def __init__(self, display: str) -> None:
        self.display = display

    def wait_for_window(self, editor: subprocess.Popen[bytes]) -> str:
        """The X11 id of the editor's window, as soon as it is on the screen.

        Raises:
            Wrong: the editor ended, or takes longer than a minute.
        """
        end = time.monotonic() + PATIENCE_S
        while editor.poll() is None:
            found = self.xdotool("search", "--onlyvisible", "--classname", "limner-editor")
            if found.returncode == 0:
                return found.stdout.split()[-1]
            if time.monotonic() > end:
                raise Wrong(f"no window of the editor within {PATIENCE_S:.0f} s")
            time.sleep(POLL_S)
        raise Wrong(f"the editor ended without a window, exit code {editor.returncode}")

    def press(self, window: str, key: str) -> None:
        """Press a key in a window, as xdotool writes it."""
        self.xdotool("windowfocus", "--sync", window, "key", key).check_returncode()

    def wait_for_colour(self, colour: Colour, share: float) -> None:
        """Wait until so much of the screen is of this colour, more or less.

        Raises:
            Wrong: it is not within a minute.
        """
        end = time.monotonic() + PATIENCE_S
        while (seen := share_of(self.pixels(), colour)) < share:
            if time.monotonic() > end:
                raise Wrong(f"{seen:.0%} of the screen is of the colour {colour}, not {share:.0%}")
            time.sleep(POLL_S)

    def rest(self) -> NDArray[np.uint8]:
        """Its pixels, once they stay the same."""
        before, now = None, self.pixels()
        while before is None or not np.array_equal(before, now):
            time.sleep(REST_S)
            before, now = now, self.pixels()
        return now

    def save(self, file: Path) -> None:
        """Write what it shows at rest."""
        Image.fromarray(self.rest()).save(file)

    def pixels(self) -> NDArray[np.uint8]:
        """What it shows now, as (height, width, RGB)."""
        from PIL import ImageGrab

        return np.asarray(ImageGrab.grab(xdisplay=self.display).convert("RGB"))

    def xdotool(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Act as the person in front of it."""
        environment = {**os.environ, "DISPLAY": self.display}
        command = ["xdotool", *words]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def share_of(pixels: NDArray[np.uint8], colour: Colour) -> float:
    """How much of an image is of this colour, more or less; all of it is 1."""
    off = np.abs(pixels.astype(np.int16) - np.array(colour, np.int16))
    return float((off <= NEAR).all(axis=-1).mean())


@contextmanager
def screen(root: Path) -> Iterator[Screen]:
    """A screen that programs in `root` can reach.

    Nothing for X is installed in there, so that only the package's own dependencies count; a hard
    link brings the socket.
    """
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "1600x1000x24", "-ac", "-nolisten", "tcp"]
    server = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        sockets = root / "tmp/.X11-unix"
        sockets.mkdir(mode=0o1777)
        os.link(f"/tmp/.X11-unix/X{number}", sockets / f"X{number}")  # noqa: S108 - X11's own place
        yield Screen(f":{number}")
    finally:
        server.terminate()
        server.wait()
