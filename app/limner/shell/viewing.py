"""How the image is looked at: the way it is turned, and the aids around it."""

from __future__ import annotations

from limner.canvas.turn import UNTURNED, Turn
from limner.shell.project import Project
from limner.shell.services import Services
from limner.shell.window import Window


class Viewing:
    """Keeps turns for as long as the program runs, and the aids in the settings."""

    def __init__(self, window: Window, project: Project, services: Services) -> None:
        self._window, self._project, self._services = window, project, services
        self._turns: dict[str, Turn] = {}
        self._shown: str | None = None
        project.watch(self._another_image)
        settings = services.settings
        window.canvas.minimap.switch(on=settings.minimap)
        window.canvas.switch_crosshair(on=settings.crosshair)
        window.rulers.switch(on=settings.rulers)

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

    def switch_minimap(self) -> None:
        on = not self._window.canvas.minimap.is_on
        self._window.canvas.minimap.switch(on=on)
        self._services.change(minimap=on)

    def switch_crosshair(self) -> None:
        on = not self._window.canvas.is_crosshair_on
        self._window.canvas.switch_crosshair(on=on)
        self._services.change(crosshair=on)

    def switch_rulers(self) -> None:
        on = not self._window.rulers.is_on
        self._window.rulers.switch(on=on)
        self._services.change(rulers=on)

    def _turn_to(self, turn: Turn) -> None:
        if self._project.current is not None:
            self._turns[self._project.current] = turn
        self._window.canvas.turn_to(turn)

    def _another_image(self) -> None:
        current = self._project.current
        if current is not None and current != self._shown:
            self._shown = current
            self._window.canvas.turn_to(self._turns.get(current, UNTURNED))
