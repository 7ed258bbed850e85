"""One decoding process as its parent sees it: started, asked, killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from multiprocessing import Pipe
from pathlib import Path
from time import monotonic
from typing import Any, Final

import limner
from limner.imaging.answer import Answer
from limner.imaging.shared import Bytes, Channel, take_over

_PATIENCE_S: Final = 0.05
"""How long one waits for an answer before asking whether anybody still wants it."""


class CellLost(Exception):
    """The process is gone; `was_killed` from outside, for memory mostly, or else it crashed."""

    def __init__(self, was_killed: bool) -> None:
        super().__init__()
        self.was_killed = was_killed


class Overdue(Exception):
    """The process took longer than it may."""


class NobodyWaits(Exception):
    """The answer is not wanted any more."""


class CellProcess:
    """A running cell; used by one thread at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; that takes a few milliseconds, its getting ready goes on meanwhile.

        A system may end a child when the *thread* that started it ends (PR_SET_PDEATHSIG), so the
        calling thread must live as long as the child may.
        """
        self._channel, theirs = Pipe()
        with theirs:
            self._process = _started(command, theirs)

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Mapping[str, Any]) -> None:
        """Send a request.

        Raises:
            CellLost: there is nobody to hear it.
        """
        try:
            self._channel.send_bytes(json.dumps(request).encode())
        except OSError as error:
            raise self._lost() from error

    def answer(self, deadline: float, is_cancelled: Callable[[], bool]) -> Answer:
        """The next message, by `deadline` on the monotonic clock.

        Raises:
            CellLost: the process ended instead.
            NobodyWaits, Overdue: there is none, and the process is still at it.
        """
        try:
            self._wait(deadline, is_cancelled)
            message: Answer = json.loads(self._channel.recv_bytes())
        except (EOFError, OSError) as error:
            raise self._lost() from error
        return message

    def memory(self, size: int, deadline: float, is_cancelled: Callable[[], bool]) -> Bytes:
        """The shared memory that follows a message; raises what `answer` raises."""
        try:
            return take_over(self._channel, size, lambda: self._wait(deadline, is_cancelled))
        except (EOFError, OSError, RuntimeError) as error:
            raise self._lost() from error

    def end(self) -> None:
        """Kill it, whatever it is doing; from any thread."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Close the connection to a process that has ended; nobody may be waiting for it."""
        self._channel.close()

    def _wait(self, deadline: float, is_cancelled: Callable[[], bool]) -> None:
        while not self._channel.poll(_PATIENCE_S):
            if is_cancelled():
                raise NobodyWaits
            if monotonic() > deadline:
                raise Overdue

    def _lost(self) -> CellLost:
        """Say how it ended; what closed its connection is as good as gone."""
        try:
            code = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            code = 0
        return CellLost(was_killed=code == -9)


def _started(command: Sequence[str], channel: Channel) -> subprocess.Popen[bytes]:
    """The process, with `channel` inherited and its number as the last argument."""
    handle = channel.fileno()
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
    """Ours, so that the child finds the same packages; one thread is enough for its arithmetic."""
    roots = [str(Path(limner.__file__).parents[1]), os.environ.get("PYTHONPATH", "")]
    path = os.pathsep.join(root for root in roots if root)
    return {**os.environ, "PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1"}
