"""Only what changed is painted anew, and what is then on the screen is what a fresh frame shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from limner.canvas.live import apart
from limner.canvas.turn import UNTURNED, Turn
from limner.model.annotations import (
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    Polygon,
    Polyline,
)
from limner.model.points import Points
from limner.tools.select import SelectTool
from limner.tools.tool import Overlay, Sketch
from unit.canvas.easel import Easel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
ID = AnnotationId("a")
RING = Points.of([(60, 20), (120, 30), (140, 80), (90, 110), (50, 70)])
HOLE = Points.of([(80, 50), (100, 50), (90, 70)])
BOX = BBox(id=ID, name="car", x=60, y=50, w=60, h=40)
ROAD = Polygon(id=ID, name="road", rings=(RING, HOLE))
LANE = Polyline(id=ID, name="lane", path=RING)
STEPS = [(3, 2), (11, 7), (4, 16), (-9, 9), (-21, -4), (2, -18), (30, 12)]


def on_screen(easel: Easel) -> NDArray[np.uint32]:
    """What the window system was given, which is no more than what was painted."""
    QApplication.processEvents()
    canvas = easel.canvas
    window = canvas.screen().grabWindow(canvas.winId()).toImage()
    image = window.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1).copy()


def is_as_painted_afresh(easel: Easel) -> bool:
    seen = on_screen(easel)
    easel.canvas.repaint()
    return bool((seen == on_screen(easel)).all())


@pytest.mark.parametrize("turn", [UNTURNED, Turn(1), Turn(2, is_mirrored=True)])
@pytest.mark.parametrize(
    ("shape", "grip"),
    [
        (BOX, (80, 60)),
        (BOX, (120, 90)),
        (ROAD, (70, 40)),
        (ROAD, RING[1]),
        (ROAD, HOLE[0]),
        (LANE, RING[0]),
        (LANE, RING[3]),
        (Keypoint(id=ID, name="nose", x=90, y=60), (90, 60)),
    ],
)
def test_a_drag_leaves_no_trace(shape: Drawable, grip: tuple[float, float], turn: Turn) -> None:
    easel = Easel.put_up([shape])
    easel.canvas.turn_to(turn)
    easel.canvas.use(SelectTool(easel.bench))
    easel.bench.selection.choose([ID])
    easel.settles()
    start = easel.canvas.to_widget(*grip)
    easel.moves_mouse(QEvent.Type.MouseMove, start)
    easel.moves_mouse(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    for dx, dy in STEPS:
        easel.moves_mouse(QEvent.Type.MouseMove, start + QPointF(dx, dy), NONE, LEFT)
        on_screen(easel)
    assert easel.canvas.overlay.edited not in ((), (shape,))
    assert is_as_painted_afresh(easel)


def test_a_pointer_that_wanders_over_shapes_leaves_no_trace() -> None:
    cars = [replace(BOX, id=AnnotationId(str(i)), x=20 + 45 * i, w=30) for i in range(4)]
    easel = Easel.put_up(cars)
    easel.canvas.use(SelectTool(easel.bench))
    easel.settles()
    for car in (cars[0], cars[3], cars[1], cars[2]):
        at = easel.canvas.to_widget(car.x + 5, car.y + 5)
        easel.moves_mouse(QEvent.Type.MouseMove, at)
        on_screen(easel)
        assert easel.canvas.overlay.hovered == car.id
    assert is_as_painted_afresh(easel)


def test_a_shape_that_grows_leaves_no_trace() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    settled: list[tuple[float, float]] = []
    for x, y in RING:
        settled.append((x, y))
        rubber = (x + 20, y - 15)
        probe.shown = Overlay(sketch=Sketch(Points.of(settled), "#00ff00", True, rubber))
        easel.canvas.refresh_overlay()
        on_screen(easel)
    assert is_as_painted_afresh(easel)


def test_places_that_touch_are_painted_as_one_and_others_are_not() -> None:
    left, middle, right = QRect(0, 0, 10, 10), QRect(8, 0, 10, 10), QRect(16, 0, 10, 10)
    far = QRect(500, 500, 3, 3)
    assert apart([left, right, far, middle, QRect()]) == [far, QRect(0, 0, 26, 10)]
