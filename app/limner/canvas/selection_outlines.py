"""The outlines of a small selection, drawn above the settled picture in every frame."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF
from PySide6.QtGui import QPainter

from limner.canvas import look
from limner.canvas.ink import Manner
from limner.canvas.names import Screen
from limner.canvas.scene import Scene
from limner.model.annotations import AnnotationId, Drawable
from limner.model.geometry import Bounds

_Outline = tuple[Drawable, Bounds]


class SelectionOutlines:
    """Draws what `Scene.outlined` tells, and knows where that has changed."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._known: dict[AnnotationId, _Outline] = {}

    def changed(self, screen: Screen) -> list[QRect]:
        """Where outlines came, went or moved since this was asked last, in pixels of the screen."""
        before, self._known = self._known, self._outlines()
        both = before.keys() | self._known.keys()
        pairs = ((before.get(id_), self._known.get(id_)) for id_ in both)
        differing = (pair for pair in pairs if pair[0] != pair[1])
        return [on_screen(each[1], screen) for pair in differing for each in pair if each]

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw them; the painter's unit is the device pixel of the screen."""
        shapes = self._scene.outlined()
        if not shapes:
            return
        ink = self._scene.ink(screen.view.ratio)
        painter.save()
        painter.setTransform(screen.turning, True)
        for shape in shapes:
            colour = self._scene.colour_of(shape)
            ink.shape(painter, shape, colour, screen.view, Manner.SELECTED)
        painter.restore()

    def _outlines(self) -> dict[AnnotationId, _Outline]:
        bounds = self._scene.table.bounds
        return {shape.id: (shape, bounds(shape.id)) for shape in self._scene.outlined()}


def on_screen(place: Bounds, screen: Screen) -> QRect:
    """What an outline within these bounds covers of the view."""
    view, pad = screen.view, look.PAD * screen.view.ratio
    corner = QPointF(place.left * view.zoom - view.left, place.top * view.zoom - view.top)
    far = QPointF(place.right * view.zoom - view.left, place.bottom * view.zoom - view.top)
    area = QRectF(corner, far).adjusted(-pad, -pad, pad, pad)
    room = QRectF(0, 0, view.width, view.height)
    return screen.turning.mapRect((area & room).toAlignedRect())
