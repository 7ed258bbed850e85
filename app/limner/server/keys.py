"""API keys: made once, shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from enum import IntEnum
from pathlib import Path
from typing import Final
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select

from limner.server.clock import now
from limner.server.database import Store
from limner.server.tables import api_key

_SCHEME: Final = "pk_live_"
PREFIX_LENGTH: Final = 12
"""How much of a key may be shown and is stored as it is (Pictograph contract, 1)."""


class Role(IntEnum):
    """Who may do what: each role may do everything the lower ones may (Pictograph contract, 7)."""

    VIEWER = 1
    ANNOTATOR = 2
    MEMBER = 3
    ADMIN = 4
    OWNER = 5

    @property
    def word(self) -> str:
        return self.name.lower()


def new_key() -> str:
    """A key nobody can guess: 32 random bytes behind the scheme's mark."""
    return _SCHEME + secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is stored of a key. It is random and long, so a plain hash cannot be turned back."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def add_key(
    tx: Connection, key: str, *, role: Role, name: str, user_id: str, key_id: str | None = None
) -> None:
    """Let `key` in with `role`; `user_id` is who its work is signed with."""
    tx.execute(
        insert(api_key).values(
            id=key_id or str(uuid4()),
            prefix=key[:PREFIX_LENGTH],
            digest=digest(key),
            name=name,
            role=role.word,
            user_id=user_id,
            created_at=now(),
        )
    )


def replace_key(tx: Connection, key: str, *, key_id: str, role: Role, name: str) -> None:
    """Let `key` in instead of the one that `key_id` named before, as the same person."""
    known = tx.scalar(select(api_key.c.user_id).where(api_key.c.id == key_id))
    tx.execute(delete(api_key).where(api_key.c.id == key_id))
    add_key(tx, key, role=role, name=name, user_id=known or str(uuid4()), key_id=key_id)


def issue_first_keys(store: Store, path: Path) -> bool:
    """Write one key per role to `path` as JSON, readable by its owner only, at the first start.

    False when the database has keys already. The file is complete before the keys work, so
    that no crash leaves keys that nobody has seen.

    Raises:
        OSError: the file exists already or cannot be written; then no key was made.
    """
    with store.writing() as tx:
        if tx.scalar(select(api_key.c.id).where(api_key.c.is_active).limit(1)):
            return False
        made = {role.word: new_key() for role in sorted(Role, reverse=True)}
        for role in Role:
            add_key(tx, made[role.word], role=role, name=role.word, user_id=str(uuid4()))
        _write_secret(path, json.dumps(made, indent=2) + "\n")
    return True


def _write_secret(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
