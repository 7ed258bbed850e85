"""Verdicts: what a criteria accepts as an answer, and how one replaces another.

One verdict stands per (type, reference, criteria). The wire shows the newest value and no author;
underneath, every value ever given stays, with who gave it and under which version of the criteria.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Literal
from uuid import UUID, uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    case,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)

from limner.api.patronus_wire import ResourceType, Values
from limner.server.auth import Caller
from limner.server.errors import FieldError, field_error, invalid, wrong_field
from limner.server.patronus_rows import signed
from limner.server.patronus_subjects import context_of
from limner.server.patronus_tables import (
    criteria,
    evaluation,
    insert_or,
    utc_now,
    verdict,
    verdict_history,
)

_KEY: Final = ("type", "reference", "annotation_criteria")
_VALUES: Final = ("value_pass", "value_score", "value_text", "explanation")
_AUTHOR: Final = ("author_key", "author", "author_name")
_ALLOWED: Final[Mapping[str, frozenset[str]]] = {
    "binary": frozenset({"value_pass", "value_text"}),
    "continuous": frozenset({"value_score", "value_text"}),
    "discrete": frozenset({"value_score", "value_text"}),
    "categorical": frozenset({"value_score", "value_text"}),
    "text_annotation": frozenset({"value_text"}),
}
"""A text beside the value is a remark, and the wire takes it alone, too; a pass or a score where
the question asks for none would be lost on whoever counts the answers."""


def submit(
    tx: Connection,
    caller: Caller,
    *,
    type_: ResourceType,
    reference: str,
    criteria_id: UUID,
    values: Values,
    criteria_key: str = "annotation_criteria",
) -> Row[Any]:
    """Give the verdict on (type, reference, criteria); what it does not say becomes null.

    The row of the verdict as it stands afterwards. Its `updated_at` grows with every submission,
    even when the clock does not.

    Raises:
        Problem: 422 when the criteria is unknown (named `criteria_key` in the body), is not meant
            for this type, or does not accept the values.
    """
    asked = _asked(tx, criteria_id, criteria_key)
    wrong = list(_misfits(asked, type_, values))
    if wrong:
        raise invalid(wrong)
    given = {name: getattr(values, name) for name in _VALUES}
    row = _upsert(
        tx,
        {
            "type": type_,
            "reference": reference,
            "annotation_criteria": asked.id,
            **given,
            **signed(caller),
            **context_of(tx, type_, reference),
            "project_id": asked.project_id,
            "criteria_version": asked.version,
        },
    )
    _remember(tx, verdict.c.id == row.id, "submitted")
    if type_ == "log":
        _refresh_mirror(tx, row)
    return row


def remove(tx: Connection, caller: Caller, which: ColumnElement[bool]) -> int:
    """Take back the verdicts `which` names, with their mirrors; their values stay in the history.

    How many there were.
    """
    _remember(tx, which, "removed", **signed(caller), at=utc_now())
    mirrored = exists().where(
        which,
        verdict.c.type == "log",
        verdict.c.reference == evaluation.c.log_id,
        verdict.c.annotation_criteria == evaluation.c.annotation_criteria_id,
    )
    tx.execute(delete(evaluation).where(mirrored))
    return tx.execute(delete(verdict).where(which)).rowcount


def mirror(tx: Connection, row: Row[Any]) -> int:
    """The id of the evaluation that shows the verdict `row` to clients of `POST /v1/annotate`."""
    made = {
        "log_id": row.reference,
        "annotation_criteria_id": row.annotation_criteria,
        "evaluation_type": "annotation",
        "project_id": row.project_id,
        "created_at": row.created_at,
        **_mirrored(row),
    }
    statement = insert_or(tx, evaluation).values(made)
    statement = statement.on_conflict_do_update(
        index_elements=["log_id", "annotation_criteria_id"], set_=_mirrored(row)
    )
    return int(tx.execute(statement.returning(evaluation.c.id)).scalar_one())


def _asked(tx: Connection, criteria_id: UUID, key: str) -> Row[Any]:
    # The share lock keeps a colleague from changing or deleting the criteria until this commits;
    # on SQLite one transaction writes at a time anyway.
    query = select(criteria).where(criteria.c.id == str(criteria_id)).with_for_update(read=True)
    asked = tx.execute(query).one_or_none()
    if asked is None:
        raise wrong_field("there is no criteria with this id", key)
    return asked


def _misfits(asked: Row[Any], type_: ResourceType, values: Values) -> Iterator[FieldError]:
    kind = asked.annotation_type
    if asked.resource_types and type_ not in asked.resource_types:
        meant = ", ".join(asked.resource_types)
        yield field_error(f"this criteria is for {meant} only", "type")
    for name in ("value_pass", "value_score", "value_text"):
        if getattr(values, name) is not None and name not in _ALLOWED[kind]:
            yield field_error(f"a {kind} criteria takes no {name}", name)
    if kind in ("discrete", "categorical"):
        yield from _not_a_category(asked.categories or [], values)


def _not_a_category(
    categories: Sequence[Mapping[str, Any]], values: Values
) -> Iterator[FieldError]:
    """A score or a label that no category has, or two that belong to different ones."""
    score, label = values.value_score, values.value_text
    if not categories:
        return
    scores = [each.get("score") for each in categories]
    labels = [each.get("label") for each in categories]
    if score is not None and score not in scores:
        known = ", ".join(f"{each:g}" for each in scores if each is not None)
        yield field_error(f"the score must be one of {known or 'none'}", "value_score")
    elif label is not None and label not in labels:
        known = ", ".join(repr(each) for each in labels if each is not None)
        yield field_error(f"the label must be one of {known or 'none'}", "value_text")
    elif None not in (score, label) and (label, score) not in zip(labels, scores, strict=True):
        yield field_error("the score belongs to another category than the label", "value_score")


def _upsert(tx: Connection, given: Mapping[str, Any]) -> Row[Any]:
    now = utc_now()
    statement = insert_or(tx, verdict).values(
        id=str(uuid4()), created_at=now, updated_at=now, **given
    )
    news = statement.excluded
    later = case(
        (news.updated_at > verdict.c.updated_at, news.updated_at),
        else_=verdict.c.updated_at + literal(1),
    )
    changed = {name: news[name] for name in given if name not in _KEY}
    statement = statement.on_conflict_do_update(
        index_elements=list(_KEY), set_={**changed, "updated_at": later}
    )
    return tx.execute(statement.returning(*verdict.c)).one()


def _remember(
    tx: Connection,
    which: ColumnElement[bool],
    event: Literal["submitted", "removed"],
    **instead: Any,
) -> None:
    """Append the verdicts as they stand to the history, with the columns `instead` replaced."""
    columns = {
        "verdict_id": verdict.c.id,
        "event": literal(event),
        "at": verdict.c.updated_at,
        **{name: verdict.c[name] for name in (*_KEY, *_VALUES, "criteria_version", *_AUTHOR)},
        **{name: literal(value, verdict_history.c[name].type) for name, value in instead.items()},
    }
    rows = select(*columns.values()).where(which)
    tx.execute(insert(verdict_history).from_select(list(columns), rows))


def _refresh_mirror(tx: Connection, row: Row[Any]) -> None:
    tx.execute(
        update(evaluation)
        .where(
            evaluation.c.log_id == row.reference,
            evaluation.c.annotation_criteria_id == row.annotation_criteria,
        )
        .values(_mirrored(row))
    )


def _mirrored(row: Row[Any]) -> dict[str, Any]:
    return {
        "pass": row.value_pass,
        "score": row.value_score,
        "text_output": row.value_text,
        "explanation": row.explanation,
        "app": row.app,
        "experiment_id": row.experiment_id,
    }
