"""The half of the canvas that shows: the picture, its shapes, and what lies above them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Final, cast

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas.crosshair import Crosshair
from limner.canvas.device_pixels import count_device_pixels, to_device, to_widget
from limner.canvas.ghosts import Ghosts
from limner.canvas.labels import paint_message
from limner.canvas.live import LiveLayer
from limner.canvas.names import Screen
from limner.canvas.outlook import Outlook
from limner.canvas.overview import overview
from limner.canvas.scene import Places, Scene
from limner.canvas.selection_outlines import SelectionOutlines
from limner.canvas.still import Still
from limner.canvas.viewport import Frame, Viewport
from limner.imaging.picture import Area, Picture
from limner.imaging.tone import Tone
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds

_BESIDE: Final = 10.0
"""So many times the size of the image can one look away from it, where there are shapes."""

_SLICE_MS: Final = 6.0
"""How long tiles are painted before events get their turn again."""

_REST_MS: Final = 150
"""Without input for so long, the hand rests: what is around the view is painted ahead."""

_STIRS: Final = (QEvent.Type.MouseMove, QEvent.Type.Wheel, QEvent.Type.KeyPress)


class Stage(Outlook):
    picture_shown = Signal(object)
    """Picture or None: what is shown from now on."""
    settled = Signal()
    """Every visible tile is painted."""
    content_changed = Signal()
    """Pixels or shapes look different, in view or out of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._scene = Scene()
        self._crosshair = Crosshair()
        self._still = Still(self._scene)
        self._outlines = SelectionOutlines(self._scene)
        self._ghosts = Ghosts(self._scene)
        self._live = LiveLayer(self._scene, self._still.due_in_view)
        self._is_waiting = False
        self._message = ("", "")
        self._stop_watching: Callable[[], None] = _nothing
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._paint_slice)
        self._is_ahead = False
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._go_ahead)

    # What is shown

    def set_background(self, colour: QColor) -> None:
        """The ground around the image."""
        self._scene.backdrop.ground = QColor(colour)
        self._repaint_all()

    def show_picture(self, picture: Picture | None, *, in_place: bool = False) -> None:
        """Show these pixels, fitted to the canvas; the same object again keeps the view.

        `in_place` of what is shown now, as another rendering of the same image, keeps it as well.
        """
        if picture is self._scene.backdrop.picture:
            return
        self._stop_watching()
        self._stop_watching = _nothing if picture is None else picture.watch(self._samples_came)
        self._scene.backdrop.picture = picture
        size = (picture.width, picture.height) if picture is not None else None
        if in_place and size == self._image_size:
            self._still.look_at(self._view(), self._turning())
            self._repaint_all()
        else:
            self._start_afresh()
            if size is not None:
                self._fit_to(*size)
        self.picture_shown.emit(picture)

    def set_tone(self, tone: Tone | None) -> None:
        """Show samples this way; None is the picture's own window, or as they are."""
        self._scene.backdrop.tone = tone
        self._repaint_all()

    @property
    def is_smooth(self) -> bool:
        """Whether enlarged pixels are blended into each other; else each is a square."""
        return self._scene.backdrop.is_smooth

    def switch_smooth(self, *, on: bool) -> None:
        self._scene.backdrop.is_smooth = on
        self._repaint_all()

    @property
    def is_grid_on(self) -> bool:
        """Whether the borders between large pixels are drawn."""
        return self._scene.backdrop.has_grid

    def switch_grid(self, *, on: bool) -> None:
        self._scene.backdrop.has_grid = on
        self._repaint_all()

    def _samples_came(self, level: int, area: Area) -> None:
        self._still.spoil(self._scene.backdrop.place_of(level, area))
        self._content_changes()

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

    def overview(self, frame: Frame) -> QImage:
        """The image in miniature, as it is now; see `overview`."""
        return overview(self._scene, frame)

    @property
    def is_settled(self) -> bool:
        """Whether every visible tile is painted and up to date."""
        is_ready = self._live.in_hand.is_ready(self._view())
        return is_ready and not self._is_waiting and self._still.is_settled

    # What is painted anew, and when

    @override
    def _reach(self) -> Bounds:
        """The image and the shapes beside it; none lies further off than this, but by mistake."""
        image, around = super()._reach(), self._scene.table.around()
        if around is None:
            return image
        left, top = -_BESIDE * image.right, -_BESIDE * image.bottom
        near = Bounds(
            max(around.left, left),
            max(around.top, top),
            min(around.right, image.right - left),
            min(around.bottom, image.bottom - top),
        )
        return image.united(near)

    @override
    def _look(self, viewport: Viewport) -> None:
        zoom = self._view().zoom
        super()._look(viewport)
        self._still.look_at(self._view(), self._turning())
        self._wait_for_tiles()
        self._is_ahead = self._view().zoom == zoom  # a pan goes on: what it comes to is wanted now

    def _start_afresh(self) -> None:
        """Nothing that is painted is of any use: another image, another document."""
        self._still.forget()
        self._still.look_at(self._view(), self._turning())
        self._content_changes()

    def _repaint_all(self) -> None:
        self._still.spoil()
        self._content_changes()

    def _mend(self, places: Places, *, at_once: bool = True) -> None:
        """Paint these image pixels anew; None means everything."""
        if places is None:
            self._repaint_all()
        elif places.size:
            self._change_content(self._still.mend(places, at_once=at_once))

    def _content_changes(self) -> None:
        self._change_content([QRect(QPoint(), QSize(*self._device_size(self.size())))])

    def _change_content(self, places: Iterable[QRect]) -> None:
        """These device pixels of the screen show other pixels or shapes."""
        self._wait_for_tiles()
        for place in places:
            self._update_device(place)
        self.content_changed.emit()

    def _wait_for_tiles(self) -> None:
        self._is_waiting = self._is_waiting or not self._still.is_settled
        self._timer.start()
        self._stir()

    def _stir(self) -> None:
        """The hand is at work: nothing is painted ahead until it rests."""
        self._is_ahead = False
        self._rest.start()

    def _go_ahead(self) -> None:
        self._is_ahead = True
        self._timer.start()

    def _paint_slice(self) -> None:
        in_hand, turning = self._live.in_hand, self._turning()
        lifted = in_hand.paint_some(self._view(), _SLICE_MS)
        painted = [turning.mapRect(place) for place in lifted]
        is_ahead = self._is_ahead and in_hand.is_empty
        painted = painted or self._still.paint_some(_SLICE_MS, ahead=is_ahead)
        for place in painted:
            self._update_device(place)
        if not painted:
            self._timer.stop()
        if self._is_waiting and self._still.is_settled:
            self._is_waiting = False
            self._still.forget_other_zoom()
            in_hand.settle()
            self.settled.emit()

    # How it is painted

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        with QPainter(self) as painter:
            count_device_pixels(painter, ratio)
            for rect in cast(Iterable[QRect], event.region()):  # its type does not say so
                area = to_device(rect, ratio)
                painter.setClipRect(area)  # Qt copies quickly into a rectangle only
                self._still.paint(painter, area)
            painter.setClipping(False)
            self._live.paint_landing(painter, self._screen())
            self._outlines.paint(painter, self._screen())
            self._ghosts.paint(painter, self._screen())
            self._live.paint(painter, self._screen())
            self._crosshair.paint(painter, self._device_size(self.size()), ratio)
            if self._message[0]:
                painter.scale(ratio, ratio)
                ground = self._scene.backdrop.ground
                paint_message(painter, QRectF(self.rect()), *self._message, ground)

    def _screen(self) -> Screen:
        return Screen(self._view(), self._turning(), self.font())

    def _update_device(self, place: QRect) -> None:
        """Paint these device pixels of the screen anew."""
        self.update(to_widget(place, self.devicePixelRatioF()))

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in _STIRS:
            self._stir()
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._start_afresh()
            if self._is_fitted:
                self._fit()
        return super().event(event)


def _nothing() -> None:
    """No picture is watched."""
