"""Contours of very many points: painted simpler, found and stored exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QImage

from limner.canvas import outlines
from limner.canvas.buffers import Plane
from limner.canvas.scene import Scene
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, Polygon, Polyline
from limner.model.geometry import Bounds
from limner.model.points import Points
from limner.tools.chunks import LONG
from limner.tools.select import SelectTool
from limner.tools.tool import HandleKind, Handles, Overlay
from unit.canvas.easel import CLASSES, Easel

A = AnnotationId("a")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def jagged(count: int, radius: float, x: float = 100.0, y: float = 75.0, seed: int = 2) -> Points:
    """A wavy ring whose points lie a little beside the wave."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    noise = np.random.default_rng(seed).normal(0, 0.02, count)
    r = radius * (1 + np.sin(7 * turn) / 6 + np.sin(61 * turn) / 40) + noise
    return Points.from_array(np.stack([x + r * np.cos(turn), y + r * np.sin(turn)], axis=1))


RING = Polygon(id=A, name="road", rings=(jagged(20_000, 50),))
HOLED = replace(RING, rings=(jagged(20_000, 50), jagged(3_000, 15), jagged(50, 5, 140)))
PATH = Polyline(id=A, name="lane", path=jagged(20_000, 50))
LONG_ONES = pytest.mark.parametrize("shape", [RING, HOLED, PATH], ids=["ring", "holes", "path"])


def painted(shape: Polygon | Polyline, frame: Frame) -> Plane:
    scene = Scene()
    scene.backdrop.ground = QColor("#808080")
    scene.load([shape], CLASSES)
    pixels = np.zeros((frame.height, frame.width), dtype=np.uint32)
    scene.paint(pixels, frame)
    return pixels


def far_apart(one: Plane, other: Plane) -> float:
    """The share of pixels that a person can tell apart."""
    channels = [plane.view(np.uint8).astype(np.int16) for plane in (one, other)]
    return float((np.abs(channels[0] - channels[1]) > 40).mean())


@LONG_ONES
@pytest.mark.parametrize("zoom", [0.7, 2.0, 9.0, 60.0])
def test_a_long_contour_looks_as_it_does_with_every_point(
    shape: Polygon | Polyline, zoom: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    x, y = _run(shape)[0]
    frame = Frame(zoom, round(x * zoom) - 150, round(y * zoom) - 100, 300, 200)
    simpler = painted(shape, frame)
    monkeypatch.setattr(outlines, "LONG", 10**9)
    monkeypatch.setattr(outlines, "MANY", 10**9)
    exact = painted(shape, frame)
    assert len(np.unique(exact)) > 2
    assert far_apart(simpler, exact) < 0.004


@LONG_ONES
def test_the_pointer_touches_every_bend_of_a_long_contour(shape: Polygon | Polyline) -> None:
    easel = Easel.put_up([shape])
    run = shape.rings[0] if isinstance(shape, Polygon) else shape.path
    for x, y in run.xy[::997].tolist():
        assert easel.bench.find(x, y, 0.001) == [A]
    assert easel.bench.find(1, 1, 1) == []
    inside = easel.bench.find(100, 100, 0.5)
    assert inside == ([A] if isinstance(shape, Polygon) else [])
    if len(shape.rings if isinstance(shape, Polygon) else ()) > 1:
        assert easel.bench.find(100, 75, 0.5) == []


def pull(easel: Easel, index: int, way: QPointF) -> QPointF:
    """The vertex of the selected shape under the hand, by so many pixels; not yet let go."""
    easel.canvas.use(SelectTool(easel.bench))
    easel.bench.selection.choose([A])
    easel.settles()
    shape = easel.bench.drawable(A)
    assert isinstance(shape, Polygon | Polyline)
    run = shape.rings[0] if isinstance(shape, Polygon) else shape.path
    start = easel.canvas.to_widget(*run[index])
    easel.moves_mouse(QEvent.Type.MouseButtonPress, start, LEFT, LEFT)
    for part in (0.5, 1.0):
        easel.moves_mouse(QEvent.Type.MouseMove, start + way * part, NONE, LEFT)
    easel.settles()
    return start + way


@LONG_ONES
@pytest.mark.parametrize("index", [0, 1234, 19_999])
def test_a_vertex_of_a_long_contour_is_pulled_and_put_down(
    shape: Polygon | Polyline, index: int
) -> None:
    easel = Easel.put_up([shape])
    at = pull(easel, index, QPointF(30, 22))
    assert easel.canvas.overlay.pulled is not None
    held = easel.seen()
    easel.moves_mouse(QEvent.Type.MouseButtonRelease, at, LEFT, NONE)
    after = easel.bench.drawable(A)
    assert isinstance(after, Polygon | Polyline)
    run = after.rings[0] if isinstance(after, Polygon) else after.path
    assert run[index] == pytest.approx(easel.canvas.to_image(at), abs=0.6)
    assert np.count_nonzero((run.xy != _run(shape).xy).any(axis=1)) == 1
    easel.canvas.use(None)
    easel.settles()
    assert far_apart(_pixels(held), _pixels(easel.seen())) < 0.01
    fresh = Easel.put_up([after])
    fresh.bench.selection.choose([A])
    fresh.settles()
    assert easel.seen() == fresh.seen()


def _run(shape: Polygon | Polyline) -> Points:
    return shape.rings[0] if isinstance(shape, Polygon) else shape.path


def _pixels(image: QImage) -> Plane:
    return np.frombuffer(image.constBits(), dtype=np.uint32).copy()


def test_a_pulled_vertex_that_is_let_go_springs_back() -> None:
    easel = Easel.put_up([RING])
    easel.bench.selection.choose([A])
    easel.settles()
    before = easel.seen()
    pull(easel, 500, QPointF(40, 0))
    assert easel.seen() != before
    easel.canvas.use(None)
    easel.settles()
    assert easel.seen() == before
    assert easel.bench.history.undo_title is None


def test_handles_too_close_to_be_told_apart_are_left_out() -> None:
    easel = Easel.put_up()
    before = easel.seen()
    probe = easel.uses()
    points = jagged(LONG * 2, 50)
    probe.shown = Overlay(handles=(Handles(HandleKind.SQUARE, points),))
    easel.canvas.refresh_overlay()
    assert easel.seen() == before
    probe.shown = Overlay(handles=(Handles(HandleKind.SQUARE, points, hot=7),))
    easel.canvas.refresh_overlay()
    assert not easel.is_bare_at(*points[7])
    easel.canvas.zoom_to(60)
    easel.canvas.centre_on(Bounds(*points[0], *points[0]))
    probe.shown = Overlay(handles=(Handles(HandleKind.SQUARE, points),))
    easel.canvas.refresh_overlay()
    easel.settles()
    assert easel.colour_at(*points[0]) == (255, 255, 255)
