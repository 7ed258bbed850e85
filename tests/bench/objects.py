"""How long the object list takes: to fill, to follow, to filter, to select both ways, to hide.

The panel stands alone beside a bench; what the canvas does with the same news is measured with it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from PySide6.QtWidgets import QApplication

from bench.figure import Figure, timed
from bench.registry import Order
from bench.scenery import ONTOLOGY, SIDE, stars
from limner.model.annotations import AnnotationId, Polygon
from limner.model.document import Document
from limner.model.json_text import JsonText
from limner.model.patch import Patch, Verb
from limner.panels.object_view import Choice
from limner.panels.objects import ObjectsPanel
from limner.tools.bench import Bench

_TIMES = 5
_EDITED = 10_000
_TYPED = 'class -"class 3" size>20 conf>=0.5 type:polygon track=t12'


def figures(order: Order) -> Iterator[Figure]:
    """The panel, for each number of shapes; every shape has attributes of its own."""
    application = QApplication.instance() or QApplication(sys.argv[:1])
    for count in order.shapes:
        listed = Listed(count)
        make = partial(Figure, n=count, ratio=listed.panel.devicePixelRatioF())
        for name, limit, samples in listed.figures():
            yield make(f"objects.{name}", samples=samples, limit=limit)
        listed.panel.close()
    application.processEvents()


Measured = tuple[str, float, list[float]]
"""(name, limit in ms, samples in ms)."""


class Listed:
    """A panel over so many shapes."""

    def __init__(self, count: int) -> None:
        self.shapes = [_with_track(shape) for shape in stars(count)]
        self.ids = [shape.id for shape in self.shapes]
        self.bench = self.opened()
        self.spent: list[float] = []
        """When the panel was told of a patch, negative, and when it was done, in seconds."""
        self.panel = ObjectsPanel()
        self.panel.resize(340, 600)
        self.panel.show()

    def opened(self) -> Bench:
        return Bench.over(Document(self.shapes), ONTOLOGY, (SIDE, SIDE))

    def figures(self) -> Iterator[Measured]:
        yield "open", 100.0, [each for _ in range(_TIMES) for each in self.open()]
        yield "edit", 1.0, self.edits(1)
        yield "edit_many", 60.0, self.edits(_EDITED)
        yield from self.selecting()
        yield from self.hiding()
        yield "type", 50.0, self.typing()

    def open(self) -> list[float]:
        self.bench = self.opened()
        self.bench.document.watch(lambda _patch: self.spent.append(-time.process_time()))
        opening = timed(lambda: self.panel.edit(self.bench))
        self.bench.document.watch(lambda _patch: self.spent.append(time.process_time()))
        return opening

    def edits(self, many: int) -> list[float]:
        """What the panel takes of a patch: it is told between the two other watchers."""
        self.spent.clear()
        for number in range(_TIMES):
            held = map(self.bench.document.get, self.ids[:many])
            shapes = [shape for shape in held if isinstance(shape, Polygon)]
            confidence = 1 / (number + 2)
            pairs = ((shape, replace(shape, confidence=confidence)) for shape in shapes)
            self.bench.document.apply(Patch.replacing(Verb.DESCRIBE, pairs))
        return [sum(pair) * 1000 for pair in zip(self.spent[::2], self.spent[1::2], strict=True)]

    def selecting(self) -> Iterator[Measured]:
        every_second = self.ids[::2]
        ways: dict[str, Callable[[], None]] = {
            "select.all": lambda: self.choose(self.ids),
            "select.half": lambda: self.choose(self.ids[: len(self.ids) // 2]),
            "select.scattered": lambda: self.choose(every_second),
            "list.all": self.panel.view.selectAll,
            "list.half": lambda: self.panel.view.chosen.emit(Choice(0, len(self.ids) // 2)),
        }
        for name, way in ways.items():
            found = []
            for _ in range(_TIMES):
                self.choose([])
                found += timed(way)
            yield name, 60.0, found
        self.choose([])

    def choose(self, ids: list[AnnotationId]) -> None:
        self.bench.selection.choose(ids)
        QApplication.processEvents()

    def hiding(self) -> Iterator[Measured]:
        self.panel.filter.setText('class:"class 2"')
        bar = self.panel.finder.bar
        yield "hide", 60.0, timed(bar.hide_all.click, 4)
        yield "only", 60.0, timed(bar.only.click, 4)
        self.panel.filter.clear()

    def typing(self) -> list[float]:
        """Each key of a long filter, painted; sizes and attributes are read ahead as in use."""
        self.panel.finder.line.entered.emit()
        while self.panel.is_preparing:
            QApplication.processEvents()
        return [each for end in range(len(_TYPED)) for each in timed(partial(self.key, end))]

    def key(self, end: int) -> None:
        self.panel.filter.setText(_TYPED[: end + 1])
        QApplication.processEvents()


def _with_track(shape: Polygon) -> Polygon:
    number = int(shape.id)
    text = f'{{"occluded":{"true" if number % 3 else "false"},"track":"t{number}"}}'
    return replace(shape, attributes=JsonText(text))
