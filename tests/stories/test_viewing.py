"""How the image is looked at: turned, near and far, and with what beside it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from limner.model.annotations import BBox
from limner.model.geometry import bounds
from robot import ALT, CTRL, SHIFT, Annotator, Key, Starts

pytestmark = pytest.mark.qt_log_ignore("does not support (raise|grabbing the keyboard)")


def test_a_turned_photo_is_turned_when_one_comes_back_and_the_next_is_not(
    annotator: Annotator,
) -> None:
    annotator.takes(Key.Key_Period)
    assert annotator.canvas.turn.quarters == 1
    annotator.takes(Key.Key_D)
    annotator.waits_for_the_image()
    assert annotator.canvas.turn.quarters == 0
    annotator.takes(Key.Key_A)
    annotator.waits_for_the_image()
    assert annotator.canvas.turn.quarters == 1
    annotator.takes(Key.Key_Comma)
    assert not annotator.application.viewing.is_turned


def test_what_is_drawn_on_a_turned_photo_is_saved_where_it_lies_on_the_photo(
    annotator: Annotator,
) -> None:
    annotator.takes(Key.Key_Comma)
    annotator.hand.press(Key.Key_H, SHIFT)
    box = annotator.draws_box(60, 40, 160, 110)
    assert isinstance(box, BBox)
    pixel = 1.5 / annotator.canvas.zoom
    assert (box.x, box.y, box.w, box.h) == pytest.approx((60, 40, 100, 70), abs=pixel)
    annotator.saves()
    annotator.reloads()
    assert annotator.canvas.turn.quarters == 1  # a mirror turns the quarter the other way
    (again,) = [shape for shape in annotator.shapes if shape.id == box.id]
    assert (again.id, again.name) == (box.id, box.name)
    assert bounds(again) == bounds(box)


def test_one_goes_to_an_object_by_its_number_and_back(annotator: Annotator) -> None:
    before = annotator.canvas.visible_bounds()
    annotator.draws_box(60, 40, 90, 70)
    annotator.hand.press(Key.Key_Escape)
    name = annotator.window.objects.search(annotator.newest.name, 99).first[-1].name
    annotator.hand.press(Key.Key_G, CTRL)
    line = annotator.application.viewing.go_to.line
    QTest.keyClicks(line, name)
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert annotator.session.selection.ids == (annotator.newest.id,)
    assert annotator.canvas.visible_bounds().centre == pytest.approx((75, 55), abs=1)
    annotator.hand.press(Key.Key_Left, ALT)
    assert annotator.canvas.visible_bounds() == before
    annotator.hand.press(Key.Key_Right, ALT)
    assert annotator.canvas.visible_bounds().centre == pytest.approx((75, 55), abs=1)


def test_one_goes_to_a_point(annotator: Annotator) -> None:
    annotator.hand.press(Key.Key_G, CTRL)
    line = annotator.application.viewing.go_to.line
    QTest.keyClicks(line, "120, 80")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert annotator.canvas.visible_bounds().centre == pytest.approx((120, 80), abs=1)


def test_all_that_is_selected_is_brought_into_view(annotator: Annotator) -> None:
    annotator.draws_box(20, 20, 40, 40)
    annotator.draws_box(200, 150, 230, 190)
    annotator.session.selection.choose(shape.id for shape in annotator.shapes[-2:])
    annotator.canvas.zoom_to(20)
    annotator.hand.press(Key.Key_F, SHIFT)
    seen = annotator.canvas.visible_bounds()
    assert seen.left < 20
    assert seen.bottom > 190
    assert seen.centre == pytest.approx((125, 105), abs=1.5)


def test_another_theme_moves_nothing(annotator: Annotator) -> None:
    window = annotator.window
    parts = (window.rail.widgetForAction(window.rail.actions()[-1]), annotator.canvas)
    before = [part.mapTo(window, part.rect().center()) for part in parts]
    annotator.takes(Key.Key_F9)
    assert [part.mapTo(window, part.rect().center()) for part in parts] == before


def test_map_hairlines_and_rulers_stay_as_they_were_chosen(starts: Starts) -> None:
    first = starts()
    first.hand.press(Key.Key_M, SHIFT)
    first.hand.press(Key.Key_C, SHIFT)
    first.hand.press(Key.Key_R, SHIFT)
    assert first.window.rulers.is_on
    assert not first.canvas.minimap.is_on
    first.quits()
    second = starts()
    assert second.window.rulers.is_on
    assert not second.canvas.minimap.is_on
    assert not second.canvas.is_crosshair_on


def test_pixels_are_squares_or_blended_as_one_likes_also_at_the_next_start(
    starts: Starts,
) -> None:
    annotator = starts()
    annotator.canvas.zoom_to(4.0)
    blended = annotator.sees()
    annotator.hand.press(Key.Key_S, SHIFT)
    squares = annotator.sees()
    assert squares != blended
    annotator.canvas.zoom_to(12.0)
    with_grid = annotator.sees()
    annotator.hand.press(Key.Key_G, SHIFT)
    assert annotator.sees() != with_grid
    annotator.quits()

    again = starts()
    assert not again.canvas.is_smooth
    assert not again.canvas.is_grid_on
    assert not again.window.actions_by_id["view.smooth"].isChecked()
    again.canvas.zoom_to(4.0)
    assert again.sees() == squares


def test_what_is_shown_another_way_than_the_photo_is_says_so_until_it_is_clicked(
    annotator: Annotator,
) -> None:
    looks, levels = annotator.window.status.looks, annotator.window.levels

    def words() -> tuple[str, ...]:
        return looks.words

    assert words() == ()
    annotator.takes(Key.Key_Period)
    annotator.hand.press(Key.Key_H, SHIFT)
    levels.open()
    levels.contrast.setValue(40)
    assert words() == ("Mirrored, turned 90° left", "Levels changed")
    annotator.takes(Key.Key_D)
    annotator.waits_for_the_image()
    assert words() == ()
    annotator.takes(Key.Key_A)
    annotator.waits_for_the_image()
    assert words() == ("Mirrored, turned 90° left", "Levels changed")
    annotator.hand.click_on(looks.turned)
    assert not annotator.application.viewing.is_turned
    annotator.hand.click_on(looks.toned)
    assert levels.tone is None
    assert words() == ()
