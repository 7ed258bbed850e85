"""A library of an older version opens with all that is in it, and is copied before."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import Connection, inspect, select

from limner.server import upgrades
from limner.server.app import create_app
from limner.server.database import Store, metadata
from limner.server.embedded import BASE_URL, InProcess
from limner.server.keys import issue_first_keys
from limner.server.schema import VERSION, WrongSchema, open_store
from limner.server.tables import meta
from pictures import API, Desk, box, ids
from servers import answer

FORM_1 = Path(__file__).with_name("schema_1.sql")
"""What version 1 made: the image a.png with three revisions of two people, and b.png."""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The data folder of a library of schema 1."""
    folder = tmp_path / "data"
    folder.mkdir()
    with closing(sqlite3.connect(folder / "limner.sqlite")) as database:
        database.executescript(FORM_1.read_text(encoding="utf-8"))
    return folder


def history(store: Store, keys: Path) -> list[tuple[Any, ...]]:
    issue_first_keys(store, keys)
    headers = {"X-API-Key": json.loads(keys.read_text())["owner"]}
    app = InProcess(create_app(store))
    with httpx.Client(transport=app.transport, base_url=BASE_URL, headers=headers) as client:
        url = f"{API}/annotations/streets/a.png"
        rows = answer(client.get(f"{url}/revisions")).json()["data"]
        lists = [answer(client.get(f"{url}/revisions/{row['rev']}")) for row in rows]
        assert answer(client.get(url)).headers["X-Annotation-Rev"] == "3"
        answer(client.post(f"{url}/revisions/2/restore"))
    app.close()
    return [
        (row["rev"], row["author_name"], row["is_blind"], ids(one.json()["annotations"]))
        for row, one in zip(rows, lists, strict=True)
    ]


def version_of(file: Path) -> str:
    with closing(sqlite3.connect(file)) as database:
        found: str = database.execute("SELECT value FROM meta WHERE name = 'schema'").fetchone()[0]
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return found


def test_a_library_of_the_first_version_opens_with_its_whole_history(old: Path) -> None:
    store = open_store(old)
    assert history(store, old / "keys.json") == [
        (3, "owner", False, []),
        (2, "annotator", False, ["1", "2"]),
        (1, "owner", False, ["1"]),
    ]
    store.close()
    assert version_of(old / "limner.sqlite") == str(VERSION)
    assert version_of(old / "limner.schema-1.sqlite") == "1"


def test_an_upgraded_database_has_the_columns_of_a_new_one(old: Path, tmp_path: Path) -> None:
    def columns(store: Store) -> dict[str, Any]:
        with store.reading() as tx:
            looked = inspect(tx)
            return {
                name: (
                    {c["name"]: (str(c["type"]), c["nullable"]) for c in looked.get_columns(name)},
                    looked.get_pk_constraint(name)["constrained_columns"],
                    looked.get_foreign_keys(name),
                    sorted(str(each["name"]) for each in looked.get_indexes(name)),
                )
                for name in looked.get_table_names()
            }

    upgraded, new = open_store(old), open_store(tmp_path / "new")
    assert columns(upgraded) == columns(new)
    upgraded.close()
    new.close()


def test_an_upgrade_that_breaks_off_leaves_the_old_library(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(tx: Connection) -> None:
        upgrades._to_2(tx)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(upgrades, "STEPS", (broken,))
        with pytest.raises(KeyboardInterrupt):
            open_store(old)
    assert version_of(old / "limner.sqlite") == "1"
    store = open_store(old)
    assert len(history(store, old / "keys.json")) == 3
    store.close()


def test_nothing_is_upgraded_that_could_not_be_copied(old: Path) -> None:
    (old / "limner.schema-1.unfinished").mkdir()
    with pytest.raises(OSError, match=r"."):
        open_store(old)
    assert version_of(old / "limner.sqlite") == "1"
    assert not (old / "limner.schema-1.sqlite").exists()


def test_a_library_that_is_up_to_date_is_not_copied(tmp_path: Path) -> None:
    for _ in range(2):
        open_store(tmp_path / "data").close()
    assert not list((tmp_path / "data").glob("limner.schema*"))


@pytest.mark.parametrize("found", [str(VERSION + 1), "0", "x"])
def test_a_newer_library_is_left_alone(old: Path, found: str) -> None:
    with closing(sqlite3.connect(old / "limner.sqlite")) as database:
        database.execute("UPDATE meta SET value = ? WHERE name = 'schema'", (found,))
        database.commit()
    with pytest.raises(WrongSchema, match=f"schema {found}"):
        open_store(old)
    assert version_of(old / "limner.sqlite") == found


@pytest.fixture
def old_postgres(postgres: str, tmp_path: Path) -> Iterator[str]:
    """A PostgreSQL as version 1 left it, with one image that was saved twice."""
    store = open_store(tmp_path / "first", postgres)
    issue_first_keys(store, tmp_path / "first.json")
    headers = {"X-API-Key": json.loads((tmp_path / "first.json").read_text())["owner"]}
    app = InProcess(create_app(store))
    with httpx.Client(transport=app.transport, base_url=BASE_URL, headers=headers) as client:
        desk = Desk(client)
        desk.uploads("a.png")
        for names in (("1",), ("1", "2")):
            desk.saves("a.png", *map(box, names))
    app.close()
    with store.writing() as tx:
        for statement in (
            "ALTER TABLE dataset DROP COLUMN requires_if_match",
            "ALTER TABLE revision DROP COLUMN is_blind, DROP COLUMN restored_from",
            "DROP TABLE audit",
            "UPDATE meta SET value = '1' WHERE name = 'schema'",
        ):
            tx.exec_driver_sql(statement)
    store.close()
    yield postgres
    emptied = open_store(tmp_path / "last", postgres)
    with emptied.writing() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())
    emptied.close()


@pytest.mark.postgres
def test_postgresql_is_upgraded_in_place(old_postgres: str, tmp_path: Path) -> None:
    store = open_store(tmp_path / "data", old_postgres)
    with store.reading() as tx:
        assert tx.scalar(select(meta.c.value).where(meta.c.name == "schema")) == str(VERSION)
    keys = json.loads((tmp_path / "first.json").read_text())
    app = InProcess(create_app(store))
    headers = {"X-API-Key": keys["owner"]}
    with httpx.Client(transport=app.transport, base_url=BASE_URL, headers=headers) as client:
        url = f"{API}/annotations/streets/a.png"
        assert [row["rev"] for row in client.get(f"{url}/revisions").json()["data"]] == [2, 1]
        assert ids(client.get(f"{url}/revisions/1").json()["annotations"]) == ["1"]
        assert answer(client.post(f"{url}/revisions/1/restore")).headers["X-Annotation-Rev"] == "3"
    app.close()
    store.close()
