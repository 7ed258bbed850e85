"""Opens a store and brings its database to the schema this version knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, select

from limner.server import organization, patronus_tables, tables
from limner.server.database import Store, database_url, metadata

VERSION: Final = "1"
ALL_TABLES: Final = (tables, patronus_tables)
"""The modules whose tables `metadata` holds: importing them is what puts them there."""


class WrongSchema(Exception):
    """The database was made by another version of Limner; its message is for people."""


def open_store(data_dir: Path, database: str | None = None) -> Store:
    """The store in `data_dir`, made when it is not there yet.

    Raises:
        ValueError: `database` is not a postgresql:// address.
        OSError: the folder cannot be made or written.
        sqlalchemy.exc.DBAPIError: the database cannot be opened or does not answer.
        WrongSchema: a newer version of Limner has been here.
    """
    url = database_url(data_dir, database)
    (data_dir / "blobs").mkdir(parents=True, exist_ok=True)
    store = Store(data_dir, url)
    try:
        with store.writing() as tx:
            metadata.create_all(tx)
            _check_version(tx)
            organization.establish(tx)
    except BaseException:
        store.close()
        raise
    return store


def _check_version(tx: Connection) -> None:
    found = tx.scalar(select(tables.meta.c.value).where(tables.meta.c.name == "schema"))
    if found is None:
        tx.execute(insert(tables.meta).values(name="schema", value=VERSION))
    elif found != VERSION:
        raise WrongSchema(
            f"the database has schema {found}, this version of Limner knows {VERSION}; "
            "use the version that made it, or another data folder"
        )
