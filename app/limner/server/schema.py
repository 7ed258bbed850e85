"""Opens a store and brings its database to the schema this version knows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, insert, inspect, select, update

from limner.server import organization, patronus_tables, tables
from limner.server.database import Store, database_url, metadata
from limner.server.lent import LentStore
from limner.server.tables import meta
from limner.server.upgrades import STEPS, keep_copy, upgrade

VERSION: Final = len(STEPS) + 1
ALL_TABLES: Final = (tables, patronus_tables)
"""The modules whose tables `metadata` holds: importing them is what puts them there."""


class WrongSchema(Exception):
    """The database was made by another version of Limner; its message is for people."""


def open_store(data_dir: Path, database: str | None = None) -> Store:
    """The store in `data_dir`, made when it is not there yet, brought up to date when it is old.

    Raises:
        ValueError: `database` is not a postgresql:// address.
        OSError: the folder cannot be made or written.
        sqlalchemy.exc.DBAPIError: the database cannot be opened or does not answer.
        WrongSchema: a newer version of Limner has been here.
    """
    url = database_url(data_dir, database)
    (data_dir / "blobs").mkdir(parents=True, exist_ok=True)
    return _prepared(Store(data_dir, url))


def open_lent_store(data_dir: Path) -> Store:
    """A copy of the store in `data_dir`, which can only be read; to be sealed when it is ready.

    Raises:
        OSError: it cannot be read, or there is no room for the copy.
        sqlalchemy.exc.DBAPIError, WrongSchema: as `open_store`.
    """
    return _prepared(LentStore(data_dir))


def _prepared(store: Store) -> Store:
    try:
        _prepare(store)
    except BaseException:
        store.close()
        raise
    return store


def _prepare(store: Store) -> None:
    with store.reading() as tx:
        version = _version(tx)
    if version is not None and version < VERSION:
        keep_copy(store, version)
    with store.writing() as tx:
        _bring_up_to_date(tx)
        organization.establish(tx)


def _bring_up_to_date(tx: Connection) -> None:
    version = _version(tx)
    if version is not None and version < VERSION:
        upgrade(tx, version)
        tx.execute(update(meta).where(_IS_VERSION).values(value=str(VERSION)))
    metadata.create_all(tx)
    if version is None:
        tx.execute(insert(meta).values(name=_NAME, value=str(VERSION)))


_NAME: Final = "schema"
_IS_VERSION: Final = meta.c.name == _NAME


def _version(tx: Connection) -> int | None:
    """The schema that the database has; None for an empty one.

    Raises:
        WrongSchema: it is one that this version does not know.
    """
    if not inspect(tx).has_table(meta.name):
        return None
    found = tx.scalar(select(meta.c.value).where(_IS_VERSION).with_for_update())
    if found is None or (found.isdecimal() and 1 <= int(found) <= VERSION):
        return None if found is None else int(found)
    raise WrongSchema(
        f"the database has schema {found}, this version of Limner knows {VERSION}; "
        "use the version that made it, or another data folder"
    )
