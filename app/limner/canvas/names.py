"""The names beside shapes: upright on the screen, however the view is turned."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF
from PySide6.QtGui import QColor, QFont, QPainter, QTransform

from limner.canvas.labels import Label
from limner.canvas.viewport import Frame, whole
from limner.model.annotations import AnnotationId
from limner.model.geometry import Bounds

_GAP: Final = 8.0
"""Device-independent pixels between a shape and its name."""

_KEPT: Final = 64
"""So many labels are kept ready: each takes 0.3 ms to make."""


class Screen(NamedTuple):
    """How the plane comes onto the screen; `turning` leads there from the unturned view."""

    view: Frame
    turning: QTransform
    font: QFont


class Named(NamedTuple):
    """A shape that shows its name, and where it is, in image pixels."""

    id: AnnotationId
    name: str
    colour: QColor
    place: Bounds
    is_below: bool = False
    """Whether the name hangs below the shape and not above."""


class _Plate(NamedTuple):
    label: Label
    x: int
    y: int

    @property
    def rect(self) -> QRect:
        return QRect(QPoint(self.x, self.y), self.label.image.size())


class Names:
    """Hangs the names where they are seen, and knows where they hang."""

    def __init__(self) -> None:
        self._font = QFont()
        self._labels: dict[tuple[str, int, float], Label] = {}
        self._plates: dict[AnnotationId, _Plate] = {}

    def hang(self, named: Iterable[Named], screen: Screen) -> list[QRect]:
        """Show these names and no others; what that changes, in device pixels of the screen."""
        before, self._plates = self._plates, self._placed(named, screen)
        both = before.keys() | self._plates.keys()
        pairs = ((before.get(id_), self._plates.get(id_)) for id_ in both)
        return [plate.rect for pair in pairs if pair[0] != pair[1] for plate in pair if plate]

    def paint(self, painter: QPainter) -> None:
        """Draw them; the painter's unit is the device pixel of the screen."""
        for plate in self._plates.values():
            painter.drawImage(plate.x, plate.y, plate.label.image)

    def _placed(self, named: Iterable[Named], screen: Screen) -> dict[AnnotationId, _Plate]:
        ratio, plates = screen.view.ratio, {}
        to_screen = screen.turning * QTransform.fromScale(1 / ratio, 1 / ratio)
        room = to_screen.mapRect(QRectF(0, 0, screen.view.width, screen.view.height))
        for each in named:
            label = self._label(each, screen.font, ratio)
            shape = to_screen.mapRect(_in_view(each.place, screen.view))
            corner = _corner(shape, label, room, is_below=each.is_below)
            if corner is not None:
                x, y = whole(corner.x() * ratio), whole(corner.y() * ratio)
                plates[each.id] = _Plate(label, x - label.border, y - label.border)
        return plates

    def _label(self, named: Named, font: QFont, ratio: float) -> Label:
        if font != self._font or len(self._labels) > _KEPT:
            self._font = QFont(font)
            self._labels.clear()
        key = (named.name, named.colour.rgba(), ratio)
        found = self._labels.get(key)
        if found is None:
            found = self._labels[key] = Label(named.name, named.colour, font, ratio)
        return found


def _in_view(place: Bounds, view: Frame) -> QRectF:
    """The place in device pixels of the unturned view."""
    left, top = place.left * view.zoom - view.left, place.top * view.zoom - view.top
    return QRectF(left, top, place.width * view.zoom, place.height * view.zoom)


def _corner(shape: QRectF, label: Label, room: QRectF, *, is_below: bool) -> QPointF | None:
    """Above the shape's left end, or below, or as near to it as can be seen; None out of sight."""
    if shape.right() < 0 or shape.bottom() < 0:
        return None
    if shape.left() > room.width() or shape.top() > room.height():
        return None
    x = min(max(shape.left(), 2.0), room.width() - label.size.width() - 2)
    height = label.size.height()
    lowest = room.height() - height - 2
    if is_below:
        y = shape.bottom() + _GAP
        return QPointF(x, y if y <= lowest else max(min(shape.bottom() - height - _GAP, lowest), 2))
    y = shape.top() - height - _GAP
    return QPointF(x, y if y >= 2 else max(min(shape.top() + _GAP, lowest), 2.0))
