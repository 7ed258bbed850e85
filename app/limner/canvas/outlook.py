"""Where the canvas looks: which part of the image stands where on the screen."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from PySide6.QtCore import QPointF, QSize, Signal
from PySide6.QtGui import QResizeEvent, QTransform
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas.turn import UNTURNED, Turn
from limner.canvas.viewport import Frame, Size, Viewport, allowed_zoom, centred, fit_zoom
from limner.model.geometry import Bounds

_CLOSE_UP: Final = 4.0
"""`centre_on` zooms in no further than this by itself, however small the thing is."""

_REMEMBERED: Final = 50
"""So many views one can go back to."""


class Place(NamedTuple):
    """Where one has looked: device pixels per image pixel, and the image point in the middle."""

    zoom: float
    centre: tuple[float, float]
    is_fitted: bool


class Outlook(QWidget):
    """The half of the canvas that knows positions; points are device-independent pixels of it."""

    zoom_changed = Signal(float)
    """Device pixels per image pixel: 1.0 shows the image 1:1 on the screen's own pixels."""
    view_changed = Signal()
    """Another part of the image is in view, or it is turned another way."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewport = Viewport()
        self._turn = UNTURNED
        self._image_size: Size = (1, 1)
        self._is_fitted = True
        self._past: list[Place] = []
        self._future: list[Place] = []

    # What is in view

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self._viewport.zoom

    @property
    def turn(self) -> Turn:
        return self._turn

    @property
    def image_size(self) -> Size:
        """Image pixels."""
        return self._image_size

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the image is out of view."""
        seen, (width, height) = self.visible_bounds(), self._image_size
        return seen.left <= 0 and seen.top <= 0 and seen.right >= width and seen.bottom >= height

    def visible_bounds(self) -> Bounds:
        """The image pixels under the canvas, which may reach beyond the image."""
        return self._view().covers(0)

    def to_image(self, at: QPointF) -> tuple[float, float]:
        """Image pixels of a point of the widget."""
        unturned = self._unturned(at)
        return self._viewport.to_image(unturned.x(), unturned.y())

    def to_widget(self, x: float, y: float) -> QPointF:
        """Where in the widget a point of the image is."""
        device = QPointF(*self._viewport.to_device(x, y))
        return self._turning().map(device) / self.devicePixelRatioF()

    # How it is changed

    def fit(self) -> None:
        """Show the whole image, and go on doing so when the canvas changes its size."""
        self._remember()
        self._fit()

    def actual_size(self) -> None:
        """Show the image 1:1 on the screen's own pixels."""
        self._remember()
        self.zoom_to(1.0)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self.zoom_to(self.zoom * factor)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, keeping in place the image point under `at` of the widget, else the middle."""
        point = self._unturned(QPointF(self.width() / 2, self.height() / 2) if at is None else at)
        allowed = allowed_zoom(zoom, self._image_size, self._room())
        self._move(self._viewport.zoomed(allowed, point.x(), point.y()))

    def centre_on(self, bounds: Bounds, *, zoom_in: bool = False) -> None:
        """Bring these image pixels to the middle; with `zoom_in`, large enough to work on."""
        self._remember()
        zoom = self.zoom
        if zoom_in:
            closest = max(zoom, _CLOSE_UP * self.devicePixelRatioF())
            zoom = min(fit_zoom(bounds.width * 2, bounds.height * 2, self._room()), closest)
        self._move_to(zoom, bounds.centre)

    def bring_into_view(self, bounds: Bounds) -> None:
        """Leave the view as it is when these image pixels are in it, else go to them."""
        seen = self.visible_bounds()
        if seen.united(bounds) != seen:
            self.centre_on(bounds, zoom_in=True)

    def look_at(self, x: float, y: float) -> None:
        """Bring this point of the image to the middle, in the course of one movement."""
        self._move_to(self.zoom, (x, y))

    def pan_by(self, dx: float, dy: float) -> None:
        """Push the image by so many device-independent pixels."""
        ratio = self.devicePixelRatioF()
        self._move(self._viewport.panned(*self._turn.unturned(dx * ratio, dy * ratio)))

    def turn_to(self, turn: Turn) -> None:
        """Turn the view about its middle."""
        middle = self.visible_bounds().centre
        self._turn = turn
        if self._is_fitted:
            self._fit()
        else:
            self._move_to(self.zoom, middle)

    # Where one has been

    def go_back(self) -> None:
        """To where one looked before the last leap: to an object, to the whole, to 1:1."""
        self._step(self._past, self._future)

    def go_forward(self) -> None:
        self._step(self._future, self._past)

    def _remember(self) -> None:
        self._past = [*self._past[-_REMEMBERED + 1 :], self._here()]
        self._future.clear()

    def _here(self) -> Place:
        return Place(self.zoom, self.visible_bounds().centre, self._is_fitted)

    def _step(self, source: list[Place], target: list[Place]) -> None:
        if not source:
            return
        target.append(self._here())
        there = source.pop()
        if there.is_fitted:
            self._fit()
        else:
            self._move_to(there.zoom, there.centre)

    # The frames

    def _fit_to(self, width: int, height: int) -> None:
        """Show another image, of so many pixels, whole."""
        self._image_size = max(width, 1), max(height, 1)
        self._past, self._future = [], []
        self._fit()

    def _fit(self) -> None:
        width, height = self._image_size
        zoom = fit_zoom(width, height, self._room())
        self._look(centred(zoom, (width / 2, height / 2), self._room()))
        self._is_fitted = True

    def _move_to(self, zoom: float, centre: tuple[float, float]) -> None:
        allowed = allowed_zoom(zoom, self._image_size, self._room())
        self._move(centred(allowed, centre, self._room()))

    def _move(self, viewport: Viewport) -> None:
        """Look where a person wants to, but never away from everything."""
        self._is_fitted = False
        self._look(viewport.in_sight(self._reach(), self._room()))

    def _reach(self) -> Bounds:
        """What one can look at: some of it always stays in view."""
        return Bounds(0, 0, *self._image_size)

    def _look(self, viewport: Viewport) -> None:
        has_zoomed = viewport.zoom != self.zoom
        self._viewport = viewport
        self.update()
        if has_zoomed:
            self.zoom_changed.emit(viewport.zoom)
        self.view_changed.emit()

    def _view(self) -> Frame:
        """The part of the plane in view, unturned."""
        at, (width, height) = self._viewport, self._room()
        return Frame(at.zoom, at.left, at.top, width, height, self.devicePixelRatioF())

    def _room(self) -> Size:
        """Device pixels of the canvas, as it is without the turn."""
        return self._turn.room(self._device_size(self.size()))

    def _turning(self) -> QTransform:
        """From unturned device pixels to those of the screen."""
        return self._turn.onto(self._device_size(self.size()))

    def _unturned(self, at: QPointF) -> QPointF:
        return self._turning().inverted()[0].map(at * self.devicePixelRatioF())

    def _device_size(self, size: QSize) -> Size:
        ratio = self.devicePixelRatioF()
        return math.ceil(size.width() * ratio), math.ceil(size.height() * ratio)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit(event.oldSize())

    def _refit(self, before: QSize) -> None:
        """A fitted image stays fitted, another keeps its middle in the middle."""
        if self._is_fitted:
            self._fit()
            return
        (width, height), old = self._room(), self._turn.room(self._device_size(before))
        self._move(self._viewport.panned((width - old[0]) / 2, (height - old[1]) / 2))
