"""The process in which image files are decoded: what strangers wrote can break nothing else.

`python -m limner.imaging.cell HANDLE` answers one request after the other over the connection it
inherited, and ends when the other end of it is closed. Requests and answers are JSON; pixels go
through shared memory. Before anything is decoded the header says how much memory that may take,
and the process holds itself to it.
"""

from __future__ import annotations

import ctypes
import json
import math
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import DTypeLike, NDArray
from typing_extensions import override

from limner.imaging import answer
from limner.imaging.decode import decode, preview, probe, thumbnail
from limner.imaging.facts import ImageFacts
from limner.imaging.host import Host
from limner.imaging.picture import Planes
from limner.imaging.problems import ImageProblem, TooDear
from limner.imaging.shared import Block, Channel, joined

Request = dict[str, Any]
Result = ImageFacts | Planes | None

BASE_BYTES: Final = 512 << 20
"""What a decoder may take beside file and pixels: its libraries, its tables."""

BYTES_PER_PIXEL: Final = 32
"""Decoded, turned, flattened, in sRGB, shared; JPEG 2000 works with 12 a pixel alone."""

_PR_SET_PDEATHSIG: Final = 1


def main(arguments: Sequence[str]) -> int:
    """Answer requests until nobody is at the other end of the connection `arguments` name."""
    _belong_to_parent()
    with joined(int(arguments[0])) as channel:
        while True:
            try:
                _reply(channel, json.loads(channel.recv_bytes()))
            except (EOFError, ConnectionError):
                return 0


def _reply(channel: Channel, request: Request) -> None:
    cell = _Cell(channel, request["pixel_limit"])
    try:
        cell.send(_result(cell, request))
    except ImageProblem as problem:
        cell.tell(problem)
    except MemoryError:
        cell.tell(TooDear(request["name"]))


def _result(cell: _Cell, request: Request) -> Result:
    path, name, page = Path(request["path"]), request["name"], request["page"]
    cell.base_bytes = BASE_BYTES + _size(path)
    limit_memory(cell.base_bytes)
    match request["do"]:
        case "facts":
            return probe(path, name, page)
        case "preview":
            return preview(path, name, request["side"], page, cell)
        case "whole":
            return decode(path, name, page, cell)
        case "thumbnail":
            return Planes((thumbnail(path, name, request["side"], page, cell),))
        case unknown:
            raise ValueError(unknown)


class _Cell(Host):
    """Decodes into memory that can be handed over, within what the header justifies."""

    def __init__(self, channel: Channel, pixel_limit: int) -> None:
        self.pixel_limit = pixel_limit
        self.base_bytes = BASE_BYTES
        self._channel = channel
        self._block: Block | None = None

    @override
    def expect(self, pixels: int) -> None:
        limit_memory(self.base_bytes + pixels * BYTES_PER_PIXEL)
        self._say({"expects": pixels})

    @override
    def planes(self, shapes: Sequence[tuple[int, ...]], dtype: DTypeLike) -> list[NDArray[Any]]:
        values = sum(math.prod(shape) for shape in shapes)
        self._block = Block(values * np.dtype(dtype).itemsize)
        return answer.carved(self._block.bytes, shapes, dtype)

    def tell(self, problem: ImageProblem) -> None:
        self._say(answer.of_problem(problem))

    def send(self, result: Result) -> None:
        match result:
            case None:
                self._say({"nothing": True})
            case ImageFacts():
                self._say(answer.of_facts(result))
            case Planes():
                self._send_planes(result)

    def _send_planes(self, result: Planes) -> None:
        """What was not decoded into shared memory is small, and copied there."""
        if self._block is None:
            shapes = [plane.shape for plane in result.planes]
            rooms = self.planes(shapes, result.planes[0].dtype)
            for room, plane in zip(rooms, result.planes, strict=True):
                room[:] = plane
        self._say(answer.of_planes(result))
        if self._block is not None:
            self._block.hand_over(self._channel)

    def _say(self, message: dict[str, Any]) -> None:
        self._channel.send_bytes(json.dumps(message).encode())


def _size(path: Path) -> int:
    """How long the file is; some decoders read it whole."""
    try:
        return path.stat().st_size
    except OSError:  # whoever opens it will say why it cannot be read
        return 0


if sys.platform == "linux":
    import resource

    def limit_memory(more: int) -> None:
        """Let this process have `more` bytes beyond what it has now."""
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        limit = pages * resource.getpagesize() + more
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))

    def _belong_to_parent() -> None:
        """Die when the editor dies, however it does; Ctrl+C in a terminal is for the editor."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

else:

    def limit_memory(more: int) -> None:
        """Other systems do not hold a process to such a limit."""

    def _belong_to_parent() -> None:
        """Ctrl+C in a terminal is for the editor; its death closes the connection."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
