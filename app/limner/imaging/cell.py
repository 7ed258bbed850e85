"""The process in which image files are decoded: what strangers wrote can break nothing else.

`python -m limner.imaging.cell HANDLE` answers one request after the other over the connection it
inherited, and ends when the other end of it is closed. Before anything is decoded the header says
how much memory that may take, and the process holds itself to it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from typing_extensions import override

from limner.imaging.channel import Channel, Message
from limner.imaging.decode import decode, preview, probe, thumbnail
from limner.imaging.facts import ImageFacts
from limner.imaging.host import Host
from limner.imaging.picture import Planes
from limner.imaging.problems import ImageProblem, TooDear, Unreadable
from limner.imaging.tiff import TileFile

Result = ImageFacts | Planes | None

_State = tuple[Path, int, int, int, int]

BASE_BYTES: Final = (512 << 20) + (os.cpu_count() or 1) * (32 << 20)
"""What a decoder may take beside file and pixels: its libraries, tables, and threads."""

BYTES_PER_PIXEL: Final = 32
"""Decoded, turned, flattened, in sRGB, with its pyramid; JPEG 2000 works with 12 a pixel alone."""

WEBP_BYTES: Final = 8 << 28
"""Two canvases of the largest size in WebP: its decoder reserves them before it looks further."""

_PR_SET_PDEATHSIG: Final = 1


def main(arguments: Sequence[str]) -> int:
    """Answer requests until nobody is at the other end of the connection `arguments` name."""
    _belong_to_parent()
    warnings.simplefilter(
        "ignore"
    )  # Pillow's, for programmers; what people need comes as an answer
    cell = _Cell(Channel.inherited(int(arguments[0])))
    while True:
        try:
            cell.answer()
        except ConnectionError:
            return 0


class _Cell(Host):
    """Decodes within what the header of a file justifies."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._base_bytes = BASE_BYTES
        self._tiles: tuple[_State, TileFile] | None = None

    def answer(self) -> None:
        """Wait for a request and answer it.

        Raises:
            ConnectionError: there will be none.
        """
        request, _none = self._channel.receive()
        try:
            self._send(self._result(request))
        except ImageProblem as problem:
            self._tell(problem)
        except MemoryError:
            self._tell(TooDear(request["name"]))

    @override
    def expect(self, pixels: int) -> None:
        limit_memory(self._base_bytes + pixels * BYTES_PER_PIXEL)
        self._channel.send({"expects": pixels})

    def _result(self, request: Message) -> Result:
        path, name, page = Path(request["path"]), request["name"], request["page"]
        self.pixel_limit = request["pixel_limit"]
        self._base_bytes = BASE_BYTES + _file_bytes(path)
        limit_memory(self._base_bytes)
        match request["do"]:
            case "facts":
                return probe(path, name, page)
            case "preview":
                return preview(path, name, request["side"], page, self)
            case "whole":
                return decode(path, name, page, self)
            case "thumbnail":
                return Planes((thumbnail(path, name, request["side"], page, self),))
            case "tile":
                return Planes((self._file(path, name, page).read(*request["tile"]),))
            case unknown:
                raise ValueError(unknown)

    def _file(self, path: Path, name: str, page: int) -> TileFile:
        """The file the last tile came from stays open for the next one, while it is the same."""
        state = _state(path, name, page)
        if self._tiles is None or self._tiles[0] != state:
            self._close_tiles()
            self._tiles = state, TileFile(path, page, name)
        return self._tiles[1]

    def _close_tiles(self) -> None:
        if self._tiles is not None:
            self._tiles[1].close()
            self._tiles = None

    def _send(self, result: Result) -> None:
        match result:
            case None:
                self._channel.send({"nothing": True})
            case ImageFacts():
                self._channel.send({"facts": asdict(result)})
            case Planes():
                about = {"warning": result.warning, "window": result.window}
                self._channel.send(about, result.planes)

    def _tell(self, problem: ImageProblem) -> None:
        self._channel.send({"problem": type(problem).__name__, "message": str(problem)})


def _state(path: Path, name: str, page: int) -> _State:
    """What changes with the file or when another takes its place."""
    try:
        found = path.stat()
    except OSError as error:
        raise Unreadable(name, error.strerror or str(error)) from error
    return path, page, found.st_ino, found.st_size, found.st_mtime_ns


def _file_bytes(path: Path) -> int:
    """What having a file open may take: some decoders read it whole, one makes room at once."""
    try:
        with path.open("rb") as file:
            is_webp = file.read(12)[8:] == b"WEBP"
        return path.stat().st_size + (WEBP_BYTES if is_webp else 0)
    except OSError:  # whoever decodes it will say why it cannot be read
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
