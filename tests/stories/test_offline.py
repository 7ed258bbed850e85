"""A person goes on for weeks without the team's server, and everything is sent when it is back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from limner import resources
from limner.api.pictograph import Dialect, ImageRow, Pictograph
from limner.api.transport import connect
from limner.model.annotations import BBox, new_id
from limner.shell.datasets import DatasetsDialog
from limner.shell.hand import wait_until
from limner.sync.traffic import Line, Traffic
from robot import CTRL, Annotator, Key, Starts
from servers import Serving, free_port, serving
from stories.test_connections import connects, fill, opens_the_dataset


class Team:
    """A team's server that can be switched off and on, always at the same address."""

    def __init__(self, folder: Path) -> None:
        self._data = folder / "team"
        self._port = str(free_port())
        self._running = ExitStack()
        self.serving: Serving | None = None

    def comes(self) -> Serving:
        self.serving = self._running.enter_context(serving(self._data, "--port", self._port))
        return self.serving

    def goes(self) -> None:
        self._running.close()

    def held(self, filename: str) -> int:
        """How many annotations the server has of an image."""
        assert self.serving is not None
        wire = connect(self.serving.url, self.serving.keys["viewer"])
        try:
            server = Pictograph(wire, Dialect.DATASET_PATH)
            dataset = next(each for each in server.datasets() if each.name == "Pets")
            row = next(each for each in server.images(dataset) if each.filename == filename)
            return len(server.load(dataset, row).annotations)
        finally:
            wire.close()


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """A team with one dataset of two photographs, whose key this computer finds at each start."""
    made = Team(tmp_path)
    running = made.comes()
    fill(running)
    monkeypatch.setenv("PICTOGRAPH_API_KEY", running.keys["annotator"])
    yield made
    made.goes()


@pytest.fixture
def annotator(starts: Starts, team: Team) -> Annotator:
    """A person at work on the team's dataset."""
    someone = starts()
    assert team.serving is not None
    connects(someone, team.serving, "annotator").reject()
    opens_the_dataset(someone, "Pets")
    return someone


def traffic_of(annotator: Annotator) -> Traffic:
    workspace = annotator.application.project.workspace
    assert workspace is not None
    return workspace.traffic


def goes_to_the_next(annotator: Annotator) -> None:
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()


def sees(annotator: Annotator) -> list[str]:
    """The names in the list of images."""
    model = annotator.window.images.view.model()
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_what_was_open_opens_again_without_its_server_and_work_goes_on(
    starts: Starts, team: Team, annotator: Annotator
) -> None:
    annotator.draws_box(20, 30, 200, 150)
    annotator.saves()
    goes_to_the_next(annotator)
    annotator.quits()
    team.goes()

    later = starts()
    assert later.session.row.filename == "b.png"
    assert sees(later) == ["a.png", "b.png"]
    later.draws_box(20, 30, 200, 150)
    later.hand.press(Key.Key_S, CTRL)
    later.waits_for_the_word("offline: 1 image waits")
    later.hand.press(Key.Key_A)
    later.waits_for_the_image()
    assert len(later.shapes) == 1
    later.draws_box(40, 50, 220, 170)
    later.waits_for_the_word("offline: 2 images wait")
    assert later.application.surprises == []


def test_when_the_server_is_back_all_images_are_sent_though_none_of_them_is_opened(
    starts: Starts, team: Team, annotator: Annotator
) -> None:
    goes_to_the_next(annotator)
    team.goes()
    for _ in range(2):
        annotator.draws_box(20, 30, 200, 150)
        annotator.waits_until_safe()
        annotator.hand.press(Key.Key_A)
        annotator.waits_for_the_image()
    annotator.quits()

    offline = starts()
    offline.waits_for_the_word("offline: 2 images wait")
    team.comes()
    traffic_of(offline).try_again()
    wait_until(lambda: (team.held("a.png"), team.held("b.png")) == (1, 1), "both images there")
    offline.waits_for_the_word("on server")


def test_work_for_a_server_of_which_nothing_is_open_is_sent_too(
    starts: Starts, team: Team, annotator: Annotator
) -> None:
    team.goes()
    annotator.draws_box(20, 30, 200, 150)
    annotator.waits_until_safe()
    annotator.application.opening.open_sample()
    sample = annotator.application.project
    wait_until(lambda: sample.dataset is not None and sample.dataset.name != "Pets", "the sample")
    annotator.waits_for_the_image()
    annotator.quits()
    team.comes()

    starts()
    wait_until(lambda: team.held("a.png") == 1, "the image to be there")


def test_leaving_without_a_server_waits_for_nothing(team: Team, annotator: Annotator) -> None:
    team.goes()
    annotator.draws_box(20, 30, 200, 150)
    annotator.hand.press(Key.Key_S, CTRL)
    annotator.waits_until_safe()
    traffic = traffic_of(annotator)
    wait_until(lambda: traffic.line is Line.OFFLINE, "the server to be missed")
    workspace = annotator.application.project.workspace
    assert workspace is not None
    wait_until(lambda: workspace.is_settled, "nothing to wait for", 2.0)


def test_datasets_are_listed_as_they_were_while_their_server_is_away(
    starts: Starts, team: Team, annotator: Annotator
) -> None:
    annotator.application.opening.open_sample()
    project = annotator.application.project
    wait_until(lambda: project.dataset is not None and project.dataset.name != "Pets", "the sample")
    annotator.waits_for_the_image()
    annotator.quits()
    team.goes()

    later = starts()
    opens_the_dataset(later, "Pets")
    assert later.session.row.filename == "a.png"
    assert later.window.findChild(DatasetsDialog) is None


def test_the_list_changes_in_place_when_the_server_is_back(
    starts: Starts, team: Team, annotator: Annotator
) -> None:
    goes_to_the_next(annotator)
    annotator.quits()
    running = team.serving
    assert running is not None
    adds_an_image(running, "0.png")
    team.goes()

    later = starts()
    assert sees(later) == ["a.png", "b.png"]
    document = later.document
    team.comes()
    traffic_of(later).try_again()
    wait_until(lambda: sees(later) == ["0.png", "a.png", "b.png"], "the new image")
    assert later.session.row.filename == "b.png"
    assert later.document is document
    assert later.window.position.text() == "3 / 3"


def adds_an_image(team: Serving, filename: str) -> None:
    wire = connect(team.url, team.keys["owner"])
    server = Pictograph(wire, Dialect.DATASET_PATH)
    dataset = next(each for each in server.datasets() if each.name == "Pets")
    data = resources.path("sample/images/chelsea.png").read_bytes()
    server.upload(dataset, "/indoors", filename, data, 451, 300)
    wire.close()


def someone_draws(team: Serving, filename: str) -> None:
    """A colleague saves a box on an image that this person has never opened."""
    wire = connect(team.url, team.keys["owner"])
    server = Pictograph(wire, Dialect.DATASET_PATH)
    dataset = next(each for each in server.datasets() if each.name == "Pets")
    row: ImageRow = next(each for each in server.images(dataset) if each.filename == filename)
    box = BBox(id=new_id(), name="cat", x=10, y=10, w=50, h=40)
    server.save(dataset, row, [box], idempotency_key=uuid4().hex)
    wire.close()


def test_a_dataset_made_available_offline_is_all_there_without_its_server(
    starts: Starts, team: Team, home: Path, annotator: Annotator
) -> None:
    assert team.serving is not None
    for number in range(4):
        adds_an_image(team.serving, f"c{number}.png")
    someone_draws(team.serving, "c3.png")
    annotator.hand.press(Key.Key_F5)
    project, offline = annotator.application.project, annotator.application.offline
    project.refresh(lambda error: None)
    wait_until(lambda: len(project.rows) == 6, "the new images")

    annotator.window.actions_by_id["offline.dataset"].trigger()
    wait_until(lambda: "Make 6 images available offline?" in annotator.notice, "the question")
    assert "MB are to be fetched" in annotator.notice
    annotator.window.notice.button("Download").click()
    wait_until(lambda: "6 images are available offline" in annotator.notice, "the copies", 60)
    assert offline.text == ""
    annotator.quits()
    team.goes()

    kept = [path for path in (home / "data" / "offline").rglob("*") if path.is_file()]
    assert len(kept) == 6
    later = starts()
    later.clicks_in_the_list("c3.png")
    wait_until(lambda: later.application.project.is_ready, "the image")
    assert later.session.row.filename == "c3.png"
    assert len(later.shapes) == 1
    later.window.actions_by_id["offline.remove"].trigger()
    assert later.notice.endswith("no longer kept here. Unsent work stays.")
    wait_until(lambda: not any(path.exists() for path in kept), "the room to be given back")
