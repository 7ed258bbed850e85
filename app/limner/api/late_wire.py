"""The wire to the server inside this process, which takes a moment to come up."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from typing_extensions import override

from limner.api.errors import Unreachable
from limner.api.origin import Origin
from limner.api.transport import Wire

if TYPE_CHECKING:
    import httpx

    from limner.api.connection import Connection

_KEY_HEADER = "X-API-Key"
_SILENCE_S = 30.0


class LateWire(Wire):
    """Made before its server; a call waits on its worker until there is one."""

    def __init__(self, origin: str) -> None:
        """Raises `BadAddress` when `origin` is no server's address."""
        super().__init__(Origin.of(origin), None, _KEY_HEADER, None, _SILENCE_S, is_inside=True)
        self._is_decided = threading.Event()
        self._failure: Unreachable | None = None

    def attach(self, key: str, transport: httpx.BaseTransport) -> None:
        """The server is up."""
        self._key, self._transport = key, transport
        self._is_decided.set()

    def give_up(self, words: str) -> None:
        """It will not come up, if it has not: whoever waits hears why."""
        if not self._is_decided.is_set():
            self._failure = Unreachable(words)
            self._is_decided.set()

    @override
    def _open(self) -> Connection:
        self._is_decided.wait()
        if self._failure is not None:
            raise self._failure
        return super()._open()
