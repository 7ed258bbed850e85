"""What lies on what, where one tile ends and the next begins, and what a zoom must not change."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QPainter, QTransform

from limner.canvas.buffers import Plane, image_over
from limner.canvas.names import Screen
from limner.canvas.scene import Scene
from limner.canvas.selection_outlines import SelectionOutlines
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import Bounds
from limner.model.points import Points
from unit.canvas.easel import CLASSES, Easel

TILE = 256
RED, GREEN = 0xFFFF0000, 0xFF00FF00


def strewn(count: int, side: float = 700.0) -> list[Drawable]:
    """Boxes, stars and lines of all sizes that a tile holds, in no order; the same every time."""
    random = np.random.default_rng(3)
    turn = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    shapes: list[Drawable] = []
    for number in range(count):
        x, y = random.uniform(0, side, 2)
        size, rank = random.choice([1.0, 3.0, 6.0, 12.0, 40.0]), float(random.integers(0, 50))
        id_ = AnnotationId(f"{number:04}")
        radius = size / 2 * random.uniform(0.5, 1.0, 9)
        ring = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
        points = Points.from_array(ring)
        shapes += [
            BBox(id=id_, name="car", x=x, y=y, w=size, h=size * 0.7, rank=rank),
            Polygon(id=AnnotationId(f"p{id_}"), name="road", rings=(points,), rank=rank + 0.5),
            Polyline(id=AnnotationId(f"l{id_}"), name="lane", path=points, rank=rank),
        ]
    return shapes


def scene_of(shapes: Sequence[Drawable]) -> Scene:
    scene = Scene()
    scene.backdrop.ground = QColor("#808080")
    scene.load(shapes, CLASSES)
    return scene


def painted(scene: Scene, frame: Frame) -> Plane:
    pixels = np.zeros((frame.height, frame.width), dtype=np.uint32)
    scene.paint(pixels, frame)
    return pixels


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 1.75, 2.0])
@pytest.mark.parametrize("zoom", [0.31, 0.75, 1.25, 1.5, 1.75])
def test_tiles_side_by_side_equal_one_large_piece(zoom: float, ratio: float) -> None:
    scene = scene_of(strewn(250, 500 / zoom))
    scene.select([AnnotationId(f"p{i:04}") for i in range(11, 31)])
    width, height = 501, 389
    whole = painted(scene, Frame(zoom, 0, 0, width, height, ratio))
    for x, y in product(range(0, width, TILE), range(0, height, TILE)):
        tile = painted(scene, Frame(zoom, x, y, TILE, TILE, ratio))
        part = whole[y : y + TILE, x : x + TILE]
        assert (tile[: part.shape[0], : part.shape[1]] == part).all()


def box(id_: str, middle: float, side: float, rank: float) -> BBox:
    corner = middle - side / 2
    return BBox(id=AnnotationId(id_), name="car", x=corner, y=corner, w=side, h=side, rank=rank)


def area(id_: str, middle: float, side: float, rank: float) -> Polygon:
    low, high = middle - side / 2, middle + side / 2
    rings = (Points.of([(low, low), (high, low), (high, high), (low, high)]),)
    return Polygon(id=AnnotationId(id_), name="road", rings=rings, rank=rank)


@pytest.mark.parametrize(
    ("small", "large"),
    [(2, 7), (4, 9), (2, 20), (4, 20), (7, 20), (2, 60), (4, 60), (7, 60), (20, 60)],
)
def test_what_ranks_higher_lies_above_whatever_its_size(small: float, large: float) -> None:
    """The large one would tint the small one in its middle."""
    frame = Frame(1.0, 0, 0, 100, 100)
    for rank, is_pure in ((1.0, True), (-1.0, False)):
        shapes: list[Drawable] = [box("small", 50, small, rank), area("large", 50, large, 0.0)]
        pixels = painted(scene_of(shapes), frame)
        assert (RED in pixels) == is_pure


def test_among_many_dots_the_higher_rank_is_on_top_whatever_its_size() -> None:
    below = [box(f"a{i:03}", 50, 2.0 + i % 3, float(i)) for i in range(100)]
    top = area("top", 50, 1.0, 1000.0)
    orders: list[list[Drawable]] = [[*below, top], [top, *reversed(below)]]
    for shapes in orders:
        pixels = painted(scene_of(shapes), Frame(1.0, 0, 0, 100, 100))
        assert pixels[50, 50] == GREEN


def shown(scene: Scene, frame: Frame) -> Plane:
    """The settled picture and the outlines that come over it in every frame."""
    pixels = painted(scene, frame)
    image = image_over(pixels)  # the painter does not keep it
    with QPainter(image) as painter:
        SelectionOutlines(scene).paint(painter, Screen(frame, QTransform(), QFont()))
    return pixels


ABSENT = [AnnotationId(f"absent{i}") for i in range(9)]
"""So many are selected that the outlines of all belong to the settled picture."""


@pytest.mark.parametrize("others", [[], ABSENT])
@pytest.mark.parametrize("zoom", [0.09, 0.15, 0.2, 0.5, 0.9, 2.0])
def test_a_selected_shape_keeps_its_outline_at_every_zoom(
    zoom: float, others: list[AnnotationId]
) -> None:
    """It is ringed with white and shade: wider than any dot or simple outline of it is."""
    shape = area("area", 70, 40, 0.0)
    scene = scene_of([shape])
    frame = Frame(zoom, -50, -50, 300, 300)
    plain = shown(scene, frame)
    scene.select([shape.id, *others])
    chosen = shown(scene, frame)
    changed = np.argwhere(chosen != plain)
    width = np.ptp(changed[:, 1]) + 1
    assert 40 * zoom + 4 < width < 40 * zoom + 14
    assert (chosen[changed[:, 0], changed[:, 1]] & 0xFF > 0xC0).any()


@pytest.mark.parametrize("zoom", [0.3, 0.5, 1.0, 2.3])
def test_a_selected_shape_looks_the_same_alone_and_among_many(zoom: float) -> None:
    """Nothing pops when one more is selected."""
    shapes: list[Drawable] = [area("a", 70, 40, 0.0), box("b", 150, 30, 1.0)]
    joint = Keypoint(id=AnnotationId("j"), name="nose", x=200, y=200)
    few, many = scene_of([*shapes, joint]), scene_of([*shapes, joint])
    few.select([AnnotationId(id_) for id_ in "abj"])
    many.select([*few.table.selected.ids, *ABSENT])
    frame = Frame(zoom, 0, 0, 500, 500)
    assert (shown(few, frame) == shown(many, frame)).all()
    assert (painted(few, frame) != painted(many, frame)).any()


def test_of_a_crowd_that_is_selected_small_shapes_are_white() -> None:
    shapes = [box(f"{i:04}", i % 40 * 4 + 1, 2.0, float(i)) for i in range(600)]
    scene = scene_of(shapes)
    scene.select([shape.id for shape in shapes])
    seen = set(painted(scene, Frame(1.0, 0, 0, 180, 100))[0:2, 0:2].reshape(-1).tolist())
    assert seen == {0xFFFFFFFF}


def test_a_shape_beside_the_image_is_seen() -> None:
    easel = Easel.put_up([BBox(id=AnnotationId("a"), name="car", x=-60, y=30, w=40, h=40)])
    easel.canvas.zoom_to(0.8)
    easel.settles()
    assert easel.colour_at(-60, 50) == (255, 0, 0)


@pytest.mark.parametrize("x", [-900.0, 700.0, 60.0])
def test_a_shape_far_beside_the_image_can_be_brought_into_view(x: float) -> None:
    easel = Easel.put_up([BBox(id=AnnotationId("a"), name="car", x=x, y=30, w=40, h=40)])
    easel.canvas.centre_on(Bounds(x, 30, x + 40, 70), zoom_in=True)
    easel.settles()
    assert easel.colour_at(x, 50) == (255, 0, 0)


def test_what_lies_absurdly_far_away_leads_nobody_astray() -> None:
    easel = Easel.put_up([BBox(id=AnnotationId("a"), name="car", x=1e300, y=30, w=40, h=40)])
    easel.canvas.centre_on(Bounds(1e300, 30, 1e300, 70))
    easel.settles()
    assert easel.canvas.visible_bounds().left <= 11 * 200


@pytest.mark.parametrize(("zoom", "is_small"), [(0.12, True), (0.13, False)])
def test_joints_are_dots_where_thousands_of_them_would_hide_the_image(
    zoom: float, is_small: bool
) -> None:
    joint = Keypoint(id=AnnotationId("j"), name="nose", x=400, y=400)
    pixels = painted(scene_of([joint]), Frame(zoom, 0, 0, 100, 100))
    middle = round(400 * zoom)
    reach = pixels[middle, middle : middle + 9] != pixels[90, 90]
    assert (int(reach.sum()) <= 2) == is_small
