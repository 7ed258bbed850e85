"""Makes a file of an older form one of today's; what was unsent is unsent afterwards.

Form 1 kept the work on an image as one body, form 2 as a list and the gestures since. Where that
list is one that the server had, it becomes the stem of both lines; where it is the document, whose
base nobody kept, the base is empty. A server that still has the copy by which it was read is
overwritten then, as it was to be; for one that has another everything is merged, and nothing is
taken for deleted.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Final

import msgspec

from limner.storage.schema import make_tables

_NEW_IMAGE: Final = """
    INSERT INTO image (number, origin, image_id, stem, stem_is, stem_bytes, op_bytes, last, sent,
        unsent, unsent_since, used, is_ahead, is_aside, etag, print)
    VALUES (:number, :origin, :image_id, :stem, :stem_is, :stem_bytes, :op_bytes, :last, :sent,
        :unsent, :since, :number, 1, :is_aside, :etag, :print)
"""
_NEW_OP: Final = (
    "INSERT INTO op (seq, image, line, kind, verb, title, at, changes, etag, print) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class _Whole(msgspec.Struct):
    """How form 1 kept the work on an image: all of it, in one body."""

    annotations: msgspec.Raw
    etag: str | None = None
    body_hash: str | None = None


def upgrade(connection: sqlite3.Connection, form: int) -> None:
    """Bring a file of `form` to today's, 0 for a new one, within the caller's transaction."""
    if form == 2:
        _rename_form_2(connection)
    make_tables(connection)
    if form == 1:
        _take_over_form_1(connection)
    if form == 2:
        _take_over_form_2(connection)


def _rename_form_2(connection: sqlite3.Connection) -> None:
    connection.execute("DROP VIEW IF EXISTS waiting")
    for index in ("image_at", "op_of"):
        connection.execute(f"DROP INDEX IF EXISTS {index}")
    for table in ("image", "piece", "op"):
        connection.execute(f"ALTER TABLE {table} RENAME TO old_{table}")


def _take_over_form_1(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT revision, origin, reference, saved_at, body FROM unsent WHERE shelf = 'image'"
    )
    for revision, origin, image_id, saved_at, body in rows.fetchall():
        try:
            whole = msgspec.json.decode(body, type=_Whole)
        except (msgspec.DecodeError, UnicodeDecodeError):
            whole = None
        text = body if whole is None else bytes(whole.annotations)
        connection.execute("INSERT INTO piece VALUES (?, 0, NULL, NULL, ?)", (revision, text))
        copy = (None, None) if whole is None else (whole.etag, whole.body_hash)
        _put_image(connection, revision, (origin, image_id), copy, stem_is="work", since=saved_at)
        if whole is None:
            connection.execute("UPDATE image SET is_aside = 1 WHERE number = ?", (revision,))
    connection.execute("DELETE FROM unsent WHERE shelf = 'image'")


def _take_over_form_2(connection: sqlite3.Connection) -> None:
    rows = connection.execute(
        "SELECT number, origin, image_id, etag, body_hash, began, sent, kept_at, is_aside "
        "FROM old_image AS i WHERE is_aside = 1 OR began > sent "
        "OR EXISTS (SELECT 1 FROM old_op WHERE image = i.number AND seq > sent)"
    )
    for number, origin, image_id, etag, print_, began, sent, kept_at, is_aside in rows.fetchall():
        connection.execute(
            "INSERT INTO piece SELECT image, place, ranks, opaque, body FROM old_piece "
            "WHERE image = ? ORDER BY place",
            (number,),
        )
        connection.execute(
            "INSERT INTO op (seq, image, line, kind, verb, title, at, changes) "
            "SELECT seq, image, 'work', 'do', verb, verb, at, changes FROM old_op WHERE image = ?",
            (number,),
        )
        stem_is = "work" if began > sent else "base"
        _put_image(connection, number, (origin, image_id), (etag, print_), stem_is, kept_at, sent)
        connection.execute("UPDATE image SET is_aside = ? WHERE number = ?", (is_aside, number))
    _say_what_the_server_has(connection)
    for table in ("old_piece", "old_op", "old_image"):
        connection.execute(f"DROP TABLE {table}")


def _put_image(
    connection: sqlite3.Connection,
    number: int,
    place: tuple[str, str],
    copy: tuple[str | None, str | None],
    stem_is: str,
    since: float,
    sent: int = 0,
) -> None:
    (stem_bytes,) = connection.execute(
        "SELECT coalesce(sum(length(body) + coalesce(length(ranks), 0) "
        "+ coalesce(length(opaque), 0)), 0) FROM piece WHERE stem = ?",
        (number,),
    ).fetchone()
    op_bytes, last = connection.execute(
        "SELECT coalesce(sum(length(changes)), 0), max(coalesce(max(seq), 0), ?) FROM op "
        "WHERE image = ?",
        (number, number),
    ).fetchone()
    unsent, first = connection.execute(
        "SELECT count(*), min(at) FROM op WHERE image = ? AND seq > ?", (number, sent)
    ).fetchone()
    values = {
        "number": number,
        "origin": place[0],
        "image_id": place[1],
        "stem": number,
        "stem_is": stem_is,
        "stem_bytes": stem_bytes,
        "op_bytes": op_bytes,
        "last": last,
        "sent": sent,
        "unsent": unsent + (stem_is == "work"),
        "since": since if stem_is == "work" or first is None else first,
        "is_aside": 0,
        "etag": copy[0],
        "print": copy[1],
    }
    connection.execute(_NEW_IMAGE, values)


def _say_what_the_server_has(connection: sqlite3.Connection) -> None:
    """What was sent of the gestures on a list is in the base too: the same patches again."""
    (last,) = connection.execute("SELECT coalesce(max(seq), 0) FROM op").fetchone()
    for seq, row in enumerate(_sent_ops(connection), start=last + 1):
        connection.execute(_NEW_OP, (seq, *row))
        more = "UPDATE image SET op_bytes = op_bytes + length(?) WHERE number = ?"
        connection.execute(more, (row[6], row[0]))


def _sent_ops(connection: sqlite3.Connection) -> Iterator[tuple[object, ...]]:
    return iter(
        connection.execute(
            "SELECT image, 'base', 'saved', op.verb, op.verb, op.at, changes, image.etag, "
            "image.print FROM op JOIN image ON image = number "
            "WHERE stem_is = 'base' AND op.seq <= sent ORDER BY op.seq"
        ).fetchall()
    )
