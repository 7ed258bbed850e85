"""The tables of the file that holds unsent work, and how older files become newer ones.

    unsent   verdicts that wait, whole, by their key
    image    an image that was worked on: which copy of the server its list stands on
    piece    that list as it was when it was kept, a JSON list of some annotations a row
    op       what was done to it since, one gesture a row, in the order of `seq`
    waiting  the images of which the server does not have everything

An image's work is its pieces with its ops made again; `ranks` are float64, none where they are
the places, and `opaque` is what cannot be drawn. The server has everything up to `sent`;
`began` is the number its list has among the ops. Ops are only ever added, until list and ops go
together. `is_aside` marks what could not be read: it is kept, and nothing is put over it.
"""

from __future__ import annotations

import sqlite3
from typing import Final

import msgspec

FORM: Final = 2
"""The form of the file; one with a higher number was written by a newer version."""

_TABLES: Final = (
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
    CREATE TABLE IF NOT EXISTS image (
        number INTEGER PRIMARY KEY,
        origin TEXT NOT NULL,
        image_id TEXT NOT NULL,
        etag TEXT,
        body_hash TEXT,
        began INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        kept_at REAL NOT NULL,
        is_aside INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE UNIQUE INDEX IF NOT EXISTS image_at ON image (origin, image_id) WHERE is_aside = 0",
    """
    CREATE TABLE IF NOT EXISTS piece (
        image INTEGER NOT NULL,
        place INTEGER NOT NULL,
        ranks BLOB,
        opaque BLOB,
        body BLOB NOT NULL,
        PRIMARY KEY (image, place)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS op (
        seq INTEGER PRIMARY KEY,
        image INTEGER NOT NULL,
        verb TEXT NOT NULL,
        changes BLOB NOT NULL,
        at REAL NOT NULL
    )
    """,
    "CREATE INDEX IF NOT EXISTS op_of ON op (image, seq)",
    """
    CREATE VIEW IF NOT EXISTS waiting AS
    SELECT number, origin, image_id, kept_at FROM image
    WHERE is_aside = 0 AND (
        began > sent OR EXISTS (SELECT 1 FROM op WHERE op.image = number AND op.seq > sent)
    )
    """,
)


REMOVALS: Final = (
    "DELETE FROM op WHERE image = ?",
    "DELETE FROM piece WHERE image = ?",
    "DELETE FROM image WHERE number = ?",
)
"""What takes an image out of the file, its number given to each."""


class _WholeDraft(msgspec.Struct):
    """How form 1 kept the work on an image: all of it, in one body."""

    annotations: msgspec.Raw
    etag: str | None = None
    body_hash: str | None = None


def prepare(connection: sqlite3.Connection, form: int) -> None:
    """Make what is missing in a file of `form`, 0 for a new one, within the caller's transaction.

    What was unsent is unsent afterwards.
    """
    for table in _TABLES:
        connection.execute(table)
    if form == 1:
        _keep_drafts_as_lists(connection)
    _forget_what_was_sent(connection)
    connection.execute(f"PRAGMA user_version = {FORM}")


def _keep_drafts_as_lists(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT revision, origin, reference, saved_at, body FROM unsent WHERE shelf = 'image'"
    )
    for revision, origin, image_id, saved_at, body in rows.fetchall():
        try:
            draft = msgspec.json.decode(body, type=_WholeDraft)
        except (msgspec.DecodeError, UnicodeDecodeError):
            draft = None
        base = (None, None) if draft is None else (draft.etag, draft.body_hash)
        connection.execute(
            "INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (revision, origin, image_id, *base, revision, 0, saved_at, draft is None),
        )
        text = body if draft is None else bytes(draft.annotations)
        connection.execute("INSERT INTO piece VALUES (?, 0, NULL, NULL, ?)", (revision, text))
    connection.execute("DELETE FROM unsent WHERE shelf = 'image'")


def _forget_what_was_sent(connection: sqlite3.Connection) -> None:
    sent = connection.execute(
        "SELECT number FROM image WHERE is_aside = 0 AND number NOT IN (SELECT number FROM waiting)"
    )
    for (number,) in sent.fetchall():
        for removal in REMOVALS:
            connection.execute(removal, (number,))
