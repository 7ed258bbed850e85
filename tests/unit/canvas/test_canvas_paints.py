"""What a person sees, read from the widget's own pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QColor

from limner.canvas.viewport import Frame
from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Keypoint,
    Opaque,
    OrientedBox,
    Polygon,
    Polyline,
)
from limner.model.geometry import Bounds, box_outline, with_oriented
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.tools.tool import HandleKind, Handles, Overlay, Sketch
from unit.canvas.easel import GREY, Easel, plain_picture

A, B = AnnotationId("a"), AnnotationId("b")
CAR = BBox(id=A, name="car", x=40, y=30, w=60, h=40)
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)


def square(x: float, y: float, side: float) -> Points:
    return Points.of([(x, y), (x + side, y), (x + side, y + side), (x, y + side)])


@pytest.mark.parametrize("zoom", [1.0, 1.7, 4.0, 10.0, 24.0])
def test_a_box_has_its_line_on_its_edges_and_a_tint_inside(zoom: float) -> None:
    easel = Easel.put_up([CAR])
    easel.canvas.zoom_to(zoom)
    easel.canvas.centre_on(Bounds(40, 30, 40, 30))
    easel.settles()
    assert easel.colour_at(40, 33) == RED
    assert easel.colour_at(43, 30) == RED
    red, green, blue = easel.colour_at(43.5, 33.5)
    assert red > GREY > green == blue
    assert easel.is_bare_at(36.5, 26.5)


def test_a_hole_is_bare() -> None:
    ring = Polygon(id=A, name="road", rings=(square(20, 20, 100), square(50, 50, 40)))
    easel = Easel.put_up([ring])
    assert easel.is_bare_at(70, 70)
    assert not easel.is_bare_at(35, 35)


def test_a_rotated_box_is_marked_on_the_edge_that_was_its_top() -> None:
    turned = with_oriented(CAR, OrientedBox(100, 75, 60, 40, 180))
    easel = Easel.put_up([turned])
    easel.canvas.zoom_to(1.0)
    easel.settles()
    top_left, top_right, *_ = box_outline(turned)
    x, y = (top_left + top_right) / 2
    assert easel.colour_at(x, y + 5)[0] > 200
    assert easel.is_bare_at(x, y - 60)


def test_a_line_and_a_joint_are_seen() -> None:
    lane = Polyline(id=A, name="lane", path=Points.of([(20, 20), (180, 20)]))
    nose = Keypoint(id=B, name="nose", x=100, y=80)
    easel = Easel.put_up([lane, nose])
    assert easel.colour_at(90, 20) == BLUE
    assert easel.colour_at(100, 80) == RED


def test_an_occluded_joint_is_hollow() -> None:
    hidden = JsonText.of({"occluded": "Yes"})
    easel = Easel.put_up([Keypoint(id=A, name="nose", x=100, y=80, attributes=hidden)])
    assert easel.is_bare_at(100, 80)


def test_joints_of_one_object_are_joined_as_the_skeleton_says() -> None:
    nose = Keypoint(id=A, name="nose", x=50, y=50, instance_id=3)
    eye = Keypoint(id=B, name="eye", x=150, y=50, instance_id=3)
    easel = Easel.put_up([nose, eye])
    assert easel.colour_at(100, 50) == RED
    easel.bench.document.apply(Patch.replacing(Verb.DESCRIBE, [(eye, replace(eye, instance_id=4))]))
    assert easel.is_bare_at(100, 50)


def test_without_a_joint_the_next_of_its_name_carries_the_bone() -> None:
    eye = Keypoint(id=A, name="eye", x=150, y=50, instance_id=3)
    other = Keypoint(id=B, name="eye", x=50, y=120, instance_id=3)
    nose = Keypoint(id=AnnotationId("c"), name="nose", x=50, y=50, instance_id=3)
    easel = Easel.put_up([nose, eye, other])
    easel.bench.document.apply(Patch.removing(Verb.DELETE, [eye]))
    assert easel.is_bare_at(100, 50)
    assert easel.colour_at(50, 85) == RED


def test_a_bone_follows_the_joint_that_is_being_dragged() -> None:
    nose = Keypoint(id=A, name="nose", x=50, y=50, instance_id=3)
    eye = Keypoint(id=B, name="eye", x=150, y=50, instance_id=3)
    easel = Easel.put_up([nose, eye])
    probe = easel.uses()
    probe.shown = Overlay(edited=(replace(eye, x=50, y=120),))
    easel.canvas.refresh_overlay()
    assert easel.is_bare_at(100, 50)
    assert easel.colour_at(50, 85) == RED


def test_a_hidden_shape_is_neither_seen_nor_found() -> None:
    easel = Easel.put_up([CAR])
    easel.canvas.set_hidden({A})
    assert easel.is_bare_at(60, 50)
    assert not easel.bench.find(60, 50, 0)
    easel.canvas.set_hidden(())
    assert not easel.is_bare_at(60, 50)


def test_the_shape_in_hand_is_drawn_where_it_is_held_and_not_where_it_was() -> None:
    easel = Easel.put_up([CAR])
    probe = easel.uses()
    probe.shown = Overlay(edited=(replace(CAR, x=110, y=100, w=40),))
    easel.canvas.refresh_overlay()
    assert easel.is_bare_at(60, 50)
    assert easel.colour_at(110, 120) == RED
    probe.shown = Overlay()
    easel.canvas.refresh_overlay()
    assert not easel.is_bare_at(60, 50)
    assert easel.is_bare_at(120, 110)


def test_a_selected_outline_lies_above_what_covers_it() -> None:
    cover = Polygon(id=B, name="road", rings=(square(30, 20, 60),), rank=9)
    easel = Easel.put_up([CAR, cover])
    green = easel.colour_at(90, 50)
    easel.bench.selection.choose([A])
    assert easel.colour_at(40, 50) == RED
    assert green == GREEN


def test_a_record_of_no_known_type_is_not_drawn_and_does_no_harm() -> None:
    mask = Opaque(id=A, raw=JsonText("{}"), reason="A mask.")
    easel = Easel.put_up([mask, replace(CAR, id=B)])
    assert easel.colour_at(40, 50) == RED


@pytest.mark.parametrize("ground", [0, 255, GREY])
def test_handles_are_seen_on_any_image(ground: int) -> None:
    easel = Easel.put_up()
    easel.canvas.show_picture(plain_picture(200, 150, ground))
    easel.settles()
    before = easel.seen()
    probe = easel.uses()
    probe.shown = Overlay(handles=(Handles(HandleKind.SQUARE, Points.of([(100, 75)])),))
    easel.canvas.refresh_overlay()
    assert easel.colour_at(100, 75) == (255, 255, 255)
    assert easel.seen() != before


def test_a_shape_being_drawn_shows_its_points_and_the_line_to_the_pointer() -> None:
    easel = Easel.put_up()
    probe = easel.uses()
    points = Points.of([(20, 20), (180, 20)])
    probe.shown = Overlay(sketch=Sketch(points, "#0000ff", closed=True, rubber=(180, 120)))
    easel.canvas.refresh_overlay()
    assert easel.colour_at(100, 20) == BLUE
    assert easel.colour_at(180, 70) == BLUE
    assert not easel.is_bare_at(150, 50)


def test_what_a_tool_no_longer_shows_leaves_no_trace() -> None:
    easel = Easel.put_up([CAR])
    probe = easel.uses()
    before = easel.seen()
    run = Points.of([(10, 10), (190, 140)])
    probe.shown = Overlay(
        handles=(Handles(HandleKind.ROUND, run, hot=0), Handles(HandleKind.FAINT, run)),
        band=Bounds(5, 5, 60, 90),
        stem=run,
        hovered=A,
    )
    easel.canvas.refresh_overlay()
    assert easel.seen() != before
    probe.shown = Overlay()
    easel.canvas.refresh_overlay()
    assert easel.seen() == before


def test_numbers_as_large_as_floats_get_do_not_stop_the_painting() -> None:
    huge = 1.7e308
    shapes: list[Annotation] = [
        BBox(id=A, name="car", x=-huge, y=30, w=huge, h=huge),
        Polygon(id=B, name="road", rings=(Points.of([(20, 20), (huge, 30), (-huge, huge)]),)),
        Polyline(id=AnnotationId("c"), name="lane", path=Points.of([(-huge, 100), (huge, 100)])),
        Keypoint(id=AnnotationId("d"), name="nose", x=huge, y=-huge),
    ]
    easel = Easel.put_up(shapes)
    assert easel.colour_at(90, 100) == BLUE


def test_a_contour_of_a_hundred_thousand_points_is_drawn_in_full() -> None:
    top = [(10 + i * 0.0018, 20.0 + i % 2) for i in range(100_000)]
    contour = Polygon(id=A, name="road", rings=(Points.of([*top, (190, 120), (10, 120)]),))
    easel = Easel.put_up([contour])
    red, green, _ = easel.colour_at(100, 120)
    assert red < 64 < 192 < green
    assert not easel.is_bare_at(100, 21)
    assert easel.is_bare_at(100, 140)


def test_a_speck_keeps_its_colour_and_a_selected_one_gets_a_frame() -> None:
    easel = Easel.put_up([BBox(id=A, name="car", x=100, y=75, w=1, h=1)])
    easel.canvas.zoom_to(1.0)
    easel.settles()
    assert easel.colour_at(100.5, 75.5) == RED
    assert easel.is_bare_at(96.5, 75.5)
    easel.bench.selection.choose([A])
    assert not easel.is_bare_at(98.5, 75.5)


def test_lines_look_as_wide_on_a_screen_of_twice_the_density() -> None:
    easel = Easel.put_up([replace(CAR, y=-500, h=1000)])
    widths = []
    for ratio in (1.0, 2.0):
        frame = Frame(ratio, 0, 0, round(200 * ratio), round(150 * ratio), ratio)
        pixels = np.zeros((frame.height, frame.width), dtype=np.uint32)
        easel.canvas._scene.paint(pixels, frame)
        widths.append(int((pixels[round(50 * ratio)] == 0xFFFF0000).sum()))
    assert widths == [4, 8]


def test_the_ground_is_what_it_is_set_to() -> None:
    easel = Easel.put_up()
    easel.canvas.set_background(QColor("#102030"))
    easel.settles()
    assert easel.seen().pixelColor(1, 1) == QColor("#102030")


def test_hostile_names_are_one_line_of_plain_text() -> None:
    name = "<img src=x>\u202egnp.exe\n\x07" + "x" * 5000
    easel = Easel.put_up([replace(CAR, name=name)])
    easel.bench.selection.choose([A])
    easel.settles()
    easel.canvas.show_message(name, name)
    assert not easel.is_bare_at(60, 50)
