"""What an image leaves behind is let go of between events, and what stays is not touched."""

from __future__ import annotations

from weakref import ref

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from limner.canvas.leavings import Leavings
from limner.model.annotations import AnnotationId, BBox
from unit.canvas.easel import Easel, bench_of


class Thing:
    """Something whose end is noticed."""


def test_a_long_list_goes_in_many_turns_of_the_event_loop() -> None:
    things = [Thing() for _ in range(2_000_000)]
    kept, last = things[7], ref(things[-1])
    turns: list[int] = []
    leavings = Leavings()
    beat = QTimer(leavings, interval=0)
    beat.timeout.connect(lambda: turns.append(len(things)))
    beat.start()
    leavings.take(things, [])
    assert last() is not None
    while not leavings.is_empty:
        QApplication.processEvents()
    assert things == []
    assert last() is None
    assert kept is not None
    assert len(set(turns)) > 3


def test_another_document_leaves_nothing_of_the_one_before() -> None:
    easel = Easel.put_up([BBox(id=AnnotationId("a"), name="car", x=40, y=30, w=1, h=1)])
    before = easel.canvas._scene.table
    easel.canvas.edit(bench_of([BBox(id=AnnotationId("b"), name="car", x=9, y=9, w=9, h=9)]))
    while not easel.canvas._leavings.is_empty:
        QApplication.processEvents()
    assert before.records == before.simplified == []
    assert AnnotationId("b") in easel.canvas._scene.table
