"""A bad line between the editor and the server inside, which stays the real one."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx
from typing_extensions import override

from limner.cli.inside import host

Rule = Callable[[httpx.Request], httpx.Response | None]

_ASKED: Final = ("if-match", "if-none-match", "idempotency-key")
_SAID: Final = ("etag", "x-annotation-rev", "x-annotation-author", "x-annotation-at")


class FaultyLine(httpx.BaseTransport):
    """Passes requests on to the real server, but for those that a rule answers or breaks."""

    def __init__(self, real: httpx.BaseTransport) -> None:
        self.real = real
        self.rules: list[Rule] = []
        self.saves = 0
        """How many saves reached the server."""
        self._has_versions = True

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for rule in tuple(self.rules):
            answer = rule(request)
            if answer is not None:
                return answer
        return self._pass_on(request)

    def _pass_on(self, request: httpx.Request) -> httpx.Response:
        self.saves += is_save(request)
        if self._has_versions:
            return self.real.handle_request(request)
        for name in _ASKED:
            request.headers.pop(name, None)
        response = self.real.handle_request(request)
        for name in _SAID:
            response.headers.pop(name, None)
        return response

    def forgets_versions(self) -> None:
        """Make of the server one that knows full overwrites and no more, as the seed's."""
        self._has_versions = False

    # --- what can be wrong

    def is_down(self) -> None:
        """Nobody answers any more."""

        def refuse(request: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("refused", request=request)

        self.rules = [refuse]

    def before_the_next_save(self, happens: Callable[[], object]) -> None:
        """Something happens on the server between the last read and the next save."""

        def let_it(request: httpx.Request) -> None:
            if is_save(request):
                self.rules = []
                happens()

        self.rules = [let_it]

    def is_sick(self, path: str) -> None:
        """Whatever is posted to `path` gets a 503."""

        def refuse(request: httpx.Request) -> httpx.Response | None:
            if request.method != "POST" or request.url.path != path:
                return None
            return httpx.Response(503, json={"detail": "out of order"})

        self.rules = [refuse]

    def is_well(self) -> None:
        self.rules = []

    def answers_saves(
        self, status: int, body: bytes | dict[str, object], headers: dict[str, str] | None = None
    ) -> None:
        """Saves get this answer and never reach the server."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"content-type": "text/html" if content[:1] == b"<" else "application/json"}

        def answer(request: httpx.Request) -> httpx.Response | None:
            if not is_save(request):
                return None
            return httpx.Response(status, headers={**kind, **(headers or {})}, content=content)

        self.rules = [answer]

    def loses_the_answer_of_one_save(self, *, and_is_down: bool = False) -> None:
        """The next save is carried out, but its answer never arrives; perhaps nothing after it."""

        def lose(request: httpx.Request) -> httpx.Response | None:
            if not is_save(request):
                return None
            self.is_well()
            if and_is_down:
                self.is_down()
            self._pass_on(request).read()
            raise httpx.ReadTimeout("no answer", request=request)

        self.rules = [lose]

    def answers_reads(self, body: dict[str, object]) -> None:
        """Who reads the annotations of an image gets this, whatever the server holds."""

        def answer(request: httpx.Request) -> httpx.Response | None:
            is_read = request.method == "GET" and _ANNOTATIONS in request.url.path
            return httpx.Response(200, json=body) if is_read else None

        self.rules = [answer]

    def answers_everything(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        """Nothing reaches the server: somebody in between answers."""

        def answer(_request: httpx.Request) -> httpx.Response:
            return httpx.Response(status, headers=headers, content=body)

        self.rules = [answer]

    def holds_the_answer_of_one_save(self) -> HeldSave:
        """The next save is carried out, and its answer kept back until it is let go."""
        held = HeldSave()

        def hold(request: httpx.Request) -> httpx.Response | None:
            if not is_save(request):
                return None
            self.is_well()
            response = self._pass_on(request)
            response.read()
            held.has_come.set()
            held.may_go.wait(60)
            held.has_gone.set()
            return response

        self.rules = [hold]
        return held

    def holds_back_until(self, may_come: threading.Event, image_id: str) -> None:
        """Nobody hears where the file of one image is until `may_come` is set."""

        def hold(request: httpx.Request) -> httpx.Response | None:
            if request.url.path == f"/limner/v1/images/{image_id}/file":
                may_come.wait(30)
            return None

        self.rules = [hold]

    def holds_this_for(self, filename: str, annotations: list[dict[str, object]]) -> list[bytes]:
        """A newer server: it holds a list of its own for one image; what is saved is returned."""
        sent: list[bytes] = []

        def answer(request: httpx.Request) -> httpx.Response | None:
            if not request.url.path.endswith(f"/{filename}") or "/annotations/" not in str(
                request.url
            ):
                return None
            if request.method == "POST":
                sent.append(request.read())
                return None
            body = {"success": True, "annotations": annotations}
            return httpx.Response(200, json=body, headers={"etag": '"newer"'})

        self.rules = [answer]
        return sent


class HeldSave:
    """A save that the server has carried out, and whose answer is on its way for long."""

    def __init__(self) -> None:
        self.has_come = threading.Event()
        self.may_go = threading.Event()
        self.has_gone = threading.Event()


_ANNOTATIONS: Final = "/developer/annotations/"


def is_save(request: httpx.Request) -> bool:
    return request.method == "POST" and _ANNOTATIONS in request.url.path


class FaultyHost:
    """Starts the real server inside, with a faulty line in front of it.

    `spoil` makes the line bad from the start.
    """

    def __init__(self, spoil: Callable[[FaultyLine], None] | None = None) -> None:
        self.line: FaultyLine | None = None
        self._spoil = spoil

    def __call__(self, folder: Path) -> _Hosted:
        real = host(folder)
        self.line = FaultyLine(real.transport)
        if self._spoil is not None:
            self._spoil(self.line)
        return _Hosted(real.key, self.line, real.close)


class _Hosted:
    def __init__(self, key: str, transport: httpx.BaseTransport, close: Callable[[], None]) -> None:
        self.key = key
        self.transport = transport
        self.close = close
