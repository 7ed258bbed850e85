"""How the image is looked at: the way it is turned, and the aids around it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final, NamedTuple, Protocol

from limner.canvas.turn import UNTURNED, Turn
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds
from limner.panels.go_to import GoTo
from limner.shell.editor import Editor
from limner.shell.project import Project
from limner.shell.services import Services
from limner.shell.window import Window

_LISTED: Final = 50
"""So many objects are named to choose from; more are only counted."""


class Switch(Protocol):
    def __call__(self, *, on: bool) -> None: ...


class Aid(NamedTuple):
    """Something about the view that one likes or does not."""

    switch: Switch
    is_on: Callable[[], bool]


def _aids(window: Window) -> dict[str, Aid]:
    """The aids by the names of their settings."""
    canvas, minimap, rulers = window.canvas, window.canvas.minimap, window.rulers
    return {
        "minimap": Aid(minimap.switch, lambda: minimap.is_on),
        "crosshair": Aid(canvas.switch_crosshair, lambda: canvas.is_crosshair_on),
        "rulers": Aid(rulers.switch, lambda: rulers.is_on),
        "pixel_grid": Aid(canvas.switch_grid, lambda: canvas.is_grid_on),
        "smooth": Aid(canvas.switch_smooth, lambda: canvas.is_smooth),
    }


class Viewing:
    """Keeps turns for as long as the program runs, and the aids in the settings."""

    def __init__(
        self, window: Window, project: Project, editor: Editor, services: Services
    ) -> None:
        self._window, self._project, self._services = window, project, services
        self._editor = editor
        self._turns: dict[str, Turn] = {}
        self._shown: str | None = None
        project.watch(self._another_image)
        window.status.looks.unturn_wanted.connect(self.unturn)
        self.aids = _aids(window)
        for name, aid in self.aids.items():
            aid.switch(on=getattr(services.settings, name))
        self.go_to = GoTo(window, partial(window.objects.search, most=_LISTED))
        self.go_to.object_wanted.connect(self._go_to_object)
        self.go_to.point_wanted.connect(self._go_to_point)

    @property
    def is_turned(self) -> bool:
        return self._window.canvas.turn != UNTURNED

    def turn(self, quarters: int) -> None:
        """Turn what is seen clockwise; it comes back so when its image does."""
        self._turn_to(self._window.canvas.turn.turned(quarters))

    def mirror(self) -> None:
        self._turn_to(self._window.canvas.turn.mirrored())

    def unturn(self) -> None:
        self._turn_to(UNTURNED)

    def switch(self, name: str) -> None:
        """Turn an aid on or off, now and at every start."""
        aid = self.aids[name]
        on = not aid.is_on()
        aid.switch(on=on)
        self._services.change(**{name: on})

    def ask_where_to(self) -> None:
        """Open the line that goes to an object or a point."""
        self.go_to.open_over(self._window.canvas)

    def _go_to_object(self, id_: AnnotationId) -> None:
        bench = self._editor.bench
        if bench is not None and id_ in bench.document:
            bench.selection.choose([id_])
            self._editor.reveal(id_)
        self._window.canvas.setFocus()

    def _go_to_point(self, x: float, y: float) -> None:
        self._window.canvas.centre_on(Bounds(x, y, x, y), zoom_in=True)
        self._window.canvas.setFocus()

    def _turn_to(self, turn: Turn) -> None:
        if self._project.current is not None:
            self._turns[self._project.current] = turn
        self._show_turned(turn)

    def _show_turned(self, turn: Turn) -> None:
        self._window.canvas.turn_to(turn)
        self._window.status.looks.show_turn(turn)

    def _another_image(self) -> None:
        current = self._project.current
        if current is not None and current != self._shown:
            self._shown = current
            self._show_turned(self._turns.get(current, UNTURNED))
