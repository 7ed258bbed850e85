"""A canvas of 1920 x 1080 with many shapes on it, and a hand that moves on it frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from bench.figure import timed
from bench.scenery import ONTOLOGY, SIDE, stars
from limner.canvas.view import Canvas
from limner.imaging.picture import Picture
from limner.model.annotations import Drawable, Polygon
from limner.model.document import Document
from limner.model.geometry import Bounds, bounds
from limner.model.patch import Patch, Verb
from limner.tools.bench import Bench
from limner.tools.select import SelectTool
from limner.tools.tool import HandleKind, Handles, Overlay, Pointer, Tool

MIDDLE: Final = Bounds(SIDE / 2, SIDE / 2, SIDE / 2, SIDE / 2)


class Held(Tool):
    """A tool that holds one shape by one vertex."""

    name = "held"
    shown = Overlay()

    @property
    @override
    def overlay(self) -> Overlay:
        return self.shown

    @override
    def press(self, at: Pointer) -> None: ...

    @override
    def move(self, at: Pointer) -> None: ...

    @override
    def release(self, at: Pointer) -> None: ...


class Desk:
    """So many shapes on a canvas; every method returns CPU milliseconds of the process."""

    def __init__(self, count: int, image: Picture | None) -> None:
        self.count = count
        self.canvas = Canvas()
        self.canvas.resize(1920, 1080)
        self.canvas.show_picture(image)
        self.canvas.show()
        QApplication.processEvents()
        self.bench = Bench.over(Document(stars(count)), ONTOLOGY, (SIDE, SIDE))
        self.tool = Held(self.bench)

    @property
    def ratio(self) -> float:
        return self.canvas.devicePixelRatioF()

    def load(self) -> list[float]:
        """To put the document on the canvas, without painting it."""
        spent = timed(lambda: self.canvas.edit(self.bench))
        self.canvas.use(self.tool)
        return spent

    def look(self, zoom: float) -> None:
        """Look at the middle of the image from so near, with nothing left to paint."""
        self.canvas.zoom_to(zoom)
        self.canvas.centre_on(MIDDLE)
        self.settle()

    def settle(self) -> None:
        """Until everything in sight is painted."""
        while not self.canvas.is_settled:
            QApplication.processEvents()

    def rest(self) -> None:
        """Until there is nothing left to paint, out of sight either."""
        for _ in range(1000):
            QApplication.processEvents()

    def frames(self, times: int = 20) -> list[float]:
        return timed(self.canvas.repaint, times)

    def pans(self, times: int = 30) -> list[float]:
        return self._steps([self._pan] * times)

    def _pan(self) -> None:
        self.canvas.pan_by(23, 7)
        self.canvas.repaint()

    def zooms(self) -> list[float]:
        zoom = self.canvas.zoom
        return self._steps([partial(self._zoom, zoom * 1.2), partial(self._zoom, zoom)] * 10)

    def _zoom(self, zoom: float) -> None:
        self.canvas.zoom_to(zoom, QPointF(700, 500))
        self.canvas.repaint()

    def _steps(self, steps: list[Callable[[], None]]) -> list[float]:
        """What is seen at once; what is made sharp afterwards lies between the steps."""
        samples = []
        for step in steps:
            samples += timed(step)
            QApplication.processEvents()
        return samples

    def drag(self) -> tuple[list[float], list[float], list[float]]:
        """To take a shape by a vertex, to move it a frame, to let it go."""
        held = self._shape_in_the_middle()
        start = timed(lambda: self._show(self._holding(held)))
        frames = [self._holding(moved_vertex(held, i)) for i in range(40)]
        moves = [sample for frame in frames for sample in timed(partial(self._show, frame))]
        after = moved_vertex(held, 40)

        def drop() -> None:
            self.bench.document.apply(Patch.replacing(Verb.RESHAPE, [(held, after)]))
            self._show(Overlay())

        return start, moves, timed(drop)

    def _holding(self, shape: Polygon) -> Overlay:
        handles = Handles(HandleKind.SQUARE, shape.rings[0], hot=0)
        return Overlay(edited=(shape,), handles=(handles,))

    def _show(self, overlay: Overlay) -> None:
        self.tool.shown = overlay
        self.canvas.refresh_overlay()
        QApplication.processEvents()

    def _shape_in_the_middle(self) -> Polygon:
        """The one nearest to the middle of what is seen, wherever that is."""
        x, y = self.canvas.visible_bounds().centre
        reach, found = 400.0, list[Drawable]()
        while not found and reach < SIDE:
            found = [s for i in self.bench.find(x, y, reach) if (s := self.bench.drawable(i))]
            reach *= 2
        assert isinstance(found[0], Polygon)
        return found[0]

    def hovers(self, times: int = 60) -> list[float]:
        """To move the pointer from shape to shape with the real tool, and to paint what it shows.

        Each move finds another shape, however many there are: over bare ground nothing is painted.
        """
        self.canvas.use(SelectTool(self.bench))
        seen = self.canvas.visible_bounds()
        places = (bounds(a).centre for a in self.bench.document if isinstance(a, Polygon))
        there = [self.canvas.to_widget(*at) for at in places if seen.holds(*at)]
        order = np.random.default_rng(3).integers(0, len(there), times)
        moves = [partial(self._point, there[i]) for i in order.tolist()]
        samples = [sample for move in moves for sample in timed(move)]
        self.canvas.use(self.tool)
        return samples

    def _point(self, at: QPointF) -> None:
        none, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        move = QMouseEvent(QEvent.Type.MouseMove, at, at, none, none, no_key)
        QApplication.sendEvent(self.canvas, move)
        QApplication.processEvents()

    def hits(self) -> list[float]:
        """To find what lies under a point, anywhere on the image."""
        places = np.random.default_rng(5).random((200, 2)) * SIDE
        finds = [partial(self.bench.find, x, y, 3) for x, y in places.tolist()]
        return [sample for find in finds for sample in timed(find)]

    def close(self) -> None:
        self.canvas.use(None)
        self.canvas.edit(None)
        self.canvas.close()
        self.canvas.deleteLater()
        QApplication.processEvents()


def moved_vertex(shape: Polygon, by: int) -> Polygon:
    x, y = shape.rings[0][0]
    return replace(shape, rings=(shape.rings[0].with_point(0, x + by, y),))
