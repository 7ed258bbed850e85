"""What can still be read of a damaged workspace file, in a new one.

The damaged file is put aside as it is. Each table is read from its beginning until a row cannot be
read, then from its end; what lies between is lost. An image whose list or ops do not add up is put
aside within the new file: half a list must never pass for a whole one. When nothing at all can be
read, the newest snapshot takes the place of the file.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from limner.storage.schema import FORM, TABLES, make_tables
from limner.storage.snapshots import snapshots

log = logging.getLogger(__name__)

_ENDINGS: Final = ("", "-wal")
_INCOMPLETE: Final = """
    UPDATE image SET is_aside = 1 WHERE is_aside = 0 AND stem > 0 AND (
        stem_bytes <> (
            SELECT coalesce(sum(
                length(body) + coalesce(length(ranks), 0) + coalesce(length(opaque), 0)
            ), 0) FROM piece WHERE piece.stem = image.stem
        ) OR op_bytes <> (
            SELECT coalesce(sum(length(changes) + coalesce(length(conflicts), 0)), 0)
            FROM op WHERE image = number AND seq >= image.stem
        )
    )
"""

_NEVER_AGAIN: Final = """
    INSERT OR REPLACE INTO meta SELECT 'last', max(seq) FROM (
        SELECT max(seq) AS seq FROM op UNION ALL SELECT max(last) FROM image
        UNION ALL SELECT max(stem) FROM image UNION ALL SELECT max(stem) FROM piece
        UNION ALL SELECT value FROM meta WHERE name = 'last'
    )
"""


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was found in a damaged file, which is at `aside` now.

    `rows` were read of each table; `incomplete` images were put aside within the new file.
    Where nothing could be read, `snapshot` is the copy that took its place.
    """

    aside: Path
    rows: dict[str, int] = field(default_factory=dict)
    incomplete: int = 0
    snapshot: Path | None = None

    @override
    def __str__(self) -> str:
        if self.snapshot is not None:
            return (
                "Unsent work of an earlier run could not be read. A copy from before is open "
                f"instead; the damaged file is {self.aside}"
            )
        if not self.rows:
            return f"Unsent work of an earlier run could not be read: {self.aside}"
        images, ops = self.rows.get("image", 0), self.rows.get("op", 0)
        return (
            f"The file with the work on this computer was damaged. {images} images with {ops} "
            f"changes were read again, {self.incomplete} images not whole; the damaged file is "
            f"{self.aside}"
        )


def recover(path: Path) -> Recovered:
    """Put the file at `path` aside, and what can be read of it in its place.

    Raises:
        OSError, sqlite3.Error: not even a new file can be made.
    """
    aside = _move_aside(path)
    salvaged = path.with_name(f"{path.name}.salvaged")
    try:
        recovered = _salvage(aside, salvaged)
        if not recovered.rows:
            salvaged.unlink(missing_ok=True)
            recovered = _newest_snapshot(aside, path, salvaged)
        if salvaged.exists():
            salvaged.replace(path)
    finally:
        for ending in ("", "-wal", "-shm", "-journal"):
            salvaged.with_name(salvaged.name + ending).unlink(missing_ok=True)
    return recovered


def _salvage(aside: Path, salvaged: Path) -> Recovered:
    """Read from a copy, since opening a file already changes it."""
    copy = aside.with_name(f"{aside.name}.reading")
    try:
        for ending in _ENDINGS:
            part = aside.with_name(aside.name + ending)
            if part.exists():
                shutil.copyfile(part, copy.with_name(copy.name + ending))
        rows, incomplete = _carry_over(copy, salvaged)
    except sqlite3.Error as error:
        log.warning("nothing can be read of %s: %s", aside, error)
        return Recovered(aside)
    finally:
        for ending in (*_ENDINGS, "-shm"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)
    return Recovered(aside, rows, incomplete)


def _carry_over(copy: Path, salvaged: Path) -> tuple[dict[str, int], int]:
    old = sqlite3.connect(copy, isolation_level=None)
    new = sqlite3.connect(salvaged, isolation_level=None)
    try:
        old.text_factory = lambda text: text.decode("utf-8", "replace")
        if old.execute("PRAGMA user_version").fetchone()[0] != FORM:
            return {}, 0
        new.execute("PRAGMA synchronous = FULL")
        new.execute("BEGIN")
        make_tables(new)
        rows = {table: _copy_table(old, new, table) for table in TABLES}
        incomplete = new.execute(_INCOMPLETE).rowcount
        new.execute(_NEVER_AGAIN)
        new.execute("COMMIT")
    finally:
        old.close()
        new.close()
    return {table: count for table, count in rows.items() if count}, incomplete


def _copy_table(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> int:
    """How many rows of a table could be read."""
    count = 0
    for order in ("", " ORDER BY 1 DESC"):
        is_whole = True
        try:
            for row in _rows(old, table, order):
                places = ", ".join("?" * len(row))
                into = f"INSERT OR IGNORE INTO {table} VALUES ({places})"  # noqa: S608 - our names
                count += new.execute(into, row).rowcount
        except sqlite3.DatabaseError as error:
            log.warning("not all of the table %s can be read: %s", table, error)
            is_whole = False
        if is_whole:
            break
    return count


def _rows(old: sqlite3.Connection, table: str, order: str) -> Iterator[tuple[Any, ...]]:
    yield from old.execute(f"SELECT * FROM {table}{order}")  # noqa: S608 - our names


def _newest_snapshot(aside: Path, path: Path, target: Path) -> Recovered:
    for snapshot in snapshots(path):
        try:
            with sqlite3.connect(snapshot.as_uri() + "?immutable=1", uri=True) as connection:
                (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            connection.close()
        except sqlite3.Error as error:
            log.warning("%s cannot be read: %s", snapshot, error)
            continue
        if answer == "ok":
            shutil.copyfile(snapshot, target)
            return Recovered(aside, snapshot=snapshot)
    return Recovered(aside)


def _move_aside(path: Path) -> Path:
    """Rename the file and its log to the first free name."""
    number = 1
    while (aside := path.with_name(f"{path.name}.bak{number}")).exists():
        number += 1
    path.replace(aside)
    for ending in ("-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.replace(aside.with_name(aside.name + ending))
    return aside
