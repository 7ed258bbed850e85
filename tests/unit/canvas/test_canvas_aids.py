"""The map of the image, the hairlines through the pointer, and the rulers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from limner.canvas.rulers import Ruler, Rulers, ticks_for
from limner.canvas.turn import Turn
from limner.canvas.view import Canvas
from limner.canvas.viewport import Frame
from limner.imaging.picture import WholePicture
from limner.model.annotations import AnnotationId, BBox
from limner.shell.hand import wait_until
from limner.tools import edits
from limner.tools.toolbox import make
from unit.canvas.easel import Easel, bench_of

LEFT = Qt.MouseButton.LeftButton
SIZE = (800, 400)
CAR = BBox(id=AnnotationId("a"), name="car", x=596, y=92, w=20, h=20)
TURNS = [Turn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]
every_turn = pytest.mark.parametrize("turn", TURNS, ids=str)


class Counting(Canvas):
    """Counts how often the map is made."""

    made = 0

    @override
    def overview(self, frame: Frame) -> QImage:
        self.made += 1
        return super().overview(frame)


def put_up(zoom: float = 4.0, turn: Turn | None = None) -> tuple[Counting, Easel]:
    """An image whose right half is bright, with a red box in it; zoomed in on its middle."""
    canvas = Counting()
    canvas.resize(640, 480)
    canvas.set_background(QColor("#000000"))
    pixels = np.full((SIZE[1], SIZE[0], 4), 40, dtype=np.uint8)
    pixels[:, SIZE[0] // 2 :, :3], pixels[..., 3] = 200, 255
    canvas.show_picture(WholePicture((pixels,)))
    bench = bench_of([CAR], SIZE)
    canvas.edit(bench)
    if turn is not None:
        canvas.turn_to(turn)
    canvas.zoom_to(zoom)
    canvas.show()
    easel = Easel(canvas, bench)
    easel.settles()
    waits_for_the_map(canvas)
    return canvas, easel


def waits_for_the_map(canvas: Canvas) -> None:
    if canvas.minimap.is_on and not canvas.is_whole:
        wait_until(canvas.minimap.isVisible, "the map")


def on_map(canvas: Canvas, x: float, y: float) -> QPoint:
    """Where on the map a point of the image must be: the map shows all of it and nothing else."""
    whole = canvas.minimap.rect().adjusted(1, 1, -1, -1)
    width, height = canvas.turn.room((whole.width(), whole.height()))
    unturned = QPointF(x / SIZE[0] * width, y / SIZE[1] * height)
    return whole.topLeft() + canvas.turn.onto(whole.size().toTuple()).map(unturned).toPoint()


# The map


def test_the_map_is_there_only_while_something_is_out_of_view() -> None:
    canvas, _ = put_up()
    assert canvas.minimap.isVisible()
    canvas.fit()
    assert canvas.minimap.isHidden()
    canvas.zoom_to(5)
    waits_for_the_map(canvas)
    canvas.minimap.switch(on=False)
    assert canvas.minimap.isHidden()


def test_a_canvas_too_small_for_a_map_has_none() -> None:
    canvas, _ = put_up()
    canvas.resize(150, 150)
    QApplication.processEvents()
    assert canvas.minimap.isHidden()


@every_turn
def test_the_map_shows_the_image_and_its_shapes_as_they_are_turned(turn: Turn) -> None:
    canvas, _ = put_up(16.0, turn)
    seen = canvas.minimap.grab().toImage()
    dark = seen.pixelColor(on_map(canvas, 150, 200)).lightness()
    bright = seen.pixelColor(on_map(canvas, 650, 200)).lightness()
    assert bright > 3 * dark
    dot = seen.pixelColor(on_map(canvas, 606, 102))
    assert dot.red() > 2 * dot.green()


@every_turn
def test_a_click_on_the_map_shows_what_is_there_and_a_drag_goes_on(turn: Turn) -> None:
    canvas, _ = put_up(16.0, turn)
    pixel = SIZE[0] / max(canvas.minimap.width(), canvas.minimap.height())
    QTest.mousePress(canvas.minimap, LEFT, pos=on_map(canvas, 600, 100))
    assert canvas.visible_bounds().centre == pytest.approx((600, 100), abs=1.5 * pixel)
    QTest.mouseMove(canvas.minimap, on_map(canvas, 200, 300))
    QTest.mouseRelease(canvas.minimap, LEFT, pos=on_map(canvas, 200, 300))
    assert canvas.visible_bounds().centre == pytest.approx((200, 300), abs=1.5 * pixel)
    assert canvas.zoom == 16.0


def test_panning_moves_the_frame_on_the_map_and_makes_no_new_map() -> None:
    canvas, easel = put_up(8.0)
    before, made = canvas.minimap.grab().toImage(), canvas.made
    canvas.pan_by(-60, 0)
    easel.settles()
    after = canvas.minimap.grab().toImage()
    assert after != before
    assert canvas.made == made
    assert is_up_to_date(canvas)


def test_the_map_follows_an_edit_when_there_is_time() -> None:
    canvas, easel = put_up(16.0)
    made = canvas.made
    easel.bench.selection.choose([CAR.id])
    edits.delete(easel.bench)
    assert canvas.made == made
    wait_until(lambda: canvas.made > made, "another map")
    seen = canvas.minimap.grab().toImage()
    dot = seen.pixelColor(on_map(canvas, 606, 102))
    assert dot.red() == dot.green()


def test_the_map_of_a_very_long_image_is_not_too_narrow_to_be_hit() -> None:
    canvas, _ = put_up()
    canvas.show_picture(WholePicture((np.full((8, 9000, 4), 90, dtype=np.uint8),)))
    canvas.zoom_to(4)
    waits_for_the_map(canvas)
    assert canvas.minimap.height() >= 24


def test_going_to_a_place_on_the_map_can_be_taken_back() -> None:
    canvas, _ = put_up(8.0)
    before = canvas.visible_bounds()
    QTest.mouseClick(canvas.minimap, LEFT, pos=on_map(canvas, 100, 100))
    canvas.go_back()
    assert canvas.visible_bounds().centre == pytest.approx(before.centre, abs=0.2)


# The hairlines


def lines_at(easel: Easel, at: QPointF) -> bool:
    """Whether lines run through a point of the widget, right across the canvas."""
    seen = easel.seen()
    across = {seen.pixelColor(x, int(at.y())).lightness() > 150 for x in range(0, 300, 25)}
    down = {seen.pixelColor(int(at.x()), y).lightness() > 150 for y in range(0, 250, 25)}
    return across == {True} == down


@pytest.fixture
def drawing() -> Easel:
    easel = Easel.put_up()
    easel.canvas.use(make("box", easel.bench))
    return easel


def test_lines_follow_the_pointer_of_a_drawing_tool(drawing: Easel) -> None:
    for at in (QPointF(120, 90), QPointF(203, 41)):
        drawing.moves_mouse(QEvent.Type.MouseMove, at)
        assert lines_at(drawing, at)
    QApplication.sendEvent(drawing.canvas, QEvent(QEvent.Type.Leave))
    assert not lines_at(drawing, QPointF(203, 41))


def is_up_to_date(canvas: Canvas) -> bool:
    """Whether what was repainted bit by bit equals all of it painted anew."""
    QApplication.processEvents()
    # Not `canvas.screen()`: with PySide6 6.11 the screen is freed along with the widget.
    shown = QApplication.primaryScreen().grabWindow(canvas.winId()).toImage()
    return shown == canvas.grab().toImage().convertToFormat(shown.format())


def test_nothing_of_the_lines_stays_behind(drawing: Easel) -> None:
    """Only strips are repainted, so what they left out would stay."""
    for x, y in ((10, 200), (150.5, 20.25), (299, 249), (0, 0)):
        drawing.moves_mouse(QEvent.Type.MouseMove, QPointF(x, y))
        assert is_up_to_date(drawing.canvas)
    QApplication.sendEvent(drawing.canvas, QEvent(QEvent.Type.Leave))
    assert is_up_to_date(drawing.canvas)


@pytest.mark.parametrize("tool", ["select", "hand"])
def test_tools_that_draw_nothing_have_no_lines(drawing: Easel, tool: str) -> None:
    drawing.canvas.use(make(tool, drawing.bench))
    drawing.moves_mouse(QEvent.Type.MouseMove, QPointF(120, 90))
    assert not lines_at(drawing, QPointF(120, 90))


def test_lines_can_be_switched_off(drawing: Easel) -> None:
    drawing.moves_mouse(QEvent.Type.MouseMove, QPointF(120, 90))
    drawing.canvas.switch_crosshair(on=False)
    drawing.moves_mouse(QEvent.Type.MouseMove, QPointF(121, 90))
    assert not lines_at(drawing, QPointF(121, 90))


# The rulers


@given(pitch=st.floats(1e-4, 300), spacing=st.floats(10, 200))
def test_numbers_on_a_ruler_are_round_and_stand_as_close_as_can_be_read(
    pitch: float, spacing: float
) -> None:
    step, parts = ticks_for(pitch, spacing)
    assert f"{step:.0e}"[0] in "125"
    assert float(f"{step:.0e}") == step
    assert step * pitch >= spacing * 0.999
    assert step == 1 or step * pitch < spacing * 2.5 * 1.001
    assert step % parts == 0


@every_turn
def test_a_ruler_says_which_image_pixel_is_under_each_place(turn: Turn) -> None:
    easel = Easel.put_up()
    easel.canvas.zoom_to(3)
    easel.canvas.turn_to(turn)
    image = easel.canvas.to_image(QPointF(100, 60))
    axis = turn.quarters % 2
    flat = Ruler(easel.canvas, Qt.Orientation.Horizontal)
    upright = Ruler(easel.canvas, Qt.Orientation.Vertical)
    assert flat.scale.at(image[axis]) == pytest.approx(100)
    assert upright.scale.at(image[1 - axis]) == pytest.approx(60)


def test_rulers_mark_the_pointer_and_lie_beside_the_canvas() -> None:
    easel = Easel.put_up()
    rulers = Rulers(easel.canvas)
    rulers.resize(400, 300)
    rulers.show()
    assert not rulers.is_on
    width = easel.canvas.width()
    rulers.switch(on=True)
    QApplication.processEvents()
    assert easel.canvas.width() == width - rulers.left.width()
    easel.moves_mouse(QEvent.Type.MouseMove, QPointF(120, 90))
    assert (rulers.top.mark, rulers.left.mark) == pytest.approx((120, 90))
    accent = QApplication.palette().accent().color()
    assert rulers.top.grab().toImage().pixelColor(120, 5) == accent
    assert rulers.left.grab().toImage().pixelColor(5, 90) == accent
    QApplication.sendEvent(easel.canvas, QEvent(QEvent.Type.Leave))
    assert rulers.top.mark is None
    assert rulers.top.grab().toImage().pixelColor(120, 5) != accent


def test_rulers_measure_nothing_where_there_is_no_image() -> None:
    easel = Easel.put_up()
    ruler = Ruler(easel.canvas, Qt.Orientation.Horizontal)
    ruler.resize(easel.canvas.width(), ruler.height())
    easel.canvas.edit(None)
    easel.canvas.show_picture(None)
    empty = ruler.grab().toImage()
    assert len({empty.pixel(x, 15) for x in range(empty.width())}) == 1
    easel.canvas.edit(bench_of(size=(50, 40)))  # its size is known before its pixels
    assert easel.canvas.image_size == (50, 40)
    assert ruler.grab().toImage() != empty


def test_the_room_of_an_image_is_its_own_while_its_pixels_are_still_to_come() -> None:
    easel = Easel.put_up(size=(200, 150))
    easel.canvas.edit(bench_of(size=(50, 40)))
    easel.canvas.show_picture(None)
    assert easel.canvas.image_size == (50, 40)
    assert easel.canvas.is_whole


def test_a_tick_stands_where_its_pixel_begins() -> None:
    easel = Easel.put_up()
    easel.canvas.zoom_to(10)
    easel.canvas.look_at(100, 75)
    ruler = Ruler(easel.canvas, Qt.Orientation.Horizontal)
    ruler.resize(easel.canvas.width(), ruler.height())
    seen = ruler.grab().toImage()
    at = round(easel.canvas.to_widget(100, 0).x())
    row = [seen.pixelColor(x, 17).rgb() for x in range(at - 9, at + 10)]
    assert [x for x, colour in enumerate(row, at - 9) if colour != row[0]] == [at]
