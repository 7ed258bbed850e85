"""The tables of the workspace file, and how older files become newer ones.

They are described, with examples, in docs/workspace-format.md. In short:

    image     an image that was opened, where its lists begin and how the server stands to them
    piece     the list with which an image begins (its stem), some annotations a row
    op        what happened to it since, a row each, in the order of `seq`; never changed
    known     versions of annotations that the server had, or was sent
    outgoing  a list that is frozen to be sent
    refused   the server's words on annotations that it did not take
    sketch    the shape that is being drawn
    pin       images that stay, whatever room they need
    document  small things from the server that are kept for when it cannot be reached
    unsent    verdicts that wait, whole, by their key
    meta      what is known about the file itself

The ops of an image are two lines of patches from its stem on: `work` is what was done to the
document, `base` what the server was seen to hold. The stem is the newest list that can be read
without going through everything; ops before it are history.
"""

from __future__ import annotations

import sqlite3
from typing import Final

FORM: Final = 3
"""The form of the file; one with a higher number was written by a newer version."""

_COPY: Final = "etag TEXT, print TEXT, rev INTEGER, author TEXT, copied_at TEXT"

_TABLES: Final = (
    "CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    f"""
    CREATE TABLE IF NOT EXISTS image (
        number INTEGER PRIMARY KEY,
        origin TEXT NOT NULL,
        image_id TEXT NOT NULL,
        name TEXT NOT NULL DEFAULT '',
        stem INTEGER NOT NULL,
        stem_is TEXT NOT NULL DEFAULT 'base' CHECK (stem_is IN ('base', 'work')),
        stem_bytes INTEGER NOT NULL DEFAULT 0,
        op_bytes INTEGER NOT NULL DEFAULT 0,
        history_bytes INTEGER NOT NULL DEFAULT 0,
        last INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        unsent INTEGER NOT NULL DEFAULT 0,
        unsent_since REAL,
        conflicts INTEGER NOT NULL DEFAULT 0,
        refusals INTEGER NOT NULL DEFAULT 0,
        used INTEGER NOT NULL,
        is_ahead INTEGER NOT NULL DEFAULT 0,
        is_aside INTEGER NOT NULL DEFAULT 0,
        {_COPY}
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS image_at ON image (origin, image_id) WHERE is_aside = 0",
    "CREATE INDEX IF NOT EXISTS image_ahead ON image (number) WHERE is_ahead = 1 AND is_aside = 0",
    """
    CREATE TABLE IF NOT EXISTS piece (
        stem INTEGER NOT NULL,
        place INTEGER NOT NULL,
        ranks BLOB,
        opaque BLOB,
        body BLOB NOT NULL,
        PRIMARY KEY (stem, place)
    )
    """,
    f"""
    CREATE TABLE IF NOT EXISTS op (
        seq INTEGER PRIMARY KEY,
        image INTEGER NOT NULL,
        line TEXT NOT NULL CHECK (line IN ('work', 'base')),
        kind TEXT NOT NULL,
        verb TEXT NOT NULL,
        title TEXT NOT NULL DEFAULT '',
        at REAL NOT NULL,
        count INTEGER,
        upto INTEGER,
        {_COPY},
        changes BLOB NOT NULL,
        conflicts BLOB
    )
    """,
    "CREATE INDEX IF NOT EXISTS op_of ON op (image, seq)",
    """
    CREATE TABLE IF NOT EXISTS known (
        image INTEGER NOT NULL,
        ann_id TEXT NOT NULL,
        version BLOB NOT NULL,
        PRIMARY KEY (image, ann_id, version)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS outgoing (
        image INTEGER PRIMARY KEY,
        upto INTEGER NOT NULL,
        key TEXT NOT NULL,
        held_back TEXT NOT NULL,
        frozen_at REAL NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS refused (
        image INTEGER NOT NULL,
        ann_id TEXT NOT NULL,
        words TEXT NOT NULL,
        PRIMARY KEY (image, ann_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS sketch (
        image INTEGER PRIMARY KEY,
        at REAL NOT NULL,
        body BLOB NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS pin (
        origin TEXT NOT NULL,
        image_id TEXT NOT NULL,
        PRIMARY KEY (origin, image_id)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE IF NOT EXISTS document (
        kind TEXT NOT NULL,
        origin TEXT NOT NULL,
        reference TEXT NOT NULL,
        at REAL NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (kind, origin, reference)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS unsent (
        shelf TEXT NOT NULL,
        origin TEXT NOT NULL,
        reference TEXT NOT NULL,
        revision INTEGER NOT NULL,
        saved_at REAL NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (shelf, origin, reference)
    )
    """,
    """
    CREATE VIEW IF NOT EXISTS waiting AS
    SELECT number, origin, image_id, name, unsent, unsent_since, conflicts, refusals FROM image
    WHERE is_ahead = 1 AND is_aside = 0
    """,
)

TABLES: Final = (
    "meta",
    "image",
    "piece",
    "op",
    "known",
    "outgoing",
    "refused",
    "sketch",
    "pin",
    "document",
    "unsent",
)
"""Every table; what cannot be read of one does not keep the others from being read."""


def make_tables(connection: sqlite3.Connection) -> None:
    """Make what is missing, within the caller's transaction."""
    for table in _TABLES:
        connection.execute(table)
    connection.execute(f"PRAGMA user_version = {FORM}")
