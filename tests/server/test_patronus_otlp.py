"""Logs and spans arrive from OpenTelemetry exporters and are found by reviewers."""

from __future__ import annotations

import gzip
import struct
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from limner.server.patronus_protobuf import Malformed, Message
from patronus_desk import Desk
from servers import answer

PROTOBUF = {"Content-Type": "application/x-protobuf"}
NOON = 1_700_000_000_123_456_789
TRACE, SPAN = bytes(range(16)), bytes(range(8))


@pytest.fixture
def desk(client: httpx.Client, keys: dict[str, str]) -> Desk:
    return Desk(client, keys)


def varint(number: int) -> bytes:
    number &= 2**64 - 1
    made = bytearray()
    while number >= 0x80:
        made.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*made, number])


def message(*fields: tuple[int, Any]) -> bytes:
    """Encodes fields as protoc would: int as varint, float as double, `struct` pairs as given."""
    made = b""
    for number, value in fields:
        if isinstance(value, float):
            made += varint(number << 3 | 1) + struct.pack("<d", value)
        elif isinstance(value, int):
            made += varint(number << 3) + varint(value)
        else:
            octets = value.encode() if isinstance(value, str) else value
            made += varint(number << 3 | 2) + varint(len(octets)) + octets
    return made


def fixed64(number: int, value: int) -> bytes:
    return varint(number << 3 | 1) + struct.pack("<Q", value)


def anything(value: Any) -> bytes:
    """An AnyValue."""
    if isinstance(value, list):
        return message((5, message(*((1, anything(each)) for each in value))))
    if isinstance(value, dict):
        pairs = (message((1, key), (2, anything(each))) for key, each in value.items())
        return message((6, message(*((1, pair) for pair in pairs))))
    kinds: dict[type, int] = {str: 1, bool: 2, int: 3, float: 4, bytes: 7}
    return b"" if value is None else message((kinds[type(value)], value))


def attributes(number: int, given: dict[str, Any]) -> bytes:
    pairs = (message((1, key), (2, anything(value))) for key, value in given.items())
    return message(*((number, pair) for pair in pairs))


def export(record: bytes, scope_attributes: dict[str, Any] | None = None) -> bytes:
    """An export request of one log or span."""
    scope = message((1, "patronus.sdk"), (2, "1.0")) + attributes(3, scope_attributes or {})
    scoped = message((1, scope), (2, record))
    resource = attributes(1, {"service.name": "survey"})
    return message((1, message((1, resource), (2, scoped))))


def a_log(body: Any, **more: Any) -> bytes:
    known = {"pat.log.id": "log 1", "pat.project.name": "Street scenes", "pat.app": "cam", **more}
    return (
        fixed64(1, NOON)
        + message((2, 9), (3, "INFO"), (5, anything(body)), (9, TRACE), (10, SPAN))
        + attributes(6, known)
    )


def a_span(name: str = "look", **more: Any) -> bytes:
    event = fixed64(1, NOON) + message((2, "seen")) + attributes(3, {"n": 1})
    return (
        message((1, TRACE), (2, SPAN), (5, name), (6, 3), (11, event))
        + fixed64(7, NOON)
        + fixed64(8, NOON + 1_500_000_000)
        + message((15, message((2, "blurred"), (3, 2))), (13, message((1, TRACE), (2, SPAN))))
        + attributes(9, {"pat.project.name": "Street scenes", **more})
    )


def sends(desk: Desk, path: str, body: bytes, **headers: str) -> httpx.Response:
    return desk.post_text(path, body, headers={**PROTOBUF, **headers})


def test_a_log_is_found_with_all_that_was_said_of_it(desk: Desk) -> None:
    body = {
        "task_input": "in",
        "task_context": ["a", "b"],
        "n": -3,
        "x": 0.5,
        "ok": True,
        "z": None,
    }
    answer(sends(desk, "/logs", export(a_log(body))))
    (found,) = desk.finds({"field": "log_id", "op": "eq", "value": "log 1"}, under="otel/logs")
    assert found["body"] == body
    assert found["timestamp"] == "2023-11-14T22:13:20.123456Z"
    assert (found["trace_id"], found["span_id"]) == (TRACE.hex(), SPAN.hex())
    assert (found["severity_number"], found["severity_text"]) == (9, "INFO")
    assert (found["service_name"], found["scope_name"]) == ("survey", "patronus.sdk")
    assert found["log_attributes"]["pat.log.id"] == "log 1"
    assert "log_id" not in found
    in_project = {"field": "project_id", "op": "eq", "value": desk.project}
    assert desk.finds(in_project, under="otel/logs") == [found]


def test_a_span_is_found_with_its_duration_and_status(desk: Desk) -> None:
    answer(sends(desk, "/traces", export(a_span(pixels=12, tags=["a"]))))
    (found,) = desk.finds(
        {"field": "trace_id", "op": "eq", "value": TRACE.hex()}, under="otel/spans"
    )
    assert (found["span_id"], found["span_name"]) == (SPAN.hex(), "look")
    assert (found["duration"], found["span_kind"]) == ("1500000000", "Client")
    assert (found["status_code"], found["status_message"]) == ("Error", "blurred")
    assert found["span_attributes"]["pixels"] == "12"
    assert found["span_attributes"]["tags"] == '["a"]'
    assert found["events"][0]["name"] == "seen"
    assert found["links"][0]["trace_id"] == TRACE.hex()
    answer(desk.delete("/otel/spans", trace_id=TRACE.hex()))
    assert desk.finds(under="otel/spans") == []
    assert desk.delete("/otel/spans").status_code == 422


def test_a_batch_that_comes_twice_is_kept_once(desk: Desk) -> None:
    for _ in range(2):
        answer(sends(desk, "/logs", export(a_log("once"))))
        answer(sends(desk, "/traces", export(a_span())))
    assert len(desk.finds(under="otel/logs")) == len(desk.finds(under="otel/spans")) == 1


def test_logs_come_newest_first_unless_asked_otherwise(desk: Desk) -> None:
    for n in range(3):
        log = fixed64(11, NOON + n * 1000) + message((5, anything(n)))
        answer(sends(desk, "/logs", export(log)))
    newest = [found["body"] for found in desk.finds(under="otel/logs", limit=2)]
    oldest = [found["body"] for found in desk.finds(under="otel/logs", order="timestamp asc")]
    assert (newest, oldest) == ([2, 1], [0, 1, 2])


def test_the_scope_says_where_a_log_belongs_when_the_log_does_not(desk: Desk) -> None:
    scope = {"pat.project.name": "Street scenes", "pat.app": "survey", "pat.experiment.id": "12"}
    log = fixed64(1, NOON) + message((5, anything("x"))) + attributes(6, {"pat.log.id": "a"})
    answer(sends(desk, "/logs", export(log, scope)))
    given = desk.gives(desk.asks(), reference="a", value_pass=True)
    assert (given["app"], given["experiment_id"]) == ("survey", 12)
    assert answer(desk.get("/apps")).json() == {"apps": [{"name": "survey"}]}


def test_what_no_database_stores_is_replaced(desk: Desk) -> None:
    odd = {"nul": "a\0b", "nan": float("nan"), "raw": b"\xff"}
    broken = message((5, message((1, b"\xff\xfe"))))
    answer(sends(desk, "/logs", export(a_log(odd, nul="a\0b"))))
    answer(sends(desk, "/logs", export(broken)))
    newest, first = (found["body"] for found in desk.finds(under="otel/logs"))
    assert first == {"nul": "a\ufffdb", "nan": "nan", "raw": "/w=="}
    assert newest == "\ufffd\ufffd"


def test_a_packed_batch_is_unpacked_and_a_bomb_is_not(desk: Desk) -> None:
    packed = gzip.compress(export(a_log("packed")))
    answer(sends(desk, "/logs", packed, **{"Content-Encoding": "gzip"}))
    assert desk.finds(under="otel/logs")[0]["body"] == "packed"
    bomb = gzip.compress(bytes(33_000_000))
    for body, status in ((bomb, 413), (packed[:-9], 400), (b"no gzip", 400)):
        refused = sends(desk, "/logs", body, **{"Content-Encoding": "gzip"})
        assert refused.status_code == status
    assert sends(desk, "/logs", packed, **{"Content-Encoding": "br"}).status_code == 415


def test_what_is_no_batch_is_refused_and_changes_nothing(desk: Desk) -> None:
    for path in ("/logs", "/traces"):
        assert sends(desk, path, b"\xff\xff\xff").status_code == 400
        assert sends(desk, path, b"").is_success
        assert desk.post_text(path, b"{}").status_code == 415
    assert sends(desk, "/traces", export(message((5, "no ids")))).status_code == 400
    assert sends(desk.sits("annotator"), "/logs", export(a_log("x"))).status_code == 403
    assert desk.finds(under="otel/logs") == desk.finds(under="otel/spans") == []


def test_a_value_nested_without_end_is_refused(desk: Desk) -> None:
    deep = anything("x")
    for _ in range(100):
        deep = message((5, message((1, deep))))
    assert sends(desk, "/logs", export(message((5, deep)))).status_code == 400


def test_no_insight_is_invented(desk: Desk) -> None:
    assert answer(desk.get("/trace-insight", limit=1)).json() == {"trace_insights": []}
    assert desk.finds(under="trace-insight") == desk.finds(under="span-analysis") == []
    assert desk.get("/trace-insight", limit=0).status_code == 422


@given(st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False), st.text(), st.binary())
def test_a_message_says_what_was_put_into_it(
    number: int, double: float, text: str, octets: bytes
) -> None:
    read = Message(message((1, number), (2, double), (3, text), (4000, octets), (3, text)))
    assert (read.signed(1), read.double(2)) == (number, double)
    assert (read.text(3), read.octets(4000)) == (text.replace("\0", "\ufffd"), octets)
    assert (read.integer(9), read.octets(9), 9 in read) == (0, b"", False)


@settings(max_examples=300)
@given(st.binary(max_size=60))
def test_any_bytes_are_a_message_or_refused(octets: bytes) -> None:
    try:
        read = Message(octets)
        inner = read.messages(1)
    except Malformed:
        return
    assert len(inner) <= len(octets)
