"""A team's server elsewhere: the real one, with doors to the network that can be made to fail.

Each door is a real socket with an address of its own, so that one person can be cut off while
another is not.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from uuid import uuid4

import httpx
from sqlalchemy import delete
from typing_extensions import override

from faults import FaultyLine
from limner import resources
from limner.api.dialects import Dialect
from limner.api.pictograph import Dataset, Pictograph
from limner.api.transport import connect
from limner.model.annotations import Kind
from limner.model.ontology import LabelClass, Ontology
from limner.server.app import create_app
from limner.server.embedded import BASE_URL, InProcess
from limner.server.keys import Role, add_key, digest, new_key
from limner.server.schema import open_store
from limner.server.tables import api_key
from servers import Serving
from unit.rogue_server import OpenServer

DATASET = "Pets"
CLASSES = Ontology(
    (LabelClass("cat", Kind.BBOX, "#ff8800"), LabelClass("dog", Kind.BBOX, "#0088ff"))
)


class Team:
    """A server with one dataset of small photographs, and a key for everybody."""

    def __init__(self, folder: Path, images: int = 1) -> None:
        self._folder = folder
        self._retired: list[InProcess] = []
        self._begin()
        self.keys = {role.word: self.gives_key(role) for role in Role}
        self.line = FaultyLine(self._app.transport)
        """The way that tests themselves take to the server; nothing is ever wrong with it."""
        self.doors: list[Door] = []
        self.client = self.speaks_as("owner")
        self.dataset = self._fill(images)

    def _begin(self) -> None:
        self._store = open_store(self._folder / "data")
        self._app = InProcess(create_app(self._store))

    def _end(self) -> None:
        for app in (*self._retired, self._app):
            app.close()
        self._retired.clear()
        self._store.close()

    def _serve(self) -> None:
        for line in (self.line, *(door.line for door in self.doors)):
            line.real = self._app.transport

    def _fill(self, images: int) -> Dataset:
        dataset = self.client.create_dataset(DATASET, CLASSES)
        data = resources.path("sample/images/chelsea.png").read_bytes()
        for number in range(images):
            self.client.upload(dataset, "/", f"{number:03}.png", data, 451, 300)
        return self.client.dataset(DATASET)

    def speaks_as(self, role: str) -> Pictograph:
        """A client of somebody who has no window."""
        wire = connect(BASE_URL, self.keys[role], transport=self.line)
        return Pictograph(wire, Dialect.DATASET_PATH)

    # --- keys

    def gives_key(self, role: Role) -> str:
        key = new_key()
        with self._store.writing() as tx:
            add_key(tx, key, role=role, name=role.word, user_id=str(uuid4()))
        return key

    def takes_back(self, role: str) -> None:
        """Let nobody in with the key of this role any more, from now on."""
        with self._store.writing() as tx:
            tx.execute(delete(api_key).where(api_key.c.digest == digest(self.keys[role])))
        # A server that runs on lets in who was there a moment ago, for some seconds.
        self._retired.append(self._app)
        self._app = InProcess(create_app(self._store))
        self._serve()

    def renews(self, role: str) -> None:
        """Give the person of this role another key."""
        self.keys[role] = self.gives_key(Role[role.upper()])

    # --- backups

    def backs_up(self) -> None:
        with self._closed():
            shutil.copytree(self._folder / "data", self._folder / "backup")

    def is_restored(self) -> None:
        """The server is what it was when it was backed up."""
        with self._closed():
            shutil.rmtree(self._folder / "data")
            shutil.copytree(self._folder / "backup", self._folder / "data")

    @contextmanager
    def _closed(self) -> Iterator[None]:
        """Nobody is served for the moment."""
        for door in self.doors:
            door.shuts()
        self._end()
        yield
        self._begin()
        self._serve()
        for door in self.doors:
            door.opens()

    # --- the network

    def opens_a_door(self) -> Door:
        door = Door(FaultyLine(self._app.transport), self)
        self.doors.append(door)
        return door

    def closes(self) -> None:
        for door in self.doors:
            door.shuts()
        self._end()


class Door:
    """An address of the server; while it is shut, every connection is refused."""

    def __init__(self, line: FaultyLine, team: Team) -> None:
        self.line = line
        self._team = team
        self._port = 0
        self.opens()

    @property
    def serving(self) -> Serving:
        url = f"http://127.0.0.1:{self._port}"
        return Serving(url, self._team.keys, Path())

    def opens(self) -> None:
        class OneHandler(_Handler):
            through: httpx.BaseTransport = self.line

        self._server = OpenServer(OneHandler, self._port)
        self._port = self._server.server_port
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def hangs_up(self) -> None:
        """End the connections that are open; others may be made at once."""
        self._server.hang_up()

    def shuts(self) -> None:
        """Refuse connections, and end those that are open."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.hang_up()
            self._server.server_close()
            self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Passes each request on as it is."""

    protocol_version = "HTTP/1.1"
    through: httpx.BaseTransport

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        sent = {name: value for name, value in self.headers.items() if name.lower() != "host"}
        request = httpx.Request(self.command, BASE_URL + self.path, headers=sent, content=body)
        try:
            answer = self.through.handle_request(request)
            content = answer.read()
        except httpx.TransportError:  # what a rule broke: the caller finds the line dead
            self.close_connection = True
            return
        self.send_response(answer.status_code)
        for name, value in answer.headers.multi_items():
            if name not in ("content-length", "transfer-encoding"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815 - names of http.server

    @override
    def log_message(self, *_arguments: object) -> None:
        """Say nothing on stderr."""
