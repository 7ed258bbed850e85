"""The database: one engine for reading, one for writing, and the transactions on them.

SQLite before 3.51.3 can lose a checkpoint when two connections write and checkpoint at the same
time (sqlite.org, "WAL-reset bug"; study of reliability, 8.2). So exactly one connection writes and
only that one checkpoints, whatever the version: readers never wait for it in WAL mode.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, MetaData, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import ConnectionPoolEntry

from limner.server.errors import Problem
from limner.server.folder_lock import FolderLock

metadata: Final = MetaData()
"""Every table of the server, of both APIs."""

_BUSY_TIMEOUT_MS: Final = 10_000
_CONNECT_TIMEOUT_S: Final = 10
_POSTGRES_DRIVERS: Final = {"postgresql", "postgres"}


class Store:
    """The database and the folder of uploaded bytes, shared by every request.

    `reading()` and `writing()` are the only ways to a connection. A `with` block is one
    transaction: it commits at its end and rolls back when an exception leaves it.
    """

    def __init__(self, data_dir: Path, url: URL, blobs: Path | None = None) -> None:
        """Open the database; its folder must be there. `blobs` are elsewhere when they are given.

        Raises:
            BlockingIOError: another process has the folder open.
        """
        self.data_dir = data_dir
        self.blobs = data_dir / "blobs" if blobs is None else blobs
        self.is_sealed = False
        """Whether every request that would write is refused."""
        self._lock = FolderLock(data_dir) if _is_sqlite(url) else None
        self._readers = _engine(url, writer=False)
        self._writer = _engine(url, writer=True)
        self._one_writer: threading.Lock | None = threading.Lock() if _is_sqlite(url) else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A snapshot of the database that must not be written to."""
        with self._readers.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that may write; on SQLite one at a time, in order of arrival.

        Raises:
            Problem: 403 `read_only` when the store is sealed.
        """
        if self.is_sealed:
            raise Problem(403, "read_only", "Read-only: nothing can be kept here.")
        if self._one_writer is None:
            with self._writer.begin() as connection:
                yield connection
            return
        with self._one_writer, self._writer.begin() as connection:
            yield connection

    def close(self) -> None:
        """Close every connection; on SQLite this also folds the log back into the file."""
        self._readers.dispose()
        self._writer.dispose()
        if self._lock is not None:
            self._lock.close()


def database_url(data_dir: Path, given: str | None) -> URL:
    """The address of the database: SQLite in `data_dir` unless `given` names a PostgreSQL.

    Raises:
        ValueError: `given` is not a postgresql:// address.
    """
    if given is None:
        return URL.create("sqlite", database=str(data_dir / "limner.sqlite"))
    try:
        url = make_url(given)
    except ArgumentError:
        raise ValueError(f"not a database address: {given!r}") from None
    if url.get_backend_name() not in _POSTGRES_DRIVERS:
        raise ValueError(
            f"the database must be postgresql://…, not {url.get_backend_name()}://… "
            "(SQLite in the data folder is used when no database is named)"
        )
    return url.set(drivername="postgresql+psycopg")


def sqlite_driver(tx: Connection) -> sqlite3.Connection | None:
    """The connection of Python's own module below `tx`; None on PostgreSQL."""
    driver = tx.connection.driver_connection
    return driver if isinstance(driver, sqlite3.Connection) else None


def _is_sqlite(url: URL) -> bool:
    return url.get_backend_name() == "sqlite"


def _engine(url: URL, *, writer: bool) -> Engine:
    if not _is_sqlite(url):
        return create_engine(
            url,
            pool_size=4,
            max_overflow=12,
            pool_pre_ping=True,
            connect_args={"connect_timeout": _CONNECT_TIMEOUT_S},
        )
    engine = create_engine(
        url,
        pool_size=1 if writer else 4,
        max_overflow=0 if writer else 12,
        connect_args={"check_same_thread": False, "timeout": _BUSY_TIMEOUT_MS / 1000},
    )
    event.listen(engine, "connect", _prepare_writer if writer else _prepare_reader)
    event.listen(engine, "begin", _begin_immediate if writer else _begin)
    return engine


def _prepare_writer(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _pragmas(connection, "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")


def _prepare_reader(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    _pragmas(connection, "wal_autocheckpoint=0", "query_only=ON")


def _pragmas(connection: DBAPIConnection, *settings: str) -> None:
    # The sqlite3 module must not open transactions by itself: `_begin` says which kind.
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in (f"busy_timeout={_BUSY_TIMEOUT_MS}", *settings):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
