"""A canvas with a plain picture on it, and eyes to look at its pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from limner.canvas.view import Canvas
from limner.imaging.picture import Picture, WholePicture
from limner.model.annotations import Annotation, Kind
from limner.model.document import Document
from limner.model.ontology import LabelClass, Ontology, Skeleton
from limner.tools.bench import Bench
from limner.tools.tool import Key, Mods, Overlay, Pointer, Tool

RED, GREEN, BLUE = "#ff0000", "#00ff00", "#0000ff"
GREY = 128
FACE = Skeleton(nodes=(("nose", 0.5, 0.5), ("eye", 0.5, 0.2)), edges=((0, 1),))
CLASSES = Ontology(
    (
        LabelClass("car", Kind.BBOX, RED),
        LabelClass("road", Kind.POLYGON, GREEN),
        LabelClass("lane", Kind.POLYLINE, BLUE),
        LabelClass("nose", Kind.KEYPOINT, RED, skeleton=FACE),
        LabelClass("eye", Kind.KEYPOINT, BLUE),
    )
)


def plain_picture(width: int, height: int, grey: int = GREY) -> Picture:
    """One level of one grey."""
    pixels = np.full((height, width, 4), grey, dtype=np.uint8)
    pixels[..., 3] = 255
    return WholePicture((pixels,))


def bench_of(annotations: Iterable[Annotation] = (), size: tuple[int, int] = (200, 150)) -> Bench:
    return Bench.over(Document(annotations), CLASSES, size)


class Probe(Tool):
    """A tool that draws what it is told and writes down what it is fed."""

    name = "probe"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self.shown = Overlay()
        self.fed: list[tuple[str, Pointer]] = []
        self.keys: list[Key] = []
        self.uses_keys = True
        self.is_busy = False

    @property
    @override
    def overlay(self) -> Overlay:
        return self.shown

    @property
    @override
    def is_drawing(self) -> bool:
        return self.is_busy

    @override
    def press(self, at: Pointer) -> None:
        self.fed.append(("press", at))

    @override
    def move(self, at: Pointer) -> None:
        self.fed.append(("move", at))

    @override
    def release(self, at: Pointer) -> None:
        self.fed.append(("release", at))

    @override
    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        self.keys.append(key)
        return self.uses_keys


@dataclass
class Easel:
    """A shown canvas; positions are device-independent pixels of the widget unless said."""

    canvas: Canvas
    bench: Bench

    @classmethod
    def put_up(
        cls, annotations: Iterable[Annotation] = (), *, size: tuple[int, int] = (200, 150)
    ) -> Easel:
        canvas = Canvas()
        canvas.resize(300, 250)
        canvas.set_background(QColor("#000000"))
        canvas.minimap.switch(on=False)
        canvas.show_picture(plain_picture(*size))
        bench = bench_of(annotations, size)
        canvas.edit(bench)
        canvas.show()
        easel = cls(canvas, bench)
        easel.settles()
        return easel

    def settles(self) -> None:
        """Wait until all is painted."""
        for _ in range(10_000):
            QApplication.processEvents()
            if self.canvas.is_settled:
                return
        raise AssertionError("the canvas does not settle")

    def uses(self) -> Probe:
        probe = Probe(self.bench)
        self.canvas.use(probe)
        return probe

    def seen(self) -> QImage:
        """What is on the canvas now, in device pixels."""
        return self.canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)

    def on_screen(self) -> QImage:
        """What the screen shows now: what was not painted anew is as it was."""
        QApplication.processEvents()
        # By way of `canvas.screen()` PySide frees the screen together with the canvas.
        window = QApplication.primaryScreen().grabWindow(self.canvas.winId())
        return window.toImage().convertToFormat(QImage.Format.Format_RGB32)

    def colour_at(self, x: float, y: float) -> tuple[int, int, int]:
        """The colour at a point given in image pixels."""
        at = self.canvas.to_widget(x, y) * self.canvas.devicePixelRatioF()
        colour = self.seen().pixelColor(int(at.x()), int(at.y()))
        return colour.red(), colour.green(), colour.blue()

    def is_bare_at(self, x: float, y: float) -> bool:
        return self.colour_at(x, y) == (GREY, GREY, GREY)

    def moves_mouse(
        self,
        kind: QEvent.Type,
        at: QPointF,
        button: Qt.MouseButton = Qt.MouseButton.NoButton,
        held: Qt.MouseButton = Qt.MouseButton.NoButton,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        there = self.canvas.mapToGlobal(at)
        QApplication.sendEvent(self.canvas, QMouseEvent(kind, at, there, button, held, modifiers))

    def drags(self, button: Qt.MouseButton, path: Sequence[QPointF]) -> None:
        none = Qt.MouseButton.NoButton
        self.moves_mouse(QEvent.Type.MouseButtonPress, path[0], button, button)
        for at in path[1:]:
            self.moves_mouse(QEvent.Type.MouseMove, at, none, button)
        self.moves_mouse(QEvent.Type.MouseButtonRelease, path[-1], button, none)

    def turns_wheel(
        self,
        at: QPointF,
        notches: float = 0.0,
        *,
        scrolled: QPoint | None = None,
        modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
    ) -> None:
        event = QWheelEvent(
            at,
            self.canvas.mapToGlobal(at),
            scrolled or QPoint(),
            QPoint(0, round(notches * 120)),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.canvas, event)
