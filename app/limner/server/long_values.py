"""Reading and writing values of many megabytes, a little at a time where the database can.

SQLite's module copies a whole value while no other thread can run, and the statement that wrote
it keeps a copy until it is used again. Its incremental interface does neither.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Connection, bindparam, func, select, text, update

from limner.server.database import sqlite_driver

LONG_BYTES: Final = 1_000_000
"""From here on a value is long."""

_CHUNK: Final = 1 << 18


def put_long(tx: Connection, column: Column[bytes], row: ColumnElement[bool], value: bytes) -> None:
    """Set `column` of the one row that is there."""
    table = column.table
    driver = sqlite_driver(tx)
    if driver is None:
        tx.execute(update(table).where(row).values({column: bindparam("new")}), {"new": value})
        return
    tx.execute(update(table).where(row).values({column: func.zeroblob(len(value))}))
    with driver.blobopen(table.name, column.name, _rowid(tx, column, row)) as blob:
        for start in range(0, len(value), _CHUNK):
            blob.write(value[start : start + _CHUNK])


def get_long(tx: Connection, column: Column[bytes], row: ColumnElement[bool]) -> bytes:
    """`column` of the one row that is there."""
    driver = sqlite_driver(tx)
    if driver is None:
        return bytes(tx.scalars(select(column).where(row)).one())
    name, rowid = column.table.name, _rowid(tx, column, row)
    with driver.blobopen(name, column.name, rowid, readonly=True) as blob:
        return b"".join(_chunks(blob))


def _chunks(blob: sqlite3.Blob) -> Iterator[bytes]:
    while chunk := blob.read(_CHUNK):
        yield chunk


def _rowid(tx: Connection, column: Column[Any], row: ColumnElement[bool]) -> int:
    """The name that a row has in SQLite only."""
    found: int = tx.scalars(select(text("rowid")).select_from(column.table).where(row)).one()
    return found
