"""Starts `limner serve` again and again in a fraction of a second."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

from fault.again import Again, again

_PROTOCOLS = ("uvicorn.loops.auto", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on")


class Servers:
    """Where servers come from; one runs at a time."""

    def __init__(self, programs: Again) -> None:
        self._programs = programs

    def start(self, *arguments: str) -> str:
        """Start `limner serve` with these arguments; its address."""
        self._programs.start(["serve", *arguments])
        said = self._programs.line() or ""
        assert "http://" in said, f"limner serve did not start: {said!r}"
        return said[said.index("http://") :].split()[0]

    def kill(self) -> None:
        """End the server as a power cut does, as far as it knows."""
        self._programs.kill()


@contextmanager
def servers() -> Iterator[Servers]:
    """A process that starts servers, ended with the one that runs when the block is left."""
    with again("fault.serve_again") as programs:
        yield Servers(programs)


def prepare() -> None:
    from limner.server.parts import PATRONUS, PICTOGRAPH

    import_module("limner.cli.serve")
    parts = [f"limner.server.{name}" for api in (PICTOGRAPH, PATRONUS) for name in api.all()]
    for name in (*parts, *_PROTOCOLS):
        import_module(name)


def run(arguments: list[str]) -> int:
    """Be `limner` with these arguments."""
    from limner.cli.main import main

    return main(arguments)
