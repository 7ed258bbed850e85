"""Minutes of work by chance in the real window: does memory grow, does a frame ever take long?

Pan, zoom, hover, draw, delete, undo and the next image, as the seed says, through real X input. A
frame is one turn of the event loop, measured in CPU of the thread that paints.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.figure import Figure
from bench.peers import data
from bench.peers.clocks import resident_mb
from bench.registry import Order
from bench.turns import turn
from bench.xhand import XHand
from robot import Annotator

_IMAGES: Final = 5
_SHAPES: Final = 1_000
_WARM_UP: Final = 0.25
"""The share of the time in which caches fill; memory counts after it."""

_SPAN_S: Final = 15.0

_LONGEST_MS: Final = 100.0
_SLOPE_MB: Final = 1.0
_VISIT_S: Final = 2.0
"""For each image before the time begins: what is kept of an image is there then."""

_PAUSE_S: Final = 0.04
"""Between two actions: a person in a great hurry."""


def figures(order: Order) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        image = data.write(Path(folder) / "images", 0)
        for number in range(1, _IMAGES):
            shutil.copy(image, image.with_stem(f"more{number}"))
        data.write_home(home, image, _SHAPES)
        annotator = Annotator(home, image)
        with XHand(annotator.window, annotator.canvas) as hand:
            soak = _Soak(annotator, hand, order.seed)
            soak.run(order.minutes * 60)
        annotator.quits()
        surprises = annotator.application.surprises
    if surprises:
        raise AssertionError("the editor was surprised") from surprises[0]
    case = f"seed {order.seed}"
    yield Figure("soak.slope", _SHAPES, 1, [soak.slope], _SLOPE_MB, case, "MB/min")
    yield Figure("soak.rss", _SHAPES, 1, soak.memory, None, case, "MB")
    yield Figure("soak.frame", _SHAPES, 1, soak.frames, None, case, "ms gui")
    yield Figure("soak.longest", _SHAPES, 1, [max(soak.frames)], _LONGEST_MS, case, "ms gui")
    yield Figure("soak.actions", _SHAPES, 1, [float(soak.actions)], None, case, "count")


class _Soak:
    def __init__(self, annotator: Annotator, hand: XHand, seed: int) -> None:
        self.annotator = annotator
        self.canvas = annotator.canvas
        self.hand = hand
        self.chance = np.random.default_rng(seed)
        self.frames: list[float] = []
        self.actions = 0
        self.moments: list[float] = []
        self.memory: list[float] = []
        annotator.window.showNormal()
        annotator.window.setGeometry(0, 0, 1920, 1080)

    @property
    def slope(self) -> float:
        """Megabytes a minute of what is never given back: of the least in each quarter minute.

        While an image is being read, it is there twice; that comes and goes.
        """
        floors: dict[int, float] = {}
        for moment, memory in zip(self.moments, self.memory, strict=True):
            span = int(moment / _SPAN_S)
            floors[span] = min(memory, floors.get(span, memory))
        minutes = np.array(list(floors)) * _SPAN_S / 60
        return float(np.polyfit(minutes, list(floors.values()), 1)[0])

    def run(self, seconds: float) -> None:
        """Act until the time is over; each action is chosen by chance."""
        doings: tuple[tuple[float, Callable[[], None]], ...] = (
            (0.25, self.pan),
            (0.2, self.zoom),
            (0.2, self.hover),
            (0.1, self.draw),
            (0.1, self.delete),
            (0.1, self.undo),
            (0.05, self.next_image),
        )
        shares = [share for share, _ in doings]
        for _ in range(_IMAGES):
            self.hand.types("d")
            self.turns(_VISIT_S)
        start = time.monotonic()
        while (elapsed := time.monotonic() - start) < seconds:
            doings[self.chance.choice(len(doings), p=shares)][1]()
            self.actions += 1
            if elapsed > seconds * _WARM_UP:
                self.moments.append(elapsed)
                self.memory.append(resident_mb())

    # --- what is done

    def pan(self) -> None:
        x, y = self.anywhere()
        self.hand.moves(x, y)
        self.hand.presses(2)
        for _ in range(5):
            x, y = x + self.chance.uniform(-40, 40), y + self.chance.uniform(-40, 40)
            self.hand.moves(x, y)
            self.turns(_PAUSE_S / 4)
        self.hand.releases(2)
        self.turns(_PAUSE_S)

    def zoom(self) -> None:
        """Some notches in or out; far from the whole image, back to it."""
        self.hand.moves(*self.anywhere())
        is_far = not 0.1 < self.canvas.zoom < 10
        if is_far:
            self.hand.types("f")
        up = bool(self.chance.integers(2))
        for _ in range(0 if is_far else int(self.chance.integers(1, 5))):
            self.hand.turns_the_wheel(up=up)
            self.turns(_PAUSE_S / 2)
        self.turns(_PAUSE_S)

    def hover(self) -> None:
        for _ in range(5):
            self.hand.moves(*self.anywhere())
            self.turns(_PAUSE_S / 4)

    def draw(self) -> None:
        """A box, or a polygon with Enter at its end; then the select tool again."""
        x, y = self.anywhere()
        corners = [(x, y), (x + 60, y + 5), (x + 50, y + 70)]
        is_box = bool(self.chance.integers(2))
        self.hand.types("b" if is_box else "p")
        self.turns(_PAUSE_S)
        for number, at in enumerate(corners):
            self.hand.moves(*at)
            if number == 0 or not is_box:
                self.hand.presses()
            if number == len(corners) - 1 or not is_box:
                self.hand.releases()
            self.turns(_PAUSE_S)
        self.hand.types("v" if is_box else "Return")
        self.turns(_PAUSE_S)
        self.hand.types("v")
        self.turns(_PAUSE_S)

    def delete(self) -> None:
        """What a click finds."""
        self.hand.moves(*self.anywhere())
        self.hand.presses()
        self.hand.releases()
        self.turns(_PAUSE_S)
        self.hand.types("Delete")
        self.turns(_PAUSE_S)

    def undo(self) -> None:
        self.hand.types("ctrl+z")
        self.turns(_PAUSE_S)

    def next_image(self) -> None:
        self.hand.types("d" if self.chance.integers(3) else "a")
        self.turns(1.0)

    # --- small parts

    def anywhere(self) -> tuple[float, float]:
        x = self.chance.uniform(100, self.canvas.width() - 200)
        y = self.chance.uniform(100, self.canvas.height() - 200)
        return float(x), float(y)

    def turns(self, seconds: float) -> None:
        """Let the editor work, turn by turn."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.frames.append(turn())
            time.sleep(0.001)
