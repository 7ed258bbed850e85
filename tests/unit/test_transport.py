"""One server over real sockets: the key stays where it belongs, and every failure has its type."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import limner
from limner.api import errors
from limner.api.network import system_proxy
from limner.api.origin import Origin, is_public
from limner.api.transport import Progress, Wire, connect
from unit.rogue_server import CERTIFICATE, Handler, Rogue, rogue

KEY = "pk_live_canary"


@pytest.fixture(autouse=True)
def no_proxy_of_this_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def server() -> Iterator[Rogue]:
    with rogue() as running:
        yield running


@pytest.fixture
def wire(server: Rogue) -> Iterator[Wire]:
    opened = connect(server.url, KEY)
    yield opened
    opened.close()


def never() -> bool:
    return False


def ignore(_done: int, _total: int | None) -> None:
    pass


def streamed(wire: Wire, path: str, progress: Progress = ignore) -> bytes:
    into = io.BytesIO()
    wire.stream(path, into, progress, never)
    return into.getvalue()


def fetched(wire: Wire, url: str) -> bytes:
    into = io.BytesIO()
    wire.fetch(url, into, ignore, never)
    return into.getvalue()


# The key


def test_the_key_travels_in_its_header_and_shows_nowhere_else(wire: Wire, server: Rogue) -> None:
    wire.request("GET", "/x", params={"a": "é b"})
    (heard,) = server.heard
    assert heard.headers["x-api-key"] == KEY
    assert parse_qs(urlsplit(heard.path).query) == {"a": ["é b"]}
    assert KEY not in repr(wire)


@pytest.mark.parametrize("status", [300, 301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_redirect_is_followed_and_no_other_host_sees_the_key(
    wire: Wire, server: Rogue, status: int, method: str
) -> None:
    with rogue() as other:
        moved = other.url.replace("127.0.0.1", "localhost")
        server.answer = lambda call: call.say(status, b"", {"Location": f"{moved}/y"})
        with pytest.raises(errors.Redirected) as caught:
            wire.request(method, "/x", json=None if method == "GET" else {})
        assert (caught.value.from_host, caught.value.to_host) == ("127.0.0.1", "localhost")
        assert other.heard == []


def test_a_redirect_on_the_same_server_is_not_followed_either(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(307, b"", {"Location": "/login"})
    with pytest.raises(errors.Redirected):
        streamed(wire, "/x")
    assert len(server.heard) == 1


def test_a_server_named_by_the_server_gets_no_key(wire: Wire, server: Rogue) -> None:
    with rogue(tls=True) as other:
        server.answer = lambda call: call.say(302, b"", {"Location": f"{other.url}/signed?sig=1"})
        with pytest.raises(errors.Untrusted, match="certificate of localhost is not trusted"):
            fetched(wire, f"{server.url}/image")
        assert other.heard == []
    assert server.heard[0].headers["x-api-key"] == KEY


def test_an_image_on_another_server_comes_without_any_key(
    wire: Wire, server: Rogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with rogue(lambda call: call.say(200, b"jpeg"), tls=True) as other:
        server.answer = lambda call: call.say(302, b"", {"Location": f"{other.url}/a?sig=1"})
        assert fetched(wire, f"{server.url}/image") == b"jpeg"
        (heard,) = other.heard
        assert KEY not in str(heard)
        assert heard.headers["host"] == other.url.removeprefix("https://")
        assert heard.path == "/a?sig=1"


def test_an_address_that_leads_in_circles_is_given_up(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(302, b"", {"Location": "/image"})
    with pytest.raises(errors.Garbled, match="without an end"):
        fetched(wire, f"{server.url}/image")
    assert len(server.heard) == 4


def test_an_image_on_the_own_server_is_fetched_with_the_key(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(200, b"jpeg")
    assert fetched(wire, f"{server.url}/image") == b"jpeg"
    assert server.heard[0].headers["x-api-key"] == KEY


def test_an_upload_goes_without_the_key_even_to_the_own_server(wire: Wire, server: Rogue) -> None:
    wire.put(f"{server.url}/uploads/1", b"jpeg", "image/jpeg")
    (heard,) = server.heard
    assert "x-api-key" not in heard.headers
    assert (heard.headers["content-type"], heard.body) == ("image/jpeg", b"jpeg")


@pytest.mark.parametrize(
    "url",
    [
        "http://images.example.org/a.jpg",
        "file:///etc/passwd",
        "ftp://example.org/a",
        "https://10.0.0.1/a.jpg",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/a.jpg",
        "https://192.168.1.1:8443/a",
        "//example.org/a.jpg",
        "https:///a",
        "https://exa mple.org/",
    ],
)
def test_an_address_inside_the_network_or_in_the_clear_is_not_asked(wire: Wire, url: str) -> None:
    with pytest.raises(errors.BadAddress):
        fetched(wire, url)


def test_not_even_a_proxy_is_asked_for_an_address_inside(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    with pytest.raises(errors.BadAddress):
        fetched(wire, "https://10.0.0.1/a.jpg")
    with pytest.raises(errors.Unreachable):
        fetched(wire, "https://images.example.org/a.jpg")


def test_a_server_elsewhere_cannot_lead_to_this_computer() -> None:
    wire = connect("https://192.0.2.1", KEY)
    with rogue(tls=True) as inside, pytest.raises(errors.BadAddress, match="into this network"):
        fetched(wire, f"{inside.url}/a.jpg")
    assert inside.heard == []
    wire.close()


def test_a_server_without_an_address_leads_nowhere_inside_either() -> None:
    wire = connect("http://nobody.invalid", KEY)
    with pytest.raises(errors.BadAddress, match="into this network"):
        fetched(wire, "https://127.0.0.1:9/a.jpg")
    wire.close()


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("192.168.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - an address to be refused
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
    ],
)
def test_which_addresses_are_out_on_the_internet(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_cookies_are_not_sent_back(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(200, b"{}", {"Set-Cookie": "a=b; Path=/"})
    wire.request("GET", "/x")
    wire.request("GET", "/x")
    assert "cookie" not in server.heard[1].headers


# Addresses


@pytest.mark.parametrize(
    ("typed", "base_url"),
    [
        ("https://label.example.org", "https://label.example.org"),
        (" https://Label.example.org:443/ ", "https://label.example.org"),
        ("http://localhost:8080/team/", "http://localhost:8080/team"),
        ("https://[::1]:9000", "https://[::1]:9000"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
    ],
)
def test_an_address_is_read_as_people_type_it(typed: str, base_url: str) -> None:
    assert Origin.of(typed).base_url == base_url


@pytest.mark.parametrize(
    "typed",
    [
        *["", "label.example.org", "ftp://x.org", "https://", "https://x.org/?key=1"],
        *["https://me:secret@x.org", "https://x.org#a", "http://x.org:99999", "http://a b"],
        *["https://x.org/../a", "https://x.org/./a"],
        *["http://[::1", "https://x.org\\@evil.example", "http://x\n.org", "https://" + "ü" * 80],
    ],
)
def test_a_wrong_address_names_the_field(typed: str) -> None:
    with pytest.raises(errors.BadAddress) as caught:
        connect(typed, KEY)
    assert caught.value.field == "url"


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "schlüssel", "a\tb", "\x00"])
def test_a_wrong_key_names_the_field_and_is_not_repeated(key: str) -> None:
    with pytest.raises(errors.BadAddress) as caught:
        connect("https://x.org", key)
    assert caught.value.field == "key"
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        *["https://x.org", "https://x.org/teams", "https://x.org/team/../admin"],
        *["http://x.org/team/a", "https://x.org:444/team/a", "https://x.org.evil.example/team/a"],
        *["https://x.org@evil.example/team/a", "https://u@x.org/team/a"],
    ],
)
def test_what_is_not_below_the_configured_address_is_another_server(url: str) -> None:
    assert not Origin.of("https://x.org/team").holds(url)
    assert Origin.of("https://x.org/team").holds("https://X.org:443/team/a/b?c#d")


@pytest.mark.parametrize("path", ["x", "http://evil.example/", "/a/../b", "//evil.example/x y"])
def test_a_route_never_leaves_the_server(wire: Wire, server: Rogue, path: str) -> None:
    with pytest.raises(errors.BadAddress):
        wire.request("GET", path)
    assert server.heard == []


def test_a_prefix_stands_before_every_route(server: Rogue) -> None:
    wire = connect(f"{server.url}/team-ä%20b", KEY)
    wire.request("GET", "/v1/x")
    assert server.heard[0].path == "/team-%C3%A4%20b/v1/x"
    wire.close()


# Answers that are none


def test_a_web_page_with_200_is_garbled(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(200, b"<html>Please sign in</html>")
    with pytest.raises(errors.Garbled, match="web page"):
        wire.request("GET", "/x").document()


@pytest.mark.parametrize("body", [b"", b"[1]", b"{", b"null", b'"\xff"', b"[" * 90_000])
def test_other_answers_that_are_no_object_are_garbled(
    wire: Wire, server: Rogue, body: bytes
) -> None:
    server.answer = lambda call: call.say(200, body)
    with pytest.raises(errors.Garbled):
        wire.request("GET", "/x").document()


def test_a_body_that_cannot_be_unpacked_is_garbled(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(200, b"not gzip", {"Content-Encoding": "gzip"})
    with pytest.raises(errors.Garbled):
        wire.request("GET", "/x")


def test_a_server_that_is_not_there_is_unreachable() -> None:
    with rogue() as gone:
        url = gone.url
    wire = connect(url, KEY)
    with pytest.raises(errors.Unreachable):
        wire.request("POST", "/x", json={})
    wire.close()


def test_a_name_that_nobody_has_is_unreachable() -> None:
    wire = connect("http://nobody.invalid", KEY)
    with pytest.raises(errors.Unreachable):
        wire.request("GET", "/x")
    wire.close()


def test_a_certificate_nobody_vouches_for_is_refused_before_anything_is_sent() -> None:
    with rogue(tls=True) as server:
        wire = connect(server.url, KEY)
        with pytest.raises(errors.Untrusted, match="certificate of localhost is not trusted"):
            wire.request("POST", "/x", json={})
        assert server.heard == []
        wire.close()


def hang_up(call: Handler) -> None:
    call.close_connection = True


def say_half(call: Handler) -> None:
    call.say(200, b'{"annota', {"Content-Length": "1000"})
    call.close_connection = True


def stay_silent(call: Handler) -> None:
    call.rfile.read(1)  # until the caller hangs up


@pytest.mark.parametrize("answer", [hang_up, say_half])
def test_a_connection_that_breaks_after_sending_is_no_answer(
    wire: Wire, server: Rogue, answer: Any
) -> None:
    server.answer = answer
    with pytest.raises(errors.NoAnswer):
        wire.request("POST", "/x", json={"annotations": []})
    assert server.heard[0].body == b'{"annotations":[]}'


def test_a_silence_ends_after_the_timeout(server: Rogue) -> None:
    wire = connect(server.url, KEY, timeout_s=0.05)
    server.answer = stay_silent
    with pytest.raises(errors.NoAnswer):
        wire.request("GET", "/x")
    wire.close()


def test_a_dripping_answer_ends_at_the_deadline(
    wire: Wire, server: Rogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every drop comes in time; only the sum is too long: ten seconds pass at each look."""
    clock = iter(range(0, 10_000, 10))
    monkeypatch.setattr("limner.api.call.time", SimpleNamespace(monotonic=lambda: next(clock)))

    def endless(call: Handler) -> None:
        call.send_response(200)
        call.send_header("Content-Length", "1000000")
        call.end_headers()
        while True:
            call.wfile.write(b" ")

    server.answer = endless
    with pytest.raises(errors.NoAnswer, match="too long"):
        wire.request("GET", "/x")


# Bytes


def test_progress_is_told_while_an_image_comes_in(wire: Wire, server: Rogue) -> None:
    image = bytes(1_000_000)
    server.answer = lambda call: call.say(200, image)
    told: list[tuple[int, int | None]] = []
    assert streamed(wire, "/x", lambda *at: told.append(at)) == image
    assert told[-1] == (1_000_000, 1_000_000)
    assert told == sorted(told)


def test_the_size_of_a_packed_image_is_not_told(wire: Wire, server: Rogue) -> None:
    image = bytes(100_000)
    server.answer = lambda call: call.say(
        200, gzip.compress(image), {"Content-Encoding": "gzip", "Content-Type": "image/bmp"}
    )
    told: list[tuple[int, int | None]] = []
    assert streamed(wire, "/x", lambda *at: told.append(at)) == image
    assert told[-1] == (100_000, None)


def test_a_transfer_can_be_stopped(wire: Wire, server: Rogue) -> None:
    server.answer = lambda call: call.say(200, bytes(10_000_000))
    told: list[int] = []
    into = io.BytesIO()
    with pytest.raises(errors.Cancelled):
        wire.stream("/x", into, lambda done, _total: told.append(done), lambda: len(told) == 2)
    assert len(told) == 2
    assert streamed(wire, "/x")


def test_a_large_body_arrives_whole_and_with_its_length(wire: Wire, server: Rogue) -> None:
    body = bytes(range(256)) * 4000
    wire.request(
        "POST",
        "/x",
        content=[body[:7], body[7:]],
        idempotency_key="k1",
        headers={"If-Match": '"e"'},
    )
    (heard,) = server.heard
    assert heard.body == body
    assert heard.headers["content-length"] == str(len(body))
    assert heard.headers["content-type"] == "application/json"
    assert (heard.headers["idempotency-key"], heard.headers["if-match"]) == ("k1", '"e"')


# This computer


def test_the_proxy_is_the_systems_and_never_stands_before_this_computer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.example:3128")
    monkeypatch.setenv("no_proxy", "intern.example")
    assert system_proxy(Origin.of("https://label.example.org")) == "http://proxy.example:3128"
    assert system_proxy(Origin.of("https://intern.example")) is None
    assert system_proxy(Origin.of("https://127.0.0.1:8443")) is None


def test_a_proxy_of_an_unknown_kind_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "carrier-pigeon://loft")
    wire = connect("https://label.example.org", KEY)
    with pytest.raises(errors.Unreachable, match="proxy"):
        wire.request("GET", "/x")


def test_the_clients_are_imported_without_the_network() -> None:
    """The window is painted before httpx is imported."""
    program = (
        "import sys, limner.api.pictograph, limner.api.patronus\n"
        "print([name for name in ('httpx', 'truststore', 'keyring') if name in sys.modules])"
    )
    environment = {**os.environ, "PYTHONPATH": str(Path(limner.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "[]"
