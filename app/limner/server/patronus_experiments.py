"""Routes of experiments; evaluations and verdicts name one by its number."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Path
from sqlalchemy import Row, delete, insert, select, update

from limner.api.patronus_wire import (
    Experiment,
    ExperimentIn,
    ExperimentMany,
    ExperimentOne,
    ExperimentUpdate,
)
from limner.server.auth import Member, StoreOf, Viewer
from limner.server.errors import not_found, wrong_field
from limner.server.patronus_projects import has_project
from limner.server.patronus_rows import Limit, Offset
from limner.server.patronus_tables import experiment, utc_now

router: Final = APIRouter()

ExperimentId = Annotated[int, Path(ge=0, lt=2**63)]


@router.post("/experiments")
def create(store: StoreOf, _caller: Member, body: ExperimentIn) -> ExperimentOne:
    """Begin an experiment; names need not differ."""
    made = body.model_dump() | {"project_id": str(body.project_id), "created_at": utc_now()}
    with store.writing() as tx:
        if not has_project(tx, body.project_id):
            raise wrong_field("there is no project with this id", "project_id")
        row = tx.execute(insert(experiment).values(made).returning(*experiment.c)).one()
    return ExperimentOne(experiment=_shown(row))


@router.get("/experiments")
def list_experiments(
    store: StoreOf,
    _caller: Viewer,
    project_id: UUID | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> ExperimentMany:
    """The experiments of a project or of all, oldest first."""
    query = select(experiment).order_by(experiment.c.id).limit(limit).offset(offset)
    if project_id is not None:
        query = query.where(experiment.c.project_id == str(project_id))
    with store.reading() as tx:
        return ExperimentMany(experiments=[_shown(row) for row in tx.execute(query)])


@router.get("/experiments/{experiment_id}")
def get(store: StoreOf, _caller: Viewer, experiment_id: ExperimentId) -> ExperimentOne:
    """One experiment by its number."""
    with store.reading() as tx:
        query = select(experiment).where(experiment.c.id == experiment_id)
        return _one(tx.execute(query).one_or_none())


@router.patch("/experiments/{experiment_id}")
def change(
    store: StoreOf, _caller: Member, experiment_id: ExperimentId, body: ExperimentUpdate
) -> ExperimentOne:
    """Replace the metadata."""
    query = update(experiment).where(experiment.c.id == experiment_id)
    with store.writing() as tx:
        changed = query.values(body.model_dump()).returning(*experiment.c)
        return _one(tx.execute(changed).one_or_none())


@router.delete("/experiments/{experiment_id}", status_code=204)
def remove(store: StoreOf, _caller: Member, experiment_id: ExperimentId) -> None:
    """Delete an experiment; what was recorded under it stays and keeps its number."""
    with store.writing() as tx:
        if not tx.execute(delete(experiment).where(experiment.c.id == experiment_id)).rowcount:
            raise not_found("there is no experiment with this id")


def _one(row: Row[Any] | None) -> ExperimentOne:
    if row is None:
        raise not_found("there is no experiment with this id")
    return ExperimentOne(experiment=_shown(row))


def _shown(row: Row[Any]) -> Experiment:
    return Experiment.model_validate(row._asdict() | {"id": str(row.id)})
