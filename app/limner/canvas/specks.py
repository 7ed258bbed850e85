"""Shapes that are small on the screen: dots of a few pixels, and outlines of a few points.

There may be a hundred thousand of them in sight at once, so they are painted many at a time and
without antialiasing.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF, QTransform

from limner.canvas import look
from limner.canvas.buffers import Plane, polygon_of
from limner.canvas.shape_table import Rows, ShapeTable
from limner.canvas.viewport import Frame
from limner.model.annotations import BBox, Drawable, Polygon, Polyline
from limner.model.geometry import box_outline

DOT_BELOW: Final = 4.5
"""Device-independent pixels under which a shape is a dot of its colour."""

SIMPLE_BELOW: Final = 10.0
"""Device-independent pixels under which an outline of a few points is enough."""

THIN_BELOW: Final = 24.0
"""Device-independent pixels under which one hairline is enough: wide ones take six times as long
and would cover most of what is in the shape."""

_POINTS_KEPT: Final = 8


def paint_dots(pixels: Plane, table: ShapeTable, rows: Rows, frame: Frame) -> None:
    """Put a square of the shape's own size and colour for each row; selected ones are white."""
    sizes = np.maximum(np.rint(table.extent(rows) * frame.zoom), 1).astype(np.intp)
    at = table.centres(rows) * frame.zoom - (frame.left, frame.top)
    colours = np.where(table.selected[rows], np.uint32(look.WHITE.rgb()), table.colour[rows])
    for size in np.unique(sizes).tolist():
        chosen = sizes == size
        corner = np.floor(at[chosen] - (size - 1) / 2).astype(np.intp)
        _splat(pixels, corner, colours[chosen], size)


def _splat(
    pixels: Plane, corners: NDArray[np.intp], colours: NDArray[np.uint32], size: int
) -> None:
    """Colour size x size squares in place; of two on one pixel, the later row is on top."""
    height, width = pixels.shape
    for dy in range(size):
        for dx in range(size):
            x, y = corners[:, 0] + dx, corners[:, 1] + dy
            inside = (x >= 0) & (y >= 0) & (x < width) & (y < height)
            pixels[y[inside], x[inside]] = colours[inside]


def paint_simple(painter: QPainter, table: ShapeTable, rows: Rows, frame: Frame) -> None:
    """Fill and outline each row with few points and hard edges, one colour after the other."""
    painter.save()
    painter.setTransform(
        QTransform(frame.zoom, 0, 0, frame.zoom, -frame.left, -frame.top), combine=True
    )
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    colours = np.where(table.selected[rows], np.uint32(look.WHITE.rgb()), table.colour[rows])
    for rgb in np.unique(colours).tolist():
        colour = QColor(rgb)
        pen = QPen(colour, 1.0)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.setBrush(QBrush(look.with_alpha(colour, look.FILL_ALPHA)))
        for row in rows[colours == rgb].tolist():
            _paint_outline(painter, table, row)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.restore()


def _paint_outline(painter: QPainter, table: ShapeTable, row: int) -> None:
    record = table.records[row]
    if record is None:
        return
    outline = table.simplified[row]
    if outline is None:
        outline = table.simplified[row] = _simplified(record)
    if isinstance(record, Polyline):
        painter.drawPolyline(outline)
    else:
        painter.drawPolygon(outline)


def _simplified(record: Drawable) -> QPolygonF:
    """Every n-th point of the outline, in image pixels."""
    match record:
        case BBox():
            xy = box_outline(record)
        case Polygon(rings=rings):
            xy = rings[0].xy
        case Polyline(path=path):
            xy = path.xy
        case _:
            raise TypeError("a joint is never simplified")
    step = max(1, -(-len(xy) // _POINTS_KEPT))
    return polygon_of(np.concatenate([xy[:-1:step], xy[-1:]]))
