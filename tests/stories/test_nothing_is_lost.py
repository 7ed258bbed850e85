"""The stories by which it is judged whether work is ever lost, in the real window.

They stand where their subject is: two moves of one box, and the decision on them, in
`test_two_people.py`; a full disk in `test_place_of_work.py`; labels that are bombs in
`test_bad_input.py`; a key that is taken back, a server that sends people elsewhere, and whatever
else networks, servers and clocks do, in `test_bad_days.py`. Torn files of other programs belong to
the formats, which are not there yet. The rest is here.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from elsewhere import DATASET, Door, Team
from faults import FaultyHost, FaultyLine
from limner.model.annotations import Annotation, BBox, new_id
from limner.model.fingerprint import fingerprint
from limner.shell.hand import wait_until
from robot import CTRL, Annotator, Key, Starts
from stories.test_connections import connects, opens_the_dataset

Life = Callable[[Annotator, FaultyLine], None]

BOTH_DIALECTS = pytest.mark.parametrize("has_versions", [True, False], ids=["limner", "seed"])


def hosted(*, has_versions: bool) -> FaultyHost:
    """The server inside, as Limner's or as one of the seed's dialect."""
    return FaultyHost(None if has_versions else FaultyLine.forgets_versions)


# --- two windows on one image


class Seat(NamedTuple):
    """A person with a window of their own, and their way to the server."""

    person: Annotator
    door: Door

    def turns_here(self) -> Annotator:
        self.person.window.activateWindow()
        wait_until(self.person.window.isActiveWindow, "the window to be active")
        return self.person


class Office(NamedTuple):
    """Two people before the same image, on which there are two boxes."""

    team: Team
    one: Seat
    other: Seat
    boxes: list[BBox]

    @property
    def held(self) -> list[Annotation]:
        person = self.one.person
        return self.team.client.load(self.team.dataset, person.session.row).annotations


@pytest.fixture
def office(qapp: QApplication, tmp_path: Path) -> Iterator[Office]:
    team = Team(tmp_path)
    row = team.client.images(team.dataset)[0]
    boxes = [BBox(id=new_id(), name="cat", x=x, y=40, w=60, h=60) for x in (40, 200)]
    team.client.save(team.dataset, row, boxes, idempotency_key=uuid4().hex)
    one, other = (_sits_down(tmp_path / role, team, role) for role in ("annotator", "member"))
    yield Office(team, one, other, boxes)
    for seat in (one, other):
        seat.person.quits()
        assert seat.person.application.surprises == []
    team.closes()


def _sits_down(home: Path, team: Team, role: str) -> Seat:
    person, door = Annotator(home), team.opens_a_door()
    connects(person, door.serving, role).reject()
    opens_the_dataset(person, DATASET)
    wait_until(lambda: len(person.shapes) == 2, "the boxes")
    return Seat(person, door)


def as_drawn(shapes: Sequence[Annotation]) -> list[tuple[str, int, int]]:
    boxes = [shape for shape in shapes if isinstance(shape, BBox)]
    return sorted((box.name, round(box.x), round(box.y)) for box in boxes)


def test_what_one_adds_offline_and_what_another_moves_and_deletes_all_comes_about(
    office: Office,
) -> None:
    one, other = office.one, office.other
    one.door.shuts()
    drawer = one.turns_here()
    for x in (60, 160, 260):
        drawer.draws_box(x, 200, x + 40, 260)
    drawer.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: "cannot be reached" in drawer.notice, "the words")

    mover = other.turns_here()
    mover.takes(Key.Key_V)
    mover.hand.click(70, 42)
    mover.hand.drag((70, 70), (80, 120))
    mover.hand.click(230, 42)
    mover.hand.press(Key.Key_Delete)
    mover.saves()
    one.door.opens()
    one.turns_here().saves()

    wanted = [("cat", 50, 90), ("cat", 60, 200), ("cat", 160, 200), ("cat", 260, 200)]
    assert as_drawn(office.held) == wanted
    assert as_drawn(drawer.shapes) == wanted
    assert drawer.session.conflicts == {}
    assert QApplication.activeModalWidget() is None
    assert QApplication.activePopupWidget() is None


def test_when_one_renames_a_box_and_another_moves_it_it_is_renamed_and_moved(
    office: Office,
) -> None:
    mover = office.other.turns_here()
    mover.takes(Key.Key_V)
    mover.hand.click(70, 42)
    mover.hand.drag((70, 70), (80, 120))
    mover.saves()
    renamer = office.one.turns_here()
    renamer.takes(Key.Key_V)
    renamer.hand.click(70, 42)
    renamer.hand.press(Key.Key_2)
    renamer.saves()

    assert as_drawn(office.held) == [("cat", 200, 40), ("dog", 50, 90)]
    assert as_drawn(renamer.shapes) == as_drawn(office.held)
    assert renamer.session.conflicts == {}


# --- the end comes without a warning


def ends_in_a_kill(home: Path, life: Life, *, has_versions: bool = True) -> None:
    """Live this in a process of its own, which is killed at once afterwards."""
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_live, args=(home, life, has_versions))
    process.start()
    process.join(120)
    process.kill()
    process.join()
    code = process.exitcode
    process.close()
    assert code == -signal.SIGKILL


def _live(home: Path, life: Life, has_versions: bool) -> None:
    application = QApplication([])
    host = hosted(has_versions=has_versions)
    annotator = Annotator(home, hosted_by=host)
    annotator.opens("coins.png")
    assert host.line is not None
    life(annotator, host.line)
    assert application is not None
    os.kill(os.getpid(), signal.SIGKILL)


def drags_a_box_twice(annotator: Annotator, _line: FaultyLine) -> None:
    """The second time without letting go."""
    annotator.draws_box(20, 30, 80, 90)
    annotator.takes(Key.Key_V)
    annotator.hand.click(50, 32)
    annotator.hand.drag((50, 60), (150, 110))
    annotator.waits_until_safe()
    canvas, window = annotator.canvas, annotator.window
    handle = window.windowHandle()
    first, last = (
        canvas.mapTo(window, canvas.to_widget(*at).toPoint()) for at in ((150, 110), (250, 190))
    )
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, first)
    for point in ((first + last) / 2, last):
        QTest.mouseMove(handle, point)
        QApplication.processEvents()
    assert canvas.overlay is not None


def test_after_a_kill_in_mid_drag_what_was_let_go_of_is_there_and_undo_works(
    starts: Starts, home: Path
) -> None:
    ends_in_a_kill(home, drags_a_box_twice)
    annotator = starts()
    assert as_drawn(annotator.shapes) == [("coin", 120, 80)]
    annotator.undoes()
    assert as_drawn(annotator.shapes) == [("coin", 20, 30)]
    annotator.undoes()
    assert annotator.shapes == []
    annotator.redoes()
    annotator.redoes()

    assert as_drawn(annotator.shapes) == [("coin", 120, 80)]
    annotator.saves()
    assert as_drawn(annotator.held_by_the_server()) == [("coin", 120, 80)]


def deletes_what_a_lost_save_had_stored(annotator: Annotator, line: FaultyLine) -> None:
    annotator.draws_box(20, 30, 80, 90)
    annotator.draws_box(120, 30, 180, 90)
    line.loses_the_answer_of_one_save(and_is_down=True)
    annotator.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: annotator.notice != "", "the words")
    annotator.takes(Key.Key_V)
    annotator.hand.click(150, 32)
    annotator.hand.press(Key.Key_Delete)
    annotator.waits_until_safe()
    assert len(annotator.shapes) == 1


@BOTH_DIALECTS
def test_what_is_deleted_after_a_save_without_an_answer_and_a_kill_stays_deleted(
    starts: Starts, home: Path, *, has_versions: bool
) -> None:
    life = deletes_what_a_lost_save_had_stored
    ends_in_a_kill(home, life, has_versions=has_versions)
    annotator = starts(hosted_by=hosted(has_versions=has_versions))
    annotator.waits_until_saved()

    assert as_drawn(annotator.shapes) == [("coin", 20, 30)]
    assert as_drawn(annotator.held_by_the_server()) == [("coin", 20, 30)]
    assert annotator.session.conflicts == {}
    assert annotator.session.told == ()


# --- a server that says that everything is gone


@BOTH_DIALECTS
def test_when_a_server_says_that_an_image_is_empty_a_person_is_asked_and_nothing_is_sent(
    starts: Starts, *, has_versions: bool
) -> None:
    host = hosted(has_versions=has_versions)
    annotator = starts(hosted_by=host)
    annotator.opens("coins.png")
    forty = [
        BBox(id=new_id(), name="coin", x=8 * n, y=20, w=5, h=5, rank=float(n)) for n in range(40)
    ]
    row, dataset = annotator.session.row, annotator.session.dataset
    annotator.server.save(dataset, row, forty, idempotency_key=uuid4().hex)
    annotator.reloads()
    wait_until(lambda: len(annotator.shapes) == 40, "the boxes")
    assert host.line is not None
    host.line.answers_reads({"success": True, "annotations": []})
    saves = host.line.saves
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    wait_until(lambda: "40 of 40 shapes were removed" in annotator.notice, "the question")

    assert annotator.status == "needs you (1)"
    annotator.draws_box(120, 130, 180, 190)
    session, asked = annotator.session, annotator.session.guard
    annotator.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: session.guard not in (None, asked), "the server to be read again")
    assert len(annotator.shapes) == 41
    assert host.line.saves == saves
    host.line.is_well()
    annotator.hand.click_on(annotator.window.notice.button("Keep mine"))
    annotator.saves()
    assert len(annotator.held_by_the_server()) == 41
    assert fingerprint(annotator.held_by_the_server()) == fingerprint(annotator.document.snapshot())
