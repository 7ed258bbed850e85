"""A server on a real socket that answers whatever a test tells it to, and remembers all calls."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from typing_extensions import override

CERTIFICATE = Path(__file__).with_name("self_signed.pem")


@dataclass(frozen=True)
class Heard:
    """One request as it arrived; header names are lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[["Handler"], None]


@dataclass
class Rogue:
    """A running server: `url` leads to it, `answer` is what it does, `heard` what it was asked."""

    url: str
    answer: Answer
    heard: list[Heard] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rogue: Rogue

    def say(
        self, status: int = 200, body: bytes = b"{}", headers: dict[str, str] | None = None
    ) -> None:
        """A whole answer; `headers` come on top of the length, or in its place."""
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def handle_any(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        heard = Heard(self.command, self.path, headers, self.rfile.read(length))
        self.rogue.heard.append(heard)
        self.rogue.answer(self)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - names of http.server

    @override
    def log_message(self, *_arguments: object) -> None:
        """Say nothing on stderr."""


class OpenServer(ThreadingHTTPServer):
    """Listens on this computer; ends only with the connections that callers keep open."""

    daemon_threads = False

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self._open: list[socket.socket] = []

    @override
    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.append(request)
        super().process_request(request, client_address)

    def hang_up(self) -> None:
        """End the connections that callers keep open."""
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @override
    def handle_error(self, *_arguments: object) -> None:
        """A caller that hangs up early is what some tests are about."""


@contextmanager
def rogue(answer: Answer = Handler.say, *, tls: bool = False) -> Iterator[Rogue]:
    """Run one until the block ends."""

    class OneHandler(Handler):
        pass

    server = OpenServer(OneHandler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme, host = ("https", "localhost") if tls else ("http", "127.0.0.1")
    running = Rogue(f"{scheme}://{host}:{server.server_port}", answer)
    OneHandler.rogue = running
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield running
    finally:
        server.shutdown()
        server.hang_up()
        server.server_close()
        thread.join()
