"""From the start of the process to a painted window and to a usable image, warm, beside the peers.

Each program is started anew several times on the same photograph of 12 megapixels, by turns. Wall
clock is what the person waits and holds on a quiet machine only; CPU is of the process and all its
threads, the start of Python included. What decodes in processes of its own is not in it.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figure import Figure
from bench.peers import data
from bench.peers.run import Failed, drive, installed
from bench.registry import Order

_TIMES: Final = 5
_LIMITS: Final = {"window": 600.0, "usable": 1000.0}

Runs = dict[str, list[dict[str, float]]]


def figures(_order: Order) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        runs = _runs(Path(folder))
    ours = runs.pop("limner")
    for moment, limit in _LIMITS.items():
        for clock in ("wall", "cpu"):
            key, unit = f"{moment}_{clock}", f"ms {clock}"
            make = {"wall": f"start.{moment}", "cpu": f"start.{moment}.cpu"}[clock]
            samples = [run[key] for run in ours]
            asked = limit if clock == "wall" else None
            for peer, theirs in runs.items() or [(None, None)]:
                median = statistics.median(run[key] for run in theirs) if theirs else None
                yield Figure(make, 0, 1, samples, asked, "warm", unit, None, peer, median)


def _runs(folder: Path) -> Runs:
    """What each start told, by the program's title; the first of each is not counted."""
    image, home = data.write(folder / "images", 0), folder / "home"
    data.write_home(home, image, 0)
    runs: Runs = {}
    for turn in range(_TIMES + 1):
        for program in ("limner", *installed()):
            try:
                told = drive(program, "start", "--image", str(image), home=home)
            except Failed as error:
                print(f"bench: {error}", file=sys.stderr, flush=True)
                if program == "limner":
                    raise
                continue
            if turn:
                runs.setdefault(told.title, []).append(told.values)
    return runs
