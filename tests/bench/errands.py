"""What a person in a great hurry does by chance, through real X input."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np

from bench.turns import turn
from bench.xhand import XHand
from robot import Annotator

_PAUSE_S: Final = 0.04
"""Between two actions."""

_STAY_S: Final = 1.0
"""On an image that was just opened: its pixels have come by then."""

_STEP_S: Final = 20.0
"""How long it may take at most until a step in the list is taken."""


class Errands:
    """Pans, zooms, hovers, draws, deletes, undoes and goes to the next image, as the seed says.

    `heard` is told the length of every turn of the event loop, in ms CPU of the thread that paints.
    """

    def __init__(
        self, annotator: Annotator, hand: XHand, seed: int, heard: Callable[[float], None]
    ) -> None:
        self._project = annotator.application.project
        self._list = annotator.window.images
        self._canvas = annotator.canvas
        self._hand = hand
        self._heard = heard
        self._chance = np.random.default_rng(seed)
        self._is_onward = True
        self._doings: tuple[Callable[[], None], ...] = (
            *[self._pan] * 5,
            *[self._zoom] * 4,
            *[self._hover] * 4,
            *[self._draw] * 2,
            *[self._delete] * 2,
            *[self._undo] * 2,
            self._next_image,
        )

    def run_one(self) -> None:
        """Whatever chance picks."""
        self._doings[self._chance.integers(len(self._doings))]()

    def visit_all(self) -> None:
        """Look at every image of the list, to its end and to its beginning.

        Raises:
            TimeoutError: the editor did not go on to the next one.
        """
        for _ in range(2 * len(self._project.rows)):
            self._next_image()

    # --- what is done

    def _pan(self) -> None:
        x, y = self._anywhere()
        self._hand.moves(x, y)
        self._hand.presses(2)
        for _ in range(5):
            x, y = x + self._chance.uniform(-40, 40), y + self._chance.uniform(-40, 40)
            self._hand.moves(x, y)
            self._turns(_PAUSE_S / 4)
        self._hand.releases(2)
        self._turns(_PAUSE_S)

    def _zoom(self) -> None:
        """Some notches in or out; far from the whole image, back to it."""
        self._hand.moves(*self._anywhere())
        is_far = not 0.1 < self._canvas.zoom < 10
        if is_far:
            self._hand.types("f")
        up = bool(self._chance.integers(2))
        for _ in range(0 if is_far else int(self._chance.integers(1, 5))):
            self._hand.turns_the_wheel(up=up)
            self._turns(_PAUSE_S / 2)
        self._turns(_PAUSE_S)

    def _hover(self) -> None:
        for _ in range(5):
            self._hand.moves(*self._anywhere())
            self._turns(_PAUSE_S / 4)

    def _draw(self) -> None:
        """A box, or a polygon with Enter at its end; then the select tool again."""
        x, y = self._anywhere()
        corners = [(x, y), (x + 60, y + 5), (x + 50, y + 70)]
        is_box = bool(self._chance.integers(2))
        self._hand.types("b" if is_box else "p")
        self._turns(_PAUSE_S)
        for number, at in enumerate(corners):
            self._hand.moves(*at)
            if number == 0 or not is_box:
                self._hand.presses()
            if number == len(corners) - 1 or not is_box:
                self._hand.releases()
            self._turns(_PAUSE_S)
        self._hand.types("v" if is_box else "Return")
        self._turns(_PAUSE_S)
        self._hand.types("v")
        self._turns(_PAUSE_S)

    def _delete(self) -> None:
        """What a click finds."""
        self._hand.moves(*self._anywhere())
        self._hand.presses()
        self._hand.releases()
        self._turns(_PAUSE_S)
        self._hand.types("Delete")
        self._turns(_PAUSE_S)

    def _undo(self) -> None:
        self._hand.types("ctrl+z")
        self._turns(_PAUSE_S)

    def _next_image(self) -> None:
        """Through the list to its end and back again, so that all are seen equally often."""
        before = self._project.current
        if self._list.neighbour_id(1 if self._is_onward else -1) is None:
            self._is_onward = not self._is_onward
        self._hand.types("d" if self._is_onward else "a")
        deadline = time.monotonic() + _STEP_S
        while self._project.current == before:
            if time.monotonic() > deadline:
                raise TimeoutError(f"the editor stays on {before}")
            self._turns(_PAUSE_S)
        self._turns(_STAY_S)

    # --- small parts

    def _anywhere(self) -> tuple[float, float]:
        x = self._chance.uniform(100, self._canvas.width() - 200)
        y = self._chance.uniform(100, self._canvas.height() - 200)
        return float(x), float(y)

    def _turns(self, seconds: float) -> None:
        """Let the editor work, turn by turn."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self._heard(turn())
            time.sleep(0.001)
