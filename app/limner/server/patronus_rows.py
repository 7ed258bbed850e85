"""Rows as messages, and the parameters that lists have in common."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import Row

from limner.server.auth import Caller

M = TypeVar("M", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=1000)]
Offset = Annotated[int, Query(ge=0, lt=2**63)]


def signed(caller: Caller) -> dict[str, str]:
    """The author's columns: the key that came, the person it stands for, and what it is called."""
    return {"author_key": caller.key_id, "author": caller.user_id, "author_name": caller.name}


def shown(model: type[M], row: Row[Any]) -> M:
    """`row` as the wire shows it: the fields of `model` and nothing else the table keeps."""
    kept = row._asdict()
    names = (field.alias or name for name, field in model.model_fields.items())
    return model.model_validate({name: kept.get(name) for name in names})
