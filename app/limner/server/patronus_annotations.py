"""Routes of verdicts: upsert, read, search, take back; and the older way to judge a log."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import ColumnElement, Connection, select

from limner.api.patronus_wire import (
    AnnotateIn,
    Annotation,
    AnnotationHistory,
    AnnotationIn,
    AnnotationMany,
    AnnotationOne,
    EvaluationOne,
    PastAnnotation,
    Search,
)
from limner.server.auth import Annotator, StoreOf, Viewer
from limner.server.errors import not_found
from limner.server.patronus_evaluations import evaluation_with
from limner.server.patronus_filters import condition, fields_of
from limner.server.patronus_rows import shown
from limner.server.patronus_tables import verdict, verdict_history
from limner.server.patronus_verdicts import mirror, remove, submit

router: Final = APIRouter()

_SEARCHABLE: Final = fields_of(verdict, Annotation.model_fields)


@router.post("/annotations")
def give(store: StoreOf, caller: Annotator, body: AnnotationIn) -> AnnotationOne:
    """Give a verdict, or replace the one that stands."""
    with store.writing() as tx:
        row = submit(
            tx,
            caller,
            type_=body.type,
            reference=body.reference,
            criteria_id=body.annotation_criteria,
            values=body,
        )
    return AnnotationOne(annotation=shown(Annotation, row))


@router.get("/annotations")
def list_annotations(
    store: StoreOf,
    _caller: Viewer,
    type: str | None = None,  # noqa: A002 - the wire's word
    reference: str | None = None,
    project_id: str | None = None,
) -> AnnotationMany:
    """Every verdict that fits; this list has no pages on the wire."""
    given = {"type": type, "reference": reference, "project_id": project_id}
    with store.reading() as tx:
        where = [verdict.c[name] == value for name, value in given.items() if value is not None]
        return _found(tx, *where)


@router.post("/annotations/search")
def search(store: StoreOf, _caller: Viewer, body: Search) -> AnnotationMany:
    """The oldest verdicts that fit, so that `created_at gt` the last one reads on."""
    with store.reading() as tx:
        return _found(tx, condition(body.filters, _SEARCHABLE, tx.dialect), limit=body.limit)


@router.get("/annotations/{annotation_id}")
def get(store: StoreOf, _caller: Viewer, annotation_id: UUID) -> AnnotationOne:
    """One verdict by its id (ours: no SDK has this call)."""
    with store.reading() as tx:
        query = select(verdict).where(verdict.c.id == str(annotation_id))
        row = tx.execute(query).one_or_none()
    if row is None:
        raise not_found("there is no annotation with this id")
    return AnnotationOne(annotation=shown(Annotation, row))


@router.get("/annotations/{annotation_id}/history")
def history(store: StoreOf, _caller: Viewer, annotation_id: UUID) -> AnnotationHistory:
    """Every value this verdict ever had, oldest first (ours: the wire has no history)."""
    query = select(verdict_history).where(verdict_history.c.verdict_id == str(annotation_id))
    with store.reading() as tx:
        rows = tx.execute(query.order_by(verdict_history.c.seq)).all()
    if not rows:
        raise not_found("there is no annotation with this id")
    return AnnotationHistory(history=[shown(PastAnnotation, row) for row in rows])


@router.delete("/annotations/{annotation_id}", status_code=204)
def take_back(store: StoreOf, caller: Annotator, annotation_id: UUID) -> None:
    """Take a verdict back; the server's history keeps what it said."""
    with store.writing() as tx:
        if not remove(tx, caller, verdict.c.id == str(annotation_id)):
            raise not_found("there is no annotation with this id")


@router.post("/annotate")
def annotate(store: StoreOf, caller: Annotator, body: AnnotateIn) -> EvaluationOne:
    """Judge a log the older way: the same verdict, answered as an evaluation."""
    with store.writing() as tx:
        row = submit(
            tx,
            caller,
            type_="log",
            reference=body.log_id,
            criteria_id=body.annotation_criteria_id,
            values=body,
            criteria_key="annotation_criteria_id",
        )
        return EvaluationOne(evaluation=evaluation_with(tx, mirror(tx, row)))


def _found(tx: Connection, *where: ColumnElement[bool], limit: int | None = None) -> AnnotationMany:
    query = select(verdict).where(*where).order_by(verdict.c.created_at, verdict.c.id)
    rows = tx.execute(query.limit(limit))
    return AnnotationMany(annotations=[shown(Annotation, row) for row in rows])
