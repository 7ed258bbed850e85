"""One server over HTTP: the only way a key leaves this computer.

A `Wire` speaks to one origin. It adds the key itself, after the origin was checked, follows no
redirect, reads no proxy or certificate from the environment behind its back, and ends every call
after a total time, not only after a silence. Whatever goes wrong is an `ApiError`.

httpx is imported at the first call, in the worker that makes it: the window is up before.
"""

from __future__ import annotations

import json as jsonlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import urljoin, urlsplit

import msgspec
from typing_extensions import override

from limner.api.call import STREAM_S_PER_MB, Call, Deadline, Sent
from limner.api.errors import BadAddress, Cancelled, Garbled, Redirected
from limner.api.origin import Origin
from limner.api.refusals import plain_words, refusal

if TYPE_CHECKING:
    import httpx

    from limner.api.connection import Connection

Progress = Callable[[int, int | None], None]
"""Called with the bytes that have come so far and, when the server says so, how many will."""

MAX_REPLY_BYTES: Final = 1 << 30
MAX_FILE_BYTES: Final = 1 << 38
"""A scanned slide of a whole gigapixel series may be this large; the disk sets the real limit."""

NOT_CHANGED: Final = 304

_ANYTHING: Final = {"Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx answer, or `NOT_CHANGED` to who asked for changes only; header names are lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as a JSON value.

        Raises:
            Garbled: it is not JSON (a captive portal's page, nothing at all, too deep).
        """
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Garbled(self._what_it_is()) from error

    def document(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            Garbled: it is something else.
        """
        value = self.json()
        if not isinstance(value, dict):
            raise Garbled("The server's answer has an unexpected form.")
        return value

    def _what_it_is(self) -> str:
        if not self.body:
            return "The server's answer was empty."
        if self.body.lstrip()[:1] == b"<":
            return "The server answered with a web page instead of data."
        return "The server's answer could not be read."


class Wire:
    """A server with an origin and perhaps a key; any thread may call, several at once."""

    def __init__(
        self,
        origin: Origin,
        key: str | None,
        key_header: str,
        transport: httpx.BaseTransport | None,
        timeout_s: float,
        *,
        is_inside: bool,
    ) -> None:
        self.origin = origin
        self.is_inside = is_inside
        self._key = key
        self._key_header = key_header
        self._transport = transport
        self._timeout_s = timeout_s
        self._opening = threading.Lock()
        self._connection: Connection | None = None

    @override
    def __repr__(self) -> str:
        return f"Wire({self.origin.base_url!r}, {'with' if self._key else 'without'} a key)"

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str | int] | None = None,
        json: Any = None,
        content: Sequence[bytes] | None = None,
        headers: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
        sent: Sent | None = None,
        received: Progress | None = None,
    ) -> Reply:
        """Make one call; `path` begins with "/", is percent-encoded and relative to the origin.

        `content` is JSON already encoded, in pieces, for bodies too large to build twice. What
        `received` raises ends the call.

        Raises:
            ApiError: of the tree in `errors.py`, for everything but a 2xx.
        """
        if json is not None:
            text = jsonlib.dumps(json, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            content = [text.encode()]
        lines = {"Accept": "application/json", **(headers or {})}
        if content is not None:
            lines.setdefault("Content-Type", "application/json")
        if idempotency_key is not None:
            lines["Idempotency-Key"] = idempotency_key
        call = Call(method, self._url(path), lines, params, content, sent=sent)
        with self._open().keyed(call) as answer:
            if answer.status_code == NOT_CHANGED and "If-None-Match" in lines:
                return Reply(NOT_CHANGED, _headers(answer), b"")
            return _whole(answer, call.deadline, self.origin, received)

    def stream(
        self, path: str, into: BinaryIO, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        """Write the bytes under `path`, such as an image, to `into`; the key goes along.

        Raises:
            Cancelled: `cancelled()` became true.
            ApiError: as `request`.
            OSError: `into` could not be written.
        """
        call = Call("GET", self._url(path), _ANYTHING, deadline=Deadline(STREAM_S_PER_MB))
        with self._open().keyed(call) as answer:
            _streamed(answer, call.deadline, self.origin, into, progress, cancelled)

    def fetch(
        self, url: str, into: BinaryIO, progress: Progress, cancelled: Callable[[], bool]
    ) -> None:
        """Write the bytes of an absolute `url` that the server named, by `connection.py`'s rules.

        Without a key, unless the URL is on this very server.

        Raises:
            BadAddress: it is an address that must not be asked.
            Cancelled, ApiError, OSError: as `stream`.
        """
        call = Call("GET", url, _ANYTHING, deadline=Deadline(STREAM_S_PER_MB))
        with self._open().named(call) as answer:
            _streamed(answer, call.deadline, self.origin, into, progress, cancelled)

    def put(self, url: str, data: bytes, content_type: str) -> Reply:
        """Send an image to an absolute `url` that the server named for it; never with the key.

        Raises:
            BadAddress, ApiError: as `fetch`.
        """
        sent = {**_ANYTHING, "Content-Type": content_type}
        call = Call("PUT", url, sent, content=[data], deadline=Deadline(STREAM_S_PER_MB))
        with self._open().named(call) as answer:
            return _whole(answer, call.deadline, self.origin)

    def close(self) -> None:
        """Close the connections; the wire opens them again when it is used again."""
        with self._opening:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _url(self, path: str) -> str:
        url = self.origin.base_url + path
        if not path.startswith("/") or not self.origin.holds(url):
            raise BadAddress("name", "This name cannot stand in a web address.")
        return url

    def _open(self) -> Connection:
        with self._opening:
            if self._connection is None:
                from limner.api.connection import Connection

                headers = {self._key_header: self._key} if self._key else {}
                self._connection = Connection(
                    self.origin, headers, self._transport, self._timeout_s
                )
            return self._connection


def connect(
    origin: str,
    key: str | None,
    *,
    key_header: str = "X-API-Key",
    transport: httpx.BaseTransport | None = None,
    timeout_s: float = 30.0,
    is_inside: bool = False,
) -> Wire:
    """A wire to the server at `origin`, such as `https://label.example.org/team`; sends nothing.

    `transport` takes the place of the network (the server inside the editor); `timeout_s` is the
    longest silence. Only a server that `is_inside` this process is believed when it names files of
    this computer.

    Raises:
        BadAddress: `origin` is no server's address, or `key` holds what no key can hold.
    """
    key = key.strip() if key else None
    if key and not (key.isascii() and key.isprintable()):
        raise BadAddress("key", "The key holds characters that no key can hold.")
    return Wire(
        Origin.of(origin), key or None, key_header, transport, timeout_s, is_inside=is_inside
    )


def _whole(
    answer: httpx.Response, deadline: Deadline, origin: Origin, received: Progress | None = None
) -> Reply:
    _check(answer, deadline, origin)
    body = b"".join(_told(_pieces(answer, deadline), _length(answer), received))
    return Reply(answer.status_code, _headers(answer), body)


def _check(answer: httpx.Response, deadline: Deadline, origin: Origin) -> None:
    """Raise what an answer says that is no success."""
    if answer.is_success:
        return
    if 300 <= answer.status_code < 400:
        raise _redirected(answer, origin)
    body = b"".join(_pieces(answer, deadline))
    raise refusal(answer.status_code, _headers(answer), body)


def _headers(answer: httpx.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.headers.items()}


def _streamed(
    answer: httpx.Response,
    deadline: Deadline,
    origin: Origin,
    into: BinaryIO,
    progress: Progress,
    cancelled: Callable[[], bool],
) -> None:
    _check(answer, deadline, origin)
    total, received = _length(answer), 0
    for piece in _pieces(answer, deadline, MAX_FILE_BYTES):
        if cancelled():
            raise Cancelled
        into.write(piece)
        received += len(piece)
        progress(received, total)


def _length(answer: httpx.Response) -> int | None:
    """How many bytes will come, when the server says so and does not pack them."""
    length = answer.headers.get("content-length", "")
    return int(length) if length.isdecimal() and "content-encoding" not in answer.headers else None


def _told(pieces: Iterator[bytes], total: int | None, received: Progress | None) -> Iterator[bytes]:
    """The pieces, with a word to `received` about each."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if received is not None:
            received(size, total)
        yield piece


def _pieces(
    answer: httpx.Response, deadline: Deadline, most: int = MAX_REPLY_BYTES
) -> Iterator[bytes]:
    size = 0
    for piece in answer.iter_bytes():
        size += len(piece)
        if size > most:
            raise Garbled("The server's answer is larger than anything that was asked for.")
        deadline.spend(len(piece))
        yield piece


def _redirected(answer: httpx.Response, origin: Origin) -> Redirected | Garbled:
    target = urljoin(str(answer.request.url), answer.headers.get("location", ""))
    host = urlsplit(target).hostname
    if "location" not in answer.headers or not host:
        return Garbled(f"The server at {origin.host} answered with an unexpected status.")
    return Redirected(origin.host, plain_words(host))
