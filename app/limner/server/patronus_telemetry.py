"""OTLP messages as rows: what an exporter sends of logs and spans, in the words of the tables.

Field numbers are those of opentelemetry-proto 1.x (logs.proto, trace.proto, common.proto,
resource.proto). Attributes of the `pat.` namespace say which project, app and experiment a record
belongs to, and which id a log has.
"""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from limner.server.patronus_protobuf import Malformed, Message

MAX_DEPTH: Final = 64
"""How deep a value may nest; a body deeper than that was made to break its reader."""

PROJECT: Final = "pat.project.name"
_APP: Final = "pat.app"
_EXPERIMENT: Final = "pat.experiment.id"
_LOG_ID: Final = "pat.log.id"
_SERVICE: Final = "service.name"

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS: Final = ("Unspecified", "Internal", "Server", "Client", "Producer", "Consumer")
_STATUSES: Final = ("Unset", "Ok", "Error")

Row = dict[str, Any]


def logs_of(request: Message, received: datetime) -> Iterator[Row]:
    """The rows of an ExportLogsServiceRequest, each with `project_name` in place of a project id.

    A log without a time of its own happened when it was observed, else when it was `received`.
    """
    for whole, scope, record in _records(request):
        attributes = _attributes(record, 6)
        yield {
            **_common(whole, scope, attributes),
            "log_id": attributes.get(_LOG_ID),
            "timestamp": _moment(record.integer(1) or record.integer(11)) or received,
            "trace_id": _hex(record, 9),
            "span_id": _hex(record, 10),
            "trace_flags": record.integer(8),
            "severity_text": record.text(3) or None,
            "severity_number": record.signed(2),
            "body": _value(record.message(5)),
            "resource_schema_url": whole.text(3) or None,
            "scope_schema_url": scope.text(3) or None,
            "scope_attributes": _attributes(scope.message(1), 3),
            "log_attributes": attributes,
        }


def spans_of(request: Message, received: datetime) -> Iterator[Row]:
    """The rows of an ExportTraceServiceRequest, as `logs_of`; `duration` is in nanoseconds."""
    for whole, scope, record in _records(request):
        trace_id, span_id = _hex(record, 1), _hex(record, 2)
        if trace_id is None or span_id is None:
            raise Malformed("a span needs a trace id and a span id")
        attributes = _attributes(record, 9)
        begin, end = record.integer(7), record.integer(8)
        yield {
            **_common(whole, scope, attributes),
            "trace_id": trace_id,
            "span_id": span_id,
            "timestamp": _moment(begin) or received,
            "duration": min(max(end - begin, 0), 2**63 - 1),
            "parent_span_id": _hex(record, 4),
            "span_name": record.text(5),
            "span_kind": _word(_KINDS, record.integer(6)),
            "status_code": _word(_STATUSES, record.message(15).integer(3)),
            "status_message": record.message(15).text(2) or None,
            "trace_state": record.text(3) or None,
            "span_attributes": attributes,
            "events": [_event(each) for each in record.messages(11)],
            "links": [_link(each) for each in record.messages(13)],
        }


def _records(request: Message) -> Iterator[tuple[Message, Message, Message]]:
    for whole in request.messages(1):
        for scope in whole.messages(2):
            for record in scope.messages(2):
                yield whole, scope, record


def _common(whole: Message, scope: Message, attributes: Mapping[str, str]) -> Row:
    resource = _attributes(whole.message(1), 1)
    source = scope.message(1)
    # The SDK's loggers say where they belong in their scope, its span processor in each span.
    known = {**resource, **_attributes(source, 3), **attributes}
    return {
        "project_name": known.get(PROJECT) or None,
        "app": known.get(_APP) or None,
        "experiment_id": _number(known.get(_EXPERIMENT)),
        "service_name": resource.get(_SERVICE),
        "scope_name": source.text(1) or None,
        "scope_version": source.text(2) or None,
        "resource_attributes": resource,
    }


def _event(event: Message) -> Row:
    return {
        "timestamp": (_moment(event.integer(1)) or _EPOCH).isoformat(),
        "name": event.text(2),
        "attributes": _attributes(event, 3),
    }


def _link(link: Message) -> Row:
    return {
        "trace_id": _hex(link, 1),
        "span_id": _hex(link, 2),
        "trace_state": link.text(3),
        "attributes": _attributes(link, 4),
    }


def _attributes(message: Message, number: int) -> dict[str, str]:
    """Attributes as the wire maps them, text to text: whatever is no text becomes JSON."""
    found = {}
    for pair in message.messages(number):
        value = _value(pair.message(2))
        found[pair.text(1)] = value if isinstance(value, str) else json.dumps(value)
    return found


def _value(message: Message, depth: int = 0) -> Any:
    """An AnyValue as JSON; None when it is empty."""
    if depth > MAX_DEPTH:
        raise Malformed(f"a value nested deeper than {MAX_DEPTH}")
    for number, read in _SCALARS.items():
        if number in message:
            return read(message, number)
    if 5 in message:
        return [_value(each, depth + 1) for each in message.message(5).messages(1)]
    if 6 in message:
        pairs = message.message(6).messages(1)
        return {pair.text(1): _value(pair.message(2), depth + 1) for pair in pairs}
    return None


def _double(message: Message, number: int) -> float | str:
    value = message.double(number)
    return value if math.isfinite(value) else str(value)  # JSON has no word for it


_SCALARS: Final[Mapping[int, Callable[[Message, int], Any]]] = {
    1: Message.text,
    2: lambda message, number: bool(message.integer(number)),
    3: Message.signed,
    4: _double,
    7: lambda message, number: base64.b64encode(message.octets(number)).decode("ascii"),
}


def _moment(nanoseconds: int) -> datetime | None:
    return _EPOCH + timedelta(microseconds=nanoseconds // 1000) if nanoseconds else None


def _hex(message: Message, number: int) -> str | None:
    return message.octets(number).hex() or None


def _word(words: tuple[str, ...], number: int) -> str:
    return words[number] if number < len(words) else words[0]


def _number(text: str | None) -> int | None:
    is_number = text is not None and text.isascii() and text.isdigit() and len(text) <= 18
    return int(text) if text is not None and is_number else None
