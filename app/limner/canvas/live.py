"""What moves: shapes under the pointer and the tool's own marks, drawn anew in every frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QRegion

from limner.canvas import look
from limner.canvas.changes import marks_changed, whole_sketch
from limner.canvas.extents import bounds_of
from limner.canvas.in_hand import InHand
from limner.canvas.ink import Manner
from limner.canvas.marks import Marks
from limner.canvas.names import Named, Names, Screen
from limner.canvas.outlines import placed
from limner.canvas.scene import Places, Scene
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, Drawable
from limner.model.geometry import Bounds
from limner.model.points import Points
from limner.tools.tool import Overlay, Sketch

_MOST_NAMES: Final = 24
"""Of more shapes than this that are selected, none is named."""

_FARTHEST: Final = 1e9
"""Device pixels; shapes from a file may lie where floats end."""


class LiveLayer:
    """Draws an overlay and the names of what is hovered or selected."""

    def __init__(self, scene: Scene, due: Callable[[], QRegion]) -> None:
        """`due` tells which part of the view, in device pixels, has tiles still to come."""
        self.selected: tuple[AnnotationId, ...] = ()
        self.in_hand = InHand(scene, due)
        self._overlay = Overlay()
        self._changed: list[Bounds] = []
        self._hovered_at: Bounds | None = None
        self._scene = scene
        self._marks = Marks()
        self._names = Names()

    @property
    def overlay(self) -> Overlay:
        return self._overlay

    def show(self, overlay: Overlay) -> Places:
        """Draw this overlay from now on; what of the settled picture must be painted anew."""
        was, self._overlay = self._overlay, overlay
        places, moved = self.in_hand.follow(overlay)
        self._changed = [*moved, *marks_changed(was, overlay), *self._hover()]
        return places

    def clear(self) -> None:
        """Draw nothing: another document."""
        self._overlay, self._hovered_at = Overlay(), None
        self.in_hand.drop()

    def changed(self, screen: Screen) -> list[QRect]:
        """Where what is drawn differs from what it was before `show`, in pixels of the screen."""
        view, pad = screen.view, look.PAD * screen.view.ratio
        room = QRect(0, 0, view.width, view.height)
        rects = [_in_view(place, view, pad) & room for place in self._changed]
        rects = [screen.turning.mapRect(rect) for rect in rects]
        return apart([*rects, *self._names.hang(self._named(), screen)])

    def paint_landing(self, painter: QPainter, screen: Screen) -> None:
        """Draw what the tiles lack of what was put down; what is selected is outlined over it."""
        painter.save()
        painter.setTransform(screen.turning, True)
        self.in_hand.draw_landing(painter, screen.view)
        painter.restore()

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw everything else; the painter's unit is the device pixel of the screen."""
        painter.save()
        painter.setTransform(screen.turning, True)
        self._paint_shapes(painter, screen.view)
        painter.restore()
        self._names.hang(self._named(), screen)
        self._names.paint(painter)
        painter.save()
        painter.setTransform(screen.turning, True)
        self._paint_handles(painter, screen.view)
        painter.restore()

    def _paint_shapes(self, painter: QPainter, view: Frame) -> None:
        ink, hovered = self._scene.ink(view.ratio), self._hovered()
        if hovered is not None and hovered.id not in self._scene.table.selected.ids:
            ink.shape(painter, hovered, self._scene.colour_of(hovered), view, Manner.HOVERED)
        self.in_hand.draw(painter, view)
        if self.overlay.sketch is not None:
            self._paint_sketch(painter, self.overlay.sketch, view)
        if self.overlay.band is not None:
            _paint_band(painter, self.overlay.band, view)

    def _paint_handles(self, painter: QPainter, view: Frame) -> None:
        if self.overlay.stem is not None:
            self._scene.ink(view.ratio).line(painter, self.overlay.stem, look.WHITE, view)
        for handles in self.overlay.handles:
            self._marks.paint(painter, handles, view)

    def _hover(self) -> Iterator[Bounds]:
        """Where the hovered shape differs from the one before."""
        hovered, was = self._hovered(), self._hovered_at
        now = self._hovered_at = None if hovered is None else self._scene.table.bounds(hovered.id)
        if was != now:
            yield from (place for place in (was, now) if place is not None)

    def _hovered(self) -> Drawable | None:
        """The hovered shape, unless it is being moved or is not shown."""
        id_ = self.overlay.hovered
        if id_ is None or not self._scene.table.is_shown(id_):
            return None
        return self._scene.table.get(id_)

    def _paint_sketch(self, painter: QPainter, sketch: Sketch, view: Frame) -> None:
        ink, colour = self._scene.ink(view.ratio), QColor(sketch.colour)
        path = whole_sketch(sketch)
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

    def _named(self) -> Iterator[Named]:
        """What is hovered, and what is selected when that is not a crowd."""
        edited, table = {shape.id: shape for shape in self.overlay.edited}, self._scene.table
        chosen = self.selected if len(self.selected) <= _MOST_NAMES else ()
        hovered = self._hovered()
        for id_ in dict.fromkeys([*chosen, *([hovered.id] if hovered else [])]):
            shape = table.get(id_)
            if id_ in edited:
                yield self._name_of(edited[id_], bounds_of([edited[id_]])[0])
            elif shape is not None and (table.is_shown(id_) or self._is_pulled(id_)):
                yield self._name_of(shape, table.bounds(id_))

    def _name_of(self, shape: Drawable, place: Bounds) -> Named:
        return Named(shape.id, shape.name, self._scene.colour_of(shape), place)

    def _is_pulled(self, id_: AnnotationId) -> bool:
        return self.overlay.pulled is not None and self.overlay.pulled.path.id == id_


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


def _in_view(place: Bounds, view: Frame, pad: float) -> QRect:
    """The device pixels of the unturned view under a place, and so many around it."""
    edges = [place.left * view.zoom - view.left - pad, place.top * view.zoom - view.top - pad]
    edges += [place.right * view.zoom - view.left + pad, place.bottom * view.zoom - view.top + pad]
    left, top, right, bottom = (min(max(edge, -_FARTHEST), _FARTHEST) for edge in edges)
    return QRectF(QPointF(left, top), QPointF(right, bottom)).toAlignedRect()


def apart(rects: Iterable[QRect]) -> list[QRect]:
    """Rectangles that hold the same and do not touch each other: a few large ones paint faster."""
    apart: list[QRect] = []
    for rect in rects:
        merged, is_near = rect, True
        while is_near:
            near = [other for other in apart if other.intersects(merged)]
            apart = [other for other in apart if other not in near]
            merged, is_near = reduce(QRect.united, near, merged), bool(near)
        if not merged.isEmpty():
            apart.append(merged)
    return apart
