"""What a verdict is about: finds the app and the experiment of the object it refers to.

A reference is opaque and need not name an object of this server; then nothing is known of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypedDict

from sqlalchemy import ColumnElement, Connection, Table, select

from limner.api.patronus_wire import ResourceType
from limner.server.patronus_tables import evaluation, log, span

_OBJECTS: Final[Mapping[str, tuple[Table, ColumnElement[Any]]]] = {
    "log": (log, log.c.log_id),
    "span": (span, span.c.span_id),
    "trace": (span, span.c.trace_id),
    "evaluation": (evaluation, evaluation.c.id),
}
_MAX_EVALUATION_ID: Final = 2**63 - 1


class Context(TypedDict):
    app: str | None
    experiment_id: int | None


def context_of(tx: Connection, type_: ResourceType, reference: str) -> Context:
    """The app and the experiment under which the object was recorded."""
    found = None
    if type_ in _OBJECTS:
        table, key = _OBJECTS[type_]
        value = _evaluation_id(reference) if table is evaluation else reference
        query = select(table.c.app, table.c.experiment_id).where(key == value).limit(1)
        found = tx.execute(query).one_or_none()
    if found is None:
        return {"app": None, "experiment_id": None}
    return {"app": found.app, "experiment_id": found.experiment_id}


def _evaluation_id(reference: str) -> int | None:
    if not (reference.isascii() and reference.isdigit() and len(reference) <= 19):
        return None
    number = int(reference)
    return number if number <= _MAX_EVALUATION_ID else None
