"""Starts a program again and again in milliseconds, its modules imported once.

A program is a module with `run(order) -> int`; `prepare()` brings in what it imports late. Each
line that comes in is an order, as JSON; a child is forked for it, which says its process id and
whatever else it has to say, and "ended" follows with its exit code, or minus the signal, when it
has gone. One child runs at a time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen
from typing import Any

from servers import APP

_ENDED = "ended "


class Again:
    """Where the children come from."""

    def __init__(self, process: Popen[str]) -> None:
        self._process = process
        self._child: int | None = None
        self.code: int | None = None
        """How the last child ended: its exit code, or minus the signal that killed it."""

    def start(self, order: Any) -> None:
        """Have the order carried out; the child before has ended."""
        assert self._child is None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        self._child = int(self._read())

    def line(self) -> str | None:
        """The next thing the child says; None once it has ended."""
        if self._child is None:
            return None
        line = self._read()
        if line.startswith(_ENDED):
            self._child, self.code = None, int(line.removeprefix(_ENDED))
            return None
        return line

    def kill(self) -> list[str]:
        """End the child as a power cut does, as far as it knows; what it had said besides."""
        if self._child is not None:
            with suppress(ProcessLookupError):  # it has ended by itself meanwhile
                os.kill(self._child, SIGKILL)
        return list(iter(self.line, None))

    def close(self) -> None:
        self.kill()
        self._process.communicate()

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the program that starts others has ended"
        return line.rstrip("\n")


@contextmanager
def again(program: str) -> Iterator[Again]:
    """A process that starts this module, ended with the child that runs when the block is left."""
    paths = os.pathsep.join([str(APP), str(Path(__file__).parents[1])])
    command = [sys.executable, "-m", "fault.again", program]
    environment = {**os.environ, "PYTHONPATH": paths}
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:
        made = Again(process)
        try:
            yield made
        finally:
            made.close()


def _start_on_demand(program: str) -> None:
    module = import_module(program)
    module.prepare()
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            print(os.getpid(), flush=True)
            os._exit(module.run(json.loads(line)))
        _, status = os.waitpid(child, 0)
        print(f"{_ENDED}{os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    _start_on_demand(sys.argv[1])
