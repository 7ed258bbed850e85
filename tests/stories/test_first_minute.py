"""What a new annotator does in the first minutes, in the real window against the real server."""

from __future__ import annotations

from limner.api.pictograph import ImageRow
from limner.model.annotations import BBox, Keypoint, Polygon, Polyline
from limner.model.fingerprint import fingerprint
from robot import CTRL, Annotator, Key, Starts

TRIANGLE = [(100.0, 50.0), (200.0, 60.0), (150.0, 140.0)]


def test_the_first_start_shows_the_sample_with_good_annotations(annotator: Annotator) -> None:
    assert annotator.session.row.filename == "astronaut.png"
    assert {type(shape) for shape in annotator.shapes} == {BBox, Polygon, Polyline, Keypoint}
    assert annotator.status == "on server"
    assert annotator.window.windowTitle() == "astronaut.png — Sample project — Limner"


def test_each_type_is_drawn_by_hand_and_read_back_from_the_server(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    box = annotator.draws_box(20, 30, 80, 90)
    polygon = annotator.draws_polygon(TRIANGLE)
    line = annotator.draws_polyline([(10, 200), (150, 210), (300, 190)])
    joint = annotator.places_keypoint(250, 100)
    annotator.saves()

    assert [type(a) for a in (box, polygon, line, joint)] == [BBox, Polygon, Polyline, Keypoint]
    assert fingerprint(annotator.held_by_the_server()) == fingerprint(annotator.document.snapshot())


def test_a_box_lies_where_it_was_drawn(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    box = annotator.draws_box(20, 30, 80, 90)

    assert isinstance(box, BBox)
    pixel = 1 / annotator.canvas.zoom
    assert abs(box.x - 20) <= pixel
    assert abs(box.y - 30) <= pixel
    assert abs(box.w - 60) <= 2 * pixel
    assert abs(box.h - 60) <= 2 * pixel


def test_one_drag_is_one_undo_and_its_name_is_in_the_menu(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    undo = annotator.window.actions_by_id["edit.undo"]
    assert undo.text() == "&Undo Draw coin"

    annotator.undoes()
    assert annotator.shapes == []
    annotator.redoes()
    assert len(annotator.shapes) == 1


def test_undo_while_drawing_takes_back_one_point_only(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.takes(Key.Key_P)
    annotator.hand.click_through([*TRIANGLE, (120, 150)])
    annotator.undoes()
    annotator.hand.press(Key.Key_Return)

    assert isinstance(annotator.newest, Polygon)
    assert len(annotator.newest.rings[0]) == 3
    assert len(annotator.shapes) == 2


def test_escape_leaves_a_half_drawn_shape_and_backspace_takes_a_point(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.takes(Key.Key_P)
    annotator.hand.click_through([*TRIANGLE, (120, 150)])
    annotator.hand.press(Key.Key_Backspace)
    annotator.hand.press(Key.Key_Return)
    assert isinstance(annotator.newest, Polygon)
    assert len(annotator.newest.rings[0]) == 3

    annotator.hand.click_through(TRIANGLE)
    annotator.hand.press(Key.Key_Escape)
    assert len(annotator.shapes) == 1
    assert annotator.session.document is not None


def test_a_hole_is_drawn_into_a_polygon(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_polygon([(50, 50), (200, 50), (200, 200), (50, 200)])
    annotator.takes(Key.Key_O)
    annotator.hand.click_through([(100, 100), (150, 100), (125, 150)])
    annotator.hand.press(Key.Key_Return)

    assert isinstance(annotator.newest, Polygon)
    assert len(annotator.newest.rings) == 2


def test_a_hole_outside_is_refused_in_words_and_nothing_is_lost(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    polygon = annotator.draws_polygon([(50, 50), (100, 50), (100, 100), (50, 100)])
    annotator.takes(Key.Key_O)
    annotator.hand.click_through([(200, 200), (250, 200), (225, 250)])
    annotator.hand.press(Key.Key_Return)

    assert annotator.shapes == [polygon]
    assert "inside" in annotator.notice


def test_delete_duplicate_and_change_of_class_are_one_step_each(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.takes(Key.Key_V)
    annotator.hand.press(Key.Key_D, CTRL)
    assert len(annotator.shapes) == 2
    annotator.hand.press(Key.Key_2)
    assert annotator.newest.name == "light"
    annotator.hand.press(Key.Key_Delete)
    assert len(annotator.shapes) == 1
    for _ in range(4):
        annotator.undoes()
    assert annotator.shapes == []


def test_digits_choose_the_class_and_the_tool_that_draws_it(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.takes(Key.Key_7)
    annotator.hand.click_through([(10, 10), (100, 20)])
    annotator.hand.press(Key.Key_Return)

    assert isinstance(annotator.newest, Polyline)
    assert annotator.newest.name == "line"


def test_reloading_shows_exactly_what_was_saved(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.draws_polygon(TRIANGLE)
    annotator.saves()
    before = fingerprint(annotator.document.snapshot())
    annotator.reloads()

    assert fingerprint(annotator.document.snapshot()) == before


def test_opening_and_leaving_without_an_edit_sends_nothing_and_keeps_every_byte(
    annotator: Annotator,
) -> None:
    etags = [annotator.server.load(annotator.session.dataset, row).etag for row in rows(annotator)]
    for _ in rows(annotator):
        annotator.hand.press(Key.Key_D)
        annotator.waits_for_the_image()

    assert etags == [
        annotator.server.load(annotator.session.dataset, row).etag for row in rows(annotator)
    ]


def test_the_next_start_opens_where_the_last_one_ended(starts: Starts) -> None:
    first = starts()
    first.opens("coins.png")
    box = first.draws_box(20, 30, 80, 90)
    first.quits()
    second = starts()

    assert second.session.row.filename == "coins.png"
    assert fingerprint(second.document.snapshot()) == fingerprint([box])
    assert second.status == "on server"


def rows(annotator: Annotator) -> list[ImageRow]:
    return list(annotator.application.project.rows.values())
