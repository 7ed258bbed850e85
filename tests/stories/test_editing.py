"""Shapes are edited with the mouse, on the real canvas, by their handles."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from limner.model.annotations import BBox, Kind, Polygon, Polyline
from limner.model.geometry import as_oriented
from limner.model.ontology import LabelClass
from limner.shell.hand import wait_until
from robot import ALT, Annotator, Key

SQUARE = [(100.0, 80.0), (200.0, 80.0), (200.0, 180.0), (100.0, 180.0)]


@pytest.fixture
def coins(annotator: Annotator) -> Annotator:
    """An image without annotations, with the tool that selects in hand."""
    annotator.opens("coins.png")
    return annotator


def pixel(annotator: Annotator) -> float:
    """What one screen pixel is in image pixels: as exact as a hand can be, twice over."""
    return 2 / annotator.canvas.zoom


def a_box(annotator: Annotator) -> BBox:
    annotator.draws_box(100, 80, 200, 180)
    annotator.takes(Key.Key_V)
    box = annotator.newest
    assert isinstance(box, BBox)
    return box


def test_dragging_a_shape_moves_it_and_is_one_step(coins: Annotator) -> None:
    before = a_box(coins)
    coins.hand.drag((150, 130), (180, 150))
    after = coins.newest

    assert isinstance(after, BBox)
    assert after.x - before.x == pytest.approx(30, abs=pixel(coins))
    assert (after.w, after.h) == (before.w, before.h)
    coins.undoes()
    assert coins.newest == before


def test_a_corner_handle_resizes_and_the_opposite_corner_stays(coins: Annotator) -> None:
    before = a_box(coins)
    coins.hand.drag((before.x + before.w, before.y + before.h), (240, 220))
    after = coins.newest

    assert isinstance(after, BBox)
    assert (after.x, after.y) == pytest.approx((before.x, before.y))
    assert after.x + after.w == pytest.approx(240, abs=pixel(coins))


def test_the_round_handle_turns_a_box(coins: Annotator) -> None:
    box = a_box(coins)
    grip = coins.canvas.overlay.handles[-1].points[0]
    middle = (box.x + box.w / 2, box.y + box.h / 2)
    coins.hand.drag(grip, (middle[0] + 100, middle[1]))
    turned = coins.newest

    assert isinstance(turned, BBox)
    assert as_oriented(turned).angle == pytest.approx(90, abs=2)


def test_vertices_are_moved_added_and_removed(coins: Annotator) -> None:
    coins.draws_polygon(SQUARE)
    coins.takes(Key.Key_V)
    coins.hand.drag((200, 180), (230, 210))
    moved = coins.newest
    assert isinstance(moved, Polygon)
    assert moved.rings[0][2] == pytest.approx((230, 210), abs=pixel(coins))

    coins.hand.drag((150, 80), (150, 50))
    added = coins.newest
    assert isinstance(added, Polygon)
    assert len(added.rings[0]) == 5

    coins.hand.click(150, 50, ALT)
    removed = coins.newest
    assert isinstance(removed, Polygon)
    assert len(removed.rings[0]) == 4
    for _ in range(4):
        coins.undoes()
    assert coins.shapes == []


def test_a_vertex_of_a_hole_is_moved_like_any_other(coins: Annotator) -> None:
    coins.draws_polygon(SQUARE)
    coins.takes(Key.Key_O)
    coins.hand.click_through([(120, 100), (180, 100), (150, 150)])
    coins.hand.press(Key.Key_Return)
    coins.takes(Key.Key_V)
    coins.hand.drag((150, 150), (150, 170))
    polygon = coins.newest

    assert isinstance(polygon, Polygon)
    assert polygon.rings[1][2] == pytest.approx((150, 170), abs=pixel(coins))


def test_a_rubber_band_selects_and_the_selection_moves_together(coins: Annotator) -> None:
    coins.draws_box(20, 20, 60, 60)
    coins.draws_polyline([(80, 20), (120, 60)])
    coins.takes(Key.Key_V)
    coins.hand.press(Key.Key_Escape)
    coins.hand.drag((10, 10), (140, 80))
    assert len(coins.session.selection) == 2

    coins.hand.drag((100, 40), (110, 60))
    box, line = coins.shapes
    assert isinstance(box, BBox)
    assert isinstance(line, Polyline)
    assert box.y == pytest.approx(40, abs=pixel(coins))
    assert line.path[0] == pytest.approx((90, 40), abs=pixel(coins))


def test_a_rotated_box_is_drawn_by_an_edge_and_a_width(coins: Annotator) -> None:
    coins.takes(Key.Key_R)
    coins.hand.drag((100, 100), (180, 160))
    coins.hand.click(150, 200)
    box = coins.newest

    assert isinstance(box, BBox)
    assert box.oriented is not None
    assert box.oriented.w == pytest.approx(100, abs=pixel(coins))
    assert box.oriented.angle == pytest.approx(36.87, abs=1.5)


def test_a_skeleton_is_placed_joint_after_joint_as_one_object(coins: Annotator) -> None:
    coins.takes(Key.Key_8)
    coins.hand.click_through([(100, 100), (80, 80), (120, 80)])
    joints = [(a.name, getattr(a, "instance_id", None)) for a in coins.shapes]

    assert joints == [("nose", 1), ("left_eye", 1), ("right_eye", 1)]


def test_a_class_that_is_added_gets_its_shapes(coins: Annotator) -> None:
    coins.window.classes.wanted.emit(LabelClass("stamp", Kind.BBOX, "#12ab34"))
    project = coins.application.project
    wait_until(
        lambda: (
            project.dataset is not None
            and project.dataset.ontology.find("stamp", Kind.BBOX) is not None
        ),
        "the class",
    )
    label = project.dataset.ontology.find("stamp", Kind.BBOX) if project.dataset else None
    assert label is not None
    coins.application.editor.choose_class(label)
    coins.hand.drag((20, 20), (60, 60))
    coins.saves()

    assert coins.newest.name == "stamp"


def test_a_key_finds_its_command_ready_in_the_same_turn_as_the_selection(coins: Annotator) -> None:
    box = a_box(coins)
    coins.session.selection.clear()
    coins.takes(Key.Key_V)
    assert coins.window.actions_by_id["edit.delete"].isEnabled() is False

    coins.session.selection.choose([box.id])  # the event loop does not turn before the key
    question = QKeyEvent(
        QEvent.Type.ShortcutOverride, Key.Key_Delete, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(coins.canvas, question)

    assert coins.window.actions_by_id["edit.delete"].isEnabled()
