"""Real panels over real documents and a real desk, in the look of the editor."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from typing_extensions import override

from limner.api.patronus import Patronus
from limner.api.transport import connect
from limner.model.annotations import AnnotationId, BBox, Keypoint, Kind, Polygon
from limner.model.document import Document
from limner.model.json_text import JsonText
from limner.model.ontology import AttributeSpec, LabelClass, Ontology
from limner.model.points import Points
from limner.model.verdicts import Answer, Category, Criteria, CriteriaKind, Target, TargetType
from limner.review.desk import Desk, Scope
from limner.server import embedded
from limner.shell import fonts, theme
from limner.shell.main_thread import QtMainThread
from limner.shell.review_road import ReviewRoad
from limner.storage.workspace_file import WorkspaceFile
from limner.sync.traffic import Traffic
from limner.tasks import Tasks
from limner.tools.bench import Bench

CAR = LabelClass(
    "car",
    Kind.BBOX,
    "#4c8dff",
    (
        AttributeSpec("colour"),
        AttributeSpec("doors", "number"),
        AttributeSpec("view", "select", ("front", "side")),
        AttributeSpec("parked", "checkbox"),
    ),
)
PERSON = LabelClass("person", Kind.BBOX, "#ff7a59")
LANE = LabelClass("lane", Kind.POLYGON, "#f5b83d")
WHEEL = LabelClass("wheel", Kind.KEYPOINT, "#5cc9b5")
ONTOLOGY = Ontology([CAR, PERSON, LANE, WHEEL])

IMAGE = Target(TargetType.LOG, "street.jpg")
OTHER_IMAGE = Target(TargetType.LOG, "harbour.jpg")


def car(id_: str, rank: float, x: float = 10, w: float = 258, attributes: str = "[]") -> BBox:
    kept = JsonText(attributes)
    return BBox(id=AnnotationId(id_), name="car", x=x, y=20, w=w, h=198, rank=rank, attributes=kept)


def street() -> list[BBox | Polygon | Keypoint]:
    """Two cars, a person, a lane and a wheel, in z-order: a, b, p, l, w."""
    return [
        car("a", 0),
        car("b", 1, x=400, w=168),
        BBox(id=AnnotationId("p"), name="person", x=900, y=10, w=60, h=188, rank=2),
        Polygon(
            id=AnnotationId("l"),
            name="lane",
            rings=(Points.of([(0, 0), (9, 0), (9, 9), (0, 9)]),),
            rank=3,
        ),
        Keypoint(id=AnnotationId("w"), name="wheel", x=300, y=640, instance_id=2, rank=4),
    ]


@pytest.fixture(scope="module")
def _dark(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The style sheet of the dark look; to put one on takes as long as many a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIMNER_HOME", str(tmp_path_factory.mktemp("look")))
        fonts.load()
        theme.apply(qapp, dark=True)
        yield qapp.styleSheet()
        qapp.setStyleSheet("")


@pytest.fixture(autouse=True)
def _look(qapp: QApplication, _dark: str) -> Iterator[None]:
    yield
    if qapp.styleSheet() != _dark:
        theme.apply(qapp, dark=True)


@pytest.fixture
def bench() -> Bench:
    return Bench.over(Document(street()), ONTOLOGY, (1280, 800))


class Network(httpx.BaseTransport):
    """The way to the server inside; it can be cut."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner
        self.is_cut = False
        self.refusal = ""
        """With words, every verdict is refused with them."""

    @override
    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.is_cut:
            raise httpx.ConnectError("no route", request=request)
        if self.refusal and request.method == "POST":
            return httpx.Response(422, json={"detail": self.refusal}, request=request)
        return self._inner.handle_request(request)


class Reviewing:
    """A desk before a server of its own, and the network between the two."""

    def __init__(self, desk: Desk, network: Network, server: Patronus, qtbot: QtBot) -> None:
        self.desk = desk
        self.network = network
        self.server = server
        self._qtbot = qtbot

    def asks(self, *questions: tuple[str, CriteriaKind, str, tuple[Category, ...]]) -> None:
        """Put these questions into the project and the first image on the desk."""
        project = self.server.project("Street")
        made = [self.server.create_criteria(project, *question) for question in questions]
        self.desk.open("Street")
        self.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
        self.waits(lambda: len(self.desk.criteria) == len(made))

    def waits(self, condition: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(condition, timeout=30_000)

    def stored(self) -> dict[str, Answer]:
        """What the server keeps about the first image, by the criterion."""
        verdicts = self.server.verdicts(IMAGE, self.desk.project_id or "")
        return {verdict.criteria_id: verdict.answer for verdict in verdicts}

    def question(self, name: str) -> Criteria:
        return next(criteria for criteria in self.desk.criteria if criteria.name == name)


@pytest.fixture
def reviewing(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Reviewing]:
    hosted = embedded.start(tmp_path / "library")
    network = Network(hosted.transport)
    server = Patronus(connect(embedded.BASE_URL, hosted.key, transport=network))
    file = WorkspaceFile(tmp_path / "workspace.db")
    main = QtMainThread(qapp)
    tasks = Tasks(main)
    road = ReviewRoad(Traffic(tasks, main, None, server.whoami))
    desk = Desk(server, embedded.BASE_URL, file, tasks, main, road)
    yield Reviewing(desk, network, server, qtbot)
    desk.close()
    tasks.close()
    for thread in threading.enumerate():
        if thread.name.startswith("limner-work"):
            thread.join()  # the server may only go when nobody asks it any more
    assert file.close(30.0)
    hosted.close()
    QApplication.removePostedEvents(main)
    main.deleteLater()  # with what it was to do later
