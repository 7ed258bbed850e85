"""Going to an object or a point by typing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from limner.model.annotations import AnnotationId
from limner.panels.go_to import Goal, Goals, GoTo, point_of

pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")

Key = Qt.Key
NAMES = ("car 1", "car 2", "<b>truck</b> 1")


class Desk:
    """The line over a plain widget, which knows three objects, and what it asked for."""

    def __init__(self) -> None:
        self.ground = QWidget()
        self.ground.resize(800, 600)
        self.ground.show()
        self.line = GoTo(self.ground, self.find)
        self.objects: list[str] = []
        self.points: list[tuple[float, float]] = []
        self.line.object_wanted.connect(self.objects.append)
        self.line.point_wanted.connect(lambda x, y: self.points.append((x, y)))
        self.line.open_over(self.ground)

    def find(self, words: str) -> Goals:
        found = [Goal(AnnotationId(name), name, "#ff0000") for name in NAMES if words in name]
        return Goals(found[:2], len(found))

    def types(self, words: str) -> None:
        QTest.keyClicks(self.line.line, words)

    def presses(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(self.line.line, key)

    @property
    def listed(self) -> list[str]:
        return [self.line.list.item(row).text() for row in range(self.line.list.count())]


@pytest.fixture
def desk(qapp: QApplication) -> Desk:
    return Desk()


def test_enter_goes_to_the_first_that_was_found(desk: Desk) -> None:
    desk.types("car")
    assert desk.listed == ["car 1", "car 2"]
    desk.presses(Key.Key_Return)
    assert desk.objects == ["car 1"]
    assert desk.line.isHidden()


def test_arrows_choose_another_and_go_round(desk: Desk) -> None:
    desk.types("car")
    desk.presses(Key.Key_Up, Key.Key_Return)
    assert desk.objects == ["car 2"]


def test_two_numbers_are_a_point(desk: Desk) -> None:
    desk.types("1200, 850.5")
    assert "1200" in desk.line.words.text()
    desk.presses(Key.Key_Return)
    assert desk.points == [(1200.0, 850.5)]
    assert desk.objects == []


@pytest.mark.parametrize(
    ("words", "point"),
    [
        ("12,34", (12.0, 34.0)),
        ("12 34", (12.0, 34.0)),
        ("x 12.5 y -3", (12.5, -3.0)),
        ("x12;y34", (12.0, 34.0)),
        ("12", None),
        ("car 12", None),
        ("1e5, 3", None),
        ("1,2,3", None),
        ("9" * 400 + ", 3", None),
        ("", None),
    ],
)
def test_what_is_a_point(words: str, point: tuple[float, float] | None) -> None:
    assert point_of(words) == point


def test_nothing_found_is_said_and_enter_waits(desk: Desk) -> None:
    desk.types("zebra")
    assert "Nothing" in desk.line.words.text()
    desk.presses(Key.Key_Return)
    assert desk.line.isVisible()
    assert desk.objects == []


def test_more_than_can_be_listed_are_counted_and_names_are_plain_text(desk: Desk) -> None:
    desk.types(" 1")
    desk.line.line.setText("1")
    assert desk.listed == ["car 1", "<b>truck</b> 1"]
    desk.line.line.setText("c")
    assert desk.line.words.text() == "and 1 more"


def test_escape_goes_nowhere_and_it_opens_empty_again(desk: Desk) -> None:
    desk.types("car")
    desk.presses(Key.Key_Escape)
    assert desk.line.isHidden()
    desk.line.open_over(desk.ground)
    assert desk.line.line.text() == ""
    assert desk.listed == []
    assert desk.objects == []
