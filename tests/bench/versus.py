"""Limner against labelme and X-AnyLabeling: the same work on the same shapes in one run.

Every program runs its own window on the same X server and is driven by the same hand
(`peers/scenario.py`). What is painted counts the CPU of the thread that paints, from the event to
the end of the paint; opening and saving count the CPU of the whole process. `settled` is the same
until nothing is left to be made sharper in the background.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figure import Figure, short
from bench.peers import data
from bench.peers.run import Failed, Told, drive, installed
from bench.registry import Order

OPERATIONS: Final = {
    "open": "open",
    "repaint": "repaint",
    "zoom": "zoom",
    "pan": "pan 2x",
    "pan.near": "pan 8x",
    "hover": "hover",
    "hover.near": "hover 8x",
    "select": "select",
    "drag": "vertex drag",
    "drop": "vertex drop",
    "undo": "undo",
    "draw": "draw",
    "close": "close polygon",
    "delete": "delete 10",
    "save": "save",
}
"""Our names for the operations of the scenario."""

SETTLED: Final = {f"{name}.settled": f"{OPERATIONS[name]}.settled" for name in ("zoom", "pan")}
_WHOLE_PROCESS: Final = ("open", "save")
_TIMES: Final = 6
_TIMES_OF_MANY: Final = 3
_MANY: Final = 10_000
"""At ten thousand shapes and more a peer takes seconds for each step: half as many of them."""


def figures(order: Order) -> Iterator[Figure]:
    """At each number of shapes up to ten thousand: at more, a run of a peer takes an hour."""
    for count in (count for count in order.shapes if count <= _MANY):
        with tempfile.TemporaryDirectory() as folder:
            yield from _against(count, Path(folder))


def _against(count: int, folder: Path) -> Iterator[Figure]:
    image, home = data.write(folder / "images", count), folder / "home"
    data.write_home(home, image, count)
    times = _TIMES if count < _MANY else _TIMES_OF_MANY
    words = ("work", "--open", str(image), "--times", str(times))
    ours = drive("limner", *words, home=home)
    peers = []
    for peer in installed():
        try:
            peers.append(drive(peer, *words))
        except Failed as error:
            print(f"bench: {error}", file=sys.stderr, flush=True)
    for name, operation in (OPERATIONS | SETTLED).items():
        clock = "cpu" if name in _WHOLE_PROCESS else "gui"
        against: list[Told | None] = [*peers] or [None]
        for theirs in against:
            yield _figure(name, operation, clock, count, ours, theirs)


def _figure(
    name: str, operation: str, clock: str, count: int, ours: Told, peer: Told | None
) -> Figure:
    theirs = peer.operations.get(operation) if peer is not None else None
    return Figure(
        f"versus.{name}",
        count,
        1,
        ours.operations[operation][clock],
        case=short(count),
        unit="ms cpu" if clock == "cpu" else "ms gui",
        peer=peer.title if peer is not None else None,
        peer_median=statistics.median(theirs[clock]) if theirs is not None else None,
    )
