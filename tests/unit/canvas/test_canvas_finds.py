"""What lies under the pointer."""

from __future__ import annotations

from dataclasses import replace

from limner.model.annotations import AnnotationId, BBox, Keypoint, OrientedBox, Polygon, Polyline
from limner.model.geometry import moved, with_oriented
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from unit.canvas.easel import Easel

A, B, C = (AnnotationId(letter) for letter in "abc")
CAR = BBox(id=A, name="car", x=40, y=30, w=60, h=40)


def ring(*pairs: tuple[float, float]) -> Points:
    return Points.of(pairs)


def test_the_topmost_comes_first() -> None:
    easel = Easel.put_up([replace(CAR, rank=2), replace(CAR, id=B, rank=7), replace(CAR, id=C)])
    assert easel.bench.find(60, 50, 1) == [B, A, C]


def test_the_outline_of_a_selected_shape_wins_and_its_inside_does_not() -> None:
    easel = Easel.put_up([CAR, replace(CAR, id=B, x=20, w=100, rank=7)])
    easel.bench.selection.choose([A])
    assert easel.bench.find(40, 50, 2) == [A, B]
    assert easel.bench.find(70, 50, 2) == [B, A]


def test_a_hole_belongs_to_what_lies_below() -> None:
    outline = ring((10, 10), (110, 10), (110, 110), (10, 110))
    hole = ring((40, 40), (80, 40), (80, 80), (40, 80))
    easel = Easel.put_up([replace(CAR, rank=-1), Polygon(id=B, name="road", rings=(outline, hole))])
    assert easel.bench.find(60, 60, 2) == [A]
    assert easel.bench.find(41, 60, 2) == [B, A]
    assert easel.bench.find(20, 20, 2) == [B]


def test_a_rotated_box_is_found_where_it_is_and_not_in_its_enclosure() -> None:
    easel = Easel.put_up([with_oriented(CAR, OrientedBox(100, 75, 100, 10, 45))])
    assert easel.bench.find(120, 95, 0) == [A]
    assert easel.bench.find(120, 55, 0) == []


def test_lines_joints_and_specks_are_found_within_reach() -> None:
    lane = Polyline(id=A, name="lane", path=ring((20, 20), (180, 20), (180, 120)))
    nose = Keypoint(id=B, name="nose", x=100, y=80)
    speck = BBox(id=C, name="car", x=40, y=100, w=0.5, h=0.5)
    easel = Easel.put_up([lane, nose, speck])
    assert easel.bench.find(100, 23, 4) == [A]
    assert easel.bench.find(100, 25, 4) == []
    assert easel.bench.find(102, 82, 4) == [B]
    assert easel.bench.find(37, 98, 4) == [C]


def test_the_index_follows_every_change() -> None:
    easel = Easel.put_up([CAR])
    easel.bench.history.do(Patch.replacing(Verb.MOVE, [(CAR, moved(CAR, 70, 60))]))
    assert easel.bench.find(50, 40, 1) == []
    assert easel.bench.find(150, 110, 1) == [A]
    easel.bench.history.do(Patch.removing(Verb.DELETE, [moved(CAR, 70, 60)]))
    assert easel.bench.find(150, 110, 1) == []
    easel.bench.history.undo()
    assert easel.bench.find(150, 110, 1) == [A]


def test_a_bench_that_was_left_finds_nothing_and_no_longer_paints() -> None:
    easel = Easel.put_up([CAR])
    easel.canvas.edit(None)
    easel.settles()
    easel.bench.document.apply(Patch.adding(Verb.DRAW, [replace(CAR, id=B, x=120)]))
    assert easel.bench.find(50, 40, 1) == ()
    assert easel.is_bare_at(50, 40)
    assert easel.is_bare_at(130, 40)
