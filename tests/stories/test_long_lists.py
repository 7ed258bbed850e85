"""Work on images with very many shapes: loading, saving, and what is on the disk meanwhile."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
import pytest
from typing_extensions import override

from faults import is_save
from limner.api.errors import OverLimit, TooLarge
from limner.api.pictograph import Dialect, Pictograph
from limner.api.transport import connect
from limner.model.annotations import Annotation, AnnotationId, BBox, Kind
from limner.model.document import Document
from limner.model.history import History
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.server.app import create_app
from limner.server.embedded import BASE_URL, InProcess
from limner.server.keys import Role, new_key, replace_key
from limner.server.limits import OWN
from limner.server.schema import open_store
from limner.shell.hand import wait_until
from limner.shell.main_thread import QtMainThread
from limner.storage.workspace_file import WorkspaceFile
from limner.sync import progress
from limner.sync.progress import Activity, Progress
from limner.sync.session import Link, Session
from limner.sync.state import DraftSetAside, LoadStopped, NearLimit, State
from limner.sync.traffic import Traffic
from limner.tasks import Tasks

CARS = Ontology([LabelClass("car", Kind.BBOX, "#ff0000")])
MANY = 6000
"""Enough for the list to be written before the first gesture."""


class Line(httpx.BaseTransport):
    """The way to the server inside, which can be slow, cut off, or keep the limit to itself."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.is_cut = False
        self.hides_the_limit = False
        self.may_pass = threading.Event()
        self.may_pass.set()
        self.spells_out = False
        """Whether the server writes 3.00 for 3.0 (another program might)."""
        self.sent: list[bytes] = []
        """The body of every save that went out."""

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        assert self.may_pass.wait(30)
        if self.is_cut:
            raise httpx.ConnectError("cut", request=request)
        if is_save(request):
            self.sent.append(request.read())
        reply = self._inner.handle_request(request)
        if self.hides_the_limit:
            del reply.headers["x-max-body-bytes"]
        if self.spells_out and request.method == "GET":
            content = reply.read().replace(b'"w":3.0', b'"w":3.00')
            reply = httpx.Response(200, headers={"etag": reply.headers["etag"]}, content=content)
        return reply


class Studio:
    """A server inside with one image, and an editor without a window."""

    def __init__(self, folder: Path, most: int = OWN.body) -> None:
        self._store = open_store(folder / "library")
        key = new_key()
        with self._store.writing() as tx:
            replace_key(tx, key, key_id=str(uuid4()), role=Role.OWNER, name="me")
        self._app = InProcess(create_app(self._store, limits=replace(OWN, body=most)))
        self.line = Line(self._app.transport)
        self._path = folder / "workspace.db"
        self._main = QtMainThread()
        self._tasks = Tasks(self._main, workers=1)
        self.server = Pictograph(connect(BASE_URL, key, transport=self.line), Dialect.DATASET_PATH)
        self.dataset = self.server.create_dataset("streets", CARS)
        self.row = self.server.upload(self.dataset, "", "a.png", b"no picture", 64, 64)
        self.drafts = WorkspaceFile(self._path)
        self.session = self._session()

    def _session(self) -> Session:
        traffic = Traffic(self._tasks, self._main, None, self.server.reach)
        link = Link(self.server, BASE_URL, self.drafts, self._tasks, self._main, traffic, 1e6)
        return Session(link, self.dataset, self.row)

    def holds(self, annotations: list[Annotation]) -> None:
        """Somebody saved these."""
        self.server.save(self.dataset, self.row, annotations, idempotency_key=uuid4().hex)
        self.line.sent.clear()

    def held(self) -> list[Annotation]:
        return self.server.load(self.dataset, self.row).annotations

    def opens(self) -> None:
        self.session.load()
        self.waits(State.ON_SERVER, State.SAFE_HERE, State.NEEDS_YOU)

    def starts_again(self) -> None:
        """The program is killed with what is on the disk, and the image opened anew."""
        assert self.drafts.close(10)
        self.drafts = WorkspaceFile(self._path)
        self.session = self._session()
        self.opens()

    def waits(self, *states: State) -> None:
        wait_until(lambda: self.session.state in states, f"{states}", 60.0)

    def saves(self) -> None:
        self.session.save_now()
        self.waits(State.ON_SERVER)

    @property
    def document(self) -> Document:
        assert self.session.document is not None
        return self.session.document

    @property
    def history(self) -> History:
        assert self.session.history is not None
        return self.session.history

    def moves(self, id_: str, x: float) -> None:
        box = self.document.get(AnnotationId(id_))
        assert isinstance(box, BBox)
        self.history.do(Patch.replacing(Verb.MOVE, [(box, replace(box, x=x))]))

    def deletes(self, *ids: str) -> None:
        gone = [each for each in self.document if each.id in ids]
        self.history.do(Patch.removing(Verb.DELETE, gone))

    def brings_to_front(self, id_: str) -> None:
        box = self.document.get(AnnotationId(id_))
        assert isinstance(box, BBox)
        raised = replace(box, rank=self.document.top_rank())
        self.history.do(Patch.replacing(Verb.REORDER, [(box, raised)]))

    def waits_for_the_disk(self) -> None:
        self.waits(State.SAFE_HERE, State.NEEDS_YOU, State.ON_SERVER)

    def lets_the_worker_finish(self) -> None:
        """Until everything that was begun before has been heard of."""
        heard: list[object] = []
        self._tasks.run(lambda: None, heard.append, heard.append)
        wait_until(lambda: bool(heard), "the worker")

    def closes(self) -> None:
        self.line.may_pass.set()
        self._main.close()
        self._tasks.close()
        self.drafts.close(10)
        self._app.close()
        self._store.close()


Opens = Callable[..., Studio]


@pytest.fixture
def studio_of(qapp: object, tmp_path: Path) -> Iterator[Opens]:
    made: list[Studio] = []

    def make(**options: Any) -> Studio:
        made.append(Studio(tmp_path, **options))
        return made[-1]

    yield make
    for each in made:
        each.closes()


@pytest.fixture
def studio(studio_of: Opens) -> Studio:
    """An image with very many cars."""
    studio = studio_of()
    studio.holds(cars(MANY))
    return studio


@pytest.fixture
def talkative(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is told at once, as if it took long."""
    monkeypatch.setattr(progress, "_SILENT_S", 0.0)
    monkeypatch.setattr(progress, "_PAUSE_S", 0.0)


def cars(count: int) -> list[Annotation]:
    return [
        BBox(id=AnnotationId(f"{n:05}"), name="car", x=float(n), y=2.0, w=3.0, h=4.0)
        for n in range(count)
    ]


def rows_of(body: bytes) -> list[bytes]:
    listed = msgspec.json.decode(body, type=dict[str, msgspec.Raw])["annotations"]
    return [bytes(row) for row in msgspec.json.decode(listed, type=list[msgspec.Raw])]


def trouble(studio: Studio) -> Exception | None:
    return studio.session.trouble


def notice(studio: Studio) -> Exception | None:
    return studio.session.notice


@pytest.mark.usefixtures("talkative")
def test_a_long_load_and_a_long_save_tell_how_far_they_are(studio: Studio) -> None:
    told: list[Progress] = []

    def note() -> None:
        if (now := studio.session.progress) is not None:
            told.append(now)

    studio.session.watch(note)
    studio.opens()
    assert {each.activity for each in told} == {Activity.LOADING}
    fractions = [each.fraction for each in told]
    assert len(fractions) > 3
    assert all(before <= after for before, after in pairwise(fractions))
    assert 0.0 <= fractions[0] < fractions[-1] <= 1.0
    assert studio.session.progress is None

    told.clear()
    studio.moves("00007", 9)
    studio.saves()
    assert {each.activity for each in told} == {Activity.SAVING}
    assert studio.session.progress is None


def test_a_load_can_be_stopped_and_begun_again(studio: Studio) -> None:
    studio.line.may_pass.clear()
    studio.session.load()
    studio.waits(State.LOADING)
    studio.session.cancel_load()
    studio.waits(State.FAILED)
    assert isinstance(trouble(studio), LoadStopped)
    studio.line.may_pass.set()
    studio.lets_the_worker_finish()
    studio.waits(State.FAILED)
    assert studio.session.document is None
    studio.opens()
    assert len(studio.document) == MANY
    studio.session.cancel_load()
    studio.waits(State.ON_SERVER)


def test_only_what_was_changed_is_written_anew(studio: Studio) -> None:
    studio.line.spells_out = True
    stored = rows_of(studio.server._wire.request("GET", route(studio)).body)
    studio.opens()
    studio.moves("00007", 9)
    studio.deletes("00100")
    studio.saves()
    (body,) = studio.line.sent
    sent = rows_of(body)
    assert sent[:7] + sent[8:] == stored[:7] + stored[8:100] + stored[101:]
    assert msgspec.json.decode(sent[7])["bounding_box"]["x"] == 9
    assert [each.id for each in studio.held()] == [each.id for each in studio.document]


def test_what_was_done_without_a_server_is_there_after_a_kill_gesture_by_gesture(
    studio: Studio,
) -> None:
    studio.opens()
    studio.line.is_cut = True
    studio.moves("00007", 9)
    studio.brings_to_front("00003")
    studio.deletes("00100", "00200")
    studio.history.undo()
    studio.moves("00003", 5)
    studio.waits_for_the_disk()
    done = studio.document.snapshot()
    studio.starts_again()
    assert studio.document.snapshot() == done
    restored = studio.session.restored
    assert restored is not None
    assert restored.count == 5
    studio.line.is_cut = False
    studio.saves()
    assert [each.id for each in studio.held()] == [each.id for each in done]
    studio.starts_again()
    assert studio.session.restored is None


def test_edits_made_during_a_save_survive_a_kill_and_are_no_conflict(studio: Studio) -> None:
    studio.opens()
    studio.moves("00007", 9)
    studio.waits_for_the_disk()
    studio.line.may_pass.clear()
    studio.session.save_now()
    assert studio.session.is_sending
    studio.moves("00008", 10)
    studio.line.may_pass.set()
    wait_until(lambda: not studio.session.is_sending, "the answer", 60.0)
    studio.waits_for_the_disk()
    done = studio.document.snapshot()
    studio.starts_again()
    assert trouble(studio) is None
    assert studio.document.snapshot() == done
    studio.saves()
    assert len(studio.line.sent) == 2


def test_a_gesture_that_was_damaged_on_the_disk_is_set_aside_and_said(
    studio_of: Opens, tmp_path: Path
) -> None:
    studio = studio_of()
    studio.holds(cars(10))
    studio.opens()
    studio.line.is_cut = True
    studio.moves("00007", 9)
    studio.waits_for_the_disk()
    assert studio.drafts.close(10)
    with sqlite3.connect(tmp_path / "workspace.db") as connection:
        connection.execute("UPDATE op SET changes = '{'")
    connection.close()
    studio.line.is_cut = False
    studio.starts_again()
    assert isinstance(notice(studio), DraftSetAside)
    assert studio.document.snapshot() == tuple(studio.held())
    studio.starts_again()
    assert notice(studio) is None
    studio.moves("00008", 9)
    studio.saves()
    studio.starts_again()
    assert notice(studio) is None
    assert studio.drafts.close(10)
    with sqlite3.connect(tmp_path / "workspace.db") as connection:
        kept = connection.execute("SELECT changes FROM op").fetchall()
    connection.close()
    assert ("{",) in kept


# How much the server takes


def test_a_body_near_the_limit_is_sent_with_a_word_in_time(studio_of: Opens) -> None:
    studio = studio_of(most=10_000)
    studio.holds(cars(10))
    studio.opens()
    studio.moves("00007", 9)
    studio.saves()
    assert notice(studio) is None
    studio.history.do(Patch.adding(Verb.PASTE, cars(62)[10:]))
    studio.saves()
    warned = notice(studio)
    assert isinstance(warned, NearLimit)
    assert 8_000 < warned.size_bytes <= warned.limit_bytes == 10_000
    studio.deletes(*(each.id for each in cars(62)[20:]))
    studio.saves()
    assert notice(studio) is None


def test_a_body_above_the_limit_is_not_sent_and_the_work_stays_safe(studio_of: Opens) -> None:
    studio = studio_of(most=10_000)
    studio.holds(cars(10))
    studio.opens()
    studio.history.do(Patch.adding(Verb.PASTE, cars(100)[10:]))
    studio.session.save_now()
    studio.waits(State.NEEDS_YOU)
    refused = trouble(studio)
    assert isinstance(refused, OverLimit)
    assert "100 annotations" in str(refused)
    assert studio.line.sent == []
    assert [each.image_id for each in studio.drafts.waiting()] == [studio.row.id]
    studio.deletes(*(each.id for each in cars(100)[20:]))
    studio.saves()
    assert len(studio.held()) == 20


def test_a_limit_that_only_a_refusal_told_is_remembered(studio_of: Opens) -> None:
    studio = studio_of(most=10_000)
    studio.line.hides_the_limit = True
    studio.opens()
    studio.history.do(Patch.adding(Verb.PASTE, cars(100)))
    studio.session.save_now()
    studio.waits(State.NEEDS_YOU)
    assert isinstance(trouble(studio), TooLarge)
    studio.moves("00007", 9)
    studio.session.save_now()
    studio.waits(State.NEEDS_YOU)
    assert isinstance(trouble(studio), OverLimit)
    assert len(studio.line.sent) == 1


def route(studio: Studio) -> str:
    return f"/api/v1/developer/annotations/{studio.dataset.id}/{studio.row.filename}"
