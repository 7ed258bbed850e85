"""What the canvas takes for many shapes at once, and for one contour of very many points.

Shapes are those of the canvas bench. What a person does is done with real mouse events; of a
change to the document only the canvas's own share is taken, the document has its own benches.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from bench.figure import Figure, timed
from bench.registry import Order
from bench.scenery import COLOURS, ONTOLOGY, SIDE, picture, stars
from limner.canvas.view import Canvas
from limner.imaging.picture import Picture
from limner.model.annotations import Annotation, AnnotationId, Kind, Polygon, Polyline
from limner.model.document import Document
from limner.model.geometry import Bounds, bounds
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.select import SelectTool

_LEFT, _NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
_FRAME = 16.0
_ALL = Bounds(-50, -50, SIDE + 50, SIDE + 50)
_LONG = 100_000
CLASSES = Ontology([*ONTOLOGY, LabelClass("road", Kind.POLYLINE, "#f032e6")])


def figures(order: Order) -> Iterator[Figure]:
    """Every figure that is asked for, at each number of shapes."""
    image = picture()
    for count in order.shapes:
        crowd = Crowd(count, image)
        for name, samples, limit in crowd.samples():
            if order.wants(f"shapes.{name.partition('@')[0]}"):
                yield crowd.figure(f"shapes.{name}", samples, limit)
    for what, shape in contours():
        if not order.wants(*(f"shapes.contour.{name}" for name in CONTOUR_BENCHES)):
            continue
        contour = Contour(shape, image)
        for name, samples, limit in contour.samples():
            if order.wants(f"shapes.contour.{name.partition('@')[0]}"):
                yield contour.figure(f"shapes.contour.{name}", samples, limit, what)


BENCHES = (
    *("band", "band.frame", "select.all", "select.half", "clear", "one", "delete", "undo"),
    *("relabel", "hide", "show", "recolour", "carry.start", "carry.slice", "carry", "carry.drop"),
)
CONTOUR_BENCHES = ("settle", "slice", "pan", "zoom", "hover", "select", "drag.start", "drag")
Sample = tuple[str, list[float], float | None]


class Table:
    """A canvas with a document on it, a select tool, and a hand."""

    def __init__(self, shapes: Sequence[Annotation], image: Picture) -> None:
        self.count = len(shapes)
        self.canvas = Canvas()
        self.canvas.resize(1920, 1080)
        self.canvas.show_picture(image)
        self.canvas.minimap.switch(on=False)
        self.canvas.show()
        self.bench = Bench.over(Document(shapes), CLASSES, (SIDE, SIDE))
        self.canvas.edit(self.bench)
        self.canvas.use(SelectTool(self.bench))
        self.settle()

    def figure(
        self, name: str, samples: list[float], limit: float | None, case: str = ""
    ) -> Figure:
        ratio = self.canvas.devicePixelRatioF()
        return Figure(name, self.count, ratio, samples, limit, case)

    def settle(self) -> None:
        for _ in range(100_000):
            QApplication.processEvents()
            if self.canvas.is_settled:
                break
        self.rest()

    def rest(self) -> None:
        """Until there is nothing left to paint, out of sight either."""
        for _ in range(400):
            QApplication.processEvents()

    def slices(self) -> list[float]:
        """The time of each slice until all is painted."""
        samples = []
        for _ in range(100_000):
            samples += timed(self.canvas._paint_slice)
            if self.canvas.is_settled:
                break
        self.rest()
        return samples

    def mouse(self, kind: QEvent.Type, x: float, y: float, button: Qt.MouseButton = _NONE) -> None:
        """The pointer at a point of the image, and the frame that follows."""
        at = self.canvas.to_widget(x, y)
        there = self.canvas.mapToGlobal(at)
        held = _LEFT if kind is not QEvent.Type.MouseButtonRelease else _NONE
        if kind is QEvent.Type.MouseMove and button is _NONE:
            held = _NONE
        pressed = _NONE if kind is QEvent.Type.MouseMove else button
        none = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, at, there, pressed, held, none))

    def press(self, x: float, y: float) -> None:
        self.mouse(QEvent.Type.MouseButtonPress, x, y, _LEFT)

    def drag(self, x: float, y: float) -> None:
        self.mouse(QEvent.Type.MouseMove, x, y, _LEFT)

    def hover(self, x: float, y: float) -> None:
        self.mouse(QEvent.Type.MouseMove, x, y)

    def release(self, x: float, y: float) -> None:
        self.mouse(QEvent.Type.MouseButtonRelease, x, y, _LEFT)

    def frame(self, action: Callable[[], object]) -> float:
        """An event and the frame it asks for, without the slices that may follow."""

        def both() -> None:
            action()
            self.canvas._timer.stop()
            QApplication.processEvents()

        (taken,) = timed(both)
        self.canvas._timer.start()
        return taken

    def share(self, patch: Patch) -> float:
        """The canvas's share of a change."""
        self.canvas._unwatch[0]()
        self.bench.document.apply(patch)
        (taken,) = timed(partial(self.canvas._on_patch, patch))
        self.canvas._unwatch[0] = self.bench.document.watch(self.canvas._on_patch)
        self.settle()
        return taken


class Crowd(Table):
    def __init__(self, count: int, image: Picture) -> None:
        super().__init__(tuple(stars(count)), image)

    def samples(self) -> Iterator[Sample]:
        yield from self.selecting()
        yield from self.banding()
        yield from self.changing()
        for zoom in (0.0, 0.25, 1.0):
            yield from self.carrying(zoom)

    def ids(self, step: int = 1) -> list[AnnotationId]:
        return [a.id for a in self.bench.document][::step]

    def choosing(self, ids: Sequence[AnnotationId]) -> float:
        def choose() -> None:
            self.bench.selection.choose(ids)

        taken = self.frame(choose)
        self.settle()
        return taken

    def selecting(self) -> Iterator[Sample]:
        ids, half = self.ids(), self.ids(2)
        both = [(self.choosing(ids), self.choosing(())) for _ in range(3)]
        yield "select.all", [a for a, _ in both], 60.0
        yield "clear", [b for _, b in both], 60.0
        yield "select.half", [(self.choosing(half), self.choosing(()))[0] for _ in range(3)], 60.0

    def banding(self) -> Iterator[Sample]:
        self.canvas.fit()
        self.settle()
        for name, band in (("band", _ALL), ("band@inner", Bounds(-120, 1000, 11000, 11000))):
            finishes, frames = [], []
            for _ in range(3):
                self.press(band.left, band.top)
                for i in range(1, 6):
                    x = band.left + band.width * i / 5
                    y = band.top + band.height * i / 5
                    frames.append(self.frame(partial(self.drag, x, y)))
                finishes.append(self.frame(partial(self.release, band.right, band.bottom)))
                self.settle()
                self.choosing(())
            yield name, finishes, 60.0
            if name == "band":
                yield "band.frame", frames, _FRAME

    def changing(self) -> Iterator[Sample]:
        document = self.bench.document
        some = list(document)[:: max(1, self.count // 10_000)]
        self.bench.selection.choose(a.id for a in some)
        self.settle()
        gone = Patch.removing(Verb.DELETE, some)
        named = [(a, replace(a, name="class 3")) for a in some]
        renamed = Patch.replacing(Verb.RELABEL, named)
        both = [(self.share(gone), self.share(gone.inverse())) for _ in range(3)]
        yield "delete", [a for a, _ in both], 50.0
        yield "undo", [b for _, b in both], 50.0
        both = [(self.share(renamed), self.share(renamed.inverse())) for _ in range(3)]
        yield "relabel", [a for a, _ in both], 50.0
        yield "hide", *self.hiding()
        yield "recolour", *self.recolouring()
        self.bench.selection.choose(self.ids(2))
        self.canvas.set_hidden(self.ids(2))
        self.canvas.zoom_to(2.0)
        self.settle()
        yield "one", [self.share(p) for p in self.small_edits()], 1.0
        self.bench.selection.clear()
        self.canvas.set_hidden(())
        self.canvas.fit()
        self.settle()

    def hiding(self) -> tuple[list[float], float]:
        fifth = set(self.ids(5))
        samples = []
        for _ in range(3):
            samples += timed(partial(self.canvas.set_hidden, fifth))
            self.settle()
            self.canvas.set_hidden(())
            self.settle()
        return samples, 50.0

    def recolouring(self) -> tuple[list[float], float]:
        samples = []
        for shift in (1, 2, 0):
            turned = COLOURS[shift:] + COLOURS[:shift]
            classes = [replace(c, colour=d) for c, d in zip(ONTOLOGY, turned, strict=True)]
            self.bench.ontology = Ontology(classes)
            samples += timed(self.recolour)
            self.settle()
        return samples, 50.0

    def recolour(self) -> None:
        self.canvas.recolour(self.bench.ontology)

    def small_edits(self) -> Iterator[Patch]:
        seen = self.canvas.visible_bounds().centre
        found = self.bench.find(*seen, 200)[:12]
        for id_ in found:
            a = self.bench.drawable(id_)
            if isinstance(a, Polygon):
                b = replace(a, rings=(a.rings[0].moved(1, 1),))
                yield Patch.replacing(Verb.MOVE, [(a, b)])

    def carrying(self, zoom: float) -> Iterator[Sample]:
        """Drag a tenth of the shapes, taken from all over."""
        at = f"@{zoom:g}" if zoom else "@fit"
        if zoom:
            self.canvas.zoom_to(zoom)
            self.canvas.centre_on(Bounds(SIDE / 2, SIDE / 2, SIDE / 2, SIDE / 2))
        else:
            self.canvas.fit()
        self.settle()
        middle = self.canvas.visible_bounds().centre
        held = self.bench.drawable(self.bench.find(*middle, 400)[0])
        assert held is not None
        tenth = max(1, self.count // 10_000)
        self.choosing([*self.ids(tenth), held.id])
        x, y = bounds(held).centre
        step = 3.0 / self.canvas.zoom
        start = [self.frame(partial(self.press, x, y))]
        start.append(self.frame(partial(self.drag, x + 3 * step, y + step)))
        yield f"carry.start{at}", [sum(start)], _FRAME
        yield f"carry.slice{at}", self.slices(), _FRAME
        moves = [partial(self.drag, x + i * step, y + step) for i in range(3, 23)]
        yield f"carry{at}", [self.frame(move) for move in moves], 6.0
        self.canvas._unwatch[0]()
        taken = self.frame(partial(self.release, x + 22 * step, y + step))
        step_done = self.bench.history._done[-1].patch
        drop = [taken]
        drop += timed(partial(self.canvas._on_patch, step_done))
        self.canvas._unwatch[0] = self.bench.document.watch(self.canvas._on_patch)
        yield f"carry.drop{at}", drop[1:], 50.0
        self.settle()
        self.bench.history.undo()
        self.settle()


def contours() -> Iterator[tuple[str, Polygon | Polyline]]:
    """A jagged outline, the same with holes, and a path, each of a hundred thousand points."""
    id_ = AnnotationId("long")
    outline = jagged(_LONG, 5_000, 900)
    holes = tuple(jagged(_LONG // 10, 350, 80, x, 6000) for x in (4500, 6000, 7500))
    whole = jagged(_LONG - 3 * (_LONG // 10), 5_000, 900)
    yield "polygon", Polygon(id=id_, name="class 1", rings=(outline,))
    yield "holes", Polygon(id=id_, name="class 2", rings=(whole, *holes))
    yield "polyline", Polyline(id=id_, name="road", path=outline)


def jagged(
    count: int, radius: float, depth: float, x: float = SIDE / 2, y: float = SIDE / 2
) -> Points:
    random = np.random.default_rng(11)
    turn = np.linspace(0, 2 * math.pi, count, endpoint=False)
    waves = sum(np.sin(turn * k + k) / k for k in (3, 17, 90, 700))
    r = radius + depth * (waves / 2) + random.normal(0, 1.0, count)
    return Points.from_array(np.stack([x + r * np.cos(turn), y + r * np.sin(turn)], axis=1))


class Contour(Table):
    def __init__(self, shape: Polygon | Polyline, image: Picture) -> None:
        super().__init__([shape], image)
        self.count = _LONG
        run = shape.rings[0] if isinstance(shape, Polygon) else shape.path
        self.vertex = run[0]
        self.middle_of_edge = Bounds(*self.vertex, *self.vertex)

    def samples(self) -> Iterator[Sample]:
        for zoom in (0.0, 0.5, 4.0):
            yield from self.at(zoom)

    def at(self, zoom: float) -> Iterator[Sample]:
        at = f"@{zoom:g}" if zoom else "@fit"
        x, y = self.vertex
        self.bench.selection.clear()
        self.look(zoom)
        self.canvas._start_afresh()
        yield f"slice{at}", self.slices(), _FRAME
        self.hover(x + 500 / self.canvas.zoom, y)
        hovers = [
            self.frame(partial(self.hover, x + d / self.canvas.zoom, y))
            for d in (40, 0, 41, 1, 42, 0, 43, 1, 300, 0)
        ]
        yield f"hover{at}", hovers, _FRAME
        yield f"pan{at}", self.panned(), _FRAME
        yield f"zoom{at}", self.zoomed(), _FRAME
        self.look(zoom)
        self.settle()
        select = self.frame(partial(self.bench.selection.choose, [AnnotationId("long")]))
        yield f"select{at}", [select], _FRAME
        self.settle()
        yield f"pan{at}+selected", self.panned(), _FRAME
        self.look(zoom)
        self.settle()
        yield from self.pulled(at)

    def look(self, zoom: float) -> None:
        if not zoom:
            self.canvas.fit()
        else:
            self.canvas.zoom_to(zoom)
            self.canvas.centre_on(self.middle_of_edge)

    def panned(self) -> list[float]:
        samples = []
        for _ in range(12):
            samples.append(self.frame(partial(self.canvas.pan_by, 23, 7)))
            samples += timed(self.canvas._paint_slice)
        return samples

    def zoomed(self) -> list[float]:
        samples = []
        for factor in (1.2, 1.2, 1 / 1.2, 1 / 1.2) * 3:
            target = self.canvas.zoom * factor
            samples.append(self.frame(partial(self.canvas.zoom_to, target, QPointF(700, 500))))
            samples += timed(self.canvas._paint_slice)
        return samples

    def pulled(self, at: str) -> Iterator[Sample]:
        x, y = self.vertex
        step = 2 / self.canvas.zoom
        self.hover(x, y)
        start = [self.frame(partial(self.press, x, y))]
        start.append(self.frame(partial(self.drag, x + 3 * step, y + 2 * step)))
        yield f"drag.start{at}", start, _FRAME
        yield f"drag.slice{at}", self.slices(), _FRAME
        moves = [partial(self.drag, x + i * step, y + i * step / 2) for i in range(3, 23)]
        yield f"drag{at}", [self.frame(move) for move in moves], _FRAME
        yield f"drag.drop{at}", [self.frame(partial(self.release, x, y - 20 * step))], None
        yield f"drop.slice{at}", self.slices(), _FRAME
        self.bench.history.undo()
        self.settle()
