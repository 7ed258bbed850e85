"""The network as this computer has it: its certificates, its proxy, and httpx on top of them."""

from __future__ import annotations

import logging
import ssl
import urllib.request
from http.cookiejar import DefaultCookiePolicy
from typing import Final

import httpx
import truststore

from limner import __version__
from limner.api.errors import Unreachable
from limner.api.origin import Origin

# At INFO httpx writes every URL to the log, and a signed URL is a key.
logging.getLogger("httpx").setLevel(logging.WARNING)

_CONNECT_S: Final = 10.0
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")


def open_client(transport: httpx.BaseTransport, timeout_s: float) -> httpx.Client:
    """A client that follows nothing, remembers nothing and asks the environment nothing."""
    client = httpx.Client(
        transport=transport,
        trust_env=False,
        follow_redirects=False,
        headers={"User-Agent": f"limner/{__version__}"},
        timeout=httpx.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s)),
    )
    client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return client


def open_network(proxy: str | None) -> httpx.HTTPTransport:
    """The real network, through `proxy` if there is one; certificates are the system's.

    Raises:
        Unreachable: the proxy is of a kind that httpx cannot use.
    """
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return httpx.HTTPTransport(verify=context, trust_env=False, proxy=proxy)
    except (ValueError, ImportError, httpx.InvalidURL) as error:
        raise Unreachable("The proxy that this computer is set to use cannot be used.") from error


def system_proxy(origin: Origin) -> str | None:
    """The proxy this computer is set to use for `origin`: from its settings or the environment."""
    if origin.host in _LOOPBACK or urllib.request.proxy_bypass(origin.host):
        return None
    proxies = urllib.request.getproxies()
    return proxies.get(origin.scheme) or proxies.get("all")
