"""Routes of pairwise annotations: two logs scored side by side under a name.

They have no id on the wire; the key is (name, log a, log b), and a repeat replaces the scores.
"""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query
from sqlalchemy import ColumnElement, delete, exists, or_, select

from limner.api.patronus_wire import (
    PairKey,
    Pairwise,
    PairwiseBatch,
    PairwiseFound,
    PairwiseIn,
    PairwiseMany,
    PairwiseOne,
)
from limner.server.auth import Annotator, StoreOf, Viewer
from limner.server.errors import not_found
from limner.server.patronus_rows import Limit, Offset, shown, signed
from limner.server.patronus_tables import insert_or, log, pairwise, utc_now

router: Final = APIRouter()

_PATH: Final = "/pairwise-annotations"
_KEY: Final = ("name", "log_a_id", "log_b_id")


@router.post(_PATH)
def compare(store: StoreOf, caller: Annotator, body: PairwiseIn) -> PairwiseOne:
    """Score two logs side by side, or score them again."""
    scores = {"log_a_score": body.log_a_score, "log_b_score": body.log_b_score}
    author = signed(caller)
    made = {**_key(body), **scores, **author, "created_at": utc_now()}
    with store.writing() as tx:
        statement = (
            insert_or(tx, pairwise)
            .values(made)
            .on_conflict_do_update(index_elements=list(_KEY), set_={**scores, **author})
        )
        row = tx.execute(statement.returning(*pairwise.c)).one()
    return PairwiseOne(pairwise_annotation=shown(Pairwise, row))


@router.get(_PATH)
def list_pairs(
    store: StoreOf,
    _caller: Viewer,
    project_id: str | None = None,
    experiment_id: Annotated[str | None, Query(pattern=r"^\d{1,18}(,\d{1,18})*$")] = None,
    log_id: str | None = None,
    name: str | None = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> PairwiseMany:
    """The pairs that fit, oldest first; `project_id` and `experiment_id` are comma lists."""
    where: list[ColumnElement[bool]] = []
    if project_id is not None:
        where.append(_has_log(log.c.project_id.in_(project_id.split(","))))
    if experiment_id is not None:
        numbers = [int(number) for number in experiment_id.split(",")]
        where.append(_has_log(log.c.experiment_id.in_(numbers)))
    if log_id is not None:
        where.append(or_(pairwise.c.log_a_id == log_id, pairwise.c.log_b_id == log_id))
    if name is not None:
        where.append(pairwise.c.name == name)
    order = (pairwise.c.created_at, *(pairwise.c[part] for part in _KEY))
    query = select(pairwise).where(*where).order_by(*order).limit(limit).offset(offset)
    with store.reading() as tx:
        rows = tx.execute(query)
        return PairwiseMany(pairwise_annotations=[shown(Pairwise, row) for row in rows])


@router.delete(_PATH, status_code=204)
def remove(store: StoreOf, _caller: Annotator, name: str, log_a_id: UUID, log_b_id: UUID) -> None:
    """Delete the scores of one pair."""
    key = PairKey(name=name, log_a_id=log_a_id, log_b_id=log_b_id)
    with store.writing() as tx:
        if not tx.execute(delete(pairwise).where(*_is(key))).rowcount:
            raise not_found("there is no pairwise annotation of this name on these logs")


@router.post(f"{_PATH}/get-batch")
def get_batch(store: StoreOf, _caller: Viewer, body: PairwiseBatch) -> PairwiseFound:
    """The pairs asked for, in the order asked; null where there is none."""
    with store.reading() as tx:
        rows = [
            tx.execute(select(pairwise).where(*_is(key))).one_or_none()
            for key in body.pairwise_annotations
        ]
    found = [None if row is None else shown(Pairwise, row) for row in rows]
    return PairwiseFound(pairwise_annotations=found)


def _key(key: PairKey) -> dict[str, Any]:
    return {"name": key.name, "log_a_id": str(key.log_a_id), "log_b_id": str(key.log_b_id)}


def _is(key: PairKey) -> list[ColumnElement[bool]]:
    return [pairwise.c[name] == value for name, value in _key(key).items()]


def _has_log(where: ColumnElement[bool]) -> ColumnElement[bool]:
    mine = or_(log.c.log_id == pairwise.c.log_a_id, log.c.log_id == pairwise.c.log_b_id)
    return exists().where(mine, where)
