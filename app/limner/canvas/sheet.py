"""What is dragged, painted once onto a see-through sheet that is then moved over the picture.

Only what comes into view is painted, a few milliseconds at a time and nearest first: everything
as a draft, then in full.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter, QTransform

from limner.canvas.buffers import Plane, clear_image_over
from limner.canvas.copying import copy_turned, turn_of
from limner.canvas.grid import SIDE, Key, distance, keys, tile_frame, tile_rect
from limner.canvas.viewport import Frame

PaintPart = Callable[[QImage, Plane, Frame, bool], bool]
"""(image, its pixels, frame, whether a draft will do) -> whether there was anything to paint."""


@dataclass(slots=True)
class _Part:
    image: QImage | None
    """None where there is nothing to be seen."""
    is_draft: bool
    turned: tuple[QTransform, QImage] | None = None
    """The image as it is seen in a turned view, made when first drawn there."""

    def draw(self, painter: QPainter, place: QRect, turn: QTransform) -> None:
        """Copy it; Qt would turn what is see-through anew in every frame, at ten times the cost."""
        if self.image is None:
            return
        if turn.isIdentity():
            painter.drawImage(place.topLeft(), self.image)
            return
        if self.turned is None or self.turned[0] != turn:
            self.turned = turn, self.image.transformed(turn)
        copy_turned(painter, place, self.turned[1], turn)


class Sheet:
    """A sheet over the plane, pushed to and fro by whole device pixels."""

    def __init__(self, paint: PaintPart, *, has_drafts: bool) -> None:
        self._paint = paint
        self._has_drafts = has_drafts
        self._parts: dict[Key, _Part] = {}
        self._view = Frame(1.0, 0, 0, 0, 0)

    def look_at(self, view: Frame, dx: int = 0, dy: int = 0) -> None:
        """Show the sheet pushed by so many device pixels; another zoom starts with a bare one."""
        if (view.zoom, view.ratio) != (self._view.zoom, self._view.ratio):
            self._parts.clear()
        self._view = view._replace(left=view.left - dx, top=view.top - dy)

    @property
    def is_done(self) -> bool:
        """Whether all of it that is in view is painted in full."""
        return not any(self._is_due(key) for key in keys(self._view))

    def paint_some(self, budget_ms: float) -> list[QRect]:
        """Paint for about so long; where, in device pixels of the view."""
        start = perf_counter()
        painted: list[QRect] = []
        due = [key for key in keys(self._view) if self._is_due(key)]
        for key in sorted(due, key=lambda key: (key in self._parts, distance(key, self._view))):
            self._paint_part(key)
            painted.append(self._place(key))
            if (perf_counter() - start) * 1000 >= budget_ms:
                break
        return painted

    def draw(self, painter: QPainter) -> None:
        """Lay what is painted over the view; the painter's unit is the device pixel."""
        turn = turn_of(painter)
        for key in keys(self._view):
            part = self._parts.get(key)
            if part is not None:
                part.draw(painter, self._place(key), turn)

    def _is_due(self, key: Key) -> bool:
        part = self._parts.get(key)
        return part is None or part.is_draft

    def _paint_part(self, key: Key) -> None:
        is_draft = self._has_drafts and key not in self._parts
        pixels = np.zeros((SIDE, SIDE), dtype=np.uint32)
        image = clear_image_over(pixels)
        is_anything = self._paint(image, pixels, tile_frame(key, self._view), is_draft)
        self._parts[key] = _Part(image if is_anything else None, is_draft and is_anything)

    def _place(self, key: Key) -> QRect:
        return tile_rect(key).translated(-self._view.left, -self._view.top)
