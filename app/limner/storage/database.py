"""The open workspace file: one process, one connection, every commit safe."""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from limner.storage.ballast import Ballast
from limner.storage.errors import StorageError, StoreBusy, StoreFailed, StoreFull, StoreReadOnly
from limner.storage.opening import (
    code,
    doubt,
    is_damage,
    opened,
    opened_or_recovered,
    opened_read_only,
)
from limner.storage.recovery import Recovered

log = logging.getLogger(__name__)

Statement = tuple[str, tuple[Any, ...]]

_GIVE_WAY_S: Final = 0.01


class Database:
    """The open file; any thread may call."""

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        """Open or make the file; what is damaged is put aside, never deleted.

        Raises:
            StoreBusy: another process has it.
            StoreNewer: a newer version made it.
            StoreReadOnly: nothing can be written there, and `is_read_only` was not asked for.
            StoreFailed: it can be neither opened nor made.
        """
        self.path = path
        self.is_read_only = is_read_only
        self.recovered: Recovered | None = None
        """What became of a damaged file at opening, to be told to the person."""
        self.ballast = Ballast(path.with_name(f"{path.name}.ballast"))
        self._lock = threading.Lock()
        self._is_spare = False
        self._is_closed = False
        self._connection: sqlite3.Connection | None
        try:
            if is_read_only:
                self._connection = opened_read_only(path)
            else:
                self._connection, self.recovered = opened_or_recovered(path)
        except sqlite3.Error as error:
            raise _failed(error) from error
        except OSError as error:
            raise StoreFailed(f"{path} cannot be opened: {error.strerror}.") from error

    @property
    def changes(self) -> int:
        """Grows with every row that this run changes."""
        with self._held():
            return 0 if self._connection is None else self._connection.total_changes

    def read(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Raises:
            StoreFailed: the file could not be read.
        """
        return self.read_together((sql, values))[0]

    def read_together(self, *queries: Statement) -> list[list[tuple[Any, ...]]]:
        """The rows of each query, with nothing written in between.

        Raises:
            StoreFailed: the file could not be read.
        """
        with self._held():
            try:
                connection = self._open()
                return [connection.execute(sql, values).fetchall() for sql, values in queries]
            except sqlite3.Error as error:
                self._doubt(error)
                raise _failed(error) from error

    def write(self, statements: Iterable[Statement]) -> None:
        """Execute everything or nothing; returns when it would survive a power cut.

        Raises:
            StoreFailed: nothing was written.
            Exception: what `statements` raised while they were made; nothing was written.
        """
        if self.is_read_only:
            raise StoreReadOnly(f"{self.path.parent} can only be read.")
        with self._held():
            try:
                connection = self._open()
                connection.execute("BEGIN IMMEDIATE")
                for sql, values in statements:
                    connection.execute(sql, values)
                connection.execute("COMMIT")
            except sqlite3.Error as error:
                self._roll_back(error)
                self._doubt(error)
                raise _failed(error) from error
            except Exception as error:
                self._roll_back(error)
                raise

    def do_in_spare_time(self, sql: str, *values: Any) -> list[tuple[Any, ...]] | None:
        """The rows of a statement that takes long and gives way; None when it was interrupted.

        Raises:
            StoreFailed: it could not be carried out.
        """
        with self._held():
            try:
                connection = self._open()
                self._is_spare = True
                return connection.execute(sql, values).fetchall()
            except sqlite3.Error as error:
                if code(error) == sqlite3.SQLITE_INTERRUPT:
                    return None
                self._doubt(error)
                raise _failed(error) from error
            finally:
                self._is_spare = False

    def mark_damaged(self) -> None:
        """Have the file recovered when it is opened next."""
        log.error("the file %s is damaged", self.path)
        doubt(self.path).touch()

    def close(self) -> None:
        """Give the file back; nothing can be read or written any more."""
        with self._held():
            self._is_closed = True
            self._let_go()

    @contextmanager
    def _held(self) -> Iterator[None]:
        """Have the connection for oneself; who has it for something that can wait gives way."""
        while not self._lock.acquire(timeout=_GIVE_WAY_S):
            connection = self._connection
            if self._is_spare and connection is not None:
                connection.interrupt()
        try:
            yield
        finally:
            self._lock.release()

    def _open(self) -> sqlite3.Connection:
        if self._is_closed:
            raise StoreFailed("The store is closed.")
        if self._connection is None:
            self._connection = opened(self.path)
        return self._connection

    def _roll_back(self, error: Exception) -> None:
        """Undo a failed transaction; a connection that cannot, or had an I/O error, is let go."""
        if code(error) == sqlite3.SQLITE_IOERR:
            self._let_go()
        elif self._connection is not None and self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                log.exception("a transaction could not be rolled back")
                self._let_go()

    def _let_go(self) -> None:
        """Close the connection, which undoes what it was at; the next use opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _doubt(self, error: sqlite3.Error) -> None:
        if is_damage(error) and not self.is_read_only:
            self.mark_damaged()


def _failed(error: sqlite3.Error) -> StorageError:
    match code(error):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy("Another window of Limner has this work open.")
        case sqlite3.SQLITE_FULL:
            return StoreFull("The disk is full: the work could not be kept on this computer.")
        case sqlite3.SQLITE_READONLY:
            return StoreReadOnly("The disk can only be read.")
        case _:
            return StoreFailed(f"The work could not be kept on this computer: {error}.")
