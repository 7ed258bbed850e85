"""The real window on an X server, moved by real X input: CPU of the process for each input.

From the motion, button or wheel event that the X server sends to the end of the paint it asks for,
with everything the window does beside the canvas, and its background work, in it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Final

from bench.figure import Figure
from bench.limits import P95_MS, drag_ms, frame_ms
from bench.peers import data
from bench.registry import Order
from bench.turns import Watch, run_for
from bench.xhand import XHand
from limner.model.annotations import Drawable, Polygon
from limner.model.geometry import Bounds, bounds
from robot import Annotator

_TIMES: Final = 40
_WIDE: Final = 300.0
"""Pixels on the screen that a shape takes while its vertex is dragged, so that all 20 lie apart."""


def figures(order: Order) -> Iterator[Figure]:
    """One window for each number of shapes."""
    for count in order.shapes:
        with tempfile.TemporaryDirectory() as folder:
            image, home = data.write(Path(folder) / "images", 0), Path(folder) / "home"
            data.write_home(home, image, count)
            annotator = Annotator(home, image)
            with XHand(annotator.window, annotator.canvas) as hand:
                yield from _Screen(annotator, hand, count).figures()
            annotator.quits()


class _Screen:
    def __init__(self, annotator: Annotator, hand: XHand, count: int) -> None:
        self.annotator = annotator
        self.canvas = annotator.canvas
        self.hand = hand
        self.count = count
        annotator.window.showNormal()
        annotator.window.setGeometry(0, 0, 1920, 1080)
        self.rest()
        self.watch = Watch(self.canvas)

    @property
    def middle(self) -> tuple[float, float]:
        return self.canvas.width() / 2, self.canvas.height() / 2

    def figures(self) -> Iterator[Figure]:
        ratio = self.canvas.devicePixelRatioF()
        make = partial(Figure, n=self.count, ratio=ratio, p95_limit=P95_MS)
        frame = frame_ms(self.count, ratio)
        yield make("screen.zoom", samples=self.zoom(), limit=frame)
        self.look(1.0)
        yield make("screen.pan", samples=self.pan(), limit=frame)
        yield make("screen.hover", samples=self.hover())
        yield make("screen.drag", samples=self.drag(), limit=drag_ms(self.count, ratio))

    # --- what the hand does

    def zoom(self) -> list[float]:
        """The wheel, in and out again around the middle."""
        self.hand.moves(*self.middle)
        self.rest()
        ways = [*[True] * 8, *[False] * 8] * 3
        return self.costs(partial(self.hand.turns_the_wheel, up=up) for up in ways[:_TIMES])

    def pan(self) -> list[float]:
        """The middle button, to and fro."""
        x, y = self.middle
        self.hand.moves(x, y)
        self.hand.presses(2)
        self.rest()
        places = [(x + 17 * (i % 20), y + 5 * (i % 20)) for i in range(1, _TIMES + 1)]
        samples = self.costs(partial(self.hand.moves, *at) for at in places)
        self.hand.releases(2)
        self.rest()
        return samples

    def hover(self) -> list[float]:
        width, height = self.canvas.width() - 80, self.canvas.height() - 80
        places = [
            (40 + i * 0.7549 % 1 * width, 40 + i * 0.5698 % 1 * height) for i in range(_TIMES)
        ]
        return self.costs(partial(self.hand.moves, *at) for at in places)

    def drag(self) -> list[float]:
        """A vertex of the shape in the middle, with the mouse."""
        shape = self.shape_in_the_middle()
        place = bounds(shape)
        self.canvas.zoom_to(_WIDE / place.width * self.canvas.devicePixelRatioF())
        self.canvas.centre_on(place)
        self.rest()
        middle = self.canvas.to_widget(*place.centre)
        for at in (middle, self.canvas.to_widget(*shape.rings[0][0])):
            self.hand.moves(at.x(), at.y())
            self.hand.presses()
            if at is middle:
                self.hand.releases()
            self.rest()
        vertex = self.canvas.to_widget(*shape.rings[0][0])
        places = [(vertex.x() + 10 + i % 30, vertex.y() + i % 7) for i in range(_TIMES)]
        samples = self.costs(partial(self.hand.moves, *at) for at in places)
        self.hand.releases()
        self.rest()
        assert self.annotator.document.get(shape.id) != shape, "no vertex was dragged"
        return samples

    # --- small parts

    def costs(self, inputs: Iterable[Callable[[], object]]) -> list[float]:
        """What each input cost; a frame's pause after it lets the background work go on."""
        samples = []
        for each in inputs:
            cost = self.watch.cost(each)
            if cost is not None:
                samples.append(cost)
            run_for(0.016)
        return samples

    def look(self, zoom: float) -> None:
        """The middle of the image from so near."""
        size = self.annotator.session.row
        across, down = (size.width or 0) / 2, (size.height or 0) / 2
        self.canvas.zoom_to(zoom * self.canvas.devicePixelRatioF())
        self.canvas.centre_on(Bounds(across, down, across, down))
        self.rest()

    def rest(self) -> None:
        """Until the editor has nothing left to do."""
        run_for(0.1)
        while not self.canvas.is_settled:
            run_for(0.02)

    def shape_in_the_middle(self) -> Polygon:
        bench = self.annotator.application.editor.bench
        assert bench is not None
        x, y = self.canvas.visible_bounds().centre
        found: list[Drawable | None] = [bench.drawable(i) for i in bench.find(x, y, 30)]
        assert isinstance(found[0], Polygon)
        return found[0]
