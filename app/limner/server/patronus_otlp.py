"""Routes that take in what OpenTelemetry exporters send: OTLP over HTTP, in protocol buffers.

A batch is kept whole or refused whole, and one that comes again (exporters repeat what they had no
answer to) changes nothing: spans and logs that are known are left as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request, Response
from sqlalchemy import Connection, Table

from limner.server.auth import Caller, Member, StoreOf
from limner.server.database import Store
from limner.server.errors import Problem
from limner.server.patronus_projects import project_named
from limner.server.patronus_protobuf import Malformed, Message
from limner.server.patronus_tables import insert_or, log, span, utc_now
from limner.server.patronus_telemetry import Row, logs_of, spans_of

router: Final = APIRouter()

MAX_BATCH: Final = 32_000_000
"""The largest batch, in bytes, once it is unpacked."""

_PROTOBUF: Final = "application/x-protobuf"
_GZIP: Final = 31  # what zlib calls a gzip header and trailer

Read = Callable[[Message, datetime], Iterator[Row]]


async def _batch(request: Request) -> bytes:
    """The body of an export request, unpacked."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != _PROTOBUF:
        raise Problem(415, "unsupported_media_type", f"send OTLP as {_PROTOBUF}")
    body = await request.body()
    coding = request.headers.get("content-encoding", "identity")
    if coding == "gzip":
        return _unpacked(body)
    if coding != "identity":
        raise Problem(415, "unsupported_media_type", f"the body is packed as {coding!r}, not gzip")
    return body


Batch = Annotated[bytes, Depends(_batch)]


@router.post("/logs")
def take_logs(store: StoreOf, caller: Member, batch: Batch) -> Response:
    """Keep the logs of an ExportLogsServiceRequest."""
    return _take(store, caller, batch, log, logs_of)


@router.post("/traces")
def take_spans(store: StoreOf, caller: Member, batch: Batch) -> Response:
    """Keep the spans of an ExportTraceServiceRequest."""
    return _take(store, caller, batch, span, spans_of)


def _take(store: Store, caller: Caller, batch: bytes, table: Table, read: Read) -> Response:
    try:
        rows = list(read(Message(batch), utc_now()))
    except Malformed as error:
        raise Problem(400, "validation_error", f"this is no OTLP message: {error}") from None
    if rows:
        with store.writing() as tx:
            placed = list(_in_projects(tx, rows, caller.user_id))
            tx.execute(insert_or(tx, table).on_conflict_do_nothing(), placed)
    return Response(media_type=_PROTOBUF)  # an empty Export…ServiceResponse: all was taken


def _in_projects(tx: Connection, rows: Sequence[Row], user_id: str) -> Iterator[Row]:
    names = {row["project_name"] for row in rows} - {None}
    # In one order for everybody: two batches that make the same projects never wait in a circle.
    ids = {name: project_named(tx, name, user_id).id for name in sorted(names)}
    for row in rows:
        name = row.pop("project_name")
        yield {**row, "project_id": ids.get(name)}


def _unpacked(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(_GZIP)
    try:
        body = unpacker.decompress(packed, MAX_BATCH + 1)
    except zlib.error as error:
        raise Problem(400, "validation_error", f"the body is no gzip: {error}") from None
    if len(body) > MAX_BATCH:
        raise Problem(413, "payload_too_large", f"a batch may hold {MAX_BATCH} bytes at most")
    if not unpacker.eof:
        raise Problem(400, "validation_error", "the body is a gzip that was cut off")
    return body
