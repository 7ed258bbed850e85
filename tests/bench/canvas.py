"""How long the canvas takes for what a person does, in CPU milliseconds of the process.

    PYTHONPATH=app:tests python -m bench.canvas [--shapes N …] [--json]

Star polygons of 20 points lie on a 12,000 x 12,000 image, seen through a 1920 x 1080 window.
Run it under QT_SCALE_FACTOR=2 for a screen of twice the density.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from limner.canvas.view import Canvas
from limner.imaging.picture import Picture, WholePicture
from limner.model.annotations import AnnotationId, Drawable, Kind, Polygon
from limner.model.document import Document
from limner.model.geometry import Bounds
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.tools.bench import Bench
from limner.tools.tool import HandleKind, Handles, Overlay, Pointer, Tool

SIDE = 12_000
MIDDLE = Bounds(SIDE / 2, SIDE / 2, SIDE / 2, SIDE / 2)
COLOURS = ("#e63c3c", "#3cb44b", "#0082c8", "#f58230", "#911eb4", "#46f0f0")
ONTOLOGY = Ontology([LabelClass(f"class {i}", Kind.POLYGON, c) for i, c in enumerate(COLOURS)])


@dataclass
class Figure:
    """One measured thing; `limit` is what the design asks for, in the same unit."""

    bench: str
    n: int
    ratio: float
    samples: list[float]
    limit: float | None = None

    def row(self) -> dict[str, object]:
        return {
            "bench": f"canvas.{self.bench}",
            "case": f"{self.n // 1000}k",
            "n": self.n,
            "dpr": self.ratio,
            "unit": "ms cpu",
            "median": round(float(np.median(self.samples)), 3),
            "p95": round(float(np.percentile(self.samples, 95)), 3),
            "limit": self.limit,
            "peer": None,
            "peer_median": None,
        }


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


def stars(count: int, points: int = 20) -> Iterator[Polygon]:
    random = np.random.default_rng(7)
    turn = np.linspace(0, 2 * math.pi, points, endpoint=False)
    for number in range(count):
        radius = random.uniform(6, 22) * random.uniform(0.7, 1.0, points)
        x, y = random.random(2) * SIDE
        ring = np.stack([x + radius * np.cos(turn), y + radius * np.sin(turn)], axis=1)
        name = f"class {number % len(COLOURS)}"
        rings = (Points.from_array(ring),)
        yield Polygon(id=AnnotationId(str(number)), name=name, rings=rings, rank=float(number))


def picture() -> Picture:
    """Noise is the dearest picture to scale; its levels are made without decoding anything."""
    level = np.random.default_rng(1).integers(60, 180, (SIDE, SIDE, 4), dtype=np.uint8)
    level[..., 3] = 255
    levels = [level]
    while max(level.shape) > 512:
        level = np.ascontiguousarray(level[::2, ::2])
        levels.append(level)
    return WholePicture(tuple(levels))


def timed(action: Callable[[], object], times: int = 1) -> list[float]:
    samples = []
    for _ in range(times):
        start = time.process_time()
        action()
        samples.append((time.process_time() - start) * 1000)
    return samples


class Desk:
    """A canvas with so many shapes, and a hand."""

    def __init__(self, count: int, image: Picture) -> None:
        self.count = count
        self.canvas = Canvas()
        self.canvas.resize(1920, 1080)
        self.canvas.show_picture(image)
        self.canvas.show()
        self.bench = Bench.over(Document(stars(count)), ONTOLOGY, (SIDE, SIDE))

    def figures(self) -> Iterator[Figure]:
        yield self.figure("load", timed(lambda: self.canvas.edit(self.bench)))
        self.tool = Held(self.bench)
        self.canvas.use(self.tool)
        for zoom in (self.canvas.zoom, 0.25, 0.5, 1.0, 4.0):
            self.canvas.zoom_to(zoom)
            at = f"@{zoom:.2g}"
            yield self.figure(f"settle{at}", timed(self.settle))
            yield self.figure(f"frame{at}", timed(self.frame, 20), 6.0)
            yield self.figure(f"pan{at}", self.pan(), 6.0)
            yield self.figure(f"zoom{at}", self.zoom(), 6.0)
            self.canvas.zoom_to(zoom)
            self.canvas.centre_on(MIDDLE)
            self.settle()
            self.rest()
            yield from self.drag(at)
        yield self.figure("hit", self.hits(), 0.2)

    def figure(self, bench: str, samples: list[float], limit: float | None = None) -> Figure:
        return Figure(bench, self.count, self.canvas.devicePixelRatioF(), samples, limit)

    def settle(self) -> None:
        while not self.canvas.is_settled:
            QApplication.processEvents()

    def rest(self) -> None:
        """Until there is nothing left to paint, out of sight either."""
        for _ in range(1000):
            QApplication.processEvents()

    def frame(self) -> None:
        self.canvas.repaint()

    def pan(self) -> list[float]:
        samples = []
        for _ in range(30):
            samples += timed(self.pan_step)
            QApplication.processEvents()
        return samples

    def pan_step(self) -> None:
        self.canvas.pan_by(23, 7)
        self.canvas.repaint()

    def zoom(self) -> list[float]:
        samples = []
        for factor in (1.2, 1 / 1.2) * 10:
            target = self.canvas.zoom * factor

            samples += timed(partial(self.zoom_step, target))
            QApplication.processEvents()
        return samples

    def zoom_step(self, target: float) -> None:
        self.canvas.zoom_to(target, QPointF(700, 500))
        self.canvas.repaint()

    def drag(self, at: str) -> Iterator[Figure]:
        held = self.shape_in_the_middle()
        shown = self.holding(held)
        yield self.figure(f"drag.start{at}", timed(lambda: self.show(shown)))
        frames = [self.holding(moved_vertex(held, i)) for i in range(40)]
        samples = [sample for frame in frames for sample in timed(partial(self.show, frame))]
        yield self.figure(f"drag{at}", samples, 1.0)
        after = moved_vertex(held, 40)

        def drop() -> None:
            self.bench.document.apply(Patch.replacing(Verb.RESHAPE, [(held, after)]))
            self.show(Overlay())

        yield self.figure(f"drag.drop{at}", timed(drop))

    def holding(self, shape: Polygon) -> Overlay:
        handles = Handles(HandleKind.SQUARE, shape.rings[0], hot=0)
        return Overlay(edited=(shape,), handles=(handles,))

    def show(self, overlay: Overlay) -> None:
        self.tool.shown = overlay
        self.canvas.refresh_overlay()
        QApplication.processEvents()

    def shape_in_the_middle(self) -> Polygon:
        x, y = self.canvas.visible_bounds().centre
        found: list[Drawable] = [
            shape for id_ in self.bench.find(x, y, 400) if (shape := self.bench.drawable(id_))
        ]
        assert isinstance(found[0], Polygon)
        return found[0]

    def hits(self) -> list[float]:
        places = np.random.default_rng(5).random((200, 2)) * SIDE
        finds = [partial(self.bench.find, x, y, 3) for x, y in places.tolist()]
        return [sample for find in finds for sample in timed(find)]


def moved_vertex(shape: Polygon, by: int) -> Polygon:
    x, y = shape.rings[0][0]
    return replace(shape, rings=(shape.rings[0].with_point(0, x + by, y),))


def main() -> int:
    """Measure and print; 0 when everything could be measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shapes", type=int, nargs="*", default=[5_000, 100_000])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication(sys.argv[:1])
    image = picture()
    for count in options.shapes:
        for figure in Desk(count, image).figures():
            row = figure.row()
            if options.json:
                print(json.dumps(row), flush=True)
            else:
                print(
                    f"{row['bench']:22} {row['case']:>5} {row['median']:9} {row['p95']:9}",
                    flush=True,
                )
    application.processEvents()
    return 0


if __name__ == "__main__":
    sys.exit(main())
