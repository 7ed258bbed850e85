"""Homes of the editor that are made for a bench: what a person would have put there by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from limner.api.pictograph import Dialect, Pictograph
from limner.api.transport import connect
from limner.server.embedded import BASE_URL, start


@contextmanager
def serving(home: Path) -> Iterator[Pictograph]:
    """A client of the server that the editor with this home would start inside."""
    server = start(home / "data" / "library")
    wire = connect(BASE_URL, server.key, transport=server.transport)
    try:
        yield Pictograph(wire, Dialect.DATASET_PATH)
    finally:
        wire.close()
        server.close()
