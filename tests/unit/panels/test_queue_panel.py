"""What waits to be sent, as a list that stays quick and quiet however much it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMainWindow, QWidget
from pytestqt.qtbot import QtBot

from limner.model.verdicts import Target, TargetType
from limner.panels.queue import QueuePanel
from limner.panels.queue_rows import Act, Role, Row, Wait
from limner.review.marks import Mark
from limner.review.waiting import Waiting

NEEDY = Row(
    ("here", "1"),
    "street.jpg",
    "Street",
    "The server refused 1 shape.",
    needs_you=True,
    edits=12,
    acts=(Act.SHOW_SHAPE, Act.TRY_AGAIN, Act.OPEN),
)
CALM = Row(("here", "2"), "harbour.jpg", "Street", "Waits for its turn.", edits=1)
ANSWER = Waiting(
    Target(TargetType.LOG, "1"), "c1", "Sharp", Mark.WAITING, error=None, since=0, needs_you=False
)
VERDICT = Row(("here", "v"), "street.jpg", "Verdict", "Waits.", acts=(), verdict=ANSWER)


class Desk:
    """A queue over a window, and what it asked for."""

    def __init__(self, qtbot: QtBot) -> None:
        self.window = QMainWindow()
        qtbot.addWidget(self.window)
        self.window.setCentralWidget(QWidget())
        self.window.resize(1024, 700)
        self.window.show()
        self.queue = QueuePanel(self.window)
        self.done: list[tuple[str, Act]] = []
        self.pictures: list[tuple[str, str]] = []
        self.queue.act_wanted.connect(lambda row, act: self.done.append((row.name, act)))
        self.queue.thumbnail_wanted.connect(self.pictures.append)

    def names(self) -> list[str]:
        return [row.name for row in self.queue.shown]

    def offered(self) -> list[Act]:
        return [act for act, button in self.queue.acts.items() if not button.isHidden()]


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    made = Desk(qtbot)
    made.queue.show_rows([NEEDY, CALM, VERDICT])
    made.queue.open()
    return made


def test_each_row_offers_what_can_be_done_about_it(desk: Desk) -> None:
    assert desk.offered() == [Act.OPEN, Act.SHOW_SHAPE, Act.TRY_AGAIN]
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Down)

    assert desk.offered() == [Act.OPEN]
    assert desk.queue.reason.text() == "Street. Waits for its turn."


def test_enter_opens_and_delete_does_nothing(desk: Desk) -> None:
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Delete)
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Down)
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Return)

    assert desk.done == [("harbour.jpg", Act.OPEN)]


def test_a_row_without_an_image_is_not_opened(desk: Desk) -> None:
    QTest.keyClick(desk.queue.view, Qt.Key.Key_End)
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Return)

    assert desk.done == []


def test_rows_are_told_apart_by_whether_they_need_somebody(desk: Desk) -> None:
    texts = [button.text() for button in desk.queue.switches.buttons()]
    assert texts == ["All 3", "Needs you 1", "Waiting 2"]
    desk.queue.switches.button(list(Wait).index(Wait.WAITING)).click()

    assert desk.names() == ["harbour.jpg", "street.jpg"]
    assert desk.queue.selected == CALM


def test_news_about_a_row_leave_the_selection_where_it_is(desk: Desk) -> None:
    QTest.keyClick(desk.queue.view, Qt.Key.Key_Down)
    desk.queue.show_rows([NEEDY, replace(CALM, fraction=0.5), VERDICT])
    assert desk.queue.selected == replace(CALM, fraction=0.5)
    desk.queue.show_rows([replace(CALM, fraction=0.9), NEEDY])

    assert desk.queue.selected == replace(CALM, fraction=0.9)
    desk.queue.show_rows([NEEDY])
    assert desk.queue.selected == NEEDY


def test_an_empty_queue_says_that_all_is_well(desk: Desk) -> None:
    desk.queue.show_rows([])

    assert desk.queue.empty.text() == "Everything is on the server."
    assert not desk.queue.send.isEnabled()
    assert desk.offered() == []


def test_five_thousand_rows_are_no_widgets_and_ask_for_the_pictures_in_sight(desk: Desk) -> None:
    before = len(desk.queue.findChildren(QWidget))
    desk.pictures.clear()
    rows = [replace(CALM, key=("here", f"n{n}"), name=f"{n}.jpg") for n in range(5_000)]
    desk.queue.show_rows(rows)

    assert len(desk.queue.findChildren(QWidget)) == before
    assert 0 < len(desk.pictures) < 20
    QTest.keyClick(desk.queue.view, Qt.Key.Key_End)
    assert ("here", "n4999") in desk.pictures


def test_a_picture_comes_to_its_row(desk: Desk) -> None:
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    desk.queue.set_thumbnail(("here", "2"), image)
    index = desk.queue.view.model().index(1, 0)

    assert index.data(Role.THUMBNAIL) == image
    assert desk.pictures == [("here", "1"), ("here", "2")]


def test_hostile_words_are_shown_as_what_they_are(desk: Desk) -> None:
    hostile = "<img src=/etc/passwd>" + "<table><tr><td>" * 16
    desk.queue.show_rows([replace(CALM, name=hostile, reason=hostile, place=hostile)])
    index = desk.queue.view.model().index(0, 0)

    assert desk.queue.reason.textFormat() == Qt.TextFormat.PlainText
    assert desk.queue.reason.text().startswith("<img")
    assert "&lt;img" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert not desk.queue.grab().isNull()


def test_it_stays_inside_a_small_window(desk: Desk) -> None:
    desk.window.resize(420, 360)

    assert desk.window.rect().contains(desk.queue.geometry())
