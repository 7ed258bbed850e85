"""What every request passes first: its id, the host it was sent to, its size, the last net.

It is plain ASGI, so that a body is counted while it arrives and not after.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from limner.server.errors import Problem, respond

log = logging.getLogger(__name__)

UPLOADS: Final = "/api/v1/developer/uploads/"
"""Image bytes go here; they are written to disk as they come and have a limit of their own."""


class Guard:
    """The outermost layer of the app: nothing is answered without it."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str], max_body: int) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def stamped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers["X-Request-Id"] = request_id
                headers["X-Max-Body-Bytes"] = str(self._max_body)
            await send(message)

        try:
            self._check_request(scope)
            await self._app(scope, self._limited(scope, receive), stamped)
        except Problem as problem:
            await respond(scope["path"], problem)(scope, receive, stamped)
        except Exception:  # the last net: logged whole, told only as "internal error"
            # The route and not the path: upload addresses are permissions.
            route = getattr(scope.get("route"), "path", "no route")
            log.exception("request %s: %s %s", request_id, scope["method"], route)
            if started:
                raise
            internal = Problem(500, "internal_error", f"internal error (request {request_id})")
            await respond(scope["path"], internal)(scope, receive, stamped)

    def _check_request(self, scope: Scope) -> None:
        headers = Headers(scope=scope)
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if "*" not in self._hosts and host.lower() not in self._hosts:
            # A page in a browser reaches 127.0.0.1 under its own name by DNS rebinding.
            raise Problem(400, "bad_host", "this server does not answer to that host name")
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise Problem(400, "validation_error", "the address holds a NUL character")
        declared = headers.get("content-length", "0")
        if self._is_limited(scope) and declared.isdecimal() and int(declared) > self._max_body:
            raise self._too_large()

    def _is_limited(self, scope: Scope) -> bool:
        return not scope["path"].startswith(UPLOADS)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        if not self._is_limited(scope):
            return receive
        arrived = 0

        async def counted() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > self._max_body:
                raise self._too_large()
            return message

        return counted

    def _too_large(self) -> Problem:
        return Problem(
            413,
            "payload_too_large",
            f"the body is larger than the {self._max_body // 1_000_000} MB this server takes",
            details={"max_bytes": self._max_body},
        )
