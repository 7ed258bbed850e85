"""The process that makes one pyramid: `python -m limner.imaging.pyramid_child HANDLE`.

It is told once, over the connection it inherited, what to make of what; it says how far it is, and
ends. Killing it does no harm: what it wrote is no image before it is complete.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from limner.imaging.cell import BASE_BYTES, BYTES_PER_PIXEL, limit_memory
from limner.imaging.channel import Channel, Message
from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Level
from limner.imaging.problems import Damaged, ImageProblem, NoRoom, TooDear, Unreadable
from limner.imaging.pyramid_format import TILE, expected_bytes
from limner.imaging.pyramid_maker import Rows, make_pyramid
from limner.imaging.pyramid_rows import DecodedRows, needs_pyvips
from limner.imaging.pyramid_vips import StreamedRows
from limner.imaging.tiff_upright import Turn

_NICE: Final = 10
"""Whoever waits for a tile goes first."""

_STREAM_BYTES: Final = 3 << 30
"""What pyvips may take beside its strips: stacks and pools that are mostly never touched, and the
coefficients of a progressive JPEG."""

_STRIPS: Final = 16
"""Rows of tiles that are in memory at a time, counted with all levels and generously."""


def main(arguments: Sequence[str]) -> int:
    """Do what is asked over the connection that `arguments` name, once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        os.nice(_NICE)
    channel = Channel.inherited(int(arguments[0]))
    request, _none = channel.receive()
    try:
        _make(request, channel)
    except ConnectionError:
        return 0
    except ImageProblem as problem:
        channel.send({"problem": type(problem).__name__, "message": str(problem)})
    else:
        channel.send({"finished": True})
    return 0


def _make(request: Message, channel: Channel) -> None:
    """Make the pyramid. Raises ImageProblem, or ConnectionError: nobody wants it any more."""
    name, facts = request["name"], ImageFacts(**request["facts"])
    try:
        rows = _rows(request, facts)
        with Path(request["target"]).open("wb") as file, ThreadPoolExecutor(_cores()) as pool:
            make_pyramid(rows, file, pool, lambda done: channel.send({"done": done}))
            file.flush()
            os.fsync(file.fileno())
    except MemoryError as error:
        raise TooDear(name) from error
    except ConnectionError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise NoRoom(name, expected_bytes(facts)) from error
        raise Unreadable(name, error.strerror or str(error)) from error


def _rows(request: Message, facts: ImageFacts) -> Rows:
    path, name = Path(request["path"]), request["name"]
    pixels = facts.width * facts.height
    rows: Rows
    if needs_pyvips(facts):
        strips = _STRIPS * TILE * max(facts.width, facts.height) * 4
        limit_memory(_STREAM_BYTES + path.stat().st_size + strips)
        rows = StreamedRows(path, name, request["frame"], facts)
    else:
        limit_memory(BASE_BYTES + path.stat().st_size + pixels * BYTES_PER_PIXEL)
        rows = DecodedRows(path, name, request["page"], facts)
    if Turn(rows.orientation).size(rows.size) != Level(facts.width, facts.height):
        raise Damaged(name)
    return rows


def _cores() -> int:
    return min(os.cpu_count() or 1, 8)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
