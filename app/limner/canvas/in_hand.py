"""What is being dragged, and what was just put down while its tiles are still being painted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QRect
from PySide6.QtGui import QPainter, QRegion

from limner.canvas.held import Draw, Edited, Held
from limner.canvas.load import Load
from limner.canvas.pulled_path import PulledPath
from limner.canvas.scene import Places, Scene
from limner.canvas.viewport import Frame
from limner.model.geometry import Bounds
from limner.tools.tool import Overlay


class InHand:
    """Draws the shapes of an overlay; `due` tells which part of the view has tiles to come.

    What is put down is drawn on over the tiles that do not show it yet, so that it never vanishes.
    """

    def __init__(self, scene: Scene, due: Callable[[], QRegion]) -> None:
        self._scene = scene
        self._due = due
        self._held: Held | None = None
        self._landing: Draw | None = None

    def follow(self, overlay: Overlay) -> tuple[Places, list[Bounds]]:
        """Draw this overlay's shapes from now on.

        What of the settled picture must be painted anew, without them or with them, and where, in
        image pixels, they themselves look different.
        """
        changed = None if self._held is None else self._held.follow(overlay)
        if changed is None:
            changed = [*self.places()]
            if self._held is not None:
                self._landing = self._held.put_down()
            self._held = self._taken_up(overlay)
            changed += self.places()
        held = self._held
        ids = frozenset() if held is None else held.ids
        return self._scene.lift(ids, frozenset() if held is None else held.objects), changed

    def drop(self) -> None:
        """Forget everything: another document."""
        self._held = self._landing = None

    def settle(self) -> None:
        """All tiles show what was put down."""
        self._landing = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is being dragged."""
        return self._held is None

    def is_ready(self, view: Frame) -> bool:
        """Whether nothing is left to be painted of what is dragged."""
        return self._held is None or self._held.is_ready(view)

    def paint_some(self, view: Frame, budget_ms: float) -> list[QRect]:
        """Paint what `draw` copies, for about so long; where, in device pixels of the view."""
        return [] if self._held is None else self._held.paint_some(view, budget_ms)

    def places(self) -> Iterator[Bounds]:
        """Bounds, in image pixels, of all that moves."""
        return iter(()) if self._held is None else self._held.places()

    def draw(self, painter: QPainter, view: Frame) -> None:
        """Draw what is dragged; the painter's unit is the device pixel of the unturned view."""
        if self._held is not None:
            self._held.draw(painter, view)

    def draw_landing(self, painter: QPainter, view: Frame) -> None:
        """Draw what was put down where the tiles do not show it yet; the unit is the same."""
        draw = self._landing
        if draw is None:
            return
        due = self._due()
        if due.isEmpty():
            self._landing = None
            return
        painter.save()
        painter.setClipRegion(due)
        draw(painter, view)
        painter.restore()

    def _taken_up(self, overlay: Overlay) -> Held | None:
        if overlay.carried is not None:
            return Load(self._scene, overlay.carried)
        if overlay.pulled is not None:
            return PulledPath(self._scene, overlay.pulled)
        return Edited(self._scene, overlay) if overlay.edited else None
