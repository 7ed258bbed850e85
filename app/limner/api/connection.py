"""The clients under a `Wire`: one that carries the key, and others that never do.

The first speaks to the configured origin only; its transport checks that once more before the key
goes on. The others ask addresses that a server names: over https only, and only public addresses
(or those the server itself has), resolved once and connected to as resolved, so that no name can
lead into this computer's network.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Final
from urllib.parse import urljoin

import httpx
from typing_extensions import override

from limner.api.call import Call
from limner.api.errors import (
    ApiError,
    BadAddress,
    Garbled,
    NoAnswer,
    Unreachable,
    Untrusted,
)
from limner.api.network import open_client, open_network, system_proxy
from limner.api.origin import Origin, addresses, is_public
from limner.api.refusals import plain_words

_REDIRECTS: Final = 3
_WHOLE: Final = 1 << 18
_NOT_SENT: Final = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.UnsupportedProtocol,
    httpx.ProxyError,
)
"""What surely came before the first byte of a request; every other transport error may come
after the server has read all of it (measured)."""


class KeyedTransport(httpx.BaseTransport):
    """Puts the key on, and only on a request for the origin it belongs to."""

    def __init__(
        self, inner: httpx.BaseTransport, origin: Origin, headers: Mapping[str, str]
    ) -> None:
        self._inner = inner
        self._origin = origin
        self._headers = headers

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if not self._origin.holds(str(request.url)):
            raise BadAddress("url", "A key never goes to another server.")
        request.headers.update(self._headers)
        return self._inner.handle_request(request)

    @override
    def close(self) -> None:
        self._inner.close()


class Connection:
    """The open clients of one wire."""

    def __init__(
        self,
        origin: Origin,
        key_headers: Mapping[str, str],
        transport: httpx.BaseTransport | None,
        timeout_s: float,
    ) -> None:
        """Use `transport` in place of the network; it belongs to the caller and stays open."""
        self._origin = origin
        self._timeout_s = timeout_s
        self._owned: httpx.BaseTransport | None = None
        if transport is None:
            transport = self._owned = open_network(system_proxy(origin))
        self._keyed = open_client(KeyedTransport(transport, origin, key_headers), timeout_s)
        self._keyless = open_client(transport, timeout_s)
        self._outside: dict[tuple[str, str | None], httpx.Client] = {}
        self._opening = threading.Lock()

    def close(self) -> None:
        """Close what was opened here."""
        if self._owned is not None:
            self._owned.close()
        for client in self._outside.values():
            client.close()

    @contextmanager
    def keyed(self, call: Call) -> Iterator[httpx.Response]:
        """A call to the own server, with the key; the body of the answer is still to be read.

        Raises:
            ApiError: no answer came, or it broke off while the caller read it.
        """
        with _answer(self._keyed, _request(self._keyed, call), self._origin.host) as answer:
            yield answer

    @contextmanager
    def named(self, call: Call) -> Iterator[httpx.Response]:
        """A call to a URL that the server named, as the module says; the own server may be it.

        A GET is sent on as often as three times, and each target is checked like the first.

        Raises:
            BadAddress: the URL must not be asked.
            ApiError: as `keyed`.
        """
        url = call.url
        for _ in range(_REDIRECTS + 1):
            hop = replace(call, url=url, params=None)
            with self._ask(hop) as answer:
                if call.method != "GET" or not answer.has_redirect_location:
                    yield answer
                    return
                url = urljoin(url, answer.headers["location"])
        raise Garbled("The image's address leads from one address to the next without an end.")

    @contextmanager
    def _ask(self, call: Call) -> Iterator[httpx.Response]:
        if self._origin.holds(call.url):
            own = self._keyed if call.method == "GET" else self._keyless
            client, request, host = own, _request(own, call), self._origin.host
        else:
            place = Origin.of_url(call.url)
            if place.scheme != "https":
                raise BadAddress("url", f"The image on {place.host} is not offered over https.")
            proxy = system_proxy(place)
            client, host = self._client_for(place.host, proxy), place.host
            request = _request(client, call)
            # A proxy looks names up itself, at the edge of the network.
            if proxy is None or place.is_numeric:
                self._pin(request, place)
        with _answer(client, request, host) as answer:
            yield answer

    def _client_for(self, host: str, proxy: str | None) -> httpx.Client:
        # Two names may share an address, and httpx would use the connection of one for the other.
        with self._opening:
            if (host, proxy) not in self._outside:
                self._outside[host, proxy] = open_client(open_network(proxy), self._timeout_s)
            return self._outside[host, proxy]

    def _pin(self, request: httpx.Request, place: Origin) -> None:
        """Send `request` to an address that was checked, under the name it was asked for."""
        found = addresses(place.host, place.port)
        inside = {address for address in found if not is_public(address)}
        if inside and not inside <= self._own_addresses():
            raise BadAddress("url", f"The image's address {place.host} leads into this network.")
        request.extensions["sni_hostname"] = place.host
        request.url = request.url.copy_with(host=found[0])

    def _own_addresses(self) -> set[str]:
        """Where the server itself is; nowhere when its name is one of this process only."""
        try:
            return set(addresses(self._origin.host, self._origin.port))
        except Unreachable:
            return set()


def _request(client: httpx.Client, call: Call) -> httpx.Request:
    headers = dict(call.headers)
    content: bytes | Iterator[bytes] | None = None
    if call.size_bytes > _WHOLE:
        headers["Content-Length"] = str(call.size_bytes)
        content = call.slices()
    elif call.content is not None:
        content = b"".join(call.content)
    try:
        return client.build_request(
            call.method, call.url, params=call.params, content=content, headers=headers
        )
    except httpx.InvalidURL as error:
        raise BadAddress("url", "This is not a web address.") from error


@contextmanager
def _answer(client: httpx.Client, request: httpx.Request, host: str) -> Iterator[httpx.Response]:
    """Send, and turn what httpx raises here or while the body is read into the error tree."""
    try:
        answer = client.send(request, stream=True)
        try:
            yield answer
        finally:
            answer.close()
    except httpx.DecodingError as error:
        raise Garbled("The server's answer could not be unpacked.") from error
    except httpx.TransportError as error:
        raise _typed(error, host) from error


def _typed(error: httpx.TransportError, host: str) -> ApiError:
    if not isinstance(error, _NOT_SENT):
        return NoAnswer(f"The connection to {host} broke off.")
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            words = plain_words(cause.verify_message)
            return Untrusted(host, words.rstrip("."))
        cause = cause.__cause__ or cause.__context__
    return Unreachable(f"There is no connection to {host}.")
