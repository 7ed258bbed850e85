"""Who is calling: a key in the header becomes a `Caller`, or the request ends here."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import Depends, Request
from sqlalchemy import Connection, select

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


def store_of(request: Request) -> Store:
    """The store this app serves, as a dependency."""
    store: Store = request.app.state.store
    return store


StoreOf = Annotated[Store, Depends(store_of)]


def caller(least: Role) -> Callable[[Request, Store], Caller]:
    """A dependency that lets in keys of role `least` and higher.

    401 for no key or an unknown one, 403 for one whose role is too low.
    """

    def admit(request: Request, store: StoreOf) -> Caller:
        found = _authenticate(request, store)
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


def _authenticate(request: Request, store: Store) -> Caller:
    key = _presented(request)
    if not key:
        raise Problem(401, "unauthorized", "no API key was sent (header X-API-Key)")
    with store.reading() as tx:
        found = find_caller(tx, key)
    if found is None:
        raise Problem(401, "unauthorized", "this server does not know the API key")
    return found


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
