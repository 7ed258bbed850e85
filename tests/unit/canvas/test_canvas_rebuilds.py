"""The canvas can be rebuilt from the document at any moment, and nobody would see it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from limner.canvas import scene
from limner.model.annotations import (
    Annotation,
    AnnotationId,
    BBox,
    Keypoint,
    OrientedBox,
    Polygon,
    Polyline,
)
from limner.model.geometry import moved, with_oriented
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.model.rules import RuleBroken
from limner.tools.tool import Overlay
from limner.tools.vertices import Vertex, with_vertex_at
from unit.canvas.easel import Easel

SIZE = (400, 300)
IDS = [AnnotationId(letter) for letter in "abcdefgh"]
xs = st.integers(-60, 1400).map(lambda value: value / 3)
sizes = st.sampled_from([0.4, 2.0, 5.0, 9.0, 40.0, 200.0, 900.0])
zooms = st.sampled_from([0.1, 0.37, 0.75, 1.0, 2.6, 9.0, 33.0])


@st.composite
def shapes(draw: st.DrawFn, id_: AnnotationId) -> Annotation:
    x, y, w, h = draw(xs), draw(xs), draw(sizes), draw(sizes)
    rank = float(draw(st.integers(0, 3)))
    box = BBox(id=id_, name="car", x=x, y=y, w=w, h=h, rank=rank)
    ring = Points.of([(x, y), (x + w, y + h / 3), (x + w / 2, y + h)])
    middle = x + w / 2, y + h / 2
    hole = Points.of([middle, (x + w * 0.6, y + h / 2), (x + w / 2, y + h / 3)])
    path = Points.of([(x, y), (x + w, y - h), (x + 2 * w, y + h)])
    choices: list[Annotation] = [
        box,
        with_oriented(box, OrientedBox(x, y, w, h, draw(st.integers(1, 359)))),
        Polygon(id=id_, name="road", rings=(ring,), rank=rank),
        Polygon(id=id_, name="road", rings=(ring, hole), rank=rank),
        Polyline(id=id_, name="lane", path=path, rank=rank),
        Keypoint(id=id_, name="nose", x=x, y=y, instance_id=1, rank=rank),
        Keypoint(id=id_, name="eye", x=x, y=y, instance_id=1, rank=rank),
    ]
    return draw(st.sampled_from(choices))


def edits(easel: Easel, data: st.DataObject) -> None:
    """Add, remove, replace, move, select or hide something."""
    chosen = data.draw(st.sets(st.sampled_from(IDS), min_size=1, max_size=3))
    kinds = ["select", "hide", "pan", "move", "reshape", "reshape", "change", "change"]
    match data.draw(st.sampled_from(kinds)):
        case "select":
            easel.bench.selection.choose(i for i in chosen if i in easel.bench.document)
        case "hide":
            easel.canvas.set_hidden(chosen)
        case "pan":
            easel.canvas.pan_by(data.draw(st.integers(-90, 90)), data.draw(st.integers(-90, 90)))
        case "move":
            pairs = [(a, moved(a, 3, 7)) for a in map(easel.bench.drawable, sorted(chosen)) if a]
            easel.bench.document.apply(Patch.replacing(Verb.MOVE, pairs))
        case "reshape":
            known = [a for a in map(easel.bench.drawable, sorted(chosen)) if a]
            bent = [(a, b) for a in known if (b := reshaped(a, data.draw(xs), data.draw(xs)))]
            with suppress(RuleBroken):  # a polygon without area
                easel.bench.document.apply(Patch.replacing(Verb.RESHAPE, bent))
        case _:
            changes = {}
            for id_ in sorted(chosen):
                before = easel.bench.document.get(id_)
                after = data.draw(st.none() | shapes(id_))
                if before != after:
                    changes[id_] = before, after
            easel.bench.document.apply(Patch(Verb.DRAW, changes))


def reshaped(shape: Annotation, x: float, y: float) -> Annotation | None:
    """With its second vertex elsewhere; None when it has none."""
    if not isinstance(shape, Polygon | Polyline):
        return None
    return with_vertex_at(shape, Vertex(0, 1), x, y)


def painted_afresh(easel: Easel) -> QImage:
    """The same document on a new canvas."""
    other = Easel.put_up(easel.bench.document.snapshot(), size=SIZE)
    other.canvas.set_hidden(easel.canvas._scene.table.hidden.ids)
    other.bench.selection.choose(easel.bench.selection)
    other.canvas._look(easel.canvas._viewport)
    other.canvas._start_afresh()
    other.settles()
    return other.seen()


@pytest.mark.parametrize("few", [0, 8])
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_was_mended_looks_like_what_is_painted_afresh(
    few: int, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    """Whether selected shapes are outlined in every frame, or in the settled picture."""
    monkeypatch.setattr(scene, "_FEW", few)
    start = [data.draw(shapes(id_)) for id_ in IDS[:5]]
    easel = Easel.put_up(start, size=SIZE)
    easel.canvas.zoom_to(data.draw(zooms))
    easel.settles()
    for _ in range(data.draw(st.integers(1, 4))):
        edits(easel, data)
        easel.settles()
        assert easel.on_screen() == easel.seen()
    assert easel.seen() == painted_afresh(easel)


def test_a_moved_shape_leaves_nothing_behind() -> None:
    easel = Easel.put_up([BBox(id=IDS[0], name="car", x=20, y=20, w=60, h=40)])
    bare = Easel.put_up()
    car = easel.bench.drawable(IDS[0])
    assert car is not None
    easel.bench.history.do(Patch.replacing(Verb.MOVE, [(car, moved(car, 500, 500))]))
    assert easel.seen() == bare.seen()
    easel.bench.history.undo()
    assert easel.seen() != bare.seen()


@pytest.mark.parametrize("is_selected", [False, True])
def test_what_is_put_down_is_seen_at_once_as_its_tiles_will_show_it(is_selected: bool) -> None:
    ring = Points.of([(40, 40), (150, 60), (90, 140)])
    road = Polygon(id=IDS[0], name="road", rings=(ring,))
    easel = Easel.put_up([road], size=SIZE)
    if is_selected:
        easel.bench.selection.choose([road.id])
    easel.settles()
    brought = moved(road, 30, 20)
    probe = easel.uses()
    probe.shown = Overlay(edited=(brought,))
    easel.canvas.refresh_overlay()
    easel.settles()
    easel.bench.history.do(Patch.replacing(Verb.MOVE, [(road, brought)]))
    probe.shown = Overlay()
    easel.canvas.refresh_overlay()
    assert not easel.canvas.is_settled
    put_down = easel.seen()
    easel.settles()
    assert put_down == easel.seen() == painted_afresh(easel)


def test_what_is_taken_up_again_before_its_tiles_are_mended_is_seen_once() -> None:
    box = BBox(id=IDS[0], name="car", x=40, y=40, w=80, h=60)
    easel = Easel.put_up([box], size=SIZE)
    probe = easel.uses()
    for shown in (Overlay(edited=(box,)), Overlay(), Overlay(edited=(moved(box, 150, 100),))):
        probe.shown = shown
        easel.canvas.refresh_overlay()
    assert easel.is_bare_at(80, 70)
    assert not easel.is_bare_at(230, 170)


def test_a_change_of_rank_changes_what_lies_on_top() -> None:
    below = BBox(id=IDS[0], name="car", x=20, y=20, w=60, h=60, rank=0)
    above = Polygon(
        id=IDS[1], name="road", rings=(Points.of([(10, 20), (90, 20), (90, 90)]),), rank=1
    )
    easel = Easel.put_up([below, above])
    before = easel.seen()
    easel.bench.document.apply(Patch.replacing(Verb.REORDER, [(below, replace(below, rank=2))]))
    assert easel.seen() != before
    assert easel.seen() == painted_afresh_small(easel)


def painted_afresh_small(easel: Easel) -> QImage:
    return Easel.put_up(easel.bench.document.snapshot()).seen()
