"""The card about other people's work: conflicts to decide, and what others did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from limner.model.annotations import Annotation, Opaque
from limner.model.conflict import Conflict
from limner.model.json_text import JsonText
from limner.model.merge import Doing, News
from limner.panels.conflict_list import Row
from limner.panels.conflict_words import (
    NOTHING,
    Source,
    conflict_in_words,
    fields_in_words,
    news_in_words,
    value_in_words,
    when,
)
from limner.panels.others_list import Told
from limner.panels.people import Page, PeoplePanel
from limner.sync.decisions import Choice
from unit.panels.conftest import car, street

Key = Qt.Key
NOW = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
HOSTILE = '<img src="x"> \N{RIGHT-TO-LEFT OVERRIDE}evil\n' + "long " * 200


def conflict(id_: str = "a", colour: str = "blue") -> Conflict:
    base = car(id_, 0)
    mine = replace(base, x=20, attributes=JsonText('{"colour":"red"}'))
    theirs = replace(base, x=30, attributes=JsonText(f'{{"colour":"{colour}"}}'))
    return Conflict(base.id, base, mine, theirs, ("attributes.colour", "geometry"))


def row(id_: str = "a", name: str = "", of: Conflict | None = None) -> Row:
    of = of or conflict(id_)
    return Row(of, name or f"car {id_}", "#4c8dff", of.mine, Source("Ada", NOW))


@pytest.fixture
def panel(qtbot: QtBot) -> PeoplePanel:
    panel = PeoplePanel()
    qtbot.addWidget(panel)
    panel.resize(324, 420)
    panel.show()
    return panel


class Heard:
    """What the card says that the person wants."""

    def __init__(self, panel: PeoplePanel) -> None:
        self.looked_at: list[str] = []
        self.pointed_at: list[str] = []
        self.decided: list[tuple[str, Choice]] = []
        self.by_field: list[tuple[str, tuple[str, ...]]] = []
        self.all: list[Choice] = []
        self.put_back: list[News] = []
        panel.conflicts.chosen.connect(self.looked_at.append)
        panel.conflicts.hovered.connect(self.pointed_at.append)
        panel.conflicts.decided.connect(lambda id_, choice: self.decided.append((id_, choice)))
        panel.conflicts.decided_by_field.connect(
            lambda id_, fields: self.by_field.append((id_, fields))
        )
        panel.conflicts.all_decided.connect(self.all.append)
        panel.others.put_back.connect(self.put_back.append)


def keys(panel: PeoplePanel, *pressed: Qt.Key) -> None:
    for key in pressed:
        QTest.keyClick(panel.conflicts.view, key)


def texts(panel: PeoplePanel) -> list[str]:
    model = panel.conflicts.view.model()
    return [model.index(number, 0).data() for number in range(model.rowCount())]


# --- conflicts


def test_without_a_conflict_the_card_says_what_would_be_here(panel: PeoplePanel) -> None:
    assert panel.conflicts.empty.isVisible()
    assert not panel.conflicts.view.isVisible()
    assert not panel.conflicts.buttons[Choice.MINE].isVisible()


def test_up_and_down_look_at_a_conflict_and_letters_decide_it(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("a"), row("b"), row("c")])
    panel.begin()
    keys(panel, Key.Key_Down, Key.Key_T, Key.Key_Down, Key.Key_B, Key.Key_Up, Key.Key_M)

    assert heard.looked_at == ["a", "b", "c", "b"]
    assert heard.decided == [("b", Choice.THEIRS), ("c", Choice.BOTH), ("b", Choice.MINE)]


def test_after_a_decision_the_next_conflict_is_looked_at_by_itself(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    rows = [row("a"), row("b"), row("c")]
    panel.conflicts.show_rows(rows)
    keys(panel, Key.Key_Down)
    panel.conflicts.show_rows([rows[0], rows[2]])
    panel.conflicts.show_rows([rows[0]])
    panel.conflicts.show_rows([])

    assert heard.looked_at == ["b", "c", "a"]
    assert panel.conflicts.current is None


def test_a_conflict_that_comes_moves_nobody_from_where_they_are(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("b")])
    panel.conflicts.show_rows([row("a"), row("b"), row("c")])

    assert panel.conflicts.current == "b"
    assert panel.conflicts.view.selected_row_numbers() == [1]
    assert heard.looked_at == []


def test_when_all_are_decided_and_others_have_come_the_first_of_them_is_looked_at(
    panel: PeoplePanel,
) -> None:
    panel.conflicts.show_rows([row("a"), row("b")])
    keys(panel, Key.Key_Down)
    panel.conflicts.show_rows([row("c"), row("d")])

    assert panel.conflicts.current == "c"


def test_each_row_says_what_both_changed_who_and_when(panel: PeoplePanel) -> None:
    panel.conflicts.show_rows([row("a", "car 1")])
    words = panel.conflicts.view.model().index(0, 0).data(Qt.ItemDataRole.AccessibleTextRole)

    assert words.startswith("car 1, colour, geometry, Ada")


def test_both_is_offered_only_where_there_are_two_shapes(panel: PeoplePanel) -> None:
    whole = conflict()
    removed = replace(whole, theirs=None, fields=())
    unreadable = Opaque(id=whole.id, raw=JsonText("{}"), reason="unknown type")
    strange = replace(whole, theirs=unreadable, fields=("annotation",))
    for each, is_offered in ((whole, True), (removed, False), (strange, False)):
        panel.conflicts.show_rows([row(of=each)])
        assert panel.conflicts.buttons[Choice.BOTH].isEnabled() is is_offered
        assert panel.conflicts.buttons[Choice.THEIRS].isEnabled()
    panel.conflicts.show_rows([row(of=removed)])

    assert not panel.conflicts.by_field.isEnabled()


def test_field_by_field_takes_mine_unless_theirs_is_picked(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("a")])
    panel.begin()
    keys(panel, Key.Key_F)
    table = panel.conflicts.table
    assert table.isVisible()
    QTest.keyClick(table, Key.Key_Right)
    QTest.keyClick(table, Key.Key_Down)
    QTest.keyClick(table, Key.Key_Space)
    QTest.keyClick(table, Key.Key_Left)
    QTest.keyClick(table, Key.Key_Return)

    assert heard.by_field == [("a", ("attributes.colour",))]


def test_a_click_on_a_value_picks_it_and_it_stays_picked_when_rows_are_shown_anew(
    panel: PeoplePanel,
) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("a")])
    panel.conflicts.by_field.click()
    table = panel.conflicts.table
    QApplication.processEvents()
    at = table.visualRect(table.model().index(1, 2)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    panel.conflicts.show_rows([row("a"), row("b")])
    panel.conflicts.take_fields.click()

    assert heard.by_field == [("a", ("geometry",))]


def test_all_of_them_are_decided_by_one_choice(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("a"), row("b")])
    menu = panel.conflicts.everything.menu()
    assert menu is not None
    for action in menu.actions():
        action.trigger()

    assert heard.all == [Choice.MINE, Choice.THEIRS]


def test_what_lies_under_the_pointer_is_told(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.conflicts.show_rows([row("a"), row("b")])
    QApplication.processEvents()
    view = panel.conflicts.view
    for number in (0, 1):
        at = view.visualRect(view.model().index(number, 0)).center()
        QApplication.sendEvent(view.viewport(), moving_to(at))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))

    assert heard.pointed_at == ["a", "b", ""]


def moving_to(at: QPoint) -> QMouseEvent:
    """Sent by hand: the pointer of the test run may be there already, and then nothing is sent."""
    none = Qt.MouseButton.NoButton
    return QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(at),
        QPointF(at),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )


def test_five_hundred_conflicts_have_one_view_and_no_widget_each(panel: PeoplePanel) -> None:
    panel.conflicts.show_rows([row(f"{number}") for number in range(500)])
    before = len(panel.findChildren(QWidget))
    keys(panel, Key.Key_End)

    assert panel.conflicts.current == "499"
    assert len(panel.findChildren(QWidget)) == before


def test_hostile_names_are_shown_as_plain_text_on_one_line(panel: PeoplePanel) -> None:
    bad = replace(conflict(), fields=(f"attributes.{HOSTILE}",))
    panel.conflicts.show_rows([row("a", HOSTILE, bad)])
    panel.others.show_rows([told(car("a", 0), None, name=HOSTILE)], f"by {HOSTILE}")
    panel.conflicts.by_field.click()
    index = panel.conflicts.view.model().index(0, 0)

    assert texts(panel)[0].startswith('<img src="x"> \\u202eevil⏎')
    assert "&lt;img" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in panel.conflicts.table.model().index(0, 0).data()
    assert panel.grab().width() == panel.width()


@pytest.mark.parametrize("width", [297, 324, 500])
def test_nothing_is_cut_off_in_a_narrow_column(panel: PeoplePanel, width: int) -> None:
    panel.conflicts.show_rows([row("a"), row("b")])
    panel.show_counts(500, 12_345)
    panel.conflicts.by_field.click()
    panel.resize(width, 310)
    QApplication.processEvents()

    assert panel.minimumSizeHint().width() <= 300
    assert panel.minimumSizeHint().height() <= 304
    for button in panel.conflicts.buttons.values():
        assert button.width() >= button.minimumSizeHint().width()
        assert panel.rect().contains(button.mapTo(panel, QPoint(button.width() - 1, 0)))


# --- what others did


def told(
    before: Annotation | None,
    after: Annotation | None,
    name: str = "car 1",
    *,
    is_back: bool = False,
) -> Told:
    doing = Doing.ADDED if before is None else Doing.CHANGED if after else Doing.REMOVED
    return Told(News(doing, before, after), name, "#4c8dff", Source("Ada", NOW), is_back)


def test_what_others_did_is_listed_and_mine_is_put_back(panel: PeoplePanel) -> None:
    heard = Heard(panel)
    panel.turn_to(Page.OTHERS)
    rows = [told(car("a", 0), car("a", 0, x=50)), told(None, car("b", 1))]
    panel.others.show_rows(rows, "Also edited by Ada: 1 added, 1 changed")
    panel.begin()
    assert not panel.others.back.isEnabled()
    QTest.keyClick(panel.others.view, Key.Key_Down)
    QTest.keyClick(panel.others.view, Key.Key_Up)
    QTest.keyClick(panel.others.view, Key.Key_P)
    QTest.keyClick(panel.others.view, Key.Key_Down)

    assert heard.put_back == [rows[0].news]
    assert not panel.others.back.isEnabled()  # there was nothing before


def test_what_is_back_already_is_not_put_back_again(panel: PeoplePanel) -> None:
    panel.turn_to(Page.OTHERS)
    news = told(car("a", 0), None)
    panel.others.show_rows([news], "")
    QTest.keyClick(panel.others.view, Key.Key_Down)
    QTest.mouseClick(panel.others.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 10))
    assert panel.others.back.isEnabled()
    panel.others.show_rows([replace(news, is_back=True)], "")

    assert not panel.others.back.isEnabled()
    assert news.words == "removed"
    assert replace(news, is_back=True).words == "removed, put back"


def test_the_counts_stand_on_the_switch(panel: PeoplePanel) -> None:
    panel.show_counts(3, 1_200)
    assert [button.text() for button in panel.buttons.values()] == [
        "Conflicts 3",
        "Others’ work 1,200",
    ]
    panel.show_counts(0, 0)
    assert panel.buttons[Page.CONFLICTS].text() == "Conflicts"


# --- words


def test_fields_are_called_as_people_call_them() -> None:
    fields = ("name", "geometry", "instance", "attributes.colour", "extra.tag", "confidence")
    assert fields_in_words(fields) == "class, geometry, object, colour and 2 more"


def test_a_removal_is_said_from_both_sides() -> None:
    whole = conflict()
    theirs_gone, mine_gone = replace(whole, theirs=None), replace(whole, mine=None)
    assert conflict_in_words(theirs_gone) == "changed by you, removed by others"
    assert conflict_in_words(mine_gone) == "removed by you, changed by others"


def test_news_say_which_fields_changed() -> None:
    before = car("a", 0)
    news = News(Doing.CHANGED, before, replace(before, x=50, name="truck"))
    assert news_in_words(news) == "changed geometry, class"
    assert news_in_words(News(Doing.ADDED, None, before)) == "added"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("name", "car"),
        ("confidence", "1"),
        ("instance", NOTHING),
        ("attributes.colour", "red"),
        ("attributes.parked", "yes"),
        ("attributes.size", '{"w":1}'),
        ("attributes.none", NOTHING),
        ("attributes.absent", NOTHING),
        ("extra", NOTHING),
    ],
)
def test_values_are_said_on_one_line(field: str, text: str) -> None:
    attributes = '{"colour":"red","parked":true,"size":{"w":1},"none":null}'
    shape = car("a", 0, attributes=attributes)
    assert value_in_words(shape, field, None).replace(" ", "") == text.replace(" ", "")


def test_of_a_geometry_only_what_differs_is_said() -> None:
    box = car("a", 0, x=10)
    assert value_in_words(box, "geometry", replace(box, x=30)) == "x 10"
    assert value_in_words(box, "geometry", box) == "x 10, y 20, w 258, h 198"
    assert value_in_words(None, "geometry", box) == "removed"
    for shape in street():
        assert value_in_words(shape, "geometry", None)


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(hours=1), "13:30"),
        (timedelta(days=1), "yesterday 14:30"),
        (timedelta(days=40), "24 January, 14:30"),
        (timedelta(days=400), "2025-01-29"),
    ],
)
def test_a_moment_is_the_shorter_the_nearer(before: timedelta, text: str) -> None:
    assert when(NOW - before, NOW) == text


def test_who_is_not_known_is_not_named() -> None:
    assert Source().words(NOW) == ""
    assert Source("Ada").words(NOW) == "Ada"
    assert Source("", NOW).words(NOW) == "14:30"
