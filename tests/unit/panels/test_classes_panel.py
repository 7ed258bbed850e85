from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from limner.model.annotations import Kind
from limner.model.document import Document
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.panels.class_list import Column
from limner.panels.classes import ClassesPanel
from limner.tools.bench import Bench
from unit.panels.conftest import CAR, LANE, ONTOLOGY, PERSON, car, street

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def panel(qtbot: QtBot, bench: Bench) -> ClassesPanel:
    made = ClassesPanel()
    qtbot.addWidget(made)
    made.resize(320, 400)
    made.show()
    made.edit(bench)
    return made


def click(panel: ClassesPanel, row: int, column: Column = Column.NAME) -> None:
    place = panel.view.visualRect(panel.view.model().index(row, column)).center()
    QTest.mouseClick(panel.view.viewport(), LEFT, NONE, place)


def column(panel: ClassesPanel, which: Column) -> list[str]:
    model = panel.view.model()
    return [model.index(row, which).data() for row in range(model.rowCount())]


def test_classes_stand_with_their_keys_and_counts(panel: ClassesPanel) -> None:
    assert column(panel, Column.NAME) == ["car", "person", "lane", "wheel"]
    assert column(panel, Column.DIGIT) == ["1", "2", "3", "4"]
    assert column(panel, Column.COUNT) == ["2", "1", "1", "1"]


def test_counts_follow_every_edit_and_its_undo(panel: ClassesPanel, bench: Bench) -> None:
    bench.history.do(Patch.adding(Verb.DRAW, [car("n", 9)]))
    assert column(panel, Column.COUNT)[0] == "3"
    bench.history.undo()
    bench.history.do(Patch.removing(Verb.DELETE, list(bench.document)))
    assert column(panel, Column.COUNT) == ["", "", "", ""]


def test_a_click_chooses_the_class_of_the_next_shape(panel: ClassesPanel) -> None:
    heard: list[LabelClass] = []
    panel.chosen.connect(heard.append)
    click(panel, 2)
    assert heard == [LANE]
    assert panel.view.selected_row_numbers() == [2]


def test_a_class_chosen_by_its_digit_is_marked_without_an_echo(panel: ClassesPanel) -> None:
    heard: list[LabelClass] = []
    panel.chosen.connect(heard.append)
    panel.set_active(PERSON)
    assert panel.view.selected_row_numbers() == [1]
    panel.set_active(None)
    assert panel.view.selected_row_numbers() == []
    assert heard == []


def test_the_eye_hides_a_class_and_it_stays_hidden_on_the_next_image(panel: ClassesPanel) -> None:
    heard: list[frozenset[LabelClass]] = []
    panel.hidden_changed.connect(heard.append)
    click(panel, 0, Column.EYE)
    panel.edit(None)
    panel.edit(Bench.over(Document(street()), ONTOLOGY, (10, 10)))
    assert panel.hidden == {CAR}
    assert heard == [frozenset({CAR})]
    panel.edit(Bench.over(Document(), Ontology([LANE]), (10, 10)))
    assert heard[-1] == panel.hidden == frozenset()


def test_the_form_makes_its_column_no_wider(panel: ClassesPanel) -> None:
    QTest.mouseClick(panel.add, LEFT)
    assert panel.form.isVisible()
    assert panel.minimumSizeHint().width() <= 230  # as wide as its column is at the start


def test_a_new_class_is_named_and_asked_for(panel: ClassesPanel) -> None:
    heard: list[LabelClass] = []
    panel.wanted.connect(heard.append)
    QTest.mouseClick(panel.add, LEFT)
    assert panel.form.isVisible()
    assert not panel.form.add.isEnabled()
    QTest.keyClicks(panel.form.name, "  van ")
    panel.form.kind.setCurrentIndex(1)
    QTest.keyClick(panel.form.name, Qt.Key.Key_Return)
    assert [(label.name, label.kind) for label in heard] == [("van", Kind.POLYGON)]
    assert heard[0].colour not in {label.colour for label in ONTOLOGY}
    assert not panel.form.isVisible()


def test_a_class_that_is_there_already_is_refused_in_the_form(panel: ClassesPanel) -> None:
    heard: list[LabelClass] = []
    panel.wanted.connect(heard.append)
    QTest.mouseClick(panel.add, LEFT)
    QTest.keyClicks(panel.form.name, "car")
    assert panel.form.why.text() == "There is a box class of this name already."
    QTest.keyClick(panel.form.name, Qt.Key.Key_Return)
    assert heard == []
    panel.form.kind.setCurrentIndex(1)
    assert panel.form.add.isEnabled()


def test_escape_leaves_the_form(panel: ClassesPanel) -> None:
    QTest.mouseClick(panel.add, LEFT)
    QTest.keyClick(panel.form.name, Qt.Key.Key_Escape)
    assert not panel.form.isVisible()


def test_another_colour_is_taken_from_the_menu(panel: ClassesPanel) -> None:
    heard: list[LabelClass] = []
    panel.wanted.connect(heard.append)
    QTest.mouseClick(panel.add, LEFT)
    QTest.keyClicks(panel.form.name, "van")
    panel.form.colour.menu().actions()[4].trigger()
    QTest.mouseClick(panel.form.add, LEFT)
    assert heard == [LabelClass("van", Kind.BBOX, "#a78bfa")]


def test_a_dataset_without_classes_says_what_to_do(panel: ClassesPanel) -> None:
    panel.edit(Bench.over(Document(), Ontology(), (10, 10)))
    assert panel.empty.text().startswith("This dataset has no classes yet.")
    panel.edit(None)
    assert panel.empty.text() == "Open an image to see its classes."
    panel.await_image(is_coming=True)
    assert panel.empty.text() == "Loading the image…"
    assert not panel.add.isEnabled()


def test_labels_outside_the_ontology_are_no_trouble(panel: ClassesPanel) -> None:
    stranger = replace(car("x", 1), name="<table><tr><td>" * 16)
    panel.edit(Bench.over(Document([car("a", 0), stranger]), ONTOLOGY, (10, 10)))
    assert column(panel, Column.COUNT) == ["1", "", "", ""]
    assert not panel.grab().isNull()
