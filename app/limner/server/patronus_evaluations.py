"""Routes of evaluations: what evaluators found out about a log, and the mirrors of verdicts.

Their ids are decimal numbers, sent as text: the one form that both SDKs read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from limner.api.patronus_wire import (
    Evaluation,
    EvaluationBatch,
    EvaluationIn,
    EvaluationMany,
    EvaluationOne,
    EvaluationSearch,
)
from limner.server.auth import Member, StoreOf, Viewer
from limner.server.errors import Problem, not_found, wrong_field
from limner.server.patronus_filters import condition, fields_of
from limner.server.patronus_projects import has_project, project_named
from limner.server.patronus_tables import evaluation, utc_now

router: Final = APIRouter()

EvaluationId = Annotated[int, Path(ge=0, lt=2**63)]

_HIDDEN: Final = {"metadata", "tags", "evaluation_duration", "explanation_duration"}
_SEARCHABLE: Final = fields_of(
    evaluation, (column.name for column in evaluation.c if column.name not in _HIDDEN)
)
# The search has no limit on the wire; this bounds what one answer takes of memory.
_MAX_FOUND: Final = 10_000


class Doomed(BaseModel):
    """Which evaluations to delete: those that fit every parameter given."""

    project_id: str | None = None
    app: str | None = None
    experiment_id: Annotated[int | None, Query(ge=-(2**63), lt=2**63)] = None
    evaluator_id: Annotated[str | None, Query(alias="evaluator_family")] = None
    criteria: Annotated[str | None, Query(alias="evaluator_criteria_id")] = None
    trace_id: str | None = None


@router.post("/evaluations/batch")
def create(store: StoreOf, caller: Member, body: EvaluationBatch) -> EvaluationMany:
    """Keep up to 1000 evaluations, all or none."""
    with store.writing() as tx:
        made = []
        for n, given in enumerate(body.evaluations):
            row = _columns(given) | {"project_id": _project_of(tx, given, caller.user_id, n)}
            query = insert(evaluation).values(row).returning(*evaluation.c)
            made.append(_shown(tx.execute(query).one()))
    return EvaluationMany(evaluations=made)


@router.post("/evaluations/search")
def search(store: StoreOf, _caller: Viewer, body: EvaluationSearch) -> EvaluationMany:
    """The evaluations that fit, oldest first."""
    with store.reading() as tx:
        where = [condition(body.filters, _SEARCHABLE, tx.dialect)]
        if body.log_id_in is not None:
            where.append(evaluation.c.log_id.in_(body.log_id_in))
        if body.trace_id is not None:
            where.append(evaluation.c.trace_id == body.trace_id)
        return EvaluationMany(evaluations=_found(tx, where))


@router.get("/evaluations/{evaluation_id}")
def get(store: StoreOf, _caller: Viewer, evaluation_id: EvaluationId) -> EvaluationOne:
    """One evaluation by its number."""
    with store.reading() as tx:
        return EvaluationOne(evaluation=evaluation_with(tx, evaluation_id))


@router.delete("/evaluations/{evaluation_id}", status_code=204)
def remove(store: StoreOf, _caller: Member, evaluation_id: EvaluationId) -> None:
    """Delete an evaluation; a verdict it mirrors stands."""
    with store.writing() as tx:
        gone = tx.execute(delete(evaluation).where(evaluation.c.id == evaluation_id)).rowcount
        if not gone:
            raise not_found("there is no evaluation with this id")


@router.delete("/evaluations")
def remove_many(
    store: StoreOf, _caller: Member, which: Annotated[Doomed, Query()]
) -> dict[str, int]:
    """Delete every evaluation that fits all parameters; at least one must be given."""
    given = which.model_dump(exclude_none=True)
    if not given:
        raise Problem(422, "validation_error", "say which evaluations to delete")
    with store.writing() as tx:
        where = [evaluation.c[name] == value for name, value in given.items()]
        return {"deleted": tx.execute(delete(evaluation).where(*where)).rowcount}


def evaluation_with(tx: Connection, evaluation_id: int) -> Evaluation:
    """The evaluation with this id.

    Raises:
        Problem: 404 when there is none.
    """
    query = select(evaluation).where(evaluation.c.id == evaluation_id)
    row = tx.execute(query).one_or_none()
    if row is None:
        raise not_found("there is no evaluation with this id")
    return _shown(row)


def _found(tx: Connection, where: Sequence[ColumnElement[bool]]) -> list[Evaluation]:
    query = select(evaluation).where(*where).order_by(evaluation.c.id).limit(_MAX_FOUND)
    return [_shown(row) for row in tx.execute(query)]


def _shown(row: Row[Any]) -> Evaluation:
    return Evaluation.model_validate(row._asdict() | {"id": str(row.id)})


def _columns(given: EvaluationIn) -> dict[str, Any]:
    row = given.model_dump(by_alias=True, exclude={"project_name"})
    lasting = given.model_dump(mode="json", include={"evaluation_duration", "explanation_duration"})
    created_at = given.created_at or utc_now()
    return row | lasting | {"created_at": created_at, "evaluation_type": "client_evaluation"}


def _project_of(tx: Connection, given: EvaluationIn, user_id: str, n: int) -> str | None:
    if given.project_name is not None:
        return str(project_named(tx, given.project_name, user_id).id)
    if given.project_id is not None and not has_project(tx, given.project_id):
        raise wrong_field("there is no project with this id", "evaluations", n, "project_id")
    return None if given.project_id is None else str(given.project_id)
