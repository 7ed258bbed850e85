"""Resizing and turning boxes, and working on vertices, by their handles."""

from __future__ import annotations

import math

import numpy as np
import pytest

from limner.model.annotations import BBox, Polygon, Polyline
from limner.model.geometry import as_oriented, box_outline
from limner.model.points import Points
from limner.tools.tool import Cursor, HandleKind, Key, Mods
from unit.tool_robot import (
    Hand,
    Street,
    a_box,
    a_polygon,
    a_polyline,
    a_ring,
    a_turned_box,
    street,
)

XY = tuple[float, float]


def chosen(place: Street, id_: str) -> Hand:
    """A hand with the select tool, the shape `id_` selected."""
    place.selects(id_)
    hand = Hand(place, "select")
    hand.hovers((390, 390))
    return hand


def box_of(place: Street) -> tuple[float, float, float, float]:
    box = place.only
    assert isinstance(box, BBox)
    return box.x, box.y, box.w, box.h


def ring_of(place: Street, ring: int = 0) -> list[XY]:
    polygon = place.only
    assert isinstance(polygon, Polygon)
    return list(polygon.rings[ring])


@pytest.mark.parametrize(
    ("handle", "to", "expected"),
    [
        ((100, 100), (90, 80), (90, 80, 90, 80)),
        ((180, 160), (200, 200), (100, 100, 100, 100)),
        ((180, 100), (200, 90), (100, 90, 100, 70)),
        ((100, 160), (110, 150), (110, 100, 70, 50)),
        ((140, 100), (300, 90), (100, 90, 80, 70)),
        ((140, 160), (0, 200), (100, 100, 80, 100)),
        ((100, 130), (90, 0), (90, 100, 90, 60)),
        ((180, 130), (190, 0), (100, 100, 90, 60)),
    ],
)
def test_each_of_the_eight_handles_moves_its_sides_and_no_other(
    handle: XY, to: XY, expected: tuple[float, float, float, float]
) -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    chosen(place, "box").drags(handle, to)
    assert box_of(place) == expected
    assert place.steps == ["Resize car"]


def test_the_handle_keeps_its_distance_from_the_pointer() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    chosen(place, "box").drags((183, 164), (203, 184))
    assert box_of(place) == (100, 100, 100, 80)


def test_a_box_dragged_through_itself_turns_over() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    chosen(place, "box").drags((180, 160), (60, 50))
    assert box_of(place) == (60, 50, 40, 50)


def test_a_box_pushed_flat_keeps_a_trace_of_width_and_height() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    chosen(place, "box").drags((180, 160), (100, 100))
    _, _, w, h = box_of(place)
    assert w > 0
    assert h > 0


def test_sides_that_are_not_held_stay_the_same_to_the_last_bit() -> None:
    place = street(a_box(x=0.1, y=100.3, w=80.7, h=60.1))
    chosen(place, "box").drags((80.8, 130.35), (91, 130))
    x, y, _, h = box_of(place)
    assert (x, y, h) == (0.1, 100.3, 60.1)


@pytest.mark.parametrize(
    ("handle", "to", "expected"),
    [
        ((180, 160), (260, 170), (100, 100, 160, 120)),
        ((100, 100), (20, 90), (20, 40, 160, 120)),
        ((180, 130), (260, 130), (100, 70, 160, 120)),
        ((180, 160), (20, 150), (20, 100, 80, 60)),
    ],
)
def test_shift_keeps_the_proportions(
    handle: XY, to: XY, expected: tuple[float, float, float, float]
) -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    chosen(place, "box").drags(handle, to, mods=Mods.SHIFT)
    assert box_of(place) == pytest.approx(expected)


@pytest.mark.parametrize("angle", [0.5, 30, 90, 135, 200, 359])
@pytest.mark.parametrize("corner", [0, 1, 2, 3])
def test_a_rotated_box_is_resized_in_its_own_frame_with_the_opposite_corner_fixed(
    angle: float, corner: int
) -> None:
    place = street(a_turned_box(angle=angle))
    before = place["turned"]
    assert isinstance(before, BBox)
    outline = box_outline(before)
    x, y = outline[corner].tolist()
    chosen(place, "turned").drags((x, y), (x + 9, y - 7))
    after = place["turned"]
    assert isinstance(after, BBox)
    assert np.allclose(box_outline(after)[(corner + 2) % 4], outline[(corner + 2) % 4])
    assert np.allclose(box_outline(after)[corner], (x + 9, y - 7))
    assert as_oriented(after).angle == pytest.approx(angle)
    enclosure = box_outline(after)
    assert (after.x, after.y) == tuple(enclosure.min(axis=0).tolist())


def test_the_rotation_handle_stands_on_a_stem_above_the_box_and_turns_it() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    hand = chosen(place, "box")
    assert hand.sees().stem == Points.of([(140, 100), (140, 76)])
    assert list(hand.handles(HandleKind.ROUND).points) == [(140, 76)]
    hand.hovers((140, 76))
    assert hand.sees().cursor is Cursor.ROTATE
    hand.drags((140, 76), (194, 130))
    box = place.only
    assert isinstance(box, BBox)
    assert as_oriented(box).angle == pytest.approx(90)
    assert (as_oriented(box).w, as_oriented(box).h) == (80, 60)
    assert place.steps == ["Rotate car"]


def test_shift_turns_in_steps_of_fifteen_degrees_and_back_to_a_plain_box() -> None:
    place = street(a_turned_box(angle=7))
    hand = chosen(place, "turned")
    ((x, y),) = hand.handles(HandleKind.ROUND).points
    hand.drags((x, y), (x + 14, y), mods=Mods.SHIFT)
    box = place.only
    assert isinstance(box, BBox)
    assert as_oriented(box).angle == pytest.approx(30)
    ((x, y),) = hand.handles(HandleKind.ROUND).points
    hand.drags((x, y), (198, 150), mods=Mods.SHIFT)
    box = place.only
    assert isinstance(box, BBox)
    assert box.oriented is None


def test_resize_cursors_follow_the_rotation() -> None:
    place = street(a_turned_box(angle=45))
    hand = chosen(place, "turned")
    turned = place["turned"]
    assert isinstance(turned, BBox)
    seen = []
    for x, y in box_outline(turned).tolist():
        hand.hovers((x, y))
        seen.append(hand.sees().cursor)
    assert seen == [Cursor.RESIZE_V, Cursor.RESIZE_H, Cursor.RESIZE_V, Cursor.RESIZE_H]


def test_a_tiny_box_can_still_be_moved_and_has_no_handles_on_its_sides() -> None:
    place = street(a_box(x=100, y=100, w=16, h=16))
    hand = chosen(place, "box")
    assert len(hand.handles(HandleKind.SQUARE).points) == 4
    hand.drags((108, 108), (118, 108))
    assert box_of(place) == (110, 100, 16, 16)


def test_the_handle_under_the_pointer_is_hot() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    hand = chosen(place, "box")
    assert hand.handles(HandleKind.SQUARE).hot is None
    hand.hovers((182, 158))
    assert hand.handles(HandleKind.SQUARE).hot == 2


def test_a_vertex_of_any_ring_is_dragged_by_its_handle() -> None:
    place = street(a_polygon("polygon", [(100, 100), (200, 100), (200, 200)], a_ring(left=150)))
    hand = chosen(place, "polygon")
    assert len(hand.handles(HandleKind.SQUARE).points) == 6
    hand.drags((181, 151), (186, 156))
    assert ring_of(place, 1) == [(150, 150), (185, 155), (150, 180)]
    assert place.steps == ["Reshape road"]


def test_shift_drags_a_vertex_along_one_axis() -> None:
    place = street(a_polyline())
    chosen(place, "polyline").drags((10, 300), (40, 310), mods=Mods.SHIFT)
    path = place.only
    assert isinstance(path, Polyline)
    assert path.path[0] == pytest.approx((40, 300))


def test_long_edges_offer_a_handle_in_the_middle_that_drags_out_a_new_vertex() -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    assert (150, 200) in list(hand.handles(HandleKind.FAINT).points)
    hand.hovers((150, 200))
    assert hand.sees().cursor is Cursor.ADD
    hand.drags((150, 200), (150, 250))
    assert ring_of(place) == [(100, 100), (200, 100), (200, 200), (150, 250), (100, 200)]
    assert place.steps == ["Add point to road"]


def test_the_closing_edge_of_a_polygon_can_be_split_but_a_polyline_has_none() -> None:
    place = street(a_polygon())
    chosen(place, "polygon").drags((100, 150), (80, 150))
    assert ring_of(place)[-1] == (80, 150)
    place = street(a_polyline())
    middles = chosen(place, "polyline").handles(HandleKind.FAINT).points
    assert list(middles) == [(60, 300), (110, 340)]


def test_short_edges_offer_no_middle_until_one_zooms_in() -> None:
    place = street(a_polygon("polygon", *[[(100, 100), (120, 100), (120, 120)]]))
    place.selects("polygon")
    far = Hand(place, "select")
    far.hovers((300, 300))
    assert len(far.handles(HandleKind.FAINT).points) == 1  # the diagonal
    near = Hand(place, "select", scale=0.25)
    near.hovers((300, 300))
    assert len(near.handles(HandleKind.FAINT).points) == 3


def test_a_shape_chosen_in_a_list_shows_its_handles_before_the_pointer_comes() -> None:
    place = street(a_polygon("polygon", *[[(100, 100), (200, 100), (200, 200)]]))
    hand = Hand(place, "select")
    place.selects("polygon")
    assert len(hand.handles(HandleKind.SQUARE).points) == 3


def test_a_click_on_a_handle_changes_nothing() -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    hand.clicks((100, 100), (150, 100))
    assert place.steps == []
    assert place.selected == ["polygon"]


def test_a_double_click_on_an_edge_adds_a_point_on_it() -> None:
    place = street(a_polygon())
    hand = Hand(place, "select")
    hand.double_clicks((130, 103))
    assert ring_of(place)[1] == (130, 100)
    assert place.steps == ["Add point to road"]


def test_a_double_click_away_from_all_edges_or_on_a_vertex_adds_nothing() -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    hand.double_clicks((150, 150))
    hand.double_clicks((101, 101))
    assert place.steps == []


@pytest.mark.parametrize("how", ["alt", Key.DELETE, Key.BACKSPACE])
def test_a_vertex_is_removed_by_alt_and_click_or_by_delete(how: object) -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    if isinstance(how, Key):
        hand.hovers((201, 99))
        assert hand.types(how)
    else:
        hand.clicks((201, 99), mods=Mods.ALT)
    assert ring_of(place) == [(100, 100), (200, 200), (100, 200)]
    assert place.steps == ["Remove point from road"]


def test_a_hole_that_loses_its_third_point_disappears() -> None:
    outline = [(100, 100), (200, 100), (200, 200), (100, 200)]
    place = street(a_polygon("polygon", outline, a_ring()))
    hand = chosen(place, "polygon")
    hand.clicks((150, 120), mods=Mods.ALT)
    polygon = place.only
    assert isinstance(polygon, Polygon)
    assert len(polygon.rings) == 1
    assert place.steps == ["Remove hole from road"]


def test_an_outline_or_polyline_cannot_lose_its_last_points_and_it_is_said_why() -> None:
    place = street(a_polygon("polygon", [(100, 100), (200, 100), (200, 200)]))
    chosen(place, "polygon").clicks((100, 100), mods=Mods.ALT)
    assert len(ring_of(place)) == 3
    assert [broken.field for broken in place.refused] == ["polygon.paths.0"]
    assert "at least 3 points" in str(place.refused[0])
    place = street(a_polyline("polyline", (10, 10), (90, 10)))
    chosen(place, "polyline").clicks((10, 10), mods=Mods.ALT)
    assert [broken.field for broken in place.refused] == ["polyline.path"]
    assert place.steps == []


def test_an_outline_dragged_off_its_hole_springs_back_and_it_is_said_why() -> None:
    outline = [(100, 100), (200, 100), (200, 200)]
    place = street(a_polygon("polygon", outline, [(170, 110), (190, 110), (190, 130)]))
    chosen(place, "polygon").drags((200, 100), (150, 190))
    assert ring_of(place) == outline
    assert [broken.field for broken in place.refused] == ["polygon.paths.1"]


def test_handles_follow_the_shape_when_a_step_is_undone() -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    hand.clicks((200, 200), mods=Mods.ALT)
    assert len(hand.handles(HandleKind.SQUARE).points) == 3
    hand.undoes(place)
    assert len(hand.handles(HandleKind.SQUARE).points) == 4


def test_a_path_of_ten_thousand_vertices_is_handled_like_a_small_one() -> None:
    turn = np.linspace(0, 2 * math.pi, 10_000, endpoint=False)
    ring = np.column_stack([200 + 150 * np.cos(turn), 200 + 150 * np.sin(turn)])
    place = street(a_polygon("polygon", ring.tolist()))
    hand = Hand(place, "select", scale=0.001)
    place.selects("polygon")
    hand.drags((350, 200), (360, 200))
    assert ring_of(place)[0] == (360, 200)
    assert ring_of(place)[1:] == [tuple(point) for point in ring.tolist()[1:]]


def test_a_polygon_that_is_tiny_on_the_screen_can_still_be_moved() -> None:
    place = street(a_polygon("polygon", [(100, 100), (112, 100), (112, 112), (100, 112)]))
    chosen(place, "polygon").drags((106, 106), (116, 106))
    assert ring_of(place)[0] == (110, 100)
    assert place.steps == ["Move road"]


def test_a_straight_line_is_held_by_its_ends_although_it_has_no_width() -> None:
    place = street(a_polyline("polyline", (100, 100), (200, 100)))
    hand = chosen(place, "polyline")
    hand.hovers((206, 104))
    assert hand.handles(HandleKind.SQUARE).hot == 1


def test_while_a_handle_is_held_the_handles_go_along() -> None:
    place = street(a_polygon())
    hand = chosen(place, "polygon")
    hand.presses((200, 100))
    hand.moves((230, 90))
    (shown,) = hand.sees().handles
    assert (230, 90) in list(shown.points)
    assert shown.hot == 1
    hand.releases((230, 90))


def test_while_a_shape_is_moved_whole_it_has_no_handles() -> None:
    place = street(a_box())
    hand = chosen(place, "box")
    hand.presses((30, 20))
    hand.moves((60, 60))
    assert hand.sees().handles == ()
    assert hand.sees().cursor is Cursor.MOVE
    hand.releases((60, 60))


def test_a_handle_is_held_by_a_press_that_no_move_announced() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    place.selects("box")
    hand = Hand(place, "select")
    hand.presses((180, 160))
    hand.moves((200, 200))
    hand.releases((200, 200))
    assert place.steps == ["Resize car"]


@pytest.mark.parametrize(("scale", "is_hot"), [(0.25, False), (1.0, True)])
def test_handles_reach_eight_screen_pixels_at_every_zoom(scale: float, is_hot: bool) -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    place.selects("box")
    hand = Hand(place, "select", scale=scale)
    hand.hovers((186, 164))
    assert (hand.handles(HandleKind.SQUARE).hot == 2) is is_hot
    ((x, y),) = hand.handles(HandleKind.ROUND).points
    assert (x, y) == (140, 100 - 24 * scale)
    hand.hovers((x + 6, y))
    assert (hand.handles(HandleKind.ROUND).hot == 0) is is_hot


def test_a_hole_of_four_points_may_lose_one() -> None:
    outline = [(100, 100), (200, 100), (200, 200), (100, 200)]
    hole = [(120, 120), (180, 120), (180, 180), (120, 180)]
    place = street(a_polygon("polygon", outline, hole))
    chosen(place, "polygon").clicks((180, 180), mods=Mods.ALT)
    assert ring_of(place, 1) == [(120, 120), (180, 120), (120, 180)]
    assert place.steps == ["Remove point from road"]


@pytest.mark.parametrize("key", [Key.DELETE, Key.BACKSPACE, Key.LEFT])
def test_no_key_changes_anything_in_the_middle_of_a_drag(key: Key) -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    hand = chosen(place, "box")
    hand.presses((180, 160))
    hand.moves((200, 200))
    assert hand.types(key)
    hand.releases((200, 200))
    assert place.steps == ["Resize car"]


def test_removing_two_vertices_in_quick_succession_adds_none() -> None:
    place = street(a_polygon("polygon", [(100, 100), (104, 60), (108, 100), (200, 200), (90, 300)]))
    hand = chosen(place, "polygon")
    hand.clicks((100, 100), mods=Mods.ALT)
    hand.presses((108, 100), mods=Mods.ALT, clicks=2)
    hand.releases((108, 100), mods=Mods.ALT)
    assert ring_of(place) == [(104, 60), (200, 200), (90, 300)]


def test_the_hint_measures_the_box_whose_handle_is_dragged() -> None:
    place = street(a_box(x=100, y=100, w=80, h=60))
    hand = chosen(place, "box")
    hand.presses((180, 160))
    hand.moves((200, 200))
    assert hand.sees().hint.startswith("100 × 100 px · Shift: keep the proportions")
    hand.releases((200, 200))
    hand.presses((150, 150))
    hand.moves((170, 150))
    assert "px" not in hand.sees().hint
