"""A Patronus-compatible server: projects, criteria, verdicts (Patronus contract, 1 to 3).

Answers are read leniently: unknown keys and kinds are passed over, since nothing is ever written
back from them. Every method blocks and belongs into a worker; every one raises the tree of
`errors.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import msgspec

from limner.api.errors import Garbled
from limner.api.listing import converted
from limner.api.transport import Wire
from limner.model.verdicts import (
    Answer,
    Category,
    Criteria,
    CriteriaKind,
    PastAnswer,
    Target,
    TargetType,
    Verdict,
)

_PAGE: Final = 1000
_KINDS: Final = frozenset(CriteriaKind)
_TYPES: Final = frozenset(TargetType)


class _Category(msgspec.Struct):
    label: str | None = None
    score: float | None = None


class _Criteria(msgspec.Struct):
    id: str
    name: str
    annotation_type: str
    description: str | None = None
    categories: list[_Category] | None = None
    resource_types: list[str] | None = None


class _Annotation(msgspec.Struct):
    id: str
    annotation_criteria: str
    type: str
    reference: str
    created_at: datetime
    updated_at: datetime
    value_pass: bool | None = None
    value_score: float | None = None
    value_text: str | None = None
    explanation: str | None = None


class _Past(msgspec.Struct):
    event: str
    at: datetime
    author_name: str = ""
    value_pass: bool | None = None
    value_score: float | None = None
    value_text: str | None = None
    explanation: str | None = None


class _Named(msgspec.Struct):
    id: str
    name: str


class Patronus:
    """A server that keeps verdicts."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    @staticmethod
    def probe(wire: Wire) -> None:
        """See, by reading only, that this is such a server and that it knows the key.

        Raises:
            ApiError: it is not, or does not.
        """
        Patronus(wire).whoami()
        _list(wire.request("GET", "/v1/projects", params={"limit": 1}).document(), "projects")

    def whoami(self) -> str:
        """The name of the account that the key belongs to: the author of what it submits."""
        match self._wire.request("GET", "/v1/whoami").document().get("caller"):
            case {"api_key": {"account": {"name": str(name)}}}:
                return name
            case {"user": {"accounts": [{"name": str(name)}, *_]}} | {"user": {"sub": str(name)}}:
                return name
            case dict():
                return ""
            case _:
                raise Garbled("The server did not say who is calling.")

    def project(self, name: str) -> str:
        """The id of the project called `name`, which is made when it is not there."""
        document = self._wire.request("POST", "/v1/projects", json={"name": name}).document()
        return converted(document.get("project", document), _Named, "project").id

    def criteria(self, project_id: str) -> list[Criteria]:
        """The questions of a project; a kind that this version does not know is left out."""
        found: list[Criteria] = []
        offset = 0
        while True:
            params: dict[str, str | int] = {
                "project_id": project_id,
                "limit": _PAGE,
                "offset": offset,
            }
            reply = self._wire.request("GET", "/v1/annotation-criteria", params=params)
            rows = _list(reply.document(), "annotation_criteria")
            found += [read for row in rows if (read := _read_criteria(row)) is not None]
            offset += len(rows)
            if len(rows) < _PAGE:
                return found

    def create_criteria(
        self,
        project_id: str,
        name: str,
        kind: CriteriaKind,
        description: str = "",
        categories: Sequence[Category] = (),
    ) -> Criteria:
        """Add a question to a project.

        Raises:
            Conflict: the project has one of that name.
        """
        body: dict[str, Any] = {
            "project_id": project_id,
            "name": name,
            "annotation_type": kind.value,
            **({"description": description} if description else {}),
            **({"categories": list(map(_category, categories))} if categories else {}),
        }
        reply = self._wire.request("POST", "/v1/annotation-criteria", json=body).document()
        criteria = _read_criteria(reply.get("annotation_criteria"))
        if criteria is None:
            raise Garbled("The server made a criterion of another kind.")
        return criteria

    def verdicts(self, target: Target, project_id: str) -> list[Verdict]:
        """What is stored about a target."""
        params = {
            "type": target.type.value,
            "reference": target.reference,
            "project_id": project_id,
        }
        reply = self._wire.request("GET", "/v1/annotations", params=params).document()
        read = (_read_verdict(row) for row in _list(reply, "annotations"))
        return [each for each in read if each is not None and each.target == target]

    def past(self, verdict_id: str) -> list[PastAnswer]:
        """Every answer that a verdict ever was, oldest first (an extension of Limner's server).

        Raises:
            NotOffered, NotFound: the server keeps no history.
        """
        reply = self._wire.request("GET", f"/v1/annotations/{quote(verdict_id, safe='')}/history")
        rows = (converted(row, _Past, "answer") for row in _list(reply.document(), "history"))
        return [
            PastAnswer(_answer(row), row.author_name, row.at)
            for row in rows
            if row.event == "submitted"
        ]

    def submit(self, criteria_id: str, target: Target, answer: Answer) -> Verdict:
        """Create the verdict on (target, criteria), or replace it; sending it twice is harmless.

        Values that were not given are left out of the body, never sent as null.

        Raises:
            Invalid: the answer has no value, or one that does not fit the criterion.
            Garbled: the server confirms something else than this answer.
        """
        body = {
            "annotation_criteria": criteria_id,
            "type": target.type.value,
            "reference": target.reference,
            **_given(answer),
        }
        reply = self._wire.request("POST", "/v1/annotations", json=body).document()
        verdict = _read_verdict(reply.get("annotation"))
        if verdict is None or verdict.target != target:
            raise Garbled("The server confirmed a verdict on something else.")
        if verdict.criteria_id.lower() != criteria_id.lower():
            raise Garbled("The server confirmed a verdict on another criterion.")
        return verdict


def _given(answer: Answer) -> dict[str, Any]:
    values = {
        "value_pass": answer.value_pass,
        "value_score": answer.value_score,
        "value_text": answer.value_text,
        "explanation": answer.explanation,
    }
    return {field: value for field, value in values.items() if value is not None}


def _category(category: Category) -> dict[str, Any]:
    values = {"label": category.label, "score": category.score}
    return {field: value for field, value in values.items() if value is not None}


def _list(document: dict[str, Any], key: str) -> list[Any]:
    rows = document.get(key)
    if not isinstance(rows, list):
        raise Garbled("The server's answer holds no list.")
    return rows


def _read_criteria(value: Any) -> Criteria | None:
    row = converted(value, _Criteria, "criterion")
    targets = frozenset(_known_types(row.resource_types or ()))
    if row.annotation_type not in _KINDS or (row.resource_types and not targets):
        return None
    return Criteria(
        id=row.id,
        name=row.name,
        kind=CriteriaKind(row.annotation_type),
        description=row.description or "",
        categories=tuple(Category(each.label, each.score) for each in row.categories or ()),
        targets=targets,
    )


def _known_types(names: Iterable[str]) -> list[TargetType]:
    return [TargetType(name) for name in names if name in _TYPES]


def _read_verdict(value: Any) -> Verdict | None:
    row = converted(value, _Annotation, "verdict")
    if row.type not in _TYPES:
        return None
    return Verdict(
        id=row.id,
        criteria_id=row.annotation_criteria,
        target=Target(TargetType(row.type), row.reference),
        answer=_answer(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _answer(row: _Annotation | _Past) -> Answer:
    return Answer(row.value_pass, row.value_score, row.value_text, row.explanation)
