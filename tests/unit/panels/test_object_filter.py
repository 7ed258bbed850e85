"""Filtering, sorting and hiding in the object list, as a person meets them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from limner.model.annotations import AnnotationId, BBox, Polygon
from limner.model.document import Document
from limner.model.patch import Patch, Verb
from limner.panels.filter_popup import FilterPopup
from limner.panels.object_filter import Measure
from limner.panels.objects import ObjectsPanel
from limner.panels.sorting import SortBy
from limner.tools.bench import Bench
from unit.panels.conftest import ONTOLOGY, car, street

LEFT = Qt.MouseButton.LeftButton

# The offscreen plugin says this whenever a popup opens.
pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")


def opened() -> Bench:
    return Bench.over(Document(street()), ONTOLOGY, (1280, 800))


@pytest.fixture
def panel(qtbot: QtBot, bench: Bench) -> ObjectsPanel:
    made = ObjectsPanel()
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.show()
    made.edit(bench, "street")
    return made


@pytest.fixture
def popup(panel: ObjectsPanel) -> FilterPopup:
    return panel.finder.open_choices()


def names(panel: ObjectsPanel) -> list[str]:
    model = panel.view.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def check_class(popup: FilterPopup, row: int) -> None:
    place = popup.classes.visualRect(popup.classes.model().index(row, 0)).center()
    QTest.mouseClick(popup.classes.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)


def classes(popup: FilterPopup) -> list[tuple[str, bool]]:
    model = popup.classes.model()
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    checked = Qt.CheckState.Checked.value
    return [(r.data(), r.data(Qt.ItemDataRole.CheckStateRole) == checked) for r in rows]


# --- the line


def test_words_combine_and_the_rest_is_counted(panel: ObjectsPanel) -> None:
    QTest.keyClicks(panel.filter, "car size>200")
    assert names(panel) == ["car 1"]
    assert panel.finder.bar.words.text() == "1 of 5"


def test_half_a_word_leaves_the_list_alone_and_says_what_it_waits_for(panel: ObjectsPanel) -> None:
    panel.filter.setText("car")
    QTest.keyClicks(panel.filter, " size>")
    assert names(panel) == ["car 1", "car 2"]
    assert panel.finder.complaint.text() == "size> wants a number, such as 100."
    QTest.keyClicks(panel.filter, "200")
    assert panel.finder.complaint.isHidden()


def test_another_image_comes_without_the_filter_unless_it_is_pinned(panel: ObjectsPanel) -> None:
    panel.filter.setText("car")
    panel.edit(None)
    panel.edit(opened(), "harbour")
    assert panel.filter.text() == ""
    assert len(names(panel)) == 5
    panel.filter.setText("car")
    panel.filter.pin.trigger()
    panel.edit(opened(), "street")
    assert panel.filter.text() == "car"
    assert names(panel) == ["car 1", "car 2"]


def test_the_same_image_again_keeps_filter_and_numbers(panel: ObjectsPanel, bench: Bench) -> None:
    first = bench.document.get(AnnotationId("a"))
    assert first is not None
    bench.document.apply(Patch.removing(Verb.DELETE, [first]))
    panel.filter.setText("car")
    panel.edit(None)
    rest = [shape for shape in street() if shape.id != "a"]
    panel.edit(Bench.over(Document([*rest, car("z", 9)]), ONTOLOGY, (1280, 800)), "street")
    assert panel.filter.text() == "car"
    assert names(panel) == ["car 2", "car 3"]


def test_a_class_that_is_changed_and_undone_gives_the_number_back(
    panel: ObjectsPanel, bench: Bench
) -> None:
    first = bench.document.get(AnnotationId("a"))
    assert isinstance(first, BBox)
    bench.history.do(Patch.replacing(Verb.RELABEL, [(first, replace(first, name="person"))]))
    assert names(panel)[:3] == ["person 2", "car 2", "person 1"]
    bench.history.undo()
    assert names(panel)[:3] == ["car 1", "car 2", "person 1"]


def test_a_filter_for_what_is_selected_follows_the_canvas_but_not_its_own_rows(
    panel: ObjectsPanel, bench: Bench
) -> None:
    bench.selection.choose([AnnotationId("a"), AnnotationId("p")])
    panel.filter.setText("is:selected")
    assert names(panel) == ["car 1", "person 1"]
    place = panel.view.visualRect(panel.view.model().index(0, 0)).center()
    QTest.mouseClick(panel.view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    assert names(panel) == ["car 1", "person 1"]
    bench.selection.choose([AnnotationId("l")])
    assert names(panel) == ["lane 1"]


def test_a_filter_for_what_was_refused_follows_the_server(panel: ObjectsPanel) -> None:
    panel.filter.setText("is:refused")
    assert names(panel) == []
    panel.set_refusals({AnnotationId("b"): "w must be above 0"})
    assert names(panel) == ["car 2"]


# --- the choices


def test_the_choices_count_what_the_other_words_leave(
    panel: ObjectsPanel, popup: FilterPopup
) -> None:
    assert [name for name, _ in classes(popup)] == ["car  2", "lane  1", "person  1", "wheel  1"]
    assert popup.types.boxes["bbox"].text() == "bbox  3"
    panel.filter.setText("size>200")
    panel.finder.open_choices()
    assert [name for name, _ in classes(popup)] == ["car  1", "lane  0", "person  0", "wheel  0"]


def test_what_is_checked_is_written_into_the_line(panel: ObjectsPanel, popup: FilterPopup) -> None:
    panel.filter.setText("-zebra")
    check_class(popup, 0)
    check_class(popup, 2)
    assert panel.filter.text() == "-zebra class:car,person"
    assert names(panel) == ["car 1", "car 2", "person 1"]
    check_class(popup, 0)
    popup.types.boxes["bbox"].click()
    popup.states.boxes["hidden"].click()
    assert panel.filter.text() == "-zebra class:person type:bbox is:hidden"
    popup.clear.click()
    assert panel.filter.text() == ""
    assert not any(is_checked for _, is_checked in classes(popup))


def test_what_is_typed_is_checked(panel: ObjectsPanel, popup: FilterPopup) -> None:
    panel.filter.setText("class:lane,wheel type:polygon conf>=0.25 area<900 view=front")
    panel.finder.open_choices()
    assert [is_on for _, is_on in classes(popup)] == [False, True, False, True]
    assert popup.types.boxes["polygon"].isChecked()
    assert popup.bounds[Measure.CONFIDENCE].low.value == 0.25
    assert popup.bounds[Measure.AREA].high.value == 900
    assert popup.attribute.key.currentText() == "view"
    assert popup.attribute.value.text() == "front"


def test_bounds_and_attributes_are_words_too(panel: ObjectsPanel, popup: FilterPopup) -> None:
    QTest.keyClicks(popup.bounds[Measure.SIZE].low, "100")
    QTest.keyClicks(popup.bounds[Measure.SIZE].high, "200.5")
    assert panel.filter.text() == "size>=100 size<=200.5"
    assert names(panel) == ["car 2", "person 1"]
    popup.bounds[Measure.SIZE].low.clear()
    popup.bounds[Measure.SIZE].low.changed.emit()
    popup.attribute.key.setEditText("size")
    assert panel.filter.text() == "size<=200.5 has:size"
    popup.attribute.value.setText("3 m")
    assert panel.filter.text() == 'size<=200.5 "size"="3 m"'


def test_the_classes_are_checked_by_the_keyboard_too(
    panel: ObjectsPanel, popup: FilterPopup
) -> None:
    popup.classes.setCurrentIndex(popup.classes.model().index(1, 0))
    QTest.keyClick(popup.classes, Qt.Key.Key_Space)
    assert panel.filter.text() == "class:lane"


def test_alt_down_opens_the_choices(panel: ObjectsPanel) -> None:
    QTest.keyClick(panel.filter, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    popup = panel.findChild(FilterPopup)
    assert popup is not None
    assert popup.isVisible()


# --- what was found


def test_all_that_was_found_is_hidden_and_shown_at_once(panel: ObjectsPanel) -> None:
    panel.filter.setText("class:car")
    panel.finder.bar.hide_all.click()
    assert panel.hidden == {"a", "b"}
    panel.filter.clear()
    assert panel.unhide.isVisible()
    panel.unhide.click()
    assert panel.hidden == frozenset()
    assert not panel.unhide.isVisible()


def test_only_these_and_again_for_what_was_seen_before(panel: ObjectsPanel) -> None:
    heard: list[frozenset[str]] = []
    panel.hidden_changed.connect(heard.append)
    panel.filter.setText("type:keypoint")
    panel.finder.bar.hide_all.click()
    panel.filter.setText("class:car")
    panel.finder.bar.only.click()
    assert panel.hidden == {"p", "l", "w"}
    assert panel.finder.bar.only.isChecked()
    panel.filter.setText("class:lane")
    panel.finder.bar.only.click()
    assert panel.hidden == {"a", "b", "p", "w"}
    panel.finder.bar.only.click()
    assert panel.hidden == {"w"}
    assert not panel.finder.bar.only.isChecked()
    assert len(heard) == 4


def test_all_that_was_found_is_selected_at_once(panel: ObjectsPanel, bench: Bench) -> None:
    panel.filter.setText("class:car")
    panel.finder.bar.select.click()
    assert bench.selection.ids == ("a", "b")


def test_what_was_hidden_is_hidden_again_when_the_image_is_opened_again(
    panel: ObjectsPanel,
) -> None:
    heard: list[frozenset[str]] = []
    panel.filter.setText("class:car")
    panel.finder.bar.hide_all.click()
    panel.hidden_changed.connect(heard.append)
    panel.edit(None)
    panel.edit(opened(), "harbour")
    assert panel.hidden == frozenset()
    panel.edit(opened(), "street")
    assert heard == [frozenset(), frozenset({"a", "b"})]


def test_a_filter_for_what_is_seen_lets_go_of_what_is_hidden(panel: ObjectsPanel) -> None:
    panel.filter.setText("-is:hidden car")
    panel.view.eye_clicked.emit(0)
    assert names(panel) == ["car 2"]


# --- sorting


def test_rows_are_sorted_by_what_the_menu_says(panel: ObjectsPanel) -> None:
    in_z_order = names(panel)
    panel.sort.orders[SortBy.NAME].trigger()
    assert names(panel) == ["car 1", "car 2", "lane 1", "person 1", "wheel 1"]
    panel.sort.orders[SortBy.SIZE].trigger()
    assert names(panel) == ["wheel 1", "lane 1", "person 1", "car 2", "car 1"]
    panel.sort.reverse.trigger()
    assert names(panel)[0] == "car 1"
    assert panel.sort.toolTip() == "Sorted by size, reversed"
    panel.sort.orders[SortBy.CONFIDENCE].trigger()
    assert names(panel) == in_z_order  # all the same, so nothing moves


def test_a_sorted_row_finds_its_new_place_when_it_is_edited(
    panel: ObjectsPanel, bench: Bench
) -> None:
    panel.sort.orders[SortBy.SIZE].trigger()
    lane = bench.document.get(AnnotationId("l"))
    assert isinstance(lane, Polygon)
    grown = replace(lane, rings=(lane.rings[0].with_point(1, 999.0, 0.0),))
    bench.selection.choose([lane.id])
    bench.history.do(Patch.replacing(Verb.RESHAPE, [(lane, grown)]))
    assert names(panel)[-1] == "lane 1"
    assert panel.view.selected_row_numbers() == [4]


def test_sizes_and_attributes_are_read_before_they_are_asked_for(panel: ObjectsPanel) -> None:
    panel.activateWindow()
    panel.filter.setFocus()
    panel.filter.entered.emit()
    while panel.is_preparing:
        QApplication.processEvents()
    assert len(names(panel)) == 5
