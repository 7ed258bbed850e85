"""Disks that are small, or can only be read. What root may do to files needs a mount."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(place: Path, size_mb: int) -> Iterator[None]:
    """A disk of its own at the folder `place`; where none can be made, the test is skipped."""
    with _mounted(place, "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs"):
        yield


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """The folder `place`, in which nothing can be written meanwhile."""
    if sys.platform == "win32":
        pytest.skip("folders cannot be made read-only on Windows")
    if os.geteuid() == 0:
        with _mounted(place, "--bind", str(place)):
            subprocess.run(["mount", "-o", "remount,bind,ro", str(place)], check=True)
            yield
        return
    folders = [place, *(each for each in place.rglob("*") if each.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield
    for folder in folders:
        folder.chmod(0o755)


@contextmanager
def _mounted(place: Path, *what: str) -> Iterator[None]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root can mount a disk, and only on Linux")
    if subprocess.run(["mount", *what, str(place)], capture_output=True, check=False).returncode:
        pytest.skip("nothing can be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Take all the room there is; the file that takes it."""
    filler = disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12):
            while _takes(file.fileno(), size):
                pass
    return filler


def _takes(file: int, size: int) -> bool:
    try:
        return os.write(file, bytes(size)) == size
    except OSError:
        return False
