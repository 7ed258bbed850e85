"""Opens the workspace file: what is damaged is put aside, what is older is brought to today's form.

WAL with `synchronous=FULL` lost nothing in 59,000 simulated power cuts, where NORMAL lost 15 % of
the confirmed edits. The lock is exclusive: with ordinary locking a second window would write too.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import Final

from limner.storage.errors import StoreNewer, StoreReadOnly
from limner.storage.recovery import Recovered, recover
from limner.storage.schema import FORM
from limner.storage.snapshots import before_upgrade, place_copy
from limner.storage.upgrade import upgrade

_LOCK_WAIT_S: Final = 0.25
_WAL_LIMIT: Final = 64_000_000


def opened_or_recovered(path: Path) -> tuple[sqlite3.Connection, Recovered | None]:
    """The file at `path`, made when there is none; what became of it when it was damaged.

    Raises:
        StoreNewer: a newer version made it.
        StoreReadOnly: nothing can be written there.
        OSError, sqlite3.Error: it can be neither opened nor made.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not os.access(path.parent, os.W_OK) or (path.exists() and not os.access(path, os.W_OK)):
        raise StoreReadOnly(f"{path.parent} can only be read.")
    try:
        if not doubt(path).exists():
            return opened(path), None
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
    recovered = recover(path) if path.exists() else None
    doubt(path).unlink(missing_ok=True)
    return opened(path), recovered


def opened(path: Path) -> sqlite3.Connection:
    """The file, in today's form, which nobody else can open any more.

    Raises:
        StoreNewer: a newer version made it.
        sqlite3.Error: it cannot be opened.
    """
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=_LOCK_WAIT_S
    )
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT}")
        if sys.platform == "darwin":  # fsync leaves it in the drive's own memory there
            connection.execute("PRAGMA fullfsync = ON")
            connection.execute("PRAGMA checkpoint_fullfsync = ON")
        _bring_to_form(connection, path)
    except (sqlite3.Error, StoreNewer, OSError):
        connection.close()
        raise
    return connection


def opened_read_only(path: Path) -> sqlite3.Connection:
    """The file as it can be read where nothing can be written.

    A file that was not closed, or is of an older form, is read from a copy in memory.

    Raises:
        StoreNewer: a newer version made it.
        OSError, sqlite3.Error: it cannot be read.
    """
    wal = path.with_name(path.name + "-wal")
    if wal.exists() and wal.stat().st_size:
        with tempfile.TemporaryDirectory(prefix="limner-") as folder:
            copy = Path(folder) / path.name
            shutil.copyfile(path, copy)
            shutil.copyfile(wal, copy.with_name(wal.name))
            return _in_memory(sqlite3.connect(copy), path)
    connection = sqlite3.connect(
        path.absolute().as_uri() + "?immutable=1",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    if _form(connection, path) == FORM:
        return connection
    return _in_memory(connection, path)


def doubt(path: Path) -> Path:
    """The mark beside a file that was found damaged while it was open."""
    return path.with_name(f"{path.name}.damaged")


def is_damage(error: Exception) -> bool:
    """Whether SQLite says that what it read is no sound database."""
    return code(error) in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT)


def code(error: Exception) -> int:
    """SQLite's primary result code; 0 for what the module raises by itself."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _bring_to_form(connection: sqlite3.Connection, path: Path) -> None:
    form = _form(connection, path)
    if 0 < form < FORM:
        place_copy(before_upgrade(path, form), lambda target: _copy(connection, target))
    connection.execute("BEGIN EXCLUSIVE")  # the lock is taken here and never given back
    if form < FORM:
        upgrade(connection, form)
    connection.execute("COMMIT")


def _copy(connection: sqlite3.Connection, target: str) -> bool:
    connection.execute("VACUUM INTO ?", (target,))
    return True


def _form(connection: sqlite3.Connection, path: Path) -> int:
    form: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if form > FORM:
        raise StoreNewer(f"{path} was written by a newer version of Limner.")
    return form


def _in_memory(source: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    memory = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    try:
        source.backup(memory)
        upgrade(memory, _form(memory, path))
    except (sqlite3.Error, StoreNewer):
        memory.close()
        raise
    finally:
        source.close()
    return memory
