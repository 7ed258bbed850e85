"""Puts the server together: both APIs over one store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

import anyio.to_thread
from fastapi import FastAPI

from limner import __version__
from limner.server import errors, folders, patronus, pictograph
from limner.server.auth import Callers
from limner.server.database import Store
from limner.server.guard import Guard
from limner.server.idempotency import Running
from limner.server.limits import TEAM, Limits
from limner.server.tickets import Tickets

LOOPBACK: Final = ("127.0.0.1", "localhost", "limner.local")
_THREADS: Final = 4
"""More only fight for the interpreter lock: 2 to 4 gave the most saves a second when measured."""


def create_app(
    store: Store,
    *,
    local_folders: bool = False,
    hosts: Sequence[str] = LOOPBACK,
    limits: Limits = TEAM,
) -> FastAPI:
    """Both APIs over `store`.

    `local_folders` lets a caller name folders of this computer as datasets: only for the server
    inside the editor, whose caller owns the computer. `hosts` are the names it answers to ("*"
    for any).
    """
    app = FastAPI(
        title="Limner", version=__version__, lifespan=_few_threads, redirect_slashes=False
    )
    app.state.store = store
    app.state.callers = Callers()
    app.state.limits = limits
    app.state.running = Running()
    app.state.tickets = Tickets()
    errors.install(app)
    app.include_router(pictograph.router)
    app.include_router(patronus.router)
    if local_folders:
        app.include_router(folders.router)
    app.add_middleware(Guard, hosts=hosts, max_body=limits.body)
    return app


@asynccontextmanager
async def _few_threads(_app: FastAPI) -> AsyncIterator[None]:
    anyio.to_thread.current_default_thread_limiter().total_tokens = _THREADS
    yield
