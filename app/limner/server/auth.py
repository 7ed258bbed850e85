"""Who is calling: a key in the header becomes a `Caller`, or the request ends here."""

from __future__ import annotations

import hmac
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy import Connection, select
from starlette.concurrency import run_in_threadpool

from limner.server.database import Store
from limner.server.errors import Problem
from limner.server.keys import PREFIX_LENGTH, Role, digest
from limner.server.tables import api_key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: the key's id and name, its role, and the person it stands for."""

    key_id: str
    name: str
    role: Role
    user_id: str


class Callers:
    """Who was let in a moment ago, so that not every request asks the database.

    A key that is taken back works for `VALID_S` longer at most.
    """

    VALID_S: Final = 5.0

    def __init__(self) -> None:
        self._known: dict[str, tuple[Caller, float]] = {}

    def get(self, key_digest: str) -> Caller | None:
        """The caller of a key, when it was remembered not long ago."""
        found = self._known.get(key_digest)
        return found[0] if found and found[1] > time.monotonic() else None

    def remember(self, key_digest: str, who: Caller) -> None:
        """Keep `who` for a while; nothing is kept of keys that are unknown."""
        self._known[key_digest] = (who, time.monotonic() + self.VALID_S)


async def store_of(request: Request) -> Store:
    """The store this app serves, as a dependency."""
    store: Store = request.app.state.store
    return store


StoreOf = Annotated[Store, Depends(store_of)]


def caller(least: Role) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency that lets in keys of role `least` and higher.

    401 for no key or an unknown one, 403 for one whose role is too low.
    """

    # A coroutine: FastAPI hands plain functions to a thread, which costs more than the look-up.
    async def admit(request: Request) -> Caller:
        found = await _authenticate(request)
        need_role(found, least)
        return found

    return admit


def need_role(who: Caller, least: Role) -> None:
    """Raises a 403 when the role of `who` is below `least`."""
    if who.role < least:
        raise Problem(
            403,
            "forbidden",
            f"this key has the role {who.role.word}; {least.word} or higher is needed",
            details={"required_role": least.word, "current_role": who.role.word},
        )


async def _authenticate(request: Request) -> Caller:
    key = _presented(request)
    if not key:
        raise Problem(401, "unauthorized", "no API key was sent (header X-API-Key)")
    callers: Callers = request.app.state.callers
    known = callers.get(digest(key))
    if known is not None:
        return known
    found = await run_in_threadpool(_looked_up, request.app.state.store, key)
    if found is None:
        raise Problem(401, "unauthorized", "this server does not know the API key")
    callers.remember(digest(key), found)
    return found


def _looked_up(store: Store, key: str) -> Caller | None:
    with store.reading() as tx:
        return find_caller(tx, key)


def _presented(request: Request) -> str:
    key = request.headers.get("x-api-key", "")
    if key:
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def find_caller(tx: Connection, key: str) -> Caller | None:
    """The caller that `key` belongs to; None for a key that is unknown or switched off."""
    given = digest(key)
    rows = tx.execute(
        select(api_key).where(api_key.c.prefix == key[:PREFIX_LENGTH], api_key.c.is_active)
    )
    for row in rows:
        if hmac.compare_digest(row.digest, given):
            return Caller(row.id, row.name, Role[row.role.upper()], row.user_id)
    return None


VIEWERS: Final = [Depends(caller(Role.VIEWER))]
"""For routes that everybody with a key may call and that do not ask who it is."""

Viewer = Annotated[Caller, Depends(caller(Role.VIEWER))]
Annotator = Annotated[Caller, Depends(caller(Role.ANNOTATOR))]
Member = Annotated[Caller, Depends(caller(Role.MEMBER))]
Admin = Annotated[Caller, Depends(caller(Role.ADMIN))]
