"""One decoding process as its parent sees it: started, asked, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import limner
from limner.imaging.channel import Channel, Message, Patience, Planes

_LAST_WORDS_S: Final = 1.0
"""How long a process that closed its connection may take to end."""


class CellLost(Exception):
    """The process is gone; `was_killed` from outside, for memory mostly, or else it crashed."""

    def __init__(self, was_killed: bool) -> None:
        super().__init__()
        self.was_killed = was_killed


class CellProcess:
    """A running cell; used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; that takes a few milliseconds, its getting ready goes on meanwhile.

        A system may end a child when the *thread* that started it ends (PR_SET_PDEATHSIG), so the
        calling thread must live as long as the child may.
        """
        self._channel, theirs = Channel.pair()
        try:
            self._process = _started(command, theirs.handle)
        except OSError:
            self._channel.close()
            raise
        finally:
            theirs.close()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send a request.

        Raises:
            CellLost: there is nobody to hear it.
        """
        try:
            self._channel.send(request)
        except OSError as error:
            raise self._lost() from error

    def answer(self, patience: Patience) -> tuple[Message, Planes]:
        """The next message and the planes that come with it.

        Raises:
            CellLost: the process ended instead; and whatever `patience` raises.
        """
        try:
            return self._channel.receive(patience)
        except OSError as error:
            raise self._lost() from error

    def end(self) -> None:
        """Kill it, whatever it is doing; from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the connection to a process that has ended; nobody may be waiting for it."""
        self._channel.close()

    def _lost(self) -> CellLost:
        """Say how it ended; one that only closed its connection is as good as gone."""
        try:
            code = self._process.wait(timeout=_LAST_WORDS_S)
        except subprocess.TimeoutExpired:
            code = 0
        return CellLost(was_killed=code == -signal.SIGKILL)


def _started(command: Sequence[str], handle: int) -> subprocess.Popen[bytes]:
    """The process, with the connection inherited and its handle as the last argument."""
    return subprocess.Popen(  # noqa: S603 - the command is the editor's own
        [*command, str(handle)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        env=_environment(),
        **_inheriting(handle),
    )


def _inheriting(handle: int) -> dict[str, Any]:
    """What makes a new process inherit one handle of this one."""
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        startup = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
        return {"startupinfo": startup, "creationflags": subprocess.CREATE_NO_WINDOW}
    else:  # noqa: RET505 - else mypy takes what follows for unreachable
        return {"pass_fds": (handle,)}


def _environment() -> dict[str, str]:
    """Ours, so that the child finds the same packages.

    One thread is enough for its arithmetic, and each heap reserves 64 MB of what it may take. The
    memory of a tile is kept for the next one: to have it cleared anew took a third of the time.
    """
    roots = [str(Path(limner.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(root for root in roots if root)
    few = {"OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
    kept = {"MALLOC_MMAP_THRESHOLD_": str(8 << 20), "MALLOC_TRIM_THRESHOLD_": str(32 << 20)}
    return {**os.environ, "PYTHONPATH": path, **few, **kept}
