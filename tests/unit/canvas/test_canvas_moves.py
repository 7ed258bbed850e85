"""Zooming, panning, and what keys and buttons do."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from limner.canvas.viewport import MAX_ZOOM
from limner.model.annotations import AnnotationId, BBox
from limner.model.geometry import Bounds
from limner.tools.bench import Bench
from limner.tools.tool import Key, Overlay
from unit.canvas.easel import Easel, bench_of, plain_picture

A = AnnotationId("a")
CORNER = QPointF(70, 190)
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


def test_an_image_is_shown_whole_and_in_the_middle() -> None:
    easel = Easel.put_up(size=(200, 100))
    seen = easel.canvas.visible_bounds()
    assert seen.left < 0
    assert seen.right > 200
    assert seen.centre == pytest.approx((100, 50), abs=1)
    assert 300 * 0.9 < 200 * easel.canvas.zoom <= 300


def test_a_fitted_image_stays_fitted_when_the_window_grows() -> None:
    easel = Easel.put_up()
    before = easel.canvas.zoom
    easel.canvas.resize(600, 500)
    easel.settles()
    assert easel.canvas.zoom == pytest.approx(2 * before)


def test_annotations_are_in_view_before_their_image_is() -> None:
    easel = Easel.put_up()
    easel.canvas.show_picture(None)
    easel.canvas.edit(bench_of(size=(4000, 3000)))
    seen = easel.canvas.visible_bounds()
    assert seen.left < 0
    assert seen.right > 4000


def test_the_same_image_keeps_the_view_and_another_is_fitted() -> None:
    easel = Easel.put_up()
    fitted = easel.canvas.zoom
    picture = plain_picture(200, 150)
    easel.canvas.show_picture(picture)
    easel.canvas.zoom_to(5)
    easel.canvas.show_picture(picture)
    assert easel.canvas.zoom == 5
    easel.canvas.show_picture(plain_picture(200, 150))
    assert easel.canvas.zoom == fitted


@pytest.mark.parametrize("notches", [1, -1, 3, 0.25])
def test_the_wheel_keeps_the_image_point_under_the_pointer(notches: float) -> None:
    easel = Easel.put_up()
    easel.canvas.zoom_to(3)
    before, zoom = easel.canvas.to_image(CORNER), easel.canvas.zoom
    easel.turns_wheel(CORNER, notches)
    assert (easel.canvas.zoom > zoom) == (notches > 0)
    assert math.dist(easel.canvas.to_image(CORNER), before) * easel.canvas.zoom < 1.5


def test_a_trackpad_pans_and_zooms_with_control() -> None:
    easel = Easel.put_up()
    easel.canvas.zoom_to(4)
    x, y = easel.canvas.to_image(CORNER)
    easel.turns_wheel(CORNER, scrolled=QPoint(8, -12))
    assert easel.canvas.to_image(CORNER) == pytest.approx((x - 2, y + 3))
    easel.turns_wheel(
        CORNER, 1, scrolled=QPoint(0, 12), modifiers=Qt.KeyboardModifier.ControlModifier
    )
    assert easel.canvas.zoom > 4


def test_zoom_has_ends() -> None:
    easel = Easel.put_up(size=(2000, 1500))
    fitted = easel.canvas.zoom
    easel.canvas.zoom_by(1e9)
    assert easel.canvas.zoom == MAX_ZOOM
    easel.canvas.zoom_by(1e-9)
    assert easel.canvas.zoom == pytest.approx(fitted / 4)
    easel.canvas.zoom_to(math.nan)
    assert easel.canvas.zoom == pytest.approx(fitted)


def test_the_image_cannot_be_lost() -> None:
    easel = Easel.put_up()
    easel.canvas.pan_by(1e6, -1e6)
    seen = easel.canvas.visible_bounds()
    assert seen.left < 200
    assert seen.bottom > 0


def test_an_object_is_brought_to_the_middle_and_close() -> None:
    easel = Easel.put_up(size=(2000, 1500))
    easel.canvas.centre_on(Bounds(1500, 1000, 1520, 1020), zoom_in=True)
    assert easel.canvas.visible_bounds().centre == pytest.approx((1510, 1010), abs=1)
    assert easel.canvas.zoom == 4


@pytest.mark.parametrize("button", [MIDDLE, LEFT])
def test_the_middle_button_or_space_and_the_left_one_pan(button: Qt.MouseButton) -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    easel.canvas.zoom_to(4)
    x, y = easel.canvas.to_image(CORNER)
    if button == LEFT:
        QTest.keyPress(easel.canvas, Qt.Key.Key_Space)
    easel.drags(button, [CORNER, CORNER + QPointF(5, 5), CORNER + QPointF(20, 8)])
    assert easel.canvas.to_image(CORNER) == pytest.approx((x - 5, y - 2))
    assert probe.fed == []
    QTest.keyRelease(easel.canvas, Qt.Key.Key_Space)
    easel.drags(LEFT, [CORNER, CORNER])
    assert [what for what, _ in probe.fed] == ["press", "move", "release"]


def test_a_drag_reaches_the_tool_in_image_pixels() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    easel.canvas.zoom_to(2)
    easel.drags(LEFT, [CORNER, CORNER + QPointF(10, 4)])
    x, y = easel.canvas.to_image(CORNER)
    assert [(what, at.pressed) for what, at in probe.fed] == [
        ("press", True),
        ("move", True),
        ("release", False),
    ]
    assert (probe.fed[1][1].x, probe.fed[1][1].y) == pytest.approx((x + 5, y + 2))
    assert probe.fed[0][1].scale == 0.5


def test_the_second_press_of_a_double_click_says_so() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    QTest.mouseClick(easel.canvas, LEFT, pos=CORNER.toPoint())
    QTest.mouseDClick(easel.canvas, LEFT, pos=CORNER.toPoint())
    assert [at.clicks for what, at in probe.fed if what == "press"] == [1, 2]


def test_a_tool_of_another_bench_is_fed_nothing() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    easel.canvas.edit(Bench.over(easel.bench.document, easel.bench.ontology, (200, 150)))
    easel.drags(LEFT, [CORNER, CORNER])
    assert probe.fed == []


def test_keys_go_to_the_tool_and_what_it_does_not_use_to_the_window() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    for is_used in (True, False):
        probe.uses_keys = is_used
        event = QKeyEvent(
            QEvent.Type.KeyPress, Qt.Key.Key_Backspace, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(easel.canvas, event)
        assert event.isAccepted() == is_used
    assert probe.keys == [Key.BACKSPACE, Key.BACKSPACE]


@pytest.mark.parametrize("is_drawing", [True, False])
def test_keys_of_a_drawing_win_over_shortcuts(is_drawing: bool) -> None:
    easel = Easel.put_up()
    easel.uses().is_busy = is_drawing
    event = QKeyEvent(
        QEvent.Type.ShortcutOverride, Qt.Key.Key_Escape, Qt.KeyboardModifier.NoModifier
    )
    event.ignore()
    QApplication.sendEvent(easel.canvas, event)
    assert event.isAccepted() == is_drawing


def test_it_tells_where_the_pointer_is_and_when_it_left() -> None:
    easel = Easel.put_up()
    heard: list[tuple[float, float]] = []
    left: list[bool] = []
    easel.canvas.pointer_at.connect(lambda x, y: heard.append((x, y)))
    easel.canvas.pointer_left.connect(lambda: left.append(True))
    easel.moves_mouse(QEvent.Type.MouseMove, CORNER)
    QApplication.sendEvent(easel.canvas, QEvent(QEvent.Type.Leave))
    assert heard == [easel.canvas.to_image(CORNER)]
    assert left == [True]


def test_nothing_is_hovered_once_the_pointer_left_whatever_the_tool_remembers() -> None:
    easel = Easel.put_up([BBox(id=A, name="car", x=40, y=30, w=60, h=40)])
    easel.uses().shown = Overlay(hovered=A)
    easel.moves_mouse(QEvent.Type.MouseMove, CORNER)
    assert easel.canvas.overlay.hovered == A
    QApplication.sendEvent(easel.canvas, QEvent(QEvent.Type.Leave))
    easel.bench.selection.choose([A])
    easel.settles()
    assert easel.canvas.overlay.hovered is None


def test_it_is_settled_once_all_is_painted_and_says_so() -> None:
    easel = Easel.put_up(size=(2000, 1500))
    heard: list[bool] = []
    easel.canvas.settled.connect(lambda: heard.append(easel.canvas.is_settled))
    easel.canvas.zoom_to(1)
    assert not easel.canvas.is_settled
    easel.settles()
    assert heard == [True]


def test_a_small_image_can_be_looked_at_pixel_by_pixel() -> None:
    """Eight pixels fill the canvas, or each of them 128 where that is more."""
    easel = Easel.put_up(size=(16, 12))
    easel.canvas.zoom_by(1e9)
    assert easel.canvas.zoom == MAX_ZOOM == 128
    easel.canvas.resize(2000, 1000)
    QApplication.processEvents()
    easel.canvas.zoom_by(1e9)
    assert easel.canvas.visible_bounds().width == pytest.approx(8)


def test_one_goes_back_to_where_one_was_before_a_leap_and_forth_again() -> None:
    easel = Easel.put_up(size=(2000, 1500))
    canvas = easel.canvas
    canvas.zoom_to(2)
    canvas.look_at(300, 400)
    canvas.centre_on(Bounds(1500, 1000, 1520, 1020), zoom_in=True)
    canvas.fit()
    canvas.go_back()
    assert canvas.visible_bounds().centre == pytest.approx((1510, 1010), abs=1)
    canvas.go_back()
    assert canvas.zoom == 2
    assert canvas.visible_bounds().centre == pytest.approx((300, 400), abs=1)
    canvas.go_back()
    assert canvas.zoom == 2
    canvas.go_forward()
    canvas.go_forward()
    assert canvas.is_whole
    canvas.go_forward()
    assert canvas.is_whole


def test_another_image_has_no_earlier_views() -> None:
    easel = Easel.put_up()
    easel.canvas.fit()
    easel.canvas.actual_size()
    easel.canvas.show_picture(plain_picture(300, 300))
    easel.canvas.zoom_to(7)
    easel.canvas.go_back()
    assert easel.canvas.zoom == 7


def test_the_place_of_the_pointer_is_told_when_the_image_moves_under_it() -> None:
    easel = Easel.put_up()
    easel.moves_mouse(QEvent.Type.MouseMove, CORNER)
    heard: list[tuple[float, float]] = []
    easel.canvas.pointer_at.connect(lambda x, y: heard.append((x, y)))
    easel.canvas.zoom_by(3)
    assert heard[-1] == easel.canvas.to_image(CORNER)
