"""The dashed lines of a ghost: where they run in a view, and the pens that draw them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from limner.canvas import look
from limner.canvas.buffers import polygon_of
from limner.canvas.extents import bounds_of
from limner.canvas.outlines import Run, paths_in, placed, ring_in
from limner.canvas.viewport import Frame
from limner.model.annotations import BBox, Drawable, Keypoint, Polygon, Polyline
from limner.model.geometry import box_outline
from limner.model.points import Points

_LONG: Final = 4000
"""A shape with more points than this is drawn with hairlines."""

_DASHES: Final = (5.0, 4.0)
"""Line and gap, in widths of the line."""

_RADIUS: Final = 8.0
"""Of the circle around where others put a keypoint, in device-independent pixels."""

_DOT: Final = 5.0

_Runs = list[tuple[QPolygonF, bool]]
"""Lines in device pixels of the view, and whether each is closed."""


class Manner(Enum):
    """How a ghost is drawn: looked at, as one of a few, as one of many."""

    BRIGHT = auto()
    WIDE = auto()
    HAIRLINE = auto()


def paint_ghost(
    painter: QPainter,
    shape: Drawable,
    colour: QColor,
    manner: Manner,
    view: Frame,
    *,
    is_struck: bool,
) -> None:
    """Outline a shape with dashes, and strike it out if so wished.

    The view's top-left corner is the painter's (0, 0), its unit the device pixel.
    """
    runs = _runs(shape, view)
    if is_struck:
        runs += _lines(_strike(shape, view), view)
    if sum(run.size() for run, _ in runs) > _LONG:
        manner = Manner.HAIRLINE
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(colour, manner, view.ratio):
        painter.setPen(pen)
        for run, is_closed in runs:
            (painter.drawPolygon if is_closed else painter.drawPolyline)(run)


def paint_dots(painter: QPainter, dots: Run, colour: QColor, view: Frame) -> None:
    """Small squares at points of the image, for what is too much to be outlined."""
    if not len(dots):
        return
    points = polygon_of(placed(dots, view))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    for tone, side in ((look.SHADE, _DOT + 2), (colour, _DOT)):
        painter.setPen(look.pen(tone, side * view.ratio))
        painter.drawPoints(points)


def _runs(shape: Drawable, view: Frame) -> _Runs:
    """The outline of a shape, cut to the view."""
    match shape:
        case BBox():
            return _rings([box_outline(shape)], view)
        case Polygon(rings=rings):
            return _rings(rings, view)
        case Polyline(path=path):
            return _lines(path, view)
        case Keypoint(x=x, y=y):
            turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
            around = np.stack([np.cos(turn), np.sin(turn)], axis=1) * _radius(view)
            return _rings([np.add(around, (x, y))], view)


def _rings(rings: Iterable[Points | Run], view: Frame) -> _Runs:
    cut = (ring_in(ring, view) for ring in rings)
    return [(polygon_of(ring), True) for ring in cut if len(ring)]


def _lines(path: Points | Run, view: Frame) -> _Runs:
    return [(polygon_of(run), False) for run in paths_in(path, view)]


def _strike(shape: Drawable, view: Frame) -> Run:
    """A line across what was taken away, from its bottom-left to its top-right corner."""
    ((left, top, right, bottom),) = bounds_of([shape])
    more = _radius(view) if isinstance(shape, Keypoint) else 0.0
    return np.array([[left - more, bottom + more], [right + more, top - more]])


def _radius(view: Frame) -> float:
    """Image pixels from a keypoint to the circle around it."""
    return _RADIUS * view.ratio / view.zoom


def _pens(colour: QColor, manner: Manner, ratio: float) -> list[QPen]:
    """The lines that lie on each other, the lowest first; only the coloured one is dashed."""
    if manner is Manner.HAIRLINE:
        return [_dashed(look.pen(colour, 1.0), ratio)]
    light = look.SELECTED_LIGHT if manner is Manner.BRIGHT else 0.0
    layers = [(look.SHADE, look.LINE + 2 * (light + look.EDGE))]
    if light:
        layers.append((look.WHITE, look.LINE + 2 * light))
    under = [look.pen(tone, width * ratio) for tone, width in layers]
    return [*under, _dashed(look.pen(colour, look.LINE * ratio), 1.0)]


def _dashed(pen: QPen, scale: float) -> QPen:
    pen.setDashPattern([length * scale for length in _DASHES])
    return pen
