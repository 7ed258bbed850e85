"""To open an image from the server and to send it after one edit, with the server inside counted.

CPU of the whole process: decoding, comparing, encoding, the way through both ends of the wire, and
what the server checks and stores.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.figure import Figure
from bench.office import Office, is_durable, office
from bench.registry import Order
from limner.model.annotations import Polygon
from limner.model.geometry import moved
from limner.model.patch import Patch, Verb
from limner.shell.hand import wait_until
from limner.sync.session import Session
from limner.sync.state import State

_OPEN_MS: Final = 2000.0
_LARGE: Final = 100_000
_TIMES: Final = 3


def figures(order: Order) -> Iterator[Figure]:
    for count in order.shapes:
        with tempfile.TemporaryDirectory() as folder, office(Path(folder), count) as opened:
            times = [_once(opened) for _ in range(_TIMES)]
        loads, saves = (list(samples) for samples in zip(*times, strict=True))
        limit = _OPEN_MS if count <= _LARGE else None
        yield Figure("save.open", count, 1, loads, limit)
        yield Figure("save.one", count, 1, saves)


def _once(opened: Office) -> tuple[float, float]:
    start = time.process_time()
    session = opened.open()
    loaded = time.process_time() - start
    _edit(session)
    wait_until(lambda: is_durable(session), "the disk", 60.0)
    start = time.process_time()
    session.save_now()
    wait_until(lambda: session.state is State.ON_SERVER, "the save", 120.0)
    return loaded * 1000, (time.process_time() - start) * 1000


def _edit(session: Session) -> None:
    assert session.document is not None
    assert session.history is not None
    shape = next(a for a in session.document if isinstance(a, Polygon))
    session.history.do(Patch.replacing(Verb.MOVE, [(shape, moved(shape, 1.0, 0.0))]))
