"""A map of the whole image in a corner of the canvas, with a frame around what is in view."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, cast

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QGuiApplication,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QRegion,
    QTransform,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas import look
from limner.canvas.device_pixels import count_device_pixels, to_widget
from limner.canvas.stage import Stage
from limner.canvas.viewport import Frame, Size, Viewport
from limner.model.geometry import Bounds

_LONGEST: Final = QSize(200, 160)
_SHORTEST: Final = 24
"""The map of a very long image is no narrower."""
_USEFUL: Final = 72
"""With less room than this, across or down, there is no map."""
_MARGIN: Final = 12
_BORDER: Final = 1
_SHARE: Final = 3
"""A canvas is at least so many times as wide and as high as the map."""

_IDLE_MS: Final = 250
"""How long after a change the map is made anew: it takes 5 ms, which no frame should pay."""

_SHADE: Final = QColor(0, 0, 0, 80)


class Minimap(QWidget):
    """Shown while part of the image is out of view; a click or a drag moves the view."""

    entered = Signal()
    """The pointer has come here from the canvas."""

    def __init__(self, canvas: Stage) -> None:
        super().__init__(canvas)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Map of the image")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.hide()
        self._canvas = canvas
        self._is_on = True
        self._frame = Frame(1.0, 0, 0, 1, 1)
        self._map: QImage | None = None
        self._shown = QRect()
        self._idle = QTimer(self, singleShot=True, interval=_IDLE_MS)
        self._idle.timeout.connect(self._renew)
        canvas.view_changed.connect(self._follow)
        canvas.content_changed.connect(self._become_stale)

    @property
    def is_on(self) -> bool:
        """Whether it is shown when there is anything to show."""
        return self._is_on

    def switch(self, *, on: bool) -> None:
        self._is_on = on
        self._follow()

    # What it shows

    def _follow(self) -> None:
        """The view has moved: only the frame around it is painted anew."""
        if not self._has_use():
            self.hide()
        elif self._map is None:
            self._renew_soon()
        elif self._frame != self._wanted_frame():
            self._renew()
        else:
            self._show_view()
            self.show()

    def _has_use(self) -> bool:
        return self._is_on and min(self._room()) >= _USEFUL and not self._canvas.is_whole

    def _room(self) -> Size:
        """What the map may take, in device-independent pixels."""
        width, height = self._canvas.width() // _SHARE, self._canvas.height() // _SHARE
        return min(_LONGEST.width(), width), min(_LONGEST.height(), height)

    def _become_stale(self) -> None:
        if self.isHidden():
            self._map = None
        else:
            self._renew_soon()

    def _renew_soon(self) -> None:
        if not self._idle.isActive():
            self._idle.start()

    def _renew(self) -> None:
        """Make the map anew, as the image and its shapes are now."""
        if not self._has_use():
            self._map = None
            self.hide()
            return
        self._frame = self._wanted_frame()
        self._map = self._canvas.overview(self._frame)
        self._place()
        self._shown = self._view_rect()
        self.show()
        self.update()

    def _wanted_frame(self) -> Frame:
        """The image, unturned, in the middle of a map of the size that suits it."""
        canvas, ratio = self._canvas, self._canvas.devicePixelRatioF()
        room = canvas.turn.room(self._room())
        width, height = canvas.image_size
        zoom = min(room[0] * ratio / width, room[1] * ratio / height)
        across = max(round(width * zoom), round(_SHORTEST * ratio))
        down = max(round(height * zoom), round(_SHORTEST * ratio))
        left, top = round((width * zoom - across) / 2), round((height * zoom - down) / 2)
        return Frame(zoom, left, top, across, down, ratio)

    # Where things are on it

    def _place(self) -> None:
        """Into the bottom right corner."""
        ratio, (width, height) = self._frame.ratio, self._size()
        edges = 2 * self._edge()
        self.resize(math.ceil((width + edges) / ratio), math.ceil((height + edges) / ratio))
        canvas = self._canvas
        self.move(
            canvas.width() - self.width() - _MARGIN, canvas.height() - self.height() - _MARGIN
        )

    def _size(self) -> Size:
        """Device pixels of the map on the screen."""
        return self._canvas.turn.room((self._frame.width, self._frame.height))

    def _edge(self) -> int:
        """Device pixels of the border."""
        return max(1, round(self._frame.ratio))

    def _turning(self) -> QTransform:
        """From the device pixels of the unturned map to those of the widget."""
        edge = self._edge()
        return self._canvas.turn.onto(self._size()) * QTransform.fromTranslate(edge, edge)

    def _view_rect(self) -> QRect:
        """What is in view, in device pixels of the widget; a dot is the least."""
        frame, seen = self._frame, self._canvas.visible_bounds()
        left, top = seen.left * frame.zoom - frame.left, seen.top * frame.zoom - frame.top
        place = QRectF(left, top, seen.width * frame.zoom, seen.height * frame.zoom)
        on_map = self._turning().mapRect(place).toAlignedRect()
        least = on_map.united(QRect(on_map.center(), QSize(5, 5)))
        return least & self._turning().mapRect(QRect(0, 0, frame.width, frame.height))

    def _to_image(self, at: QPointF) -> tuple[float, float]:
        frame = self._frame
        on_map = self._turning().inverted()[0].map(at * frame.ratio)
        return Viewport(frame.zoom, frame.left, frame.top).to_image(on_map.x(), on_map.y())

    def _show_view(self) -> None:
        self._place()
        was, self._shown = self._shown, self._view_rect()
        if was != self._shown:
            self.update(to_widget(was.united(self._shown), self._frame.ratio))

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        border = QGuiApplication.palette().color(QPalette.ColorRole.Mid)
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), border)
            count_device_pixels(painter, self._frame.ratio)
            if self._map is not None:
                painter.save()
                painter.setTransform(self._turning(), True)
                painter.drawImage(0, 0, self._map)
                painter.restore()
                self._paint_view(painter)

    def _paint_view(self, painter: QPainter) -> None:
        """Dim what is out of view, and frame what is in it."""
        whole_map = self._turning().mapRect(QRect(0, 0, self._frame.width, self._frame.height))
        for rect in cast(Iterable[QRect], QRegion(whole_map) - self._shown):
            painter.fillRect(rect, _SHADE)
        width = self._edge()
        for colour, inset in ((look.SHADE, width), (look.WHITE, 0)):
            _frame_in(painter, self._shown.adjusted(inset, inset, -inset, -inset), width, colour)

    # The pointer

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.entered.emit()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        x, y = self._to_image(event.position())
        self._canvas.centre_on(Bounds(x, y, x, y))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._canvas.look_at(*self._to_image(event.position()))


def _frame_in(painter: QPainter, rect: QRect, width: int, colour: QColor) -> None:
    """A frame of so many pixels along the inside of a rectangle."""
    inner = rect.adjusted(width, width, -width, -width)
    for side in cast(Iterable[QRect], QRegion(rect) - inner):
        painter.fillRect(side, colour)
