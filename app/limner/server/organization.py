"""Who works here: the one organisation of a server and its members (Pictograph contract, 7)."""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import uuid4

from fastapi import APIRouter, Response
from sqlalchemy import Connection, func, insert, select

from limner.server.auth import VIEWERS, StoreOf
from limner.server.clock import now
from limner.server.replies import page, plain
from limner.server.tables import api_key, meta

router: Final = APIRouter()

_NAME: Final = "organization"
_WITHOUT_LIMIT: Final = 2**31 - 1


def establish(tx: Connection) -> None:
    """Give a new database its organisation."""
    if tx.scalar(select(meta.c.value).where(meta.c.name == _NAME)) is None:
        value = json.dumps({"id": str(uuid4()), "created_at": now()})
        tx.execute(insert(meta).values(name=_NAME, value=value))


def _organization(tx: Connection) -> dict[str, str]:
    text = tx.scalar(select(meta.c.value).where(meta.c.name == _NAME))
    found: dict[str, str] = json.loads(text or "{}")
    return found


def organization_id(tx: Connection) -> str:
    """The id that every dataset says it belongs to."""
    return _organization(tx)["id"]


@router.get("/organizations/me", dependencies=VIEWERS)
def my_organization(store: StoreOf) -> Response:
    """The organisation; there are no plans and no credits here, so its limits are none."""
    with store.reading() as tx:
        known = _organization(tx)
        query = select(func.count(func.distinct(api_key.c.user_id)))
        members = tx.scalar(query.where(api_key.c.is_active))
    shown: dict[str, Any] = {
        "id": known["id"],
        "name": "Limner",
        "slug": "limner",
        "subscription_tier": "enterprise",
        "credits_remaining": 0,
        "credits_monthly_allowance": 0,
        "max_users": _WITHOUT_LIMIT,
        "max_images": _WITHOUT_LIMIT,
        "max_storage_bytes": 2**53,
        "member_count": members,
        "pending_invite_count": 0,
        "created_at": known["created_at"],
        "updated_at": known["created_at"],
    }
    return plain({"organization": shown})


@router.get("/organizations/members", dependencies=VIEWERS)
def members(store: StoreOf) -> Response:
    """Everybody who has a key."""
    query = select(api_key).where(api_key.c.is_active).order_by(api_key.c.created_at)
    with store.reading() as tx:
        rows = tx.execute(query).all()
    shown = [
        {
            "id": row.id,
            "user_id": row.user_id,
            "email": None,
            "full_name": row.name,
            "role": row.role,
            "joined_at": row.created_at,
        }
        for row in rows
    ]
    return plain({"members": shown})


@router.get("/tasks", dependencies=VIEWERS)
def tasks(limit: int = 50, offset: int = 0) -> Response:
    """The annotation tasks: this server has none, work is found by stage."""
    return page([], limit=limit, offset=offset, total=0)
