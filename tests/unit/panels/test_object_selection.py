"""Selecting in the object list: what Qt would do, at any number of rows, both ways."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.patch import Patch, Verb
from limner.panels.objects import ObjectsPanel
from limner.panels.rows import ROW_HEIGHT
from limner.tools.bench import Bench
from unit.panels.conftest import ONTOLOGY, car

Key = Qt.Key
NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
MANY = 100_000


class Listed:
    """A panel over cars named by their rows, and a hand."""

    def __init__(self, count: int, qtbot: QtBot) -> None:
        self.ids = [AnnotationId(f"n{row}") for row in range(count)]
        document = Document(car(id_, row) for row, id_ in enumerate(self.ids))
        self.bench = Bench.over(document, ONTOLOGY, (10, 10))
        self.panel = ObjectsPanel()
        self.view = self.panel.view
        qtbot.addWidget(self.panel)
        self.panel.resize(320, 500)
        self.panel.show()
        self.panel.edit(self.bench)
        QApplication.processEvents()

    def press(self, row: int, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mousePress(self.view.viewport(), LEFT, held, self.place(row))

    def click(self, row: int, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.view.viewport(), LEFT, held, self.place(row))

    def drag_to(self, row: int) -> None:
        QTest.mouseMove(self.view.viewport(), self.place(row))

    def key(self, key: Qt.Key, held: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.view, key, held)

    def place(self, row: int) -> QPoint:
        return self.view.visualRect(self.view.model().index(row, 0)).center()

    @property
    def selected(self) -> list[int]:
        """The rows, in the order they were chosen, after the list and the bench agreed."""
        rows = [self.ids.index(id_) for id_ in self.bench.selection]
        assert self.view.selected_row_numbers() == sorted(rows)
        return rows

    @property
    def marked(self) -> list[int]:
        """The rows in sight that are painted, and told to screen readers, as selected."""
        chosen = self.view.selectionModel()
        top = self.view.verticalScrollBar().value() // ROW_HEIGHT
        seen = range(top, top + self.view.viewport().height() // ROW_HEIGHT)
        root = self.view.rootIndex()
        return [row for row in seen if chosen.isRowSelected(row, root)]


@pytest.fixture
def few(qtbot: QtBot) -> Listed:
    return Listed(12, qtbot)


def test_shift_selects_up_to_the_row_and_ctrl_one_more_or_less(few: Listed) -> None:
    few.click(2)
    few.click(5, SHIFT)
    assert few.selected == [2, 3, 4, 5]
    few.click(1, SHIFT)
    assert few.selected == [2, 1]
    few.click(7, CTRL)
    few.click(9, CTRL | SHIFT)
    assert few.selected == [2, 1, 7, 8, 9]
    few.click(8, CTRL)
    assert few.selected == [2, 1, 7, 9]
    assert few.marked == [1, 2, 7, 9]


def test_a_drag_selects_what_it_passes_and_lets_go_of_it_on_the_way_back(few: Listed) -> None:
    few.press(3)
    few.drag_to(6)
    assert few.selected == [3, 4, 5, 6]
    few.drag_to(2)
    assert few.selected == [3, 2]
    QTest.mouseRelease(few.view.viewport(), LEFT, NONE, few.place(2))
    few.drag_to(8)
    assert few.selected == [3, 2]


def test_a_click_below_the_rows_selects_nothing_and_with_ctrl_changes_nothing(
    few: Listed,
) -> None:
    few.click(3)
    below = QPoint(20, few.view.viewport().height() - 2)
    QTest.mouseClick(few.view.viewport(), LEFT, CTRL, below)
    assert few.selected == [3]
    QTest.mouseClick(few.view.viewport(), LEFT, NONE, below)
    assert few.selected == []


def test_the_arrows_select_and_with_shift_they_select_more(few: Listed) -> None:
    few.click(2)
    few.key(Key.Key_Down)
    assert few.selected == [3]
    few.key(Key.Key_Down, SHIFT)
    few.key(Key.Key_Down, SHIFT)
    few.key(Key.Key_Up, SHIFT)
    assert few.selected == [3, 4]
    few.key(Key.Key_End, SHIFT)
    assert sorted(few.selected) == list(range(3, 12))
    few.key(Key.Key_Home)
    assert few.selected == [0]


def test_with_ctrl_the_arrows_go_on_and_space_takes_a_row_in_or_out(few: Listed) -> None:
    few.click(2)
    few.key(Key.Key_Down, CTRL)
    few.key(Key.Key_Down, CTRL)
    assert few.selected == [2]
    few.key(Key.Key_Space, CTRL)
    assert few.selected == [2, 4]
    few.key(Key.Key_Space, CTRL)
    assert few.selected == [2]
    assert few.panel.hidden == frozenset()


def test_ctrl_a_selects_what_the_filter_shows(few: Listed) -> None:
    few.panel.filter.setText("id:n1")
    few.key(Key.Key_A, CTRL)
    assert set(few.bench.selection) == {"n1", "n10", "n11"}


def test_what_the_filter_hides_stays_selected_only_when_ctrl_adds(few: Listed) -> None:
    few.click(0)
    few.panel.filter.setText("id:n1")
    few.click(1, CTRL)
    assert list(few.bench.selection) == ["n0", "n10"]
    few.click(2)
    assert list(few.bench.selection) == ["n11"]


def test_the_keyboard_goes_on_from_what_the_canvas_selected(few: Listed) -> None:
    few.bench.selection.choose([few.ids[4]])
    QApplication.processEvents()  # the canvas is painted first
    few.key(Key.Key_Down, SHIFT)
    assert few.selected == [4, 5]


def test_a_row_that_goes_moves_the_anchor_with_the_others(few: Listed) -> None:
    few.click(5)
    few.bench.document.apply(Patch.removing(Verb.DELETE, [car("n1", 1)]))
    few.click(6, SHIFT)
    assert few.bench.selection.ids == ("n5", "n6", "n7")


def test_every_second_of_a_hundred_thousand_is_selected_from_the_canvas(qtbot: QtBot) -> None:
    many = Listed(MANY, qtbot)
    widgets = len(many.panel.findChildren(QWidget))
    many.bench.selection.choose(many.ids[::2])
    QApplication.processEvents()
    assert many.view.selected_row_numbers() == list(range(0, MANY, 2))
    assert many.marked[:3] == [0, 2, 4]
    assert all(row % 2 == 0 for row in many.marked)
    assert many.view.selectionModel().selection().count() < 100
    many.view.scrollToBottom()
    assert many.marked[-1] in (MANY - 2, MANY - 4)
    assert len(many.panel.findChildren(QWidget)) == widgets


def test_a_filter_and_ctrl_a_select_scattered_rows_of_a_hundred_thousand(qtbot: QtBot) -> None:
    many = Listed(MANY, qtbot)
    many.panel.filter.setText("-id:7")
    many.key(Key.Key_A, CTRL)
    wanted = [id_ for id_ in many.ids if "7" not in id_]
    assert list(many.bench.selection) == wanted
    many.panel.filter.clear()
    rows = many.view.selected_row_numbers()
    assert [many.ids[row] for row in rows] == wanted


def test_a_screen_reader_is_told_what_is_selected(few: Listed) -> None:
    few.click(2)
    few.click(4, CTRL)
    table = QAccessible.queryAccessibleInterface(few.view)
    cells = [table.child(at) for at in range(table.childCount())]
    told = [cell.text(QAccessible.Text.Name) for cell in cells if cell.state().selected]
    assert [words.split(",")[0] for words in told[::4]] == ["car 3", "car 5"]


def test_a_list_that_changes_under_a_drag_takes_nothing_from_the_selection(few: Listed) -> None:
    few.press(3)
    few.drag_to(6)
    few.panel.filter.setText("car")
    few.drag_to(5)
    assert few.selected == [3, 4, 5, 6]


def test_the_list_stays_where_it_is_when_everything_is_selected(qtbot: QtBot) -> None:
    many = Listed(1_000, qtbot)
    bar = many.view.verticalScrollBar()
    bar.setValue(200 * ROW_HEIGHT)
    many.bench.selection.choose(many.ids)
    QApplication.processEvents()
    assert bar.value() == 200 * ROW_HEIGHT
    many.bench.selection.choose([many.ids[900]])
    QApplication.processEvents()
    assert many.view.shows_selected
    many.bench.selection.choose([many.ids[3], many.ids[5], many.ids[7]])
    QApplication.processEvents()
    assert many.view.shows_selected
