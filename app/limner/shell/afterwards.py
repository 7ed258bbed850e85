"""What waits at the start until the first image is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limner.shell.project import Project
from limner.tasks import MainThread

_PAUSE_S: Final = 0.2
"""How long the image may become sharp, undisturbed."""
_LATEST_S: Final = 3.0
"""When it begins though no image has come: there may be none, or none that can be shown."""


class Afterwards:
    """Makes one call after the first image of `project`. Main thread only."""

    def __init__(
        self,
        project: Project,
        main: MainThread,
        call: Callable[[], None],
        pause_s: float = _PAUSE_S,
        latest_s: float = _LATEST_S,
    ) -> None:
        self._project = project
        self._main = main
        self._call = call
        self._pause_s = pause_s
        self._is_waiting = True
        self._stop_waiting = main.after(latest_s, self._begin)
        project.watch(self._look)
        self._look()

    def _look(self) -> None:
        if self._is_waiting and self._project.is_ready:
            self._is_waiting = False
            self._stop_waiting()
            self._main.after(self._pause_s, self._call)

    def _begin(self) -> None:
        self._is_waiting = False
        self._call()
