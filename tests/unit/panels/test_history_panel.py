"""The versions of an image as a list, and what it says of the one that is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from limner.model.annotations import AnnotationId, BBox
from limner.panels.history import HistoryPanel
from limner.panels.history_rows import Role
from limner.panels.when import when
from limner.sync.past import Moment, Version

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)


def moment(number: int, author: str = "", *, is_mine: bool = False) -> Moment:
    return Moment(number, None, 1e9 + number, author, number, is_mine, "Saved")


class Desk:
    """A history panel, and what it asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.panel = HistoryPanel()
        qtbot.addWidget(self.panel)
        self.panel.resize(320, 600)
        self.panel.show()
        self.chosen: list[Moment | None] = []
        self.restored = 0
        self.panel.chosen.connect(self.chosen.append)
        self.panel.restore_wanted.connect(self._restore)

    def _restore(self) -> None:
        self.restored += 1

    def press(self, key: Qt.Key) -> None:
        QTest.keyClick(self.panel.view, key)

    def detail(self, row: int) -> str:
        said: str = self.panel.view.model().index(row, 0).data(Role.DETAIL)
        return said


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk(qtbot)
    made.panel.describe_present("On server")
    made.panel.show_story([moment(3, "Ada"), moment(2, is_mine=True), moment(1)], "")
    return made


def test_nothing_is_called_unsaved_before_it_is_known(desk: Desk) -> None:
    desk.panel.show_story((), "Looking up what was saved…")
    assert not desk.panel.none.isVisible()
    assert desk.panel.note.isVisible()
    desk.panel.show_story((), "")
    assert desk.panel.none.isVisible()


def test_the_present_stands_first_and_each_version_tells_whose_it_is(desk: Desk) -> None:
    assert [desk.detail(row) for row in range(4)] == [
        "On server",
        "Ada · Saved",
        "You · Saved",
        "Saved",
    ]


def test_the_arrow_keys_choose_a_version_and_go_back_to_the_present(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Down)
    desk.press(Qt.Key.Key_Up)

    assert desk.chosen == [moment(3, "Ada"), None]


def test_a_new_version_in_the_list_leaves_alone_the_one_that_is_looked_at(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Down)
    desk.panel.show_story([moment(4), moment(3, "Ada")], "")

    assert desk.panel.selected == moment(3, "Ada")
    assert desk.chosen == [moment(3, "Ada")]


def test_who_looks_at_a_version_that_is_kept_no_longer_is_back_in_the_present(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Down)
    desk.panel.show_story([moment(9)], "")

    assert desk.panel.selected is None
    assert desk.chosen[-1] is None


def test_enter_restores_only_what_is_there(desk: Desk) -> None:
    desk.press(Qt.Key.Key_Return)
    assert desk.restored == 0
    desk.panel.show_version(Version(()))
    desk.press(Qt.Key.Key_Return)

    assert desk.restored == 1


def test_the_differences_are_counted(desk: Desk) -> None:
    box = BBox(id=AnnotationId("a"), name="car", x=0, y=0, w=1, h=1)
    desk.panel.show_version(Version((), added=(box, box), removed=frozenset([box.id])))
    assert desk.panel.said == ["2 added", "1 removed"]
    desk.panel.show_version(Version(()))

    assert desk.panel.said == []
    assert desk.panel.differences.text() == "Nothing differs from now."


def test_what_cannot_be_read_is_said_in_its_place(desk: Desk) -> None:
    desk.panel.show_version(None, "The server cannot be reached.")

    assert desk.panel.differences.text() == "The server cannot be reached."
    assert not desk.panel.restore.isEnabled()


def test_what_may_be_missing_is_said_below_the_list(desk: Desk) -> None:
    assert desk.panel.note.isHidden()
    desk.panel.show_story([], "Only what was seen here.")

    assert desk.panel.note.text() == "Only what was seen here."
    assert desk.panel.none.isHidden()  # nobody knows


@pytest.mark.parametrize(
    ("ago", "shown"),
    [
        (timedelta(hours=2), "10:00"),
        (timedelta(hours=13), "yesterday 23:00"),
        (timedelta(days=3), "17 May 12:00"),
        (timedelta(days=500), "5 January 2025 12:00"),
    ],
)
def test_a_time_is_told_as_people_do(ago: timedelta, shown: str) -> None:
    assert when((NOON - ago).timestamp(), NOON) == shown


def test_no_clock_is_too_wrong_to_be_shown() -> None:
    assert when(1e30) == "some day"
    assert when(float("nan")) == "some day"
