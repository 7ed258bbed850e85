"""An X server without a screen, on a display that it picks itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager


class NoServer(Exception):
    """There is no Xvfb here, or it did not start."""


@contextmanager
def xvfb(width: int, height: int) -> Iterator[str]:
    """The display of an X server of our own, ended when the block is left.

    Raises:
        NoServer: Xvfb is not installed or does not start.
    """
    if shutil.which("Xvfb") is None:
        raise NoServer("Xvfb is not installed (apt install xvfb xdotool)")
    reading, writing = os.pipe()
    screen = ["-screen", "0", f"{width}x{height}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), *screen],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            raise NoServer("Xvfb did not start")
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()
