"""Where a server is, and which addresses may be asked for bytes on its behalf."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import SplitResult, quote, urlsplit

from limner.api.errors import BadAddress, Unreachable

_PORTS: Final = {"http": 80, "https": 443}
_PATH: Final = "/%:@!$&'()*+,;="
"""What may stand in a path as it is (RFC 3986, 3.3); the rest is percent-encoded, as httpx does."""
_NAT64: Final = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a server, and the path its routes stand under ("" for none)."""

    scheme: str
    host: str
    port: int
    prefix: str = ""

    @classmethod
    def of(cls, url: str) -> Origin:
        """Read what a person typed, such as `https://label.example.org/team`.

        Raises:
            BadAddress: it is not the address of a server; `field` is "url".
        """
        parts = _split(url.strip())
        if parts.username is not None or parts.password is not None:
            raise BadAddress("url", "Leave name and password out of the address.")
        if parts.query or parts.fragment:
            raise BadAddress("url", "The address must not have a part after “?” or “#”.")
        if not {".", ".."}.isdisjoint(parts.path.split("/")):
            raise BadAddress("url", "The address must not hold “.” or “..” as a folder.")
        return cls(*_place(parts), quote(parts.path.rstrip("/"), safe=_PATH))

    @classmethod
    def of_url(cls, url: str) -> Origin:
        """The origin of any absolute URL, without its path.

        Raises:
            BadAddress: it is not an http(s) URL.
        """
        return cls(*_place(_split(url)))

    @property
    def base_url(self) -> str:
        """The address without a closing slash; a usual port is left out."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.prefix}"

    @property
    def is_numeric(self) -> bool:
        """Whether the host is an address and no name."""
        try:
            ip_address(self.host)
        except ValueError:
            return False
        return True

    def holds(self, url: str) -> bool:
        """Whether `url` is on this server: same scheme, host and port, and under the prefix."""
        try:
            parts = _split(url)
        except BadAddress:
            return False
        if parts.username is not None or _place(parts) != (self.scheme, self.host, self.port):
            return False
        path = parts.path
        return ".." not in path.split("/") and path.startswith(self.prefix + "/")


def _split(url: str) -> SplitResult:
    if "\\" in url or any(ord(letter) <= 32 for letter in url):
        raise BadAddress("url", "The address holds a character that no address can hold.")
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise BadAddress("url", "This is not a web address.") from error
    if parts.scheme not in _PORTS:
        raise BadAddress("url", "The address must begin with https:// or http://.")
    if not parts.hostname:
        raise BadAddress("url", "The address names no server.")
    return parts


def _place(parts: SplitResult) -> tuple[str, str, int]:
    host = parts.hostname or ""
    try:
        host = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError as error:
        raise BadAddress("url", "The server's name is not a valid name.") from error
    return parts.scheme, host, parts.port or _PORTS[parts.scheme]


def addresses(host: str, port: int) -> list[str]:
    """What `host` resolves to, as numeric addresses.

    Raises:
        Unreachable: the name has no address.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no server called {host}.") from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def is_public(address: str) -> bool:
    """Whether a numeric address is out on the internet, not in this computer or its network."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address):
        ip = _embedded(ip) or ip
    return ip.is_global and not ip.is_multicast


def _embedded(ip: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that an IPv6 one leads to, such as ::ffff:127.0.0.1."""
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour
