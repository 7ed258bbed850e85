"""What stays on the screen while the tiles of another zoom are being painted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from limner.canvas.viewport import Frame

_SMOOTH_UP_TO: Final = 4_000_000
"""Device pixels; beyond, smooth scaling alone would take 15 ms, and is seen for a moment only."""


class Afterimage:
    """The last whole frame as one picture, which can be drawn at any zoom."""

    def __init__(self) -> None:
        self._image: QImage | None = None
        self._frame = Frame(1.0, 0, 0, 0, 0)

    @property
    def is_kept(self) -> bool:
        return self._image is not None

    def take(self, view: Frame, screen: QSize, paint: Callable[[QPainter], None]) -> None:
        """Keep what `paint` paints of the view, turned as it is seen on a screen of this size."""
        if screen.isEmpty():
            return
        image = QImage(screen, QImage.Format.Format_RGB32)
        with QPainter(image) as painter:
            paint(painter)
        self._image, self._frame = image, view

    def forget(self) -> None:
        self._image = None

    def place(self, view: Frame) -> QRectF:
        """Where in the unturned view the kept frame belongs; empty when there is none."""
        if self._image is None:
            return QRectF()
        factor = view.zoom / self._frame.zoom
        return QRectF(
            self._frame.left * factor - view.left,
            self._frame.top * factor - view.top,
            self._frame.width * factor,
            self._frame.height * factor,
        )

    def draw(self, painter: QPainter, place: QRectF) -> None:
        """Fill this place of the screen with what is kept."""
        if self._image is not None:
            smooth = self._image.width() * self._image.height() <= _SMOOTH_UP_TO
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(place, self._image)
