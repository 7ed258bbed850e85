"""Workspace files as older versions wrote them."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from pathlib import Path

from limner.api.wire_texts import WireTexts
from limner.storage.workspace_file import WorkspaceFile
from unit.journal_desk import COPY, HERE, cars, kept, waiting


def a_file_of_form_1(path: Path, **drafts: bytes) -> None:
    """A file as the first version wrote it, with these drafts by image."""
    path.parent.mkdir()
    with sqlite3.connect(path) as connection:
        connection.executescript(FORM_1)
        for revision, (image, body) in enumerate(drafts.items(), start=5):
            row = ("image", HERE, image, revision, 1.5e9, body)
            connection.execute("INSERT INTO unsent VALUES (?, ?, ?, ?, ?, ?)", row)
    connection.close()


FORM_1 = """
CREATE TABLE unsent (
    shelf TEXT NOT NULL, origin TEXT NOT NULL, reference TEXT NOT NULL, revision INTEGER NOT NULL,
    saved_at REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY (shelf, origin, reference)
);
PRAGMA user_version = 1
"""

FORM_2 = """
CREATE TABLE unsent (
    shelf TEXT NOT NULL, origin TEXT NOT NULL, reference TEXT NOT NULL, revision INTEGER NOT NULL,
    saved_at REAL NOT NULL, body BLOB NOT NULL, PRIMARY KEY (shelf, origin, reference)
);
CREATE TABLE image (
    number INTEGER PRIMARY KEY, origin TEXT NOT NULL, image_id TEXT NOT NULL, etag TEXT,
    body_hash TEXT, began INTEGER NOT NULL, sent INTEGER NOT NULL, kept_at REAL NOT NULL,
    is_aside INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX image_at ON image (origin, image_id) WHERE is_aside = 0;
CREATE TABLE piece (
    image INTEGER NOT NULL, place INTEGER NOT NULL, ranks BLOB, opaque BLOB, body BLOB NOT NULL,
    PRIMARY KEY (image, place)
);
CREATE TABLE op (
    seq INTEGER PRIMARY KEY, image INTEGER NOT NULL, verb TEXT NOT NULL, changes BLOB NOT NULL,
    at REAL NOT NULL
);
CREATE INDEX op_of ON op (image, seq);
CREATE VIEW waiting AS SELECT number, origin, image_id, kept_at FROM image;
PRAGMA user_version = 2
"""
OLD_COPY = replace(COPY, rev=None, author=None, at=None)


def a_file_of_form_2(path: Path) -> None:
    """i1: a list of the server's, a gesture sent, one not; i2: a list that is the work itself."""
    path.parent.mkdir()
    texts = WireTexts()
    body = b"[" + b",".join(bytes(texts.text(each)) for each in cars(2)) + b"]"
    steps = [(cars(1, x=a)[0], cars(1, x=b)[0]) for a, b in ((1.0, 7.0), (7.0, 8.0))]
    with sqlite3.connect(path) as connection:
        connection.executescript(FORM_2)
        for row in [
            (1, HERE, "i1", '"e1"', "hash", 1, 2, 1.5e9, 0),
            (4, HERE, "i2", '"e1"', "hash", 4, 0, 1.5e9, 0),
            (5, HERE, "sent", '"e1"', "hash", 5, 5, 1.5e9, 0),
            (6, HERE, "aside", '"e1"', "hash", 6, 0, 1.5e9, 1),
        ]:
            connection.execute("INSERT INTO image VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            piece = (row[0], 0, None, None, body)
            connection.execute("INSERT INTO piece VALUES (?, ?, ?, ?, ?)", piece)
        for seq, (before, after) in enumerate(steps, start=2):
            sides = [
                {"rank": 0, "shape": json.loads(bytes(texts.text(each)))}
                for each in (before, after)
            ]
            changes = json.dumps({"car0": sides}).encode()
            connection.execute("INSERT INTO op VALUES (?, 1, 'Move', ?, 1.6e9)", (seq, changes))
    connection.close()


def check_form_2_is_taken_over(file: WorkspaceFile) -> None:
    one, two = kept(file, "i1"), kept(file, "i2")
    assert one is not None
    assert one.base == (*cars(1, x=7.0), *cars(2)[1:])
    assert one.document == (*cars(1, x=8.0), *cars(2)[1:])
    assert (one.unsent, one.unsent_since, len(one.done)) == (1, 1.6e9, 2)
    assert two is not None
    assert (two.base, two.document, two.copy) == ((), cars(2), OLD_COPY)
    assert kept(file, "sent") is None
    assert waiting(file) == ["i2", "i1"]
    assert file._database.read("SELECT count(*) FROM image WHERE is_aside") == [(1,)]
