"""The half of the canvas that shows: where the image stands, its tiles, what lies above them."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QRegion, QResizeEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas.afterimage import Afterimage
from limner.canvas.labels import paint_message
from limner.canvas.live import LiveLayer
from limner.canvas.scene import Places, Scene
from limner.canvas.tiles import Tiles
from limner.canvas.viewport import Frame, Size, Viewport, allowed_zoom, centred, fit_zoom
from limner.imaging.picture import Area, Picture
from limner.imaging.tone import Tone
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds

_SLICE_MS: Final = 6.0
"""How long tiles are painted before events get their turn again."""

_CLOSE_UP: Final = 4.0
"""`centre_on` zooms in no further than this by itself, however small the thing is."""


class Stage(QWidget):
    zoom_changed = Signal(float)
    """Device pixels per image pixel: 1.0 shows the image 1:1 on the screen's own pixels."""
    settled = Signal()
    """Every visible tile is painted."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._scene = Scene()
        self._live = LiveLayer(self._scene)
        self._tiles = Tiles(self._scene)
        self._afterimage = Afterimage()
        self._viewport = Viewport()
        self._image_size: Size = (1, 1)
        self._is_fitted = True
        self._is_waiting = False
        self._message = ("", "")
        self._stop_watching: Callable[[], None] = _nothing
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._paint_slice)

    # What is shown

    def set_background(self, colour: QColor) -> None:
        """The ground around the image."""
        self._scene.backdrop.ground = QColor(colour)
        self._repaint_all()

    def show_picture(self, picture: Picture | None) -> None:
        """Show these pixels, fitted to the canvas; the same object again keeps the view."""
        if picture is self._scene.backdrop.picture:
            return
        self._stop_watching()
        self._stop_watching = _nothing if picture is None else picture.watch(self._samples_came)
        self._scene.backdrop.picture = picture
        self._scene.backdrop.tone = None
        self._start_afresh()
        if picture is not None:
            self._fit_to(picture.width, picture.height)

    def set_tone(self, tone: Tone | None) -> None:
        """Show samples this way; None is the picture's own window, or as they are."""
        self._scene.backdrop.tone = tone
        self._repaint_all()

    def set_smooth(self, *, on: bool) -> None:
        """Blend enlarged pixels into each other, or show each as a square."""
        self._scene.backdrop.is_smooth = on
        self._repaint_all()

    def set_grid(self, *, on: bool) -> None:
        """Draw the borders between pixels when they are large, or do not."""
        self._scene.backdrop.has_grid = on
        self._repaint_all()

    def _samples_came(self, level: int, area: Area) -> None:
        place = self._scene.backdrop.place_of(level, area)
        self._tiles.spoil(place)
        self._wait_for_tiles()
        self.update()

    @property
    def message(self) -> str:
        """What is written over the canvas now; empty when nothing is."""
        return "\n".join(line for line in self._message if line)

    def show_message(self, title: str, text: str = "") -> None:
        """Write plain text in the middle of the canvas; "" takes it away."""
        self._message = title, text
        self.update()

    def set_hidden(self, ids: Collection[AnnotationId]) -> None:
        """Neither paint nor find these, and show everything else."""
        self._mend(self._scene.hide(ids))

    @property
    def is_settled(self) -> bool:
        """Whether every visible tile is painted and up to date."""
        return not self._is_waiting and self._tiles.is_settled

    # Where it stands

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self._viewport.zoom

    def fit(self) -> None:
        """Show the whole image, and go on doing so when the canvas changes its size."""
        zoom = fit_zoom(*self._image_size, self._device_size())
        width, height = self._image_size
        self._look(centred(zoom, (width / 2, height / 2), self._device_size()))
        self._is_fitted = True

    def _fit_to(self, width: int, height: int) -> None:
        """Show another image, of so many pixels, whole."""
        self._image_size = max(width, 1), max(height, 1)
        self.fit()

    def actual_size(self) -> None:
        """Show the image 1:1 on the screen's own pixels."""
        self.zoom_to(1.0)

    def zoom_by(self, factor: float) -> None:
        """Zoom about the middle of the canvas."""
        self.zoom_to(self.zoom * factor)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Zoom, keeping in place the image point under `at` of the widget, else the middle."""
        point = QPointF(self.width() / 2, self.height() / 2) if at is None else at
        ratio = self.devicePixelRatioF()
        allowed = allowed_zoom(zoom, self._image_size, self._device_size())
        self._move(self._viewport.zoomed(allowed, point.x() * ratio, point.y() * ratio))

    def centre_on(self, bounds: Bounds, *, zoom_in: bool = False) -> None:
        """Bring these image pixels to the middle; with `zoom_in`, large enough to work on."""
        zoom = self.zoom
        if zoom_in:
            closest = max(zoom, _CLOSE_UP * self.devicePixelRatioF())
            half_of_it = fit_zoom(bounds.width * 2, bounds.height * 2, self._device_size())
            zoom = min(half_of_it, closest)
        allowed = allowed_zoom(zoom, self._image_size, self._device_size())
        self._move(centred(allowed, bounds.centre, self._device_size()))

    def pan_by(self, dx: float, dy: float) -> None:
        """Push the image by so many device-independent pixels."""
        ratio = self.devicePixelRatioF()
        self._move(self._viewport.panned(dx * ratio, dy * ratio))

    def to_image(self, at: QPointF) -> tuple[float, float]:
        """Image pixels of a point of the widget."""
        ratio = self.devicePixelRatioF()
        return self._viewport.to_image(at.x() * ratio, at.y() * ratio)

    def to_widget(self, x: float, y: float) -> QPointF:
        """Where in the widget a point of the image is."""
        ratio = self.devicePixelRatioF()
        device_x, device_y = self._viewport.to_device(x, y)
        return QPointF(device_x / ratio, device_y / ratio)

    def visible_bounds(self) -> Bounds:
        """The image pixels under the canvas, which may reach beyond the image."""
        return self._view().covers(0)

    # How it is painted

    def _view(self) -> Frame:
        at, (width, height) = self._viewport, self._device_size()
        return Frame(at.zoom, at.left, at.top, width, height, self.devicePixelRatioF())

    def _device_size(self) -> Size:
        ratio = self.devicePixelRatioF()
        return math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)

    def _move(self, viewport: Viewport) -> None:
        """Look where a person wants to, but never away from the image altogether."""
        self._is_fitted = False
        self._look(viewport.in_sight(self._image_size, self._device_size()))

    def _look(self, viewport: Viewport) -> None:
        before = self._viewport
        if viewport.zoom != before.zoom and (self.is_settled or not self._afterimage.is_kept):
            self._afterimage.take(self._view(), self._paint_all_still)
        self._viewport = viewport
        self._tiles.look_at(self._view())
        self._scene.backdrop.look_at(self._view())
        self._wait_for_tiles()
        self.update()
        if viewport.zoom != before.zoom:
            self.zoom_changed.emit(viewport.zoom)

    def _start_afresh(self) -> None:
        """Nothing that is painted is of any use: another image, another document."""
        self._tiles.forget()
        self._afterimage.forget()
        self._tiles.look_at(self._view())
        self._wait_for_tiles()
        self.update()

    def _repaint_all(self) -> None:
        self._tiles.spoil()
        self._wait_for_tiles()
        self.update()

    def _mend(self, places: Places) -> None:
        """Paint these image pixels anew; None means everything."""
        if places is None:
            self._repaint_all()
        elif places:
            self._tiles.mend(places)
            self._wait_for_tiles()
            self.update()

    def _wait_for_tiles(self) -> None:
        self._is_waiting = self._is_waiting or not self._tiles.is_settled
        self._timer.start()

    def _paint_slice(self) -> None:
        is_in_hand = bool(self._live.overlay.edited)
        painted = self._tiles.paint_some(_SLICE_MS, ahead=not is_in_hand)
        for place in painted:
            self.update(self._to_widget_rect(place))
        if not painted:
            self._timer.stop()
        if self._is_waiting and self._tiles.is_settled:
            self._is_waiting = False
            self._afterimage.forget()
            self.settled.emit()

    def _to_widget_rect(self, place: QRect) -> QRect:
        """The widget's own pixels that cover these device pixels."""
        ratio = self.devicePixelRatioF()
        left, top = math.floor(place.left() / ratio), math.floor(place.top() / ratio)
        right = math.ceil((place.right() + 1) / ratio)
        bottom = math.ceil((place.bottom() + 1) / ratio)
        return QRect(left, top, right - left, bottom - top)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        rect = event.rect()
        area = QRectF(
            rect.x() * ratio, rect.y() * ratio, rect.width() * ratio, rect.height() * ratio
        )
        with QPainter(self) as painter:
            painter.scale(1 / ratio, 1 / ratio)
            self._paint_still(painter, area.toAlignedRect())
            self._live.paint(painter, self._view(), self.font())
            if self._message[0]:
                painter.scale(ratio, ratio)
                ground = self._scene.backdrop.ground
                paint_message(painter, QRectF(self.rect()), *self._message, ground)

    def _paint_all_still(self, painter: QPainter) -> None:
        self._paint_still(painter, QRect(0, 0, *self._device_size()))

    def _paint_still(self, painter: QPainter, area: QRect) -> None:
        """All but the live layer; the painter's unit is the device pixel."""
        gaps = self._tiles.draw(painter, area)
        if gaps:
            self._fill_gaps(painter, gaps)

    def _fill_gaps(self, painter: QPainter, gaps: list[QRect]) -> None:
        """What stands in for tiles to come: the last frame at another zoom, else the bare image."""
        view = self._view()
        kept = self._afterimage.place(view)
        missing = QRegion()
        for gap in gaps:
            missing += gap
            if not kept.contains(QRectF(gap)):
                self._paint_bare(painter, gap, view)
        painter.save()
        painter.setClipRegion(missing)
        self._afterimage.draw(painter, view)
        painter.restore()

    def _paint_bare(self, painter: QPainter, gap: QRect, view: Frame) -> None:
        left, top = view.left + gap.x(), view.top + gap.y()
        frame = view._replace(left=left, top=top, width=gap.width(), height=gap.height())
        painter.save()
        painter.translate(gap.topLeft())
        self._scene.backdrop.paint(painter, frame, coarse=True)
        painter.restore()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._refit(event)

    def _refit(self, event: QResizeEvent) -> None:
        """A fitted image stays fitted, another keeps its middle in the middle."""
        if self._is_fitted:
            self.fit()
            return
        ratio, grown = self.devicePixelRatioF(), event.size() - event.oldSize()
        moved = self._viewport.panned(grown.width() * ratio / 2, grown.height() * ratio / 2)
        self._move(moved)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._start_afresh()
            if self._is_fitted:
                self.fit()
        return super().event(event)


def _nothing() -> None:
    """No picture is watched."""
