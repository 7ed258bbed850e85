from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from limner.model.annotations import AnnotationId, BBox, Kind
from limner.model.document import Document
from limner.model.json_text import NO_ATTRIBUTES, JsonText
from limner.model.ontology import AttributeSpec, LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.panels.attributes import AttributesPanel
from limner.tools.bench import Bench
from unit.panels.conftest import CAR, ONTOLOGY, PERSON, car, street


@pytest.fixture
def panel(qtbot: QtBot, bench: Bench) -> AttributesPanel:
    made = AttributesPanel()
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.edit(bench)
    return made


@pytest.fixture
def said(panel: AttributesPanel) -> list[JsonText]:
    heard: list[JsonText] = []
    panel.attributes_changed.connect(heard.append)
    return heard


def select(bench: Bench, *ids: str) -> None:
    """Select these, and let the panel follow, which it does when the canvas has been painted."""
    bench.selection.choose(map(AnnotationId, ids))
    QApplication.processEvents()


def is_there(panel: AttributesPanel) -> bool:
    panel.flush()
    return panel.isVisible()


def show(panel: AttributesPanel, attributes: str) -> None:
    """Select a car with these attributes."""
    bench = Bench.over(Document([car("a", 0, attributes=attributes)]), ONTOLOGY, (10, 10))
    panel.edit(bench)
    select(bench, "a")


def field(panel: AttributesPanel, name: str) -> QLineEdit | QComboBox | QCheckBox:
    found = next(each for each in panel.form.fields if each.spec.name == name)
    control = found.focusProxy()
    assert isinstance(control, QLineEdit | QComboBox | QCheckBox)
    return control


def type_into(panel: AttributesPanel, name: str, text: str) -> None:
    line = field(panel, name)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, text) if text else QTest.keyClick(line, Qt.Key.Key_Delete)
    QTest.keyClick(line, Qt.Key.Key_Return)


def told(panel: AttributesPanel) -> str:
    labels = panel.findChildren(QLabel)
    return " ".join(label.text() for label in labels if not label.isHidden())


def test_the_panel_is_there_only_while_something_is_selected(
    panel: AttributesPanel, bench: Bench
) -> None:
    assert not is_there(panel)
    select(bench, "a")
    assert is_there(panel)
    bench.selection.clear()
    assert not is_there(panel)
    select(bench, "a")
    panel.edit(None)
    assert not is_there(panel)


def test_it_tells_place_size_and_origin(panel: AttributesPanel, bench: Bench) -> None:
    select(bench, "a")
    assert "x 10 y 20 w 258 h 198 confidence 1 id a" in told(panel)
    select(bench, "w")
    assert "x 300 y 640 confidence 1 instance 2 id w" in told(panel)
    select(bench, "l")
    assert "points 4 holes 0 area 81 px²" in told(panel)


def test_an_edit_on_the_canvas_is_seen(panel: AttributesPanel, bench: Bench) -> None:
    select(bench, "a")
    box = bench.document.get(AnnotationId("a"))
    assert isinstance(box, BBox)
    bench.history.do(Patch.replacing(Verb.MOVE, [(box, replace(box, x=77.25))]))
    panel.flush()
    assert "x 77.25 y" in told(panel)


def test_the_class_is_chosen_among_those_of_the_same_kind(
    panel: AttributesPanel, bench: Bench
) -> None:
    heard: list[LabelClass] = []
    panel.class_chosen.connect(heard.append)
    select(bench, "a")
    assert [panel.classes.itemText(at) for at in range(panel.classes.count())] == ["car", "person"]
    panel.classes.setFocus()
    QTest.keyClick(panel.classes, Qt.Key.Key_Down)
    assert heard == [PERSON]


def test_a_label_that_the_dataset_does_not_have_is_named(panel: AttributesPanel) -> None:
    bench = Bench.over(Document([car("a", 0)]), Ontology([PERSON]), (10, 10))
    panel.edit(bench)
    select(bench, "a")
    assert panel.classes.currentIndex() == -1
    assert panel.classes.placeholderText() == "car (not in this dataset)"


def test_shapes_of_different_kinds_share_no_class(panel: AttributesPanel, bench: Bench) -> None:
    select(bench, "a", "l")
    assert panel.aside.text() == "2 selected"
    assert not panel.classes.isEnabled()


@pytest.mark.parametrize(
    ("before", "name", "text", "after"),
    [
        ("[]", "colour", "red", '{"colour":"red"}'),
        ('{"colour":"red"}', "colour", "", "[]"),
        ('{"colour":"red","zz":[1,2.50]}', "colour", "blue", '{"colour":"blue","zz":[1,2.5]}'),
        ("{}", "doors", "4", '{"doors":4}'),
        ("{}", "doors", "4,5", '{"doors":4.5}'),
        ('{"doors":"many"}', "doors", "3", '{"doors":3}'),
    ],
)
def test_a_line_is_written_when_it_is_finished(
    panel: AttributesPanel, said: list[JsonText], before: str, name: str, text: str, after: str
) -> None:
    show(panel, before)
    type_into(panel, name, text)
    assert said == [JsonText(after)]


def test_what_is_no_number_is_marked_and_not_written(
    panel: AttributesPanel, said: list[JsonText]
) -> None:
    show(panel, "{}")
    type_into(panel, "doors", "nan")
    assert field(panel, "doors").property("invalid") is True
    assert said == []


def test_going_through_the_fields_writes_nothing(
    panel: AttributesPanel, said: list[JsonText]
) -> None:
    show(panel, '{"colour":"two\\nlines","doors":1e3,"view":"top","parked":null}')
    for name in ("colour", "doors", "view", "parked"):
        QTest.keyClick(field(panel, name), Qt.Key.Key_Return)
        QTest.keyClick(field(panel, name), Qt.Key.Key_Tab)
    assert said == []


def test_a_text_that_a_line_cannot_hold_is_shown_and_kept(panel: AttributesPanel) -> None:
    show(panel, '{"colour":"two\\nlines"}')
    line = field(panel, "colour")
    assert isinstance(line, QLineEdit)
    assert line.isReadOnly()
    assert line.text() == "two⏎lines"


def test_a_choice_is_made_and_unmade(panel: AttributesPanel, said: list[JsonText]) -> None:
    show(panel, '{"view":"top"}')
    combo = field(panel, "view")
    assert isinstance(combo, QComboBox)
    assert combo.currentText() == "top"
    QTest.keyClick(combo, Qt.Key.Key_Up)
    assert said == [JsonText('{"view":"side"}')]
    QTest.keyClick(combo, Qt.Key.Key_Home)
    assert said[-1] == NO_ATTRIBUTES


def test_a_check_box_is_ticked(panel: AttributesPanel, said: list[JsonText]) -> None:
    show(panel, "{}")
    box = field(panel, "parked")
    QTest.keyClick(box, Qt.Key.Key_Space)
    assert said == [JsonText('{"parked":true}')]


def test_the_keyboard_stays_in_its_field_while_the_work_is_written(
    panel: AttributesPanel, bench: Bench
) -> None:
    select(bench, "a")
    box = bench.document.get(AnnotationId("a"))
    assert isinstance(box, BBox)
    before = field(panel, "colour")
    described = replace(box, attributes=JsonText('{"colour":"red"}'))
    bench.history.do(Patch.replacing(Verb.DESCRIBE, [(box, described)]))
    panel.flush()
    assert field(panel, "colour") is before
    assert isinstance(before, QLineEdit)
    assert before.text() == "red"


def test_attributes_in_list_form_are_shown_and_kept(
    panel: AttributesPanel, said: list[JsonText]
) -> None:
    show(panel, '["wet",{"a":1e3}]')
    assert is_there(panel)
    assert panel.raw.isVisible()
    assert panel.raw.toPlainText() == '["wet",{"a":1e3}]'
    assert panel.raw.isReadOnly()
    assert not panel.form.isVisible()


def test_several_with_the_same_attributes_are_described_together(
    panel: AttributesPanel, bench: Bench, said: list[JsonText]
) -> None:
    select(bench, "a", "b")
    type_into(panel, "colour", "red")
    assert said == [JsonText('{"colour":"red"}')]


def test_several_that_differ_are_not_described_together(panel: AttributesPanel) -> None:
    shapes = [car("a", 0, attributes='{"doors":2}'), car("b", 1, attributes='{"doors":4}')]
    bench = Bench.over(Document(shapes), ONTOLOGY, (10, 10))
    panel.edit(bench)
    select(bench, "a", "b")
    assert not panel.form.isVisible()
    assert panel.note.text().startswith("Their attributes differ.")


def test_hostile_names_and_values_are_shown_as_plain_text(
    panel: AttributesPanel, qtbot: QtBot
) -> None:
    hostile = "<img src=/etc/passwd>"
    specs = (AttributeSpec(hostile), AttributeSpec("a&b", "select", (hostile, "A" * 100_000)))
    label = LabelClass("car", Kind.BBOX, CAR.colour, specs)
    shape = car("a", 0, attributes=JsonText.of({hostile: hostile, "raw": "<b>" * 9999}).text)
    bench = Bench.over(Document([shape]), Ontology([label]), (10, 10))
    panel.edit(bench)
    select(bench, "a")
    assert not panel.grab().isNull()
    assert panel.minimumSizeHint().width() <= 320


def test_every_annotation_of_a_street_can_be_looked_at(panel: AttributesPanel) -> None:
    bench = Bench.over(Document(street()), ONTOLOGY, (1280, 800))
    panel.edit(bench)
    for annotation in street():
        select(bench, annotation.id)
        assert not panel.grab().isNull()
