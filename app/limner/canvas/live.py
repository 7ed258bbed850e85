"""What moves: shapes under the pointer and the tool's own marks, drawn anew in every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QRegion, QTransform

from limner.canvas import look
from limner.canvas.extents import bounds_of, span
from limner.canvas.in_hand import InHand
from limner.canvas.ink import Manner
from limner.canvas.labels import Label
from limner.canvas.marks import Marks
from limner.canvas.outlines import placed
from limner.canvas.scene import Places, Scene
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, Drawable
from limner.model.geometry import Bounds
from limner.model.points import Points
from limner.tools.tool import Overlay, Sketch

_MOST_LABELS: Final = 24
_LABEL_GAP: Final = 8.0
_LABEL_ROOM: Final = 300.0
"""Around a labelled shape, a label may reach this far; device-independent pixels."""


class LiveLayer:
    """Draws an overlay and the names of what is hovered or selected."""

    def __init__(self, scene: Scene, due: Callable[[], QRegion]) -> None:
        """`due` tells which part of the view, in device pixels, has tiles still to come."""
        self.selected: tuple[AnnotationId, ...] = ()
        self.in_hand = InHand(scene, due)
        self._overlay = Overlay()
        self._scene = scene
        self._marks = Marks()

    @property
    def overlay(self) -> Overlay:
        return self._overlay

    def show(self, overlay: Overlay) -> Places:
        """Draw this overlay from now on; what of the settled picture must be painted anew."""
        self._overlay = overlay
        return self.in_hand.follow(overlay)

    def clear(self) -> None:
        """Draw nothing: another document."""
        self._overlay = Overlay()
        self.in_hand.drop()

    def extent(self, view: Frame) -> QRect:
        """Where the overlay draws, in device pixels of the view; empty when it draws nothing."""
        area = QRectF()
        for place in self._places():
            corner = QPointF(place.left * view.zoom - view.left, place.top * view.zoom - view.top)
            far = QPointF(place.right * view.zoom - view.left, place.bottom * view.zoom - view.top)
            pad = (look.PAD if self._hovered() is None else _LABEL_ROOM) * view.ratio
            area = area.united(QRectF(corner, far).adjusted(-pad, -pad, pad, pad))
        return (area & QRectF(0, 0, view.width, view.height)).toAlignedRect()

    def paint(self, painter: QPainter, view: Frame, font: QFont, turning: QTransform) -> None:
        """Draw everything; the painter's unit is the device pixel of the unturned view.

        `turning`, which the painter has on, leads to the screen: names are written upright there.
        """
        ink = self._scene.ink(view.ratio)
        hovered = self._hovered()
        if hovered is not None and hovered.id not in self._scene.table.selected.ids:
            ink.shape(painter, hovered, self._scene.colour_of(hovered), view, Manner.HOVERED)
        self.in_hand.draw(painter, view)
        if self.overlay.sketch is not None:
            self._paint_sketch(painter, self.overlay.sketch, view)
        if self.overlay.band is not None:
            _paint_band(painter, self.overlay.band, view)
        self._paint_labels(painter, view, font, turning)
        if self.overlay.stem is not None:
            ink.line(painter, self.overlay.stem, look.WHITE, view)
        for handles in self.overlay.handles:
            self._marks.paint(painter, handles, view)

    def _hovered(self) -> Drawable | None:
        """The hovered shape, unless it is being moved or is not shown."""
        id_ = self.overlay.hovered
        if id_ is None or not self._scene.table.is_shown(id_):
            return None
        return self._scene.table.get(id_)

    def _places(self) -> Iterator[Bounds]:
        """Bounds, in image pixels, of all that the overlay draws."""
        overlay = self.overlay
        yield from self.in_hand.places()
        hovered = self._hovered()
        if hovered is not None:
            yield self._scene.table.bounds(hovered.id)
        runs = [handles.points for handles in overlay.handles]
        if overlay.stem is not None:
            runs.append(overlay.stem)
        if overlay.sketch is not None:
            runs.append(_whole_sketch(overlay.sketch))
        yield from (span(run) for run in runs if len(run))
        if overlay.band is not None:
            yield overlay.band

    def _paint_sketch(self, painter: QPainter, sketch: Sketch, view: Frame) -> None:
        ink, colour = self._scene.ink(view.ratio), QColor(sketch.colour)
        path = _whole_sketch(sketch)
        if not len(path):
            return
        if sketch.closed and len(path) > 2:
            ink.ground(painter, [path], colour, view)
            closing = Points.of([path[-1], path[0]])
            ink.line(painter, closing, look.with_alpha(colour, 140), view)
        ink.line(painter, path, colour, view)
        self._paint_joints(painter, sketch.points, colour, view)

    def _paint_joints(self, painter: QPainter, points: Points, colour: QColor, view: Frame) -> None:
        """A small disc on each settled point that is in sight."""
        xy = placed(points, view)
        inside = ((xy > 0) & (xy < (view.width, view.height))).all(axis=1)
        radius = 2.75 * view.ratio
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.pen(colour, 1.5 * view.ratio))
        painter.setBrush(look.WHITE)
        for x, y in xy[inside].tolist():
            painter.drawEllipse(QPointF(x, y), radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)

    def _paint_labels(
        self, painter: QPainter, view: Frame, font: QFont, turning: QTransform
    ) -> None:
        painter.save()
        painter.setTransform(turning.inverted()[0], True)
        painter.scale(view.ratio, view.ratio)
        to_screen = turning * QTransform.fromScale(1 / view.ratio, 1 / view.ratio)
        room = to_screen.mapRect(QRectF(0, 0, view.width, view.height))
        for shape, place in self._labelled():
            label = Label(shape.name, self._scene.colour_of(shape), font)
            at = _label_corner(to_screen.mapRect(_in_view(place, view)), label, room)
            if at is not None:
                label.paint(painter, at)
        painter.restore()

    def _labelled(self) -> Iterator[tuple[Drawable, Bounds]]:
        """What is hovered, and what is selected when that is not a crowd, and where it is."""
        edited, table = {shape.id: shape for shape in self.overlay.edited}, self._scene.table
        chosen = self.selected if len(self.selected) <= _MOST_LABELS else ()
        hovered = self._hovered()
        for id_ in dict.fromkeys([*chosen, *([hovered.id] if hovered else [])]):
            shape = table.get(id_)
            if id_ in edited:
                yield edited[id_], bounds_of([edited[id_]])[0]
            elif shape is not None and (table.is_shown(id_) or self._is_pulled(id_)):
                yield shape, table.bounds(id_)

    def _is_pulled(self, id_: AnnotationId) -> bool:
        return self.overlay.pulled is not None and self.overlay.pulled.path.id == id_


def _whole_sketch(sketch: Sketch) -> Points:
    """The settled points and the one under the pointer."""
    if sketch.rubber is None:
        return sketch.points
    return Points.from_array(np.concatenate([sketch.points.xy, [sketch.rubber]]))


def _paint_band(painter: QPainter, band: Bounds, view: Frame) -> None:
    left, top = band.left * view.zoom - view.left, band.top * view.zoom - view.top
    rect = QRectF(left, top, band.width * view.zoom, band.height * view.zoom)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    painter.fillRect(rect, look.with_alpha(look.ACCENT, 40))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(look.pen(look.WHITE, 1.0))
    painter.drawRect(rect)
    dashes = look.pen(QColor(12, 14, 18), 1.0)
    dashes.setDashPattern([4 * view.ratio, 4 * view.ratio])
    painter.setPen(dashes)
    painter.drawRect(rect)


def _in_view(place: Bounds, view: Frame) -> QRectF:
    """The place in device pixels of the unturned view."""
    left, top = place.left * view.zoom - view.left, place.top * view.zoom - view.top
    return QRectF(left, top, place.width * view.zoom, place.height * view.zoom)


def _label_corner(shape: QRectF, label: Label, room: QRectF) -> QPointF | None:
    """Above the shape's top-left corner, or as near to it as can be seen; None out of sight."""
    if shape.right() < 0 or shape.bottom() < 0:
        return None
    if shape.left() > room.width() or shape.top() > room.height():
        return None
    x = min(max(shape.left(), 2.0), room.width() - label.size.width() - 2)
    y = shape.top() - label.size.height() - _LABEL_GAP
    if y < 2:
        lowest = room.height() - label.size.height() - 2
        y = max(min(shape.top() + _LABEL_GAP, lowest), 2.0)
    return QPointF(x, y)
