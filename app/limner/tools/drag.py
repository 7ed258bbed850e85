"""What every drag of the select tool is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Final

from limner.model.annotations import Drawable
from limner.model.geometry import Bounds
from limner.tools.bench import Bench
from limner.tools.grips import Grip
from limner.tools.guides import along_axis
from limner.tools.tool import Cursor, Mods, Overlay, Pointer

ALONG_AN_AXIS: Final = "Shift: straight along one axis · Esc: leave"


class Drag(ABC):
    """One drag; nothing happens to the document before `finish`."""

    edited: tuple[Drawable, ...] = ()
    band: Bounds | None = None
    held: Grip | None = None

    @property
    @abstractmethod
    def hint(self) -> str:
        """One short line for the status bar."""

    def overlay(self, cursor: Cursor) -> Overlay:
        """What to draw besides handles."""
        return Overlay(edited=self.edited, band=self.band, cursor=cursor, hint=self.hint)

    @abstractmethod
    def move(self, at: Pointer) -> None:
        """The pointer went on."""

    @abstractmethod
    def finish(self, bench: Bench) -> None:
        """The button came up: make it one step."""


def way(start: Pointer, at: Pointer) -> tuple[float, float]:
    """How far the pointer went; straight along one axis with Shift."""
    dx, dy = at.x - start.x, at.y - start.y
    return along_axis(dx, dy) if Mods.SHIFT in at.mods else (dx, dy)
