"""Thousands of shapes in one gesture: dragged, banded, hidden, and in other colours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage

from limner.canvas import tiles
from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Drawable,
    Keypoint,
    OrientedBox,
    Polygon,
    Polyline,
)
from limner.model.geometry import Bounds, moved, with_oriented
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.tools.band import touches
from limner.tools.select import SelectTool
from limner.tools.tool import Carried, Overlay
from unit.canvas.easel import CLASSES, Easel

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def crowd(count: int = 90, seed: int = 5) -> list[Annotation]:
    """All kinds of shapes, strewn over 200 x 150 image pixels, every third rank twice."""
    random = np.random.default_rng(seed)
    shapes: list[Annotation] = []
    for number in range(count):
        id_, rank = AnnotationId(f"{number:03}"), float(number // 3)
        x, y, w, h = [*random.uniform(0, 150, 2), *random.uniform(1, 30, 2)]
        box = BBox(id=id_, name="car", x=x, y=y, w=w, h=h, rank=rank)
        corners = Points.of([(x, y), (x + w, y + h / 4), (x + w / 3, y + h)])
        inside = Points.of([(x + w / 3, y + h / 3), (x + w / 2, y + h / 3), (x + w / 3, y + h / 2)])
        kinds: list[Annotation] = [
            box,
            with_oriented(box, OrientedBox(x, y, w, h, 30.0)),
            Polygon(id=id_, name="road", rings=(corners,), rank=rank),
            Polygon(id=id_, name="road", rings=(corners, inside), rank=rank),
            Polyline(id=id_, name="lane", path=corners, rank=rank),
            Keypoint(id=id_, name="nose", x=x, y=y, instance_id=1 + number % 4, rank=rank),
            Keypoint(id=id_, name="eye", x=x, y=y, instance_id=1 + number % 4, rank=rank),
        ]
        shapes.append(kinds[number % len(kinds)])
    return shapes


def afresh(easel: Easel) -> QImage:
    """The same document, painted on a new canvas."""
    other = Easel.put_up(easel.bench.document.snapshot())
    other.canvas.set_hidden(easel.canvas._scene.table.hidden.ids)
    other.bench.selection.choose(easel.bench.selection)
    other.canvas._look(easel.canvas._viewport)
    other.canvas._start_afresh()
    other.settles()
    return other.seen()


def drag_of_everything(easel: Easel, way: QPointF) -> list[QPointF]:
    """A press on some shape with everything selected, and two moves."""
    easel.canvas.use(SelectTool(easel.bench))
    easel.bench.selection.choose(a.id for a in easel.bench.document)
    easel.settles()
    held = next(a for a in easel.bench.document if isinstance(a, BBox) and a.oriented is None)
    start = easel.canvas.to_widget(held.x, held.y + held.h / 2)
    easel.moves_mouse(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    path = [start + way / 2, start + way]
    for at in path:
        easel.moves_mouse(QEvent.Type.MouseMove, at, NONE, LEFT)
    return path


def test_a_dragged_crowd_is_seen_where_it_is_held_and_not_where_it_was() -> None:
    easel = Easel.put_up(crowd())
    bare = Easel.put_up().seen()
    drag_of_everything(easel, QPointF(2000, 0))
    easel.settles()
    assert easel.canvas.overlay.carried is not None
    assert easel.seen() == bare
    back = easel.canvas.to_widget(20, 20)
    easel.moves_mouse(QEvent.Type.MouseMove, back, NONE, LEFT)
    easel.settles()
    assert easel.seen() != bare


@pytest.mark.parametrize("zoom", [0.4, 1.0, 2.3])
def test_a_crowd_put_down_looks_as_if_it_had_been_there_from_the_first(zoom: float) -> None:
    easel = Easel.put_up(crowd())
    easel.canvas.zoom_to(zoom)
    at = drag_of_everything(easel, QPointF(37, 21))[-1]
    easel.settles()
    easel.moves_mouse(QEvent.Type.MouseButtonRelease, at, LEFT, NONE)
    easel.canvas.use(None)  # no name at the pointer
    easel.settles()
    assert easel.seen() == afresh(easel)
    assert easel.bench.history.undo_title == "Move 90 annotations"
    easel.bench.history.undo()
    easel.settles()
    assert easel.seen() == afresh(easel)


def test_a_crowd_that_is_let_go_is_where_it_was() -> None:
    easel = Easel.put_up(crowd())
    drag_of_everything(easel, QPointF(60, 40))
    easel.settles()
    easel.canvas.use(None)
    easel.settles()
    assert easel.seen() == afresh(easel)


def shapes_seen(easel: Easel) -> int:
    """So many pixels have another colour than the bare image and its ground."""
    image = easel.seen()  # its memory goes with it
    pixels = np.frombuffer(image.constBits(), dtype=np.uint32)
    return int((~np.isin(pixels, [0xFF808080, 0xFF000000])).sum())


def frames(easel: Easel) -> Iterator[int]:
    """What is seen of shapes after each slice, until all is painted."""
    while not easel.canvas.is_settled:
        easel.canvas._paint_slice()
        yield shapes_seen(easel)


def test_nothing_vanishes_in_any_frame_of_a_drag_of_a_crowd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tiles, "_MENDED_AT_ONCE", 0)
    easel = Easel.put_up(crowd())
    easel.bench.selection.choose(a.id for a in easel.bench.document)
    easel.settles()
    least = shapes_seen(easel) * 0.8
    at = drag_of_everything(easel, QPointF(8, 6))[-1]
    seen = [shapes_seen(easel), *frames(easel)]
    easel.moves_mouse(QEvent.Type.MouseButtonRelease, at, LEFT, NONE)
    seen += [shapes_seen(easel), *frames(easel)]
    assert min(seen) > least


def test_bones_go_along_with_the_joints_that_are_carried() -> None:
    nose = Keypoint(id=AnnotationId("a"), name="nose", x=50, y=50, instance_id=3)
    eye = Keypoint(id=AnnotationId("b"), name="eye", x=150, y=50, instance_id=3)
    easel = Easel.put_up([nose, eye])
    probe = easel.uses()
    for ids, seen, bare in (
        ({nose.id, eye.id}, (100, 90), (100, 50)),
        ({eye.id}, (100, 70), (100, 90)),
    ):
        probe.shown = Overlay(carried=Carried(frozenset(ids), 0, 40))
        easel.canvas.refresh_overlay()
        easel.settles()
        assert easel.colour_at(*seen)[0] > 240
        assert easel.is_bare_at(*bare)
    probe.shown = Overlay()
    easel.canvas.refresh_overlay()
    easel.settles()
    assert easel.colour_at(100, 50) == (255, 0, 0)


def test_what_is_hidden_is_not_carried_into_sight() -> None:
    shapes = crowd()
    easel = Easel.put_up(shapes)
    bare = Easel.put_up().seen()
    easel.canvas.set_hidden({a.id for a in shapes})
    probe = easel.uses()
    probe.shown = Overlay(carried=Carried(frozenset(a.id for a in shapes), 5, 5))
    easel.canvas.refresh_overlay()
    easel.settles()
    assert easel.seen() == bare


@pytest.mark.parametrize("is_carried", [True, False])
def test_what_is_hidden_of_a_few_is_not_dragged_into_sight_nor_are_its_bones(
    is_carried: bool,
) -> None:
    parts = {"nose": (50.0, 40.0), "eye": (90.0, 40.0)}
    nose, eye = (
        Keypoint(id=AnnotationId(name), name=name, x=x, y=y, instance_id=1)
        for name, (x, y) in parts.items()
    )
    easel = Easel.put_up([nose, eye])
    easel.canvas.set_hidden({eye.id})
    probe = easel.uses()
    if is_carried:
        probe.shown = Overlay(carried=Carried(frozenset({eye.id}), 0, 40))
    else:
        probe.shown = Overlay(edited=(replace(eye, y=80),))
    before = easel.seen()
    easel.canvas.refresh_overlay()
    easel.settles()
    assert easel.seen() == before


def slowly(easel: Easel, band: Bounds, hidden: Sequence[AnnotationId]) -> list[AnnotationId]:
    def is_in(shape: Annotation) -> bool:
        return isinstance(shape, Drawable) and shape.id not in hidden and touches(band, shape)

    return [shape.id for shape in easel.bench.document if is_in(shape)]


@pytest.mark.parametrize("seed", range(6))
def test_a_band_holds_what_a_look_at_each_shape_finds(seed: int) -> None:
    easel = Easel.put_up(crowd(140, seed))
    hidden = [AnnotationId(f"{i:03}") for i in range(0, 140, 11)]
    easel.canvas.set_hidden(hidden)
    random = np.random.default_rng(seed)
    for _ in range(40):
        (left, top), (width, height) = random.uniform(-20, 150, 2), random.uniform(0.5, 120, 2)
        band = Bounds(left, top, left + width, top + height)
        assert easel.bench.find_within(band) == slowly(easel, band, hidden)


def test_another_colour_looks_like_a_fresh_load() -> None:
    easel = Easel.put_up(crowd())
    other = {"car": "#ff00ff", "road": "#00ffff"}
    classes = Ontology([replace(c, colour=other.get(c.name, c.colour)) for c in CLASSES])
    before = easel.seen()
    easel.canvas.recolour(classes)
    easel.settles()
    fresh = Easel.put_up(crowd())
    fresh.bench.ontology = classes
    fresh.canvas.edit(fresh.bench)
    fresh.settles()
    assert easel.seen() == fresh.seen()
    assert easel.seen() != before


def test_a_skeleton_that_comes_with_the_colours_is_drawn() -> None:
    easel = Easel.put_up(crowd())
    without = Ontology([LabelClass(c.name, c.kind, c.colour) for c in CLASSES])
    with_bones = easel.seen()
    easel.canvas.recolour(without)
    easel.settles()
    assert easel.seen() != with_bones
    easel.canvas.recolour(CLASSES)
    easel.settles()
    assert easel.seen() == with_bones


def test_the_same_colours_again_paint_nothing() -> None:
    easel = Easel.put_up(crowd())
    easel.canvas.recolour(Ontology(list(CLASSES)))
    assert easel.canvas.is_settled


def test_marks_stay_right_through_any_change() -> None:
    """Hidden and selected are changed one by one; a fresh table would say the same."""
    easel = Easel.put_up(crowd(30))
    random = np.random.default_rng(8)
    for _ in range(60):
        ids = [AnnotationId(f"{i:03}") for i in random.choice(40, random.integers(0, 40), False)]
        match random.integers(0, 4):
            case 0:
                easel.canvas.set_hidden(ids)
            case 1:
                easel.bench.selection.choose(i for i in ids if i in easel.bench.document)
            case 2:
                gone = [a for i in ids if (a := easel.bench.document.get(i)) is not None]
                easel.bench.history.do(Patch.removing(Verb.DELETE, gone))
            case _:
                easel.bench.history.undo()
        table = easel.canvas._scene.table
        for mark in (table.hidden, table.selected):
            marked = {r.id for r, on in zip(table.records, mark.rows, strict=False) if r and on}
            assert marked == {i for i in mark.ids if i in table}


def test_many_shapes_changed_at_once_look_like_a_fresh_load() -> None:
    easel = Easel.put_up(crowd(400))
    boxes = [a for a in easel.bench.document if isinstance(a, Drawable)][::2]
    pairs = [(a, moved(a, 4, 3)) for a in boxes]
    easel.bench.history.do(Patch.replacing(Verb.MOVE, pairs))
    easel.settles()
    assert easel.seen() == afresh(easel)
    easel.bench.history.do(Patch.removing(Verb.DELETE, [b for _, b in pairs]))
    easel.settles()
    assert easel.seen() == afresh(easel)
    easel.bench.history.undo()
    easel.settles()
    assert easel.seen() == afresh(easel)
