"""Routes of criteria: the questions reviewers answer, with a history of their wording."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter
from sqlalchemy import ColumnElement, Connection, Row, delete, exists, insert, select, update
from sqlalchemy.exc import IntegrityError

from limner.api.patronus_wire import (
    Category,
    Criteria,
    CriteriaIn,
    CriteriaMany,
    CriteriaOne,
    CriteriaUpdate,
    Search,
)
from limner.server.auth import Caller, Member, StoreOf, Viewer
from limner.server.errors import FieldError, conflict, field_error, invalid, not_found, wrong_field
from limner.server.patronus_filters import condition, fields_of
from limner.server.patronus_projects import has_project
from limner.server.patronus_rows import Limit, Offset, shown, signed
from limner.server.patronus_tables import criteria, criteria_history, utc_now, verdict
from limner.server.patronus_verdicts import remove as remove_verdicts

router: Final = APIRouter()

_SEARCHABLE: Final = fields_of(
    criteria,
    ("id", "project_id", "name", "description", "annotation_type", "created_at", "updated_at"),
)
_LOCKED: Final = exists().where(verdict.c.annotation_criteria == criteria.c.id).label("locked")


@router.post("/annotation-criteria")
def create(store: StoreOf, caller: Member, body: CriteriaIn) -> CriteriaOne:
    """Ask a new question in a project."""
    _check_categories(body)
    now = utc_now()
    made = {
        **_asked(body),
        "id": str(uuid4()),
        "project_id": str(body.project_id),
        "resource_types": body.resource_types or [],
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    with store.writing() as tx:
        if not has_project(tx, body.project_id):
            raise wrong_field("there is no project with this id", "project_id")
        _store(tx, insert(criteria).values(made), body.name)
        return _remembered(tx, caller, made["id"])


@router.get("/annotation-criteria")
def list_criteria(
    store: StoreOf,
    _caller: Viewer,
    project_id: UUID | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> CriteriaMany:
    """The questions of a project or of all, oldest first."""
    where = [] if project_id is None else [criteria.c.project_id == str(project_id)]
    with store.reading() as tx:
        return _found(tx, where, limit=limit, offset=offset)


@router.post("/annotation-criteria/search")
def search(store: StoreOf, _caller: Viewer, body: Search) -> CriteriaMany:
    """The questions that fit, oldest first."""
    with store.reading() as tx:
        where = condition(body.filters, _SEARCHABLE, tx.dialect)
        return _found(tx, [where], limit=body.limit)


@router.get("/annotation-criteria/{criteria_id}")
def get(store: StoreOf, _caller: Viewer, criteria_id: UUID) -> CriteriaOne:
    """One question by its id."""
    with store.reading() as tx:
        found = _found(tx, [criteria.c.id == str(criteria_id)], limit=1).annotation_criteria
    if not found:
        raise not_found("there is no criteria with this id")
    return CriteriaOne(annotation_criteria=found[0])


@router.put("/annotation-criteria/{criteria_id}")
def change(store: StoreOf, caller: Member, criteria_id: UUID, body: CriteriaUpdate) -> CriteriaOne:
    """Replace a question: what is left out becomes null, except `resource_types`, which stays.

    409 when its type would change although it has answers, or when the name is taken.
    """
    _check_categories(body)
    with store.writing() as tx:
        known = _held(tx, criteria_id)
        if body.annotation_type != known.annotation_type and known.locked:
            raise conflict("this criteria has annotations, so its annotation_type cannot change")
        changed = {**_asked(body), "version": known.version + 1, "updated_at": utc_now()}
        if "resource_types" in body.model_fields_set:
            changed["resource_types"] = body.resource_types or []
        _store(tx, update(criteria).where(criteria.c.id == known.id).values(changed), body.name)
        return _remembered(tx, caller, known.id)


@router.delete("/annotation-criteria/{criteria_id}", status_code=204)
def remove(store: StoreOf, caller: Member, criteria_id: UUID) -> None:
    """Delete a question with its standing answers; their history stays."""
    with store.writing() as tx:
        known = _held(tx, criteria_id)
        remove_verdicts(tx, caller, verdict.c.annotation_criteria == known.id)
        tx.execute(delete(criteria).where(criteria.c.id == known.id))


def _found(
    tx: Connection, where: Sequence[ColumnElement[bool]], *, limit: int, offset: int = 0
) -> CriteriaMany:
    query = select(criteria, _LOCKED).where(*where).order_by(criteria.c.created_at, criteria.c.id)
    rows = tx.execute(query.limit(limit).offset(offset))
    return CriteriaMany(annotation_criteria=[shown(Criteria, row) for row in rows])


def _held(tx: Connection, criteria_id: UUID) -> Row[Any]:
    """The criteria, kept from changing, and from being answered, until `tx` ends."""
    mine = criteria.c.id == str(criteria_id)
    # First the lock, then the look: PostgreSQL would else tell of answers as they were before it.
    if tx.scalar(select(criteria.c.id).where(mine).with_for_update()) is None:
        raise not_found("there is no criteria with this id")
    return tx.execute(select(criteria, _LOCKED).where(mine)).one()


def _asked(body: CriteriaUpdate) -> dict[str, Any]:
    return body.model_dump(include={"name", "annotation_type", "description", "categories"})


def _store(tx: Connection, statement: Any, name: str) -> None:
    try:
        tx.execute(statement)
    except IntegrityError:
        raise conflict(f"the project has a criteria named {name!r} already") from None


def _remembered(tx: Connection, caller: Caller, criteria_id: str) -> CriteriaOne:
    row = tx.execute(select(criteria, _LOCKED).where(criteria.c.id == criteria_id)).one()
    kept = ("version", "name", "description", "annotation_type", "categories", "resource_types")
    past = {name: getattr(row, name) for name in kept}
    made = {"criteria_id": row.id, **past, **signed(caller), "at": row.updated_at}
    tx.execute(insert(criteria_history).values(made))
    return CriteriaOne(annotation_criteria=shown(Criteria, row))


def _check_categories(body: CriteriaUpdate) -> None:
    key = {"categorical": "label", "discrete": "score"}.get(body.annotation_type)
    if key is None:
        return
    wrong = list(_wrong_categories(body.categories or [], key))
    if wrong:
        raise invalid(wrong)


def _wrong_categories(categories: Sequence[Category], key: str) -> Iterator[FieldError]:
    seen = set()
    for n, category in enumerate(categories):
        value = getattr(category, key)
        if value is None:
            yield field_error(f"a category of this type needs a {key}", "categories", n, key)
        elif value in seen:
            yield field_error(f"two categories have this {key}", "categories", n, key)
        seen.add(value)
