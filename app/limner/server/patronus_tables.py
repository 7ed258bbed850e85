"""What the server keeps of the Patronus wire: criteria, verdicts with their history, and what is
judged (evaluations, logs, spans).

Ids are canonical uuid text, so that a search compares the text a client sees; moments are integer
microseconds since 1970 (UTC), exact and sortable on both databases.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Connection,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.types import TypeEngine
from typing_extensions import override

from limner.server.database import metadata

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """A moment with a zone, kept as microseconds since 1970 in UTC."""

    impl: TypeEngine[Any] | type[TypeEngine[Any]] = BigInteger
    cache_ok: bool | None = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _EPOCH + value * _MICROSECOND


def utc_now() -> datetime:
    """The present moment; what the database keeps of it is what was meant."""
    return datetime.now(UTC)


def insert_or(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT into `table` that can say what to do on a conflict, in the dialect of `tx`."""
    if tx.dialect.name == "sqlite":
        return sqlite.insert(table)
    # 35 ms and 3.5 MB that the server inside the editor does without.
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)


# SQLite counts up by itself only in a column of type INTEGER.
_Serial = BigInteger().with_variant(Integer, "sqlite")
_Json = JSON(none_as_null=True)


def _id() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def _serial(name: str = "id") -> Column[int]:
    return Column(name, _Serial, primary_key=True, autoincrement=True)


def _of_project(*, nullable: bool = False) -> Column[str]:
    key = ForeignKey("patronus_project.id", ondelete="CASCADE")
    return Column("project_id", String(36), key, nullable=nullable, index=True)


def _values() -> tuple[Column[bool], Column[float], Column[str], Column[str]]:
    return (
        Column("value_pass", Boolean),
        Column("value_score", Double),
        Column("value_text", Text),
        Column("explanation", Text),
    )


def _author() -> tuple[Column[str], Column[str], Column[str]]:
    return (
        Column("author_key", Text, nullable=False),
        Column("author", Text, nullable=False),
        Column("author_name", Text, nullable=False),
    )


project = Table(
    "patronus_project",
    metadata,
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("created_at", Moment, nullable=False),
    Column("created_by", Text),
)

experiment = Table(
    "patronus_experiment",
    metadata,
    _serial(),
    _of_project(),
    Column("name", Text, nullable=False),
    Column("tags", _Json),
    Column("metadata", _Json),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

criteria = Table(
    "patronus_criteria",
    metadata,
    _id(),
    _of_project(),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("annotation_type", Text, nullable=False),
    Column("categories", _Json),
    Column("resource_types", _Json),
    Column("version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False),
    UniqueConstraint("project_id", "name"),
)

# Append-only, and without foreign keys: it outlives the criteria it tells of.
criteria_history = Table(
    "patronus_criteria_history",
    metadata,
    _serial("seq"),
    Column("criteria_id", String(36), nullable=False, index=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("description", Text),
    Column("annotation_type", Text, nullable=False),
    Column("categories", _Json),
    Column("resource_types", _Json),
    *_author(),
    Column("at", Moment, nullable=False),
    sqlite_autoincrement=True,
)

verdict = Table(
    "patronus_verdict",
    metadata,
    _id(),
    Column(
        "annotation_criteria",
        String(36),
        ForeignKey("patronus_criteria.id", ondelete="CASCADE"),
        nullable=False,
        index=True,
    ),
    Column("type", Text, nullable=False),
    Column("reference", Text, nullable=False, index=True),
    *_values(),
    _of_project(),
    Column("app", Text),
    Column("experiment_id", BigInteger),
    *_author(),
    Column("criteria_version", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("updated_at", Moment, nullable=False, index=True),
    UniqueConstraint("type", "reference", "annotation_criteria", name="patronus_verdict_key"),
)

# Append-only: every value ever given, in the order it was given; the newest row of a verdict is the
# value the wire shows. Without foreign keys: it outlives the verdict and its criteria.
verdict_history = Table(
    "patronus_verdict_history",
    metadata,
    _serial("seq"),
    Column("verdict_id", String(36), nullable=False, index=True),
    Column("event", Text, nullable=False),
    Column("annotation_criteria", String(36), nullable=False),
    Column("criteria_version", Integer, nullable=False),
    Column("type", Text, nullable=False),
    Column("reference", Text, nullable=False),
    *_values(),
    *_author(),
    Column("at", Moment, nullable=False),
    Index("patronus_verdict_history_key", "type", "reference", "annotation_criteria"),
    sqlite_autoincrement=True,
)

pairwise = Table(
    "patronus_pairwise",
    metadata,
    Column("name", Text, primary_key=True),
    Column("log_a_id", String(36), primary_key=True),
    Column("log_b_id", String(36), primary_key=True),
    Column("log_a_score", Double, nullable=False),
    Column("log_b_score", Double, nullable=False),
    *_author(),
    Column("created_at", Moment, nullable=False),
)

evaluation = Table(
    "patronus_evaluation",
    metadata,
    _serial(),
    Column("log_id", Text, nullable=False),
    Column("evaluation_type", Text, nullable=False),
    Column(
        "annotation_criteria_id", String(36), ForeignKey("patronus_criteria.id", ondelete="CASCADE")
    ),
    Column("evaluator_id", Text),
    Column("criteria", Text),
    Column("pass", Boolean),
    Column("score", Double),
    Column("text_output", Text),
    Column("explanation", Text),
    Column("evaluation_duration", Text),
    Column("explanation_duration", Text),
    Column("metric_name", Text),
    Column("metric_description", Text),
    Column("metadata", _Json),
    Column("tags", _Json),
    _of_project(nullable=True),
    Column("app", Text),
    Column("experiment_id", BigInteger),
    Column("trace_id", Text, index=True),
    Column("span_id", Text),
    Column("dataset_id", Text),
    Column("dataset_sample_id", Text),
    Column("created_at", Moment, nullable=False),
    # NULLs are distinct: only the evaluations that mirror a verdict are one per log and criteria.
    UniqueConstraint("log_id", "annotation_criteria_id", name="patronus_evaluation_mirror"),
    sqlite_autoincrement=True,
)

log = Table(
    "patronus_log",
    metadata,
    _serial("seq"),
    _of_project(nullable=True),
    # NULLs are distinct; an exporter that repeats a batch must not double the logs of it.
    Column("log_id", Text, unique=True),
    Column("app", Text),
    Column("experiment_id", BigInteger),
    Column("timestamp", Moment, nullable=False, index=True),
    Column("trace_id", Text, index=True),
    Column("span_id", Text),
    Column("trace_flags", BigInteger),
    Column("severity_text", Text),
    Column("severity_number", Integer),
    Column("service_name", Text),
    Column("body", _Json),
    Column("resource_schema_url", Text),
    Column("resource_attributes", _Json),
    Column("scope_schema_url", Text),
    Column("scope_name", Text),
    Column("scope_version", Text),
    Column("scope_attributes", _Json),
    Column("log_attributes", _Json),
    sqlite_autoincrement=True,
)

span = Table(
    "patronus_span",
    metadata,
    Column("trace_id", Text, primary_key=True),
    Column("span_id", Text, primary_key=True, index=True),
    _of_project(nullable=True),
    Column("app", Text),
    Column("experiment_id", BigInteger),
    Column("timestamp", Moment, nullable=False, index=True),
    Column("duration", BigInteger, nullable=False),
    Column("parent_span_id", Text),
    Column("span_name", Text),
    Column("span_kind", Text),
    Column("status_code", Text),
    Column("status_message", Text),
    Column("service_name", Text),
    Column("scope_name", Text),
    Column("scope_version", Text),
    Column("trace_state", Text),
    Column("resource_attributes", _Json),
    Column("span_attributes", _Json),
    Column("events", _Json),
    Column("links", _Json),
)
