from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from limner.model.annotations import AnnotationId, BBox, Opaque
from limner.model.document import Document
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.panels.object_list import Column
from limner.panels.objects import ObjectsPanel
from limner.tools.bench import Bench
from unit.panels.conftest import ONTOLOGY, car, street

NONE = Qt.KeyboardModifier.NoModifier
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(qtbot: QtBot, bench: Bench) -> ObjectsPanel:
    made = ObjectsPanel()
    qtbot.addWidget(made)
    made.resize(320, 500)
    made.show()
    made.edit(bench)
    return made


def rows(panel: ObjectsPanel) -> list[tuple[str, str, str]]:
    model = panel.view.model()
    columns = (Column.NAME, Column.KIND, Column.SIZE)
    return [
        (model.index(at, columns[0]).data(), *(model.index(at, c).data() for c in columns[1:]))
        for at in range(model.rowCount())
    ]


def names(panel: ObjectsPanel) -> list[str]:
    return [name for name, _, _ in rows(panel)]


def click(
    panel: ObjectsPanel,
    row: int,
    column: Column = Column.NAME,
    held: Qt.KeyboardModifier = NONE,
) -> None:
    place = panel.view.visualRect(panel.view.model().index(row, column)).center()
    QTest.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, held, place)


def test_every_annotation_has_a_name_a_type_and_a_size(panel: ObjectsPanel) -> None:
    times = "\N{MULTIPLICATION SIGN}"
    assert rows(panel) == [
        ("car 1", "bbox", f"258{times}198"),
        ("car 2", "bbox", f"168{times}198"),
        ("person 1", "bbox", f"60{times}188"),
        ("lane 1", "polygon", "4 pts"),
        ("wheel 1", "keypoint", "300, 640"),
    ]
    assert panel.aside.text() == "5"


def test_a_click_selects_on_the_bench_and_ctrl_adds(panel: ObjectsPanel, bench: Bench) -> None:
    click(panel, 2)
    click(panel, 0, held=CTRL)
    assert bench.selection.ids == ("p", "a")
    click(panel, 2, held=CTRL)
    assert bench.selection.only == "a"


def test_what_is_selected_on_the_canvas_is_selected_here(panel: ObjectsPanel, bench: Bench) -> None:
    bench.selection.choose([AnnotationId("w"), AnnotationId("b")])
    assert panel.view.selected_row_numbers() == [1, 4]
    bench.selection.clear()
    assert panel.view.selected_row_numbers() == []


def test_edits_are_followed_row_by_row(panel: ObjectsPanel, bench: Bench) -> None:
    resets: list[None] = []
    panel.view.model().modelReset.connect(lambda: resets.append(None))
    new = car("n", 9)
    bench.history.do(Patch.adding(Verb.DRAW, [new]), select=(new.id,))
    assert names(panel)[-1] == "car 3"
    assert panel.view.selected_row_numbers() == [5]
    bench.history.do(Patch.replacing(Verb.RESIZE, [(new, replace(new, w=7.0))]))
    assert rows(panel)[-1][2].startswith("7")
    bench.history.undo()
    bench.history.undo()
    assert len(names(panel)) == 5
    assert resets == []


def test_numbers_stay_when_another_is_deleted_and_come_back_with_undo(
    panel: ObjectsPanel, bench: Bench
) -> None:
    first = bench.document.get(AnnotationId("a"))
    assert first is not None
    bench.history.do(Patch.removing(Verb.DELETE, [first]))
    assert names(panel)[0] == "car 2"
    bench.history.undo()
    assert names(panel)[:2] == ["car 1", "car 2"]
    assert panel.name_of(AnnotationId("b")) == "car 2"


def test_deleting_what_is_selected_leaves_nothing_selected(
    panel: ObjectsPanel, bench: Bench
) -> None:
    click(panel, 0)
    bench.history.do(Patch.removing(Verb.DELETE, bench.selected()))
    assert bench.selection.ids == ()
    assert panel.view.selected_row_numbers() == []
    bench.history.undo()
    assert panel.view.selected_row_numbers() == [0]


def test_a_row_may_be_asked_about_while_it_goes(panel: ObjectsPanel, bench: Bench) -> None:
    model, told = panel.view.model(), list[object]()
    model.rowsAboutToBeRemoved.connect(lambda _, row: told.append(model.index(row, 0).data()))
    first = bench.document.get(AnnotationId("a"))
    assert first is not None
    bench.document.apply(Patch.removing(Verb.DELETE, [first]))
    assert told == [None]


def test_bringing_to_the_front_moves_the_row_and_keeps_the_selection(
    panel: ObjectsPanel, bench: Bench
) -> None:
    click(panel, 0)
    first = bench.selected()[0]
    bench.document.apply(Patch.replacing(Verb.REORDER, [(first, replace(first, rank=99.0))]))
    assert names(panel)[-1] == "car 1"
    assert bench.selection.ids == ("a",)
    assert panel.view.selected_row_numbers() == [4]


def test_a_relabelled_object_gets_a_number_of_its_new_class(
    panel: ObjectsPanel, bench: Bench
) -> None:
    person = bench.document.get(AnnotationId("p"))
    assert isinstance(person, BBox)
    bench.history.do(Patch.replacing(Verb.RELABEL, [(person, replace(person, name="car"))]))
    assert names(panel)[2] == "car 3"


def test_a_paste_of_thousands_arrives_whole_and_selected(panel: ObjectsPanel, bench: Bench) -> None:
    pasted = [car(f"n{number:04}", 10 + number) for number in range(5000)]
    chosen = tuple(annotation.id for annotation in pasted)
    bench.history.do(Patch.adding(Verb.PASTE, pasted), select=chosen)
    assert panel.aside.text() == "5,005"
    assert panel.view.selected_row_numbers() == list(range(5, 5005))
    bench.history.undo()
    assert len(names(panel)) == 5


def test_the_filter_looks_into_labels_numbers_and_ids(panel: ObjectsPanel, bench: Bench) -> None:
    QTest.keyClicks(panel.filter, "CAR 2")
    assert names(panel) == ["car 2"]
    assert panel.finder.bar.words.text() == "1 of 5"
    panel.filter.clear()
    QTest.keyClicks(panel.filter, "zzz")
    assert panel.empty.text() == "No object matches “zzz”."


def test_filtering_does_not_change_what_is_selected(panel: ObjectsPanel, bench: Bench) -> None:
    bench.selection.choose([AnnotationId("p")])
    QTest.keyClicks(panel.filter, "car")
    assert bench.selection.ids == ("p",)
    panel.filter.clear()
    assert panel.view.selected_row_numbers() == [2]


def test_a_new_shape_that_the_filter_does_not_want_stays_out(
    panel: ObjectsPanel, bench: Bench
) -> None:
    QTest.keyClicks(panel.filter, "person")
    bench.history.do(Patch.adding(Verb.DRAW, [car("n", 9)]))
    assert names(panel) == ["person 1"]
    assert panel.finder.bar.words.text() == "1 of 6"


def test_the_eye_hides_one_object_and_selects_nothing(panel: ObjectsPanel, bench: Bench) -> None:
    heard: list[frozenset[str]] = []
    panel.hidden_changed.connect(heard.append)
    click(panel, 1, Column.EYE)
    assert heard == [frozenset({"b"})]
    assert bench.selection.ids == ()
    click(panel, 1, Column.EYE)
    assert heard[-1] == frozenset()


def test_space_hides_and_shows_everything_selected(panel: ObjectsPanel) -> None:
    click(panel, 0)
    click(panel, 2, held=CTRL)
    QTest.keyClick(panel.view, Qt.Key.Key_Space)
    assert panel.hidden == {"a", "p"}
    QTest.keyClick(panel.view, Qt.Key.Key_Space)
    assert panel.hidden == frozenset()


def test_another_image_begins_with_nothing_hidden(panel: ObjectsPanel) -> None:
    heard: list[frozenset[str]] = []
    click(panel, 1, Column.EYE)
    panel.hidden_changed.connect(heard.append)
    panel.edit(Bench.over(Document(street()), ONTOLOGY, (10, 10)))
    assert heard == [frozenset()]


def test_a_double_click_and_return_bring_an_object_into_view(panel: ObjectsPanel) -> None:
    heard: list[str] = []
    panel.reveal.connect(heard.append)
    click(panel, 3)
    place = panel.view.visualRect(panel.view.model().index(3, 0)).center()
    QTest.mouseDClick(panel.view.viewport(), Qt.MouseButton.LeftButton, NONE, place)
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    assert heard == ["l", "l"]


def test_a_refused_shape_tells_why(panel: ObjectsPanel) -> None:
    panel.set_refusals({AnnotationId("b"): "w must be above 0"})
    tip = panel.view.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "w must be above 0" in tip
    assert not panel.grab().isNull()
    panel.set_refusals({})
    assert "above 0" not in panel.view.model().index(1, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_what_cannot_be_drawn_is_listed_with_its_reason(panel: ObjectsPanel, bench: Bench) -> None:
    kept = Opaque(id=AnnotationId("x"), raw=JsonText("{}"), reason="The type is new.", rank=9)
    bench.document.apply(Patch.adding(Verb.RELOAD, [kept]))
    assert rows(panel)[-1] == ("unreadable 1", "kept", "")
    assert "The type is new." in panel.view.model().index(5, 0).data(Qt.ItemDataRole.ToolTipRole)


def test_hostile_labels_are_painted_as_plain_text(panel: ObjectsPanel) -> None:
    labels = ("<img src=/etc/passwd>", "<table><tr><td>" * 16, "A" * 1_000_000, "\u202egnp.exe")
    shapes = [replace(car(f"h{at}", at), name=label, w=1e300) for at, label in enumerate(labels)]
    panel.edit(Bench.over(Document(shapes), ONTOLOGY, (10, 10)))
    assert not panel.grab().isNull()
    assert names(panel)[0] == "<img src=/etc/passwd> 1"
    assert names(panel)[3] == "\\u202egnp.exe 1"
    assert max(map(len, names(panel))) < 210


def test_without_an_image_the_panel_says_so_and_hears_nothing(
    panel: ObjectsPanel, bench: Bench
) -> None:
    panel.edit(None)
    bench.history.do(Patch.adding(Verb.DRAW, [car("n", 9)]))
    bench.selection.choose([AnnotationId("n")])
    assert panel.empty.text() == "Open an image to see its objects."
    panel.await_image(is_coming=True)
    assert panel.empty.text() == "Loading the objects of this image…"
    assert rows(panel) == []
