"""What others made of a shape, over the settled picture."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF

from limner.canvas.ghosts import Ghost, Mark
from limner.canvas.turn import Turn
from limner.model.annotations import AnnotationId, BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import Bounds
from limner.model.points import Points
from unit.canvas.easel import GREY, Easel

MINE = BBox(id=AnnotationId("a"), name="car", x=20, y=20, w=40, h=30)
THEIRS = replace(MINE, x=110, y=80)
TURNS = [Turn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]


def ghost(shape: Drawable = THEIRS, mark: Mark = Mark.THEIRS) -> Ghost:
    return Ghost(shape.id, shape, mark)


def reds_along_the_top(easel: Easel, box: BBox) -> int:
    """How many of the device pixels along a box's top edge are in its class colour."""
    seen, count = easel.seen(), 0
    for step in range(1, 100):
        at = easel.canvas.to_widget(box.x + box.w * step / 100, box.y)
        colour = seen.pixelColor(int(at.x()), int(at.y()))
        count += colour.red() > 200 and colour.green() < 60
    return count


def test_theirs_is_a_dashed_line_in_the_colour_of_its_class_without_a_fill() -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.show_ghosts([ghost()])

    assert 30 < reds_along_the_top(easel, THEIRS) < 80
    assert easel.colour_at(130, 95) == (GREY, GREY, GREY)


def test_when_the_last_ghost_goes_the_picture_is_what_it_was() -> None:
    easel = Easel.put_up([MINE])
    before = easel.on_screen()
    easel.canvas.show_ghosts([ghost()])
    assert easel.on_screen() != before
    easel.canvas.show_ghosts([])

    assert easel.on_screen() == before


@pytest.mark.parametrize("turn", TURNS, ids=str)
def test_only_what_a_ghost_covers_is_repainted_and_all_of_that(turn: Turn) -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.turn_to(turn)
    easel.settles()
    for ghosts, bright in (
        ([ghost()], None),
        ([ghost()], THEIRS.id),
        ([ghost(replace(THEIRS, x=90))], THEIRS.id),
        ([ghost(mark=Mark.REMOVED), ghost(replace(MINE, id=AnnotationId("b"), x=70))], None),
        ([], None),
    ):
        easel.canvas.show_ghosts(ghosts, bright)
        assert easel.on_screen() == easel.seen(), (ghosts, bright)


def test_the_one_that_is_looked_at_stands_out() -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.show_ghosts([ghost()])
    calm = easel.seen()
    easel.canvas.show_ghosts([ghost()], THEIRS.id)

    assert easel.seen() != calm


def test_what_others_removed_is_struck_out_in_red() -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.show_ghosts([ghost(MINE, Mark.REMOVED)])
    middle = easel.canvas.to_widget(40, 35).toPoint()
    around = [easel.seen().pixelColor(middle.x() + dx, middle.y()) for dx in range(-6, 7)]

    assert any(colour.red() > 220 and 90 < colour.green() < 140 for colour in around)


def test_every_kind_of_shape_has_a_ghost() -> None:
    triangle = Points.of([(100, 20), (150, 30), (120, 70)])
    shapes: list[Drawable] = [
        Polygon(id=AnnotationId("p"), name="road", rings=(triangle,)),
        Polyline(id=AnnotationId("l"), name="lane", path=triangle),
        Keypoint(id=AnnotationId("k"), name="eye", x=60, y=100),
    ]
    for shape in shapes:
        for mark in Mark:
            easel = Easel.put_up()
            bare = easel.seen()
            easel.canvas.show_ghosts([ghost(shape, mark)])
            assert easel.seen() != bare


def test_a_crowd_of_ghosts_is_outlined_thinly_and_the_rest_are_dots() -> None:
    easel = Easel.put_up()
    crowd = [
        ghost(replace(MINE, id=AnnotationId(f"{n}"), x=n % 40 * 5, y=n // 40 * 10, w=4, h=8))
        for n in range(500)
    ]
    easel.canvas.show_ghosts(crowd, AnnotationId("499"))
    bright = crowd[-1].shape
    assert isinstance(bright, BBox)

    assert easel.on_screen() == easel.seen()
    dot = crowd[350].shape
    assert isinstance(dot, BBox)
    assert not easel.is_bare_at(dot.x + 2, dot.y + 4)
    assert not easel.is_bare_at(bright.x, bright.y)


def test_ghosts_go_along_when_the_image_is_pushed() -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.show_ghosts([ghost()])
    easel.canvas.zoom_to(2.0)
    easel.canvas.pan_by(-40, -30)
    easel.settles()

    assert 30 < reds_along_the_top(easel, THEIRS) < 80


@pytest.mark.parametrize("far", [1e7, 1e300, -1e300])
def test_a_ghost_beyond_all_measure_does_no_harm(far: float) -> None:
    easel = Easel.put_up([MINE])
    easel.canvas.show_ghosts([ghost(replace(THEIRS, x=far)), ghost(MINE, Mark.REMOVED)])

    assert easel.on_screen() == easel.seen()


def test_what_is_in_view_is_not_gone_to_and_what_is_not_is() -> None:
    easel = Easel.put_up([MINE])
    canvas = easel.canvas
    canvas.zoom_to(4.0, QPointF(0, 0))
    before = canvas.visible_bounds()
    inside = Bounds(before.left + 1, before.top + 1, before.left + 5, before.top + 5)
    canvas.bring_into_view(inside)
    assert canvas.visible_bounds() == before
    canvas.bring_into_view(Bounds(180, 130, 190, 140))
    assert canvas.visible_bounds().holds(185, 135)
    canvas.go_back()

    assert canvas.zoom == 4.0
