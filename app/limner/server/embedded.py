"""The server inside the editor: the same app, reached without a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
from a2wsgi import ASGIMiddleware
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from limner.server.app import create_app
from limner.server.keys import Role, new_key, replace_key
from limner.server.lent import can_only_be_read
from limner.server.limits import OWN
from limner.server.schema import open_lent_store, open_store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE_URL: Final = "http://limner.local"
_TASK: Final = "limner.task"
_KEY_ID: Final = "00000000-0000-0000-0000-000000000001"


class InProcess:
    """An app on an event loop of its own thread; `transport` takes httpx clients to it.

    Several threads may use the transport at once.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._started: Future[asyncio.AbstractEventLoop] = Future()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="embedded-server", daemon=True)
        self._thread.start()
        self._loop = self._started.result()
        # Starlette and a2wsgi each describe ASGI by types of their own.
        self._wsgi = ASGIMiddleware(self._told, loop=self._loop)  # type: ignore[arg-type]
        self.transport: httpx.BaseTransport = httpx.WSGITransport(self._serve)

    def _run(self) -> None:
        # One task that lasts: anyio ends its worker threads with the task that asked for them.
        asyncio.run(self._live())

    async def _live(self) -> None:
        async with self._app.router.lifespan_context(self._app):
            self._started.set_result(asyncio.get_running_loop())
            await self._stop.wait()

    async def _told(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["wsgi_environ"][_TASK] = asyncio.current_task()
        await self._app(scope, receive, send)

    def _serve(self, environ: WSGIEnvironment, start: StartResponse) -> Iterator[bytes]:
        # PEP 3333 wants the bytes of the path as latin-1; httpx 0.28 gives the decoded text.
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        arguments: Any = (environ, start)
        try:
            yield from self._wsgi(*arguments)
        finally:
            self._end(environ.get(_TASK))

    def _end(self, task: asyncio.Task[None] | None) -> None:
        """End the request of a reader who broke off, which would wait to send for ever.

        It must not wait for anything: the garbage collector may call it, on any thread.
        """
        if task is not None and not task.done():
            with suppress(RuntimeError):  # the loop is closed, and the request with it
                self._loop.call_soon_threadsafe(task.cancel)

    def close(self) -> None:
        """Stop serving; no request may be running any more."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()


class EmbeddedServer:
    """The running server: `transport` for httpx clients of `BASE_URL`, `key` to send along.

    The key is an owner's, lives in memory only and is another at every start; the work it signs
    stays the same person's.
    """

    def __init__(self, data_dir: Path, *, me: str = "me") -> None:
        is_lent = can_only_be_read(data_dir)
        self._store = open_lent_store(data_dir) if is_lent else open_store(data_dir)
        self.key = new_key()
        with self._store.writing() as tx:
            replace_key(tx, self.key, key_id=_KEY_ID, role=Role.OWNER, name=me)
        self._store.is_sealed = is_lent
        self._app = InProcess(create_app(self._store, is_inside=True, limits=OWN))
        self.transport = self._app.transport

    def close(self) -> None:
        """Stop serving and close the database; no request may be running any more."""
        self._app.close()
        self._store.close()


def start(data_dir: Path, *, me: str = "me") -> EmbeddedServer:
    """Serve the library in `data_dir`, made when it is not there; `me` names its author.

    Where nothing can be written, what there is can be read, and every request to write is refused.

    Raises:
        OSError, sqlalchemy.exc.DBAPIError, WrongSchema: as `open_store`.
    """
    return EmbeddedServer(data_dir, me=me)
