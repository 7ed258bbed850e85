"""Starts `limner serve` again and again in a fraction of a second, its modules imported once.

Each line that comes in is the command line of one server, as a JSON list; its process id goes out,
then what the server itself says, and "ended" when it has gone. One server runs at a time.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from signal import SIGKILL
from subprocess import PIPE, Popen

from servers import APP

_ENDED = "ended"
_PROTOCOLS = ("uvicorn.loops.auto", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on")


class Servers:
    """Where servers come from; one runs at a time."""

    def __init__(self, process: Popen[str]) -> None:
        self._process = process
        self._server: int | None = None

    def start(self, *arguments: str) -> str:
        """Start `limner serve` with these arguments; its address."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(["serve", *arguments]) + "\n")
        self._process.stdin.flush()
        self._server = int(self._line())
        said = self._line()
        assert "http://" in said, f"limner serve did not start: {said!r}"
        return said[said.index("http://") :].split()[0]

    def kill(self) -> None:
        """End the server as a power cut does, as far as it knows."""
        assert self._server is not None
        os.kill(self._server, SIGKILL)
        self._server = None
        assert self._line() == _ENDED

    def close(self) -> None:
        if self._server is not None:
            self.kill()
        self._process.communicate()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().rstrip()


@contextmanager
def servers() -> Iterator[Servers]:
    """A process that starts servers, ended with the one that runs when the block is left."""
    paths = os.pathsep.join([str(APP), str(Path(__file__).parents[1])])
    command = [sys.executable, "-m", "fault.serve_again"]
    environment = {**os.environ, "PYTHONPATH": paths}
    with Popen(command, stdin=PIPE, stdout=PIPE, text=True, env=environment) as process:
        made = Servers(process)
        try:
            yield made
        finally:
            made.close()


def _start_on_demand() -> None:
    from limner.cli.main import main
    from limner.server.parts import PATRONUS, PICTOGRAPH

    import_module("limner.cli.serve")
    parts = [f"limner.server.{name}" for api in (PICTOGRAPH, PATRONUS) for name in api.all()]
    for name in (*parts, *_PROTOCOLS):
        import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os._exit(main(json.loads(line)))
        print(child, flush=True)
        os.waitpid(child, 0)
        print(_ENDED, flush=True)


if __name__ == "__main__":
    _start_on_demand()
