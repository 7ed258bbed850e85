"""Runs a program through a scenario in a process and a home of its own, and reads what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from bench.peers.venvs import PEERS, ROOT, NotInstalled, python_of

_LONGEST_S: Final = 1800.0
_TOLD_LINES: Final = 12
"""How much of what a program said is told when it fails; they are talkative."""


@dataclass(frozen=True)
class Told:
    """What one process told: operation -> clock -> milliseconds, and single values."""

    title: str
    operations: dict[str, dict[str, list[float]]]
    values: dict[str, float]


class Failed(Exception):
    """A program did not get through the scenario."""


@cache
def installed() -> tuple[str, ...]:
    """The peers that can be run here; each other one is told of on stderr."""
    there = []
    for peer in PEERS:
        try:
            python_of(peer)
        except NotInstalled as error:
            print(f"bench: {error}", file=sys.stderr, flush=True)
        else:
            there.append(peer)
    return tuple(there)


def drive(program: str, *words: str, home: Path | None = None) -> Told:
    """Run `bench.peers.drive` with the program's own Python.

    Raises:
        Failed: it ended with an error, which is on stderr.
    """
    ours = program == "limner"
    python = Path(sys.executable) if ours else python_of(program)
    roots = ("app", "tests") if ours else ("tests",)
    with tempfile.TemporaryDirectory() as folder:
        place = home or Path(folder)
        environment = {
            **os.environ,
            "HOME": str(place),
            "XDG_CONFIG_HOME": str(place / ".config"),
            "XDG_CACHE_HOME": str(place / ".cache"),
            "XDG_RUNTIME_DIR": folder,
            "LIMNER_HOME": str(place),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": os.pathsep.join(str(ROOT / root) for root in roots),
            "BENCH_T0": str(time.time()),
        }
        # A program that is installed has its bytecode; the peers' was written by pip.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        command: Sequence[str] = [str(python), "-m", "bench.peers.drive", program, *words]
        try:
            done = subprocess.run(
                command,
                env=environment,
                capture_output=True,
                text=True,
                timeout=_LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise Failed(f"{program} took longer than {_LONGEST_S:g} s") from error
    if done.returncode:
        tail = "\n".join(done.stderr.splitlines()[-_TOLD_LINES:])
        raise Failed(f"{program} {' '.join(words)} ended with {done.returncode}:\n{tail}")
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    old = "" if ours or said["python"] != "3.11" or program != "labelme" else " (Python 3.11)"
    return Told(said["title"] + old, said["operations"], said["values"])
