"""A person looks for objects, goes to them, and hides what is in the way."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from limner.model.annotations import AnnotationId, BBox
from limner.model.geometry import bounds
from limner.model.patch import Patch, Verb
from robot import CTRL, Annotator

HUGE = BBox(id=AnnotationId("huge"), name="car", x=-700, y=-400, w=2600, h=1600, rank=90)
TINY = BBox(id=AnnotationId("tiny"), name="car", x=200, y=100, w=1, h=1, rank=91)


@pytest.mark.parametrize("shape", [TINY, HUGE], ids=lambda shape: shape.id)
def test_return_on_a_row_goes_to_its_object_however_large_it_is(
    annotator: Annotator, shape: BBox
) -> None:
    annotator.document.apply(Patch.adding(Verb.DRAW, [shape]))
    canvas, panel = annotator.canvas, annotator.window.objects
    canvas.zoom_to(40.0)
    panel.filter.setText(f"id:{shape.id}")
    QTest.keyClick(panel.filter, Qt.Key.Key_Return)
    QTest.keyClick(panel.view, Qt.Key.Key_Return)
    at = canvas.to_widget(*bounds(shape).centre)
    assert abs(at.x() - canvas.width() / 2) <= 1
    assert abs(at.y() - canvas.height() / 2) <= 1
    seen = bounds(shape).width * canvas.zoom / canvas.devicePixelRatioF()
    assert 2 <= seen <= canvas.width()
    assert annotator.application.editor.bench is not None
    assert annotator.application.editor.bench.selection.only == shape.id


def test_what_was_hidden_in_the_list_is_not_found_on_the_canvas_after_coming_back(
    annotator: Annotator,
) -> None:
    annotator.draws_box(100, 100, 200, 200)
    annotator.takes(Qt.Key.Key_V)
    first = annotator.session.row.filename
    panel = annotator.window.objects
    panel.view.eye_clicked.emit(panel.view.model().rowCount() - 1)
    hidden = panel.hidden
    annotator.takes(Qt.Key.Key_D)
    annotator.waits_for_the_image()
    assert panel.hidden == frozenset()
    annotator.takes(Qt.Key.Key_A)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == first
    assert panel.hidden == hidden
    bench = annotator.application.editor.bench
    assert bench is not None
    assert hidden.isdisjoint(bench.find(100, 150, 5))


def test_a_shape_drawn_of_a_hidden_class_is_hidden_and_seen_again_with_its_class(
    annotator: Annotator,
) -> None:
    drawn = annotator.draws_box(100, 100, 200, 200)
    bench = annotator.application.editor.bench
    assert bench is not None
    classes = annotator.window.classes
    row = next(
        row for row in range(len(bench.ontology)) if bench.ontology.classes[row].name == drawn.name
    )
    classes.view.eye_clicked.emit(row)
    assert drawn.id not in bench.find(100, 150, 5)
    copy = replace(drawn, id=AnnotationId("copy"), rank=drawn.rank + 1)
    bench.document.apply(Patch.adding(Verb.DUPLICATE, [copy]))
    assert list(bench.find(100, 150, 5)) == []
    classes.view.eye_clicked.emit(row)
    assert set(bench.find(100, 150, 5)) == {drawn.id, "copy"}


def test_select_all_leaves_out_what_is_hidden_so_delete_removes_nothing_unseen(
    annotator: Annotator,
) -> None:
    kept = annotator.draws_box(100, 100, 200, 200)
    annotator.takes(Qt.Key.Key_V)
    panel = annotator.window.objects
    panel.view.eye_clicked.emit(panel.view.model().rowCount() - 1)
    annotator.hand.press(Qt.Key.Key_A, CTRL)
    annotator.takes(Qt.Key.Key_Delete)
    assert [shape.id for shape in annotator.shapes] == [kept.id]
