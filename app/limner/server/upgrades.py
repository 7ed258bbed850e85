"""Brings a database of an older version to the present schema: forward only, all or nothing.

Each step is written in plain SQL, for it must do tomorrow what it does today. It runs in the
transaction that also notes the new version; on SQLite a copy of the file is made before.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from limner.server.database import Store, sqlite_driver

_PAGES: Final = 1000
"""So many pages of a database are copied in one call."""


def upgrade(tx: Connection, version: int) -> None:
    """Take every step from schema `version` on; new tables are the caller's."""
    for step in STEPS[version - 1 :]:
        step(tx)


def keep_copy(store: Store, version: int) -> Path | None:
    """Copy the database, of schema `version`, beside itself; None on PostgreSQL, which has dumps.

    The copy is complete and on the disk when this returns, or it is not there.

    Raises:
        OSError: it cannot be written, for want of room for instance.
    """
    target = store.data_dir / f"limner.schema-{version}.sqlite"
    unfinished = target.with_suffix(".unfinished")
    with store.reading() as tx:
        driver = sqlite_driver(tx)
        if driver is None:
            return None
        unfinished.unlink(missing_ok=True)
        try:
            _copy(driver, unfinished)
        except sqlite3.Error as error:
            unfinished.unlink(missing_ok=True)
            raise OSError(None, f"{target.name} cannot be written: {error}") from error
    unfinished.replace(target)
    _sync(store.data_dir)
    return target


def _copy(driver: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target)) as copy:
        driver.backup(copy, pages=_PAGES)
    _sync(target)


def _sync(path: Path) -> None:
    """See that a file, or the names in a folder, outlast a power cut."""
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folders, and writes names by itself
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_2(tx: Connection) -> None:
    """Revisions know whether they were saved blindly and restored from which, their body last."""
    blob = "BLOB" if sqlite_driver(tx) else "BYTEA"
    for statement in (
        "ALTER TABLE dataset ADD COLUMN requires_if_match BOOLEAN NOT NULL DEFAULT false",
        f"""
        CREATE TABLE revision_2 (
            image_id VARCHAR(36) NOT NULL,
            rev INTEGER NOT NULL,
            n INTEGER NOT NULL,
            author VARCHAR(36) NOT NULL,
            author_name TEXT NOT NULL,
            at VARCHAR(32) NOT NULL,
            request_id VARCHAR(64) NOT NULL,
            is_blind BOOLEAN NOT NULL,
            restored_from INTEGER,
            body {blob} NOT NULL,
            PRIMARY KEY (image_id, rev),
            FOREIGN KEY (image_id) REFERENCES image (id) ON DELETE CASCADE
        )
        """,
        """
        INSERT INTO revision_2
        SELECT image_id, rev, n, author, author_name, at, request_id, false, NULL, body
        FROM revision
        """,
        "DROP TABLE revision",
        "ALTER TABLE revision_2 RENAME TO revision",
    ):
        tx.exec_driver_sql(statement)


STEPS: Final[tuple[Callable[[Connection], None], ...]] = (_to_2,)
"""What leads from each version to the next, from version 1 on."""
