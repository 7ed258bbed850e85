"""Servers for tests: the app in process over SQLite and PostgreSQL, and `limner serve` itself."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest
from psycopg.sql import SQL, Identifier

from limner.server.app import create_app
from limner.server.database import Store, metadata
from limner.server.embedded import BASE_URL, InProcess
from limner.server.keys import issue_first_keys
from limner.server.schema import open_store

APP = Path(__file__).resolve().parents[1] / "app"


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a PostgreSQL of this test run's own, on a socket; Debian's binaries."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (apt install postgresql): its tests did not run")
    # A socket's path may have 107 bytes at most, so not below pytest's deep folders.
    home = Path("/tmp") / f"limner-pg-{uuid4().hex[:8]}"  # noqa: S108 - a fresh name, made below
    home.mkdir(mode=0o700)
    try:
        with _running_postgres(programs[-1], home):
            address = f"postgresql://postgres@/postgres?host={home}"
            open_store(home / "schema", address).close()
            yield address
    finally:
        shutil.rmtree(home)


@contextmanager
def _running_postgres(programs: Path, home: Path) -> Iterator[None]:
    def run(program: str, *arguments: str) -> None:
        # PostgreSQL refuses to run as root.
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.getuid() == 0 else []
        command = [*as_postgres, str(programs / program), "-D", str(home / "data"), *arguments]
        subprocess.run(command, check=True, cwd=home, stdout=subprocess.DEVNULL)

    if os.getuid() == 0:
        shutil.chown(home, "postgres")
    run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
    settings = f"-k {home} -c listen_addresses='' -c fsync=off -c max_connections=60"
    run("pg_ctl", "start", "-w", "-l", str(home / "log"), "-o", settings)
    try:
        yield
    finally:
        run("pg_ctl", "stop", "-m", "immediate")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """The address of an empty database for `open_store`; None is SQLite in its data folder."""
    if request.param == "sqlite":
        yield None
        return
    server: str = request.getfixturevalue("postgres")
    yield server
    # To empty the tables takes milliseconds, to make them anew a third of a second.
    with psycopg.connect(server, autocommit=True) as admin:
        for table in reversed(metadata.sorted_tables):
            admin.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))


@pytest.fixture
def store(tmp_path: Path, database: str | None) -> Iterator[Store]:
    """An empty store, on each database in turn."""
    opened = open_store(tmp_path / "data", database)
    yield opened
    opened.close()


@pytest.fixture
def keys(store: Store, tmp_path: Path) -> dict[str, str]:
    """A key for each role, by the role's name."""
    path = tmp_path / "keys.json"
    issue_first_keys(store, path)
    made: dict[str, str] = json.loads(path.read_text())
    return made


@pytest.fixture
def client(store: Store, keys: dict[str, str]) -> Iterator[httpx.Client]:
    """A client of the app in process, with the owner's key; `as_role` changes it per call."""
    app = InProcess(create_app(store))
    headers = {"X-API-Key": keys["owner"]}
    with httpx.Client(transport=app.transport, base_url=BASE_URL, headers=headers) as made:
        yield made
    app.close()


@dataclass(frozen=True)
class Serving:
    """A `limner serve` that runs: its address and the keys it wrote at its first start."""

    url: str
    keys: dict[str, str]
    data: Path


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def serve_command(*arguments: str) -> list[str]:
    """The command line of `limner serve`, run by this Python."""
    return [sys.executable, "-m", "limner.cli.main", "serve", *arguments]


@contextmanager
def serving(data: Path, *arguments: str) -> Iterator[Serving]:
    """`limner serve` as a process of its own on a free port, ended when the block is left."""
    keys = data.with_suffix(".keys.json")
    command = serve_command("--data", str(data), "--keys", str(keys), "--port", "0", *arguments)
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(APP)}
    )
    assert process.stdout is not None
    with process:
        try:
            line = process.stdout.readline()
            assert "http://" in line, f"limner serve did not start: {line!r}"
            url = line[line.index("http://") :].split()[0]
            yield Serving(url, json.loads(keys.read_text()), data)
        finally:
            process.terminate()
        assert process.wait(timeout=20) == 0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One `limner serve` for the tests of a module."""
    with serving(tmp_path_factory.mktemp("served") / "data") as running:
        yield running


def as_role(keys: dict[str, str], role: str) -> dict[str, str]:
    """The header that makes a call with the key of `role`."""
    return {"X-API-Key": keys[role]}


def answer(response: httpx.Response) -> httpx.Response:
    """`response` when it is a success, else a failure that shows what the server said."""
    assert response.is_success, f"{response.status_code}: {response.text[:500]}"
    return response
