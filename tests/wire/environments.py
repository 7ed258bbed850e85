"""Throwaway environments with the real SDKs, made once and kept under build/ until they change."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

ENVIRONMENTS = Path(__file__).resolve().parents[2] / "build" / "conformance"


def environment(name: str, requirements: Iterable[str]) -> Path:
    """The Python of a virtual environment that holds exactly `requirements` (and what they need).

    The test fails, it is not skipped, when the registry does not deliver: then it is not known
    whether the real SDK still works with this server.
    """
    wanted = "\n".join(requirements)
    home = ENVIRONMENTS / name
    python = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    stamp = home / "requirements.txt"
    if python.exists() and stamp.exists() and stamp.read_text() == wanted:
        return python
    shutil.rmtree(home, ignore_errors=True)
    for command in _commands(home, python, wanted.split()):
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            pytest.fail(f"{name} could not be installed: {made.stderr[-800:]}", pytrace=False)
    stamp.write_text(wanted)
    return python


def _commands(home: Path, python: Path, requirements: list[str]) -> list[list[str]]:
    if uv := shutil.which("uv"):
        make = [uv, "venv", "--quiet", "--python", sys.executable, str(home)]
        return [make, [uv, "pip", "install", "--quiet", "--python", str(python), *requirements]]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    return [[sys.executable, "-m", "venv", str(home)], [*pip, *requirements]]
