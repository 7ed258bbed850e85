"""A canvas that shows an earlier version: framed, and what differs in colours of its own."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from limner.canvas.preview_frame import PreviewFrame
from limner.model.annotations import AnnotationId, BBox
from unit.canvas.easel import Easel, bench_of

BLUE_ISH = "#2040ff"


def box(id_: str, x: float) -> BBox:
    return BBox(id=AnnotationId(id_), name="car", x=x, y=40, w=60, h=60)


def test_a_tinted_shape_is_not_in_the_colour_of_its_class() -> None:
    easel = Easel.put_up([box("a", 20), box("b", 120)])
    red = easel.colour_at(20, 70)
    assert easel.colour_at(120, 70) == red
    easel.canvas.edit(bench_of([box("a", 20), box("b", 120)]), {AnnotationId("b"): BLUE_ISH})
    easel.settles()

    assert easel.colour_at(20, 70) == red
    assert easel.colour_at(120, 70)[2] > 200


def test_tints_go_with_the_document_they_came_with() -> None:
    easel = Easel.put_up([box("a", 20)])
    red = easel.colour_at(20, 70)
    easel.canvas.edit(bench_of([box("a", 20)]), {AnnotationId("a"): BLUE_ISH})
    easel.settles()
    easel.canvas.edit(bench_of([box("a", 20)]))
    easel.settles()

    assert easel.colour_at(20, 70) == red


def test_the_frame_covers_its_edge_and_title_and_nothing_else() -> None:
    easel = Easel.put_up([box("a", 20)])
    inside = easel.colour_at(100, 20)
    frame = PreviewFrame(easel.canvas)
    frame.show_title("Preview of 14:02 by Ada · Esc leaves")

    assert frame.title == "Preview of 14:02 by Ada · Esc leaves"
    assert easel.seen().pixelColor(1, 100).blue() > 200
    assert easel.colour_at(100, 20) == inside
    frame.show_title("")
    assert frame.title == ""
    assert easel.seen().pixelColor(1, 100).blue() == 0


def test_clicks_go_through_the_frame_and_it_follows_the_canvas() -> None:
    easel = Easel.put_up([box("a", 20)])
    probe = easel.uses()
    frame = PreviewFrame(easel.canvas)
    frame.show_title("Preview " * 100)
    QTest.mouseClick(
        easel.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(2, 100)
    )
    easel.canvas.resize(500, 400)

    assert [name for name, _ in probe.fed] == ["press", "release"]
    assert frame.geometry() == easel.canvas.rect()
