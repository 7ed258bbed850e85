"""What was done that cannot be told from the annotations alone, never changed and never removed.

A save names what it stands on and leaves a revision, which is its own record. Here stands what
else befell a list of annotations: it was replaced by somebody who did not say which one they had
read, it was brought back from its history, or it was deleted together with its history.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import Connection, func, insert, select

from limner.server.auth import Caller, StoreOf, caller
from limner.server.clock import now
from limner.server.keys import Role
from limner.server.replies import page
from limner.server.tables import audit

router: Final = APIRouter()

OVERWRITTEN: Final = "overwritten_unseen"
RESTORED: Final = "restored"
DELETED: Final = "deleted"
_MAX_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Act:
    """A request that changes annotations: by whom, and which one it was."""

    author: Caller
    request_id: str


def note(
    tx: Connection, act: Act, action: str, image_id: str, from_rev: int, to_rev: int | None
) -> None:
    """Add a row; `to_rev` is the revision that the image has now, None when it has gone."""
    tx.execute(
        insert(audit).values(
            at=now(),
            action=action,
            image_id=image_id,
            from_rev=from_rev,
            to_rev=to_rev,
            author=act.author.user_id,
            author_name=act.author.name,
            key_id=act.author.key_id,
            request_id=act.request_id,
        )
    )


_COLUMNS: Final = [column for column in audit.c if column.name != "seq"]


@router.get("/audit/", dependencies=[Depends(caller(Role.ADMIN))])
def list_audit(
    store: StoreOf,
    limit: Annotated[int, Query(ge=1, le=_MAX_ROWS)] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
    image_id: str | None = None,
) -> Response:
    """A page of what was done, the newest first; of one image only when it is named (admin)."""
    query, count = select(*_COLUMNS), select(func.count()).select_from(audit)
    if image_id is not None:
        same = audit.c.image_id == image_id.lower()
        query, count = query.where(same), count.where(same)
    with store.reading() as tx:
        total = tx.scalar(count) or 0
        newest = query.order_by(audit.c.seq.desc()).limit(limit).offset(offset)
        rows = [dict(row) for row in tx.execute(newest).mappings()]
    return page(rows, limit=limit, offset=offset, total=total)
