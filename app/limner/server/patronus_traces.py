"""Routes of what reviewers look at: logs and spans, and what was found out about traces.

A trace is no object of its own but the spans of one `trace_id`.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import Row, Table, delete, select

from limner.api.patronus_wire import (
    InsightSearch,
    Log,
    LogMany,
    OtelSearch,
    Span,
    SpanAnalysisMany,
    SpanMany,
    TraceInsightMany,
)
from limner.server.auth import Member, StoreOf, Viewer
from limner.server.database import Store
from limner.server.errors import Problem
from limner.server.patronus_filters import Fields, condition, fields_of
from limner.server.patronus_rows import Limit, Offset, shown
from limner.server.patronus_tables import log, span

router: Final = APIRouter()

_PLACES: Final = ("project_id", "app", "experiment_id")
_SEARCHABLE_LOGS: Final = fields_of(
    log,
    (
        *_PLACES,
        *("log_id", "timestamp", "trace_id", "span_id", "trace_flags", "severity_text"),
        *("severity_number", "service_name", "scope_name", "scope_version"),
    ),
)
_SEARCHABLE_SPANS: Final = fields_of(
    span,
    (
        *_PLACES,
        *("span_id", "trace_id", "timestamp", "duration", "parent_span_id", "span_name"),
        *("span_kind", "status_code", "status_message", "service_name"),
        *("scope_name", "scope_version", "trace_state"),
    ),
)


class Doomed(BaseModel):
    """Which spans to delete: those that fit every parameter given."""

    project_id: str | None = None
    app: str | None = None
    experiment_id: Annotated[int | None, Field(ge=-(2**63), lt=2**63)] = None
    trace_id: str | None = None


@router.post("/otel/logs/search")
def search_logs(store: StoreOf, _caller: Viewer, body: OtelSearch) -> LogMany:
    """The logs that fit, newest first unless asked otherwise; `log_id` is a field, too."""
    return LogMany(logs=[shown(Log, row) for row in _found(store, log, _SEARCHABLE_LOGS, body)])


@router.post("/otel/spans/search")
def search_spans(store: StoreOf, _caller: Viewer, body: OtelSearch) -> SpanMany:
    """The spans that fit, newest first unless asked otherwise."""
    return SpanMany(spans=[_span(row) for row in _found(store, span, _SEARCHABLE_SPANS, body)])


@router.delete("/otel/spans", status_code=204)
def remove_spans(store: StoreOf, _caller: Member, which: Annotated[Doomed, Query()]) -> None:
    """Delete every span that fits all parameters; at least one must be given."""
    given = which.model_dump(exclude_none=True)
    if not given:
        raise Problem(422, "validation_error", "say which spans to delete")
    with store.writing() as tx:
        tx.execute(delete(span).where(*(span.c[name] == value for name, value in given.items())))


@router.get("/trace-insight")
def list_insights(_caller: Viewer, limit: Limit = 1000, offset: Offset = 0) -> TraceInsightMany:
    """No insight: they come of a trace analysis, and this server runs none."""
    return TraceInsightMany(trace_insights=[])


@router.post("/trace-insight/search")
def search_insights(_caller: Viewer, body: InsightSearch) -> TraceInsightMany:
    """No insight, as above."""
    return TraceInsightMany(trace_insights=[])


@router.post("/span-analysis/search")
def search_analyses(_caller: Viewer, body: InsightSearch) -> SpanAnalysisMany:
    """No analysis, as above."""
    return SpanAnalysisMany(span_analysis=[])


def _found(store: Store, table: Table, fields: Fields, body: OtelSearch) -> list[Row[Any]]:
    moment = table.c.timestamp
    # Of one moment, the order must be the same at every call: spans by id, logs as they came.
    tie = table.c.span_id if table is span else table.c.seq
    order: Literal["timestamp asc", "timestamp desc"] = body.order or "timestamp desc"
    by = (moment, tie) if order == "timestamp asc" else (moment.desc(), tie.desc())
    with store.reading() as tx:
        where = condition(body.filters, fields, tx.dialect)
        return list(tx.execute(select(table).where(where).order_by(*by).limit(body.limit or 1000)))


def _span(row: Row[Any]) -> Span:
    known = row._asdict()
    shown_keys = {name: known[name] for name in Span.model_fields}
    return Span.model_validate(shown_keys | {"duration": str(row.duration)})
