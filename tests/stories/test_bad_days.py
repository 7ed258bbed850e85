"""Days on which networks, servers and clocks are against a person, in the real window.

A start without a server, with work on several images that is sent later, is in `test_offline.py`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NamedTuple, Self

import pytest
from typing_extensions import override

from elsewhere import DATASET, Door, Team
from fault.clocks import clock
from faults import FaultyHost
from limner.model.annotations import Annotation, BBox
from limner.shell.hand import wait_until
from limner.sync.workspace import Standing
from robot import CTRL, Annotator, Key, Starts
from servers import APP
from stories.test_connections import connects, opens_the_dataset
from unit.rogue_server import rogue

IMAGES = 12
A_NIGHT_S = 8 * 3600.0
LESS_THAN_A_REQUEST_MAY_TAKE_S = 20.0


class Desk(NamedTuple):
    """A person at work on a team's dataset, and the way to its server."""

    person: Annotator
    team: Team
    door: Door

    def held(self) -> list[Annotation]:
        """What the server has of the image on the canvas."""
        return self.team.client.load(self.team.dataset, self.person.session.row).annotations

    def versions(self) -> int:
        return len(self.team.client.revisions(self.team.dataset, self.person.session.row))

    @property
    def standing(self) -> Standing:
        """How far all images are, not only the one on the canvas."""
        workspace = self.person.application.project.workspace
        assert workspace is not None
        return workspace.standing

    def tries_to_save(self) -> None:
        self.person.hand.press(Key.Key_S, CTRL)

    def goes(self, key: Key) -> None:
        self.person.hand.press(key)
        self.person.waits_for_the_image()


@pytest.fixture
def team(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    """A team's server, whose key this computer finds at each start."""
    made = Team(tmp_path, IMAGES)
    monkeypatch.setenv("PICTOGRAPH_API_KEY", made.keys["annotator"])
    yield made
    made.closes()


@pytest.fixture
def desk(starts: Starts, team: Team) -> Desk:
    person, door = starts(), team.opens_a_door()
    connects(person, door.serving, "annotator").reject()
    opens_the_dataset(person, DATASET)
    return Desk(person, team, door)


def lefts(shapes: Sequence[Annotation]) -> list[int]:
    return sorted(round(shape.x) for shape in shapes if isinstance(shape, BBox))


# --- the line


def answers_in_the_morning(_desk: Desk) -> None:
    """What the server said in the evening is still on the line."""


def has_lost_its_connections(desk: Desk) -> None:
    desk.door.hangs_up()


@pytest.mark.parametrize("wakes", [answers_in_the_morning, has_lost_its_connections])
def test_a_computer_that_slept_through_a_save_finds_out_what_became_of_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, wakes: Callable[[Desk], None]
) -> None:
    person, save = desk.person, desk.door.line.holds_the_answer_of_one_save()
    person.draws_box(20, 30, 80, 90)
    desk.tries_to_save()
    wait_until(save.has_come.is_set, "the save to be carried out")
    person.draws_box(120, 30, 180, 90)
    assert len(person.shapes) == 2

    now, ticks = time.time, time.monotonic
    monkeypatch.setattr(time, "time", lambda: now() + A_NIGHT_S)
    monkeypatch.setattr(time, "monotonic", lambda: ticks() + A_NIGHT_S)
    wakes(desk)
    save.may_go.set()
    person.saves()

    assert lefts(desk.held()) == lefts(person.shapes) == [20, 120]
    assert desk.versions() == 2
    assert person.session.conflicts == {}


def test_a_server_that_never_answers_does_not_keep_the_person_from_leaving(
    desk: Desk, home: Path, starts: Starts
) -> None:
    desk.door.shuts()
    desk.person.draws_box(20, 30, 80, 90)
    desk.person.waits_until_safe()
    desk.person.quits()
    desk.door.opens()
    save = desk.door.line.holds_the_answer_of_one_save()
    environment = {**os.environ, "LIMNER_HOME": str(home), "PYTHONPATH": str(APP)}
    with subprocess.Popen([sys.executable, "-m", "limner"], env=environment) as editor:
        assert save.has_come.wait(60)
        editor.send_signal(signal.SIGTERM)
        assert editor.wait(LESS_THAN_A_REQUEST_MAY_TAKE_S) == 0
    assert not save.has_gone.is_set()

    save.may_go.set()
    later = starts()
    later.waits_until_saved()
    assert lefts(later.shapes) == lefts(desk._replace(person=later).held()) == [20]
    assert desk._replace(person=later).versions() == 1


def test_a_network_that_wants_a_sign_in_first_changes_nothing(desk: Desk) -> None:
    person = desk.person
    person.draws_box(20, 30, 80, 90)
    person.saves()
    desk.goes(Key.Key_D)
    page = b"<html><body>Welcome to the hotel. Please sign in.</body></html>"
    desk.door.line.answers_everything(200, page, {"content-type": "text/html"})
    person.draws_box(120, 30, 180, 90)
    desk.tries_to_save()
    wait_until(lambda: "network sign-in page" in person.notice, "the words")
    assert person.status.startswith("safe here")
    desk.goes(Key.Key_A)
    assert lefts(person.shapes) == [20]
    assert len(person.application.project.rows) == IMAGES
    person.draws_box(220, 30, 280, 90)

    desk.door.line.is_well()
    person.saves()
    assert lefts(desk.held()) == [20, 220]
    desk.goes(Key.Key_D)
    person.waits_until_saved()
    assert lefts(desk.held()) == [120]


def test_a_server_that_sends_people_elsewhere_is_not_followed(desk: Desk) -> None:
    person = desk.person
    person.draws_box(20, 30, 80, 90)
    with rogue() as elsewhere:
        target = elsewhere.url.replace("127.0.0.1", "localhost") + "/api"
        desk.door.line.answers_everything(307, b"", {"location": target})
        desk.tries_to_save()
        person.waits_for_the_word("needs you (1)")
        assert "127.0.0.1 sends its callers to localhost" in person.notice
        assert elsewhere.heard == []

    desk.door.line.is_well()
    person.saves()
    assert lefts(desk.held()) == [20]


# --- the server


def test_work_goes_on_after_a_key_was_taken_back_and_a_new_one_brings_everything(
    desk: Desk,
) -> None:
    person, team = desk.person, desk.team
    person.draws_box(20, 30, 80, 90)
    person.saves()
    for _ in range(IMAGES - 1):
        desk.goes(Key.Key_D)
    team.takes_back("annotator")
    for _ in range(IMAGES - 1):
        person.draws_box(120, 30, 180, 90)
        person.waits_until_safe()
        desk.goes(Key.Key_A)
    wait_until(lambda: "does not accept this key" in person.notice, "the words")
    assert lefts(person.shapes) == [20]

    team.renews("annotator")
    connects(person, desk.door.serving, "annotator").reject()
    wait_until(lambda: desk.standing == Standing(0, 0), "everything to be sent")
    rows = team.client.images(team.dataset)
    held = [lefts(team.client.load(team.dataset, row).annotations) for row in rows]
    assert sorted(held) == [[20], *[[120]] * (IMAGES - 1)]


@pytest.mark.parametrize(("answer", "left"), [("Keep mine", [20, 120, 220]), ("Accept", [20, 220])])
def test_a_server_that_was_restored_from_a_backup_takes_nothing_away_unasked(
    desk: Desk, answer: str, left: list[int]
) -> None:
    person, team = desk.person, desk.team
    person.draws_box(20, 30, 80, 90)
    person.saves()
    team.backs_up()
    person.draws_box(120, 30, 180, 90)
    person.saves()
    team.is_restored()
    person.draws_box(220, 30, 280, 90)
    desk.tries_to_save()
    wait_until(lambda: "went back in time" in person.notice, "the question")
    assert person.status == "needs you (1)"
    assert lefts(person.shapes) == [20, 120, 220]
    assert lefts(desk.held()) == [20]

    person.hand.click_on(person.window.notice.button(answer))
    person.saves()
    assert lefts(person.shapes) == left
    assert lefts(desk.held()) == left


# --- the clock


class DayBeforeYesterday(datetime):
    """The clock of the server inside, which is that of the same computer."""

    @override
    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return super().now(tz) - timedelta(days=2)


def test_a_clock_that_is_two_days_back_changes_the_order_of_nothing(
    starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = FaultyHost()
    first = starts(hosted_by=host)
    first.opens("coins.png")
    first.draws_box(20, 30, 80, 90)
    first.saves()
    assert host.line is not None
    host.line.is_down()
    first.draws_box(120, 30, 180, 90)
    first.waits_until_safe()
    with clock("two days back", seed=0), monkeypatch.context() as patched:
        patched.setattr("limner.server.clock.datetime", DayBeforeYesterday)
        first.draws_box(220, 30, 280, 90)
        first.undoes()
        first.draws_box(20, 130, 80, 190)
        first.waits_until_safe()
        first.quits()
        second = starts()
        assert lefts(second.shapes) == [20, 20, 120]
        second.undoes()
        assert lefts(second.shapes) == [20, 120]
        second.saves()
        dataset, row = second.session.dataset, second.session.row
        versions = second.server.revisions(dataset, row)
        second.quits()

    assert (versions[0].count, versions[-1].count) == (2, 1)
    assert versions[0].at < versions[-1].at
    third = starts()
    third.waits_until_saved()
    assert lefts(third.shapes) == lefts(third.held_by_the_server()) == [20, 120]
    third.undoes()
    assert lefts(third.shapes) == [20]
