"""Resident memory beside the peers: idle, with one photograph, and with many shapes on it.

It is that of the process with the window. Ours has the server in it; its decoders, about 40 MB
each, are not counted. Idle is how a program opens by itself: the peers empty, ours with an image.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figure import Figure, short
from bench.peers import data
from bench.peers.run import Failed, drive, installed
from bench.registry import Order

_SHAPES_MB: Final = 250.0
"""What 100,000 shapes may take over the window before them (DESIGN §5)."""

_LARGE: Final = 100_000
_FOR_PEERS: Final = 10_000
"""With more than these a peer takes minutes to open them."""


def figures(order: Order) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        yield from _small(order, Path(folder))
        for count in order.shapes if order.wants("memory.shapes") else ():
            yield from _shapes(count, Path(folder) / str(count))


def _small(order: Order, folder: Path) -> Iterator[Figure]:
    image, home = data.write(folder / "images", 0), folder / "home"
    data.write_home(home, image, 0)
    for name, words in (("memory.idle", ()), ("memory.image", ("--image", str(image)))):
        if order.wants(name):
            drive("limner", "start", *words, home=home)  # what a first start makes is there then
            found = _told("rss", "start", *words, home=home)
            yield from _rows(name, 0, name.partition(".")[2], found, None)


def _shapes(count: int, folder: Path) -> Iterator[Figure]:
    """What opening them adds to the window without them."""
    image, home = data.write(folder / "images", count), folder / "home"
    data.write_home(home, image, count)
    words = ("open", "--open", str(image))
    found = _told("rss_shapes_more", *words, home=home, peers=count <= _FOR_PEERS)
    limit = _SHAPES_MB if count <= _LARGE else None
    yield from _rows("memory.shapes", count, short(count), found, limit)


def _told(key: str, *words: str, home: Path, peers: bool = True) -> dict[str, float]:
    """Megabytes by the program's title, ours first."""
    found = {}
    for program in ("limner", *(installed() if peers else ())):
        try:
            told = drive(program, *words, home=home if program == "limner" else None)
        except Failed as error:
            if program == "limner":
                raise
            print(f"bench: {error}", file=sys.stderr, flush=True)
            continue
        found[told.title] = told.values[key]
    return found


def _rows(
    bench: str, n: int, case: str, found: dict[str, float], limit: float | None
) -> Iterator[Figure]:
    ours = [found.pop("limner")]
    for peer, theirs in found.items() or [(None, None)]:
        yield Figure(bench, n, 1, ours, limit, case, "MB", None, peer, theirs)
