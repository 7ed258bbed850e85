"""A turned view: what is seen turns, and no coordinate does."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from limner.canvas.input import cursor_shape
from limner.canvas.turn import UNTURNED, Turn
from limner.canvas.viewport import Viewport
from limner.imaging.picture import WholePicture
from limner.model.annotations import Annotation, AnnotationId, BBox, Polygon
from limner.model.geometry import Bounds
from limner.model.points import Points
from limner.tools.select import SelectTool
from limner.tools.tool import Carried, Cursor, Key, Overlay
from limner.tools.toolbox import make
from unit.canvas.easel import Easel

TURNS = [Turn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
SIZE = (200, 150)
CAR = BBox(id=AnnotationId("a"), name="car", x=40, y=30, w=60, h=40)
ROAD = Polygon(
    id=AnnotationId("b"),
    name="road",
    rings=(Points.of([(120.3, 20.8), (180, 33), (160.2, 90), (131, 77.5)]),),
)

every_turn = pytest.mark.parametrize("turn", TURNS, ids=str)


def put_up(turn: Turn, annotations: list[Annotation] | None = None) -> Easel:
    """Noise, so that each pixel is its own."""
    easel = Easel.put_up(annotations or [], size=SIZE)
    noise = np.random.default_rng(3).integers(0, 255, (SIZE[1], SIZE[0], 4), dtype=np.uint8)
    noise[..., 3] = 255
    easel.canvas.show_picture(WholePicture((noise,)))
    easel.canvas.turn_to(turn)
    easel.settles()
    return easel


def pixels(image: QImage) -> NDArray[np.uint32]:
    flat = np.frombuffer(image.constBits(), dtype=np.uint32)  # does not keep the image
    return flat.reshape(image.height(), image.bytesPerLine() // 4)[:, : image.width()].copy()


def turned(upright: NDArray[np.uint32], turn: Turn) -> NDArray[np.uint32]:
    """What numpy makes of it: an independent opinion."""
    seen = upright[:, ::-1] if turn.is_mirrored else upright
    return np.rot90(seen, -turn.quarters)


def drags(easel: Easel, start: QPointF, end: QPointF) -> None:
    easel.drags(LEFT, [start, (start + end) / 2, end])


@every_turn
def test_a_turned_view_shows_the_same_pixels_turned(turn: Turn) -> None:
    easel = put_up(UNTURNED, [CAR, ROAD])
    easel.canvas.resize(200, 200)
    easel.canvas.zoom_to(1.7)
    easel.canvas.centre_on(Bounds(100, 70, 100, 70))
    easel.settles()
    before = pixels(easel.seen())
    easel.canvas.turn_to(turn)
    easel.settles()
    assert np.array_equal(pixels(easel.seen()), turned(before, turn))


@every_turn
def test_before_its_tiles_come_a_turned_view_is_right_but_for_sharpness(turn: Turn) -> None:
    easel = put_up(turn)
    easel.canvas.show_picture(halves())
    easel.canvas.fit()
    early = easel.seen()
    easel.settles()
    late = easel.seen()
    for x, y in ((20, 20), (180, 20), (20, 130), (180, 130)):
        at = easel.canvas.to_widget(x, y).toPoint()
        assert early.pixelColor(at) == late.pixelColor(at) == colour_of_half(x, y)


def halves() -> WholePicture:
    """Four quarters in four colours."""
    pixels = np.full((*SIZE[::-1], 4), 255, dtype=np.uint8)
    pixels[:75, :100, :3], pixels[:75, 100:, :3] = (0, 0, 255), (0, 255, 0)
    pixels[75:, :100, :3], pixels[75:, 100:, :3] = (255, 0, 0), (9, 9, 9)
    return WholePicture((pixels,))


def colour_of_half(x: float, y: float) -> QColor:
    top, bottom = (QColor(255, 0, 0), QColor(0, 255, 0)), (QColor(0, 0, 255), QColor(9, 9, 9))
    return (top if y < 75 else bottom)[x >= 100]


@every_turn
def test_the_last_frame_stands_in_the_right_way_round_while_zooming(turn: Turn) -> None:
    easel = put_up(turn)
    easel.canvas.show_picture(halves())
    easel.settles()
    easel.canvas.zoom_by(1.3)
    early = easel.seen()
    for x, y in ((80, 60), (120, 60), (80, 90), (120, 90)):
        at = easel.canvas.to_widget(x, y).toPoint()
        assert early.pixelColor(at) == colour_of_half(x, y)


@every_turn
def test_a_box_drawn_in_a_turned_view_lies_where_the_pointer_was(turn: Turn) -> None:
    easel = put_up(turn)
    easel.canvas.use(make("box", easel.bench))
    start, end = QPointF(110.0, 100.0), QPointF(190.0, 140.0)
    corners = [easel.canvas.to_image(at) for at in (start, end)]
    drags(easel, start, end)
    (box,) = easel.bench.document
    assert isinstance(box, BBox)
    (x0, y0), (x1, y1) = np.min(corners, axis=0), np.max(corners, axis=0)
    assert (box.x, box.y, box.w, box.h) == pytest.approx((x0, y0, x1 - x0, y1 - y0))


@every_turn
def test_turning_changes_no_stored_number(turn: Turn) -> None:
    easel = put_up(UNTURNED, [CAR, ROAD])
    before = list(easel.bench.document)
    easel.canvas.turn_to(turn)
    easel.settles()
    easel.canvas.turn_to(UNTURNED)
    assert list(easel.bench.document) == before
    assert not easel.bench.history.undo_title


@every_turn
def test_arrow_keys_move_a_shape_the_way_they_point_on_the_screen(turn: Turn) -> None:
    easel = put_up(turn, [CAR])
    easel.canvas.use(SelectTool(easel.bench))
    easel.bench.selection.choose([CAR.id])
    before = easel.canvas.to_widget(CAR.x, CAR.y)
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(easel.canvas, event)
    moved = easel.bench.document.get(CAR.id)
    assert isinstance(moved, BBox)
    step = easel.canvas.to_widget(moved.x, moved.y) - before
    assert (step.x(), step.y()) == pytest.approx((easel.canvas.zoom, 0), abs=1e-6)


@every_turn
def test_a_rubber_band_takes_what_lies_in_it_on_the_screen(turn: Turn) -> None:
    easel = put_up(turn, [CAR, ROAD])
    easel.canvas.use(SelectTool(easel.bench))
    start, end = easel.canvas.to_widget(35, 25), easel.canvas.to_widget(105, 75)
    drags(easel, start, end)
    assert easel.bench.selection.ids == (CAR.id,)


@every_turn
def test_the_image_follows_the_hand(turn: Turn) -> None:
    easel = put_up(turn)
    easel.canvas.zoom_to(3)
    held = easel.canvas.to_image(QPointF(140, 120))
    easel.drags(Qt.MouseButton.MiddleButton, [QPointF(140, 120), QPointF(161, 113)])
    there = easel.canvas.to_widget(*held)
    assert (there.x(), there.y()) == pytest.approx((161, 113), abs=1e-6)


@every_turn
def test_the_wheel_keeps_the_point_under_the_pointer_in_a_turned_view(turn: Turn) -> None:
    easel = put_up(turn)
    easel.canvas.zoom_to(3)
    at = QPointF(120, 90)
    before = easel.canvas.to_image(at)
    easel.turns_wheel(at, 2)
    assert math.dist(easel.canvas.to_image(at), before) * easel.canvas.zoom < 1.5


@every_turn
def test_a_fitted_image_is_wholly_seen_in_every_turn_and_size(turn: Turn) -> None:
    easel = put_up(turn)
    for width, height in ((300, 250), (500, 120), (120, 500)):
        easel.canvas.resize(width, height)
        QApplication.processEvents()
        for x, y in ((0, 0), (SIZE[0], 0), (0, SIZE[1]), SIZE):
            corner = easel.canvas.to_widget(x, y)
            assert 0 <= corner.x() <= width
            assert 0 <= corner.y() <= height
        assert easel.canvas.is_whole


def test_turning_keeps_the_middle_in_the_middle() -> None:
    easel = put_up(UNTURNED)
    easel.canvas.zoom_to(4)
    easel.canvas.look_at(60, 40)
    easel.canvas.turn_to(Turn(1))
    assert easel.canvas.visible_bounds().centre == pytest.approx((60, 40), abs=0.5)
    assert easel.canvas.zoom == 4


def test_the_clock_and_the_mirror_do_what_they_say() -> None:
    """A quarter to the right takes what was up to the right; a mirror swaps left and right."""
    easel = put_up(UNTURNED)
    middle = easel.canvas.to_widget(100, 75)
    easel.canvas.turn_to(UNTURNED.turned(1))
    up = easel.canvas.to_widget(100, 0) - easel.canvas.to_widget(100, 75)
    assert up.x() > 0
    assert up.y() == 0
    easel.canvas.turn_to(easel.canvas.turn.mirrored())
    up = easel.canvas.to_widget(100, 0) - easel.canvas.to_widget(100, 75)
    assert up.x() < 0
    assert easel.canvas.to_widget(100, 75).x() == pytest.approx(middle.x(), abs=1)


@every_turn
def test_the_pointer_over_a_handle_points_the_way_the_edge_moves(turn: Turn) -> None:
    shapes = {
        Cursor.RESIZE_H: Qt.CursorShape.SizeHorCursor,
        Cursor.RESIZE_V: Qt.CursorShape.SizeVerCursor,
    }
    falls, rises = Qt.CursorShape.SizeFDiagCursor, Qt.CursorShape.SizeBDiagCursor
    is_lying = turn.quarters % 2 == 1
    swapped = dict(zip(shapes, reversed(shapes.values()), strict=True))
    for cursor, shape in (swapped if is_lying else shapes).items():
        assert cursor_shape(cursor, turn) == shape
    is_crossed = is_lying != turn.is_mirrored
    assert cursor_shape(Cursor.RESIZE_FALL, turn) == (rises if is_crossed else falls)
    assert cursor_shape(Cursor.MOVE, turn) == Qt.CursorShape.SizeAllCursor


def test_a_tool_is_fed_the_arrow_of_the_image() -> None:
    easel = put_up(Turn(1))
    probe = easel.uses()
    QTest.keyClick(easel.canvas, Qt.Key.Key_Right)
    QTest.keyClick(easel.canvas, Qt.Key.Key_Return)
    assert probe.keys == [Key.UP, Key.ENTER]


@every_turn
def test_names_are_written_upright(turn: Turn) -> None:
    """The chip lies above the shape as it is seen, and is wider than it is high."""
    easel = put_up(turn, [CAR])
    easel.canvas.show_picture(None)
    easel.bench.selection.choose([CAR.id])
    easel.settles()
    seen = pixels(easel.seen()) & 0xFFFFFF
    corners = [easel.canvas.to_widget(x, y) for x, y in ((40, 30), (100, 70))]
    top = int(min(corner.y() for corner in corners))
    chip = np.argwhere(seen[: top - 6] == 0xFF0000)
    height, width = np.ptp(chip, axis=0) + 1
    assert width > height > 8


@given(
    turn=st.sampled_from(TURNS),
    zoom=st.floats(1e-3, 200),
    left=st.integers(-(10**6), 10**7),
    top=st.integers(-(10**6), 10**7),
    screen=st.tuples(st.integers(1, 5000), st.integers(1, 5000)),
    at=st.tuples(st.floats(0, 5000), st.floats(0, 5000)),
)
def test_a_point_of_the_screen_is_a_point_of_the_image_and_back(
    turn: Turn,
    zoom: float,
    left: int,
    top: int,
    screen: tuple[int, int],
    at: tuple[float, float],
) -> None:
    viewport, onto = Viewport(zoom, left, top), turn.onto(screen)
    unturned = onto.inverted()[0].map(QPointF(*at))
    image = viewport.to_image(unturned.x(), unturned.y())
    back = onto.map(QPointF(*viewport.to_device(*image)))
    assert (back.x(), back.y()) == pytest.approx(at, abs=1e-6)


@given(turn=st.sampled_from(TURNS), quarters=st.integers(-9, 9))
def test_turning_there_and_back_is_no_turn(turn: Turn, quarters: int) -> None:
    assert turn.turned(quarters).turned(-quarters) == turn
    assert turn.mirrored().mirrored() == turn


@pytest.mark.parametrize("ratio", ["1", "1.25", "1.5", "2"])
def test_on_every_screen_a_turn_copies_pixel_for_pixel(ratio: str) -> None:
    """The ratio of a screen is fixed when a program starts, so each has a program of its own."""
    screen = {"QT_SCALE_FACTOR": ratio, "QT_QPA_PLATFORM": "offscreen"}
    environment = {**os.environ, **screen, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(Path(__file__).with_name("turned_screen.py"))]
    subprocess.run(command, env=environment, check=True)


@every_turn
def test_many_shapes_in_hand_are_seen_turned_like_the_rest(turn: Turn) -> None:
    """They are one see-through picture, which is turned by itself."""
    many: list[Annotation] = [
        replace(CAR, id=AnnotationId(f"{i}"), x=20.0 + 4 * i, y=20.0 + 2 * i) for i in range(30)
    ]
    easel = put_up(UNTURNED, many)
    easel.canvas.resize(200, 200)
    easel.canvas.zoom_to(1.7)
    easel.canvas.centre_on(Bounds(100, 70, 100, 70))
    probe = easel.uses()
    probe.shown = Overlay(carried=Carried(frozenset(a.id for a in many), 11, -6))
    easel.canvas.refresh_overlay()
    easel.settles()
    before = pixels(easel.seen())
    easel.canvas.turn_to(turn)
    easel.settles()
    assert np.array_equal(pixels(easel.seen()), turned(before, turn))
