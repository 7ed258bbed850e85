"""The server inside the editor: the same app, reached without a socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import httpx
from a2wsgi import ASGIMiddleware
from fastapi import FastAPI

from limner.server.app import create_app
from limner.server.keys import Role, new_key, replace_key
from limner.server.limits import OWN
from limner.server.schema import open_store

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

BASE_URL: Final = "http://limner.local"
_KEY_ID: Final = "00000000-0000-0000-0000-000000000001"


class InProcess:
    """An app on an event loop of its own thread; `transport` takes httpx clients to it.

    Several threads may use the transport at once.
    """

    def __init__(self, app: FastAPI) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="embedded-server", daemon=True
        )
        self._thread.start()
        # Starlette and a2wsgi each describe ASGI by types of their own.
        self._wsgi = ASGIMiddleware(app, loop=self._loop)  # type: ignore[arg-type]
        self.transport: httpx.BaseTransport = httpx.WSGITransport(self._serve)

    def _serve(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        # PEP 3333 wants the bytes of the path as latin-1; httpx 0.28 gives the decoded text.
        environ["PATH_INFO"] = environ["PATH_INFO"].encode().decode("latin-1")
        arguments: Any = (environ, start)
        return self._wsgi(*arguments)

    def close(self) -> None:
        """Stop serving; no request may be running any more."""
        asyncio.run_coroutine_threadsafe(self._loop.shutdown_asyncgens(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


class EmbeddedServer:
    """The running server: `transport` for httpx clients of `BASE_URL`, `key` to send along.

    The key is an owner's, lives in memory only and is another at every start; the work it signs
    stays the same person's.
    """

    def __init__(self, data_dir: Path, *, me: str = "me") -> None:
        self._store = open_store(data_dir)
        self.key = new_key()
        with self._store.writing() as tx:
            replace_key(tx, self.key, key_id=_KEY_ID, role=Role.OWNER, name=me)
        self._app = InProcess(create_app(self._store, local_folders=True, limits=OWN))
        self.transport = self._app.transport

    def close(self) -> None:
        """Stop serving and close the database; no request may be running any more."""
        self._app.close()
        self._store.close()


def start(data_dir: Path, *, me: str = "me") -> EmbeddedServer:
    """Serve the library in `data_dir`, made when it is not there; `me` names its author.

    Raises:
        OSError, sqlalchemy.exc.DBAPIError, WrongSchema: as `open_store`.
    """
    return EmbeddedServer(data_dir, me=me)
