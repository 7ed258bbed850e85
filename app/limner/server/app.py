"""Puts the server together: both APIs over one store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from limner import __version__
from limner.server import errors
from limner.server.auth import Callers
from limner.server.database import Store
from limner.server.guard import Guard
from limner.server.idempotency import Running
from limner.server.limits import TEAM, Limits
from limner.server.parts import LOCAL, PATRONUS, PICTOGRAPH, Bringing, Parts
from limner.server.tickets import Tickets

LOOPBACK: Final = ("127.0.0.1", "localhost", "limner.local")
_THREADS: Final = 4
"""More only fight for the interpreter lock: 2 to 4 gave the most saves a second when measured."""

_SILENT: Final[TelemetryConfig] = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "auto_configure": False,
}
"""Else variables of the environment can have FastAPI send what it sees to somebody else."""


def create_app(
    store: Store,
    *,
    is_inside: bool = False,
    hosts: Sequence[str] = LOOPBACK,
    limits: Limits = TEAM,
) -> FastAPI:
    """Both APIs over `store`.

    The server inside the editor, whose caller owns the computer, also lets folders of it be named
    as datasets. It is up before its routes are imported, and has no pages that describe them.
    `hosts` are the names it answers to ("*" for any).
    """
    app = FastAPI(
        title="Limner",
        version=__version__,
        lifespan=_few_threads,
        redirect_slashes=False,
        openapi_url=None if is_inside else "/openapi.json",
        telemetry=_SILENT,
    )
    app.state.store = store
    app.state.callers = Callers()
    app.state.limits = limits
    app.state.running = Running()
    app.state.tickets = Tickets()
    errors.install(app)
    parts = Parts(app, [PICTOGRAPH, PATRONUS, *([LOCAL] if is_inside else [])])
    if is_inside:
        app.add_middleware(Bringing, parts=parts)
    else:
        parts.bring_all()
    app.add_middleware(Guard, hosts=hosts, max_body=limits.body)
    return app


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
