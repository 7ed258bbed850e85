"""Shapes that are small on the screen: dots of a few pixels, and outlines of a few points.

There may be a hundred thousand of them in sight at once, so they are painted without antialiasing,
and long runs of dots by numpy alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
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

JOINTS_FROM: Final = 0.125
"""Device-independent pixels per image pixel under which a joint is a dot too: thousands of them
would cover an image of which so much is seen."""

_JOINT: Final = 3.0
"""The side of such a dot, in device-independent pixels."""

_POINTS_KEPT: Final = 8

Squares = tuple[NDArray[np.intp], NDArray[np.intp]]
"""The (n, 2) top-left corners and the n sides of dots, in device pixels of a frame."""


def squares_of(table: ShapeTable, rows: Rows, frame: Frame) -> Squares:
    """A square of the shape's own size in its middle, for each row."""
    least = np.where(table.is_point[rows], round(_JOINT * frame.ratio), 1)
    sizes = np.maximum(np.rint(table.extent(rows) * frame.zoom), least).astype(np.intp)
    at = table.centres(rows) * frame.zoom - (frame.left, frame.top)
    return np.floor(at - (sizes[:, None] - 1) / 2).astype(np.intp), sizes


def splat(pixels: Plane, squares: Squares, colours: NDArray[np.uint32]) -> None:
    """Colour all the squares; of two on one pixel, the later is on top."""
    corners, sides = squares
    top = np.zeros(pixels.shape, dtype=np.intp)
    numbers = np.arange(1, len(sides) + 1)
    for side in np.unique(sides).tolist():
        chosen = sides == side
        _splat(pixels, top, corners[chosen], side, numbers[chosen], colours[chosen])


def _splat(
    pixels: Plane,
    top: NDArray[np.intp],
    corners: NDArray[np.intp],
    side: int,
    numbers: NDArray[np.intp],
    colours: NDArray[np.uint32],
) -> None:
    """Squares of one side, pixel after pixel of theirs; `top` is the number of who is on top."""
    height, width = pixels.shape
    for dy in range(side):
        for dx in range(side):
            x, y = corners[:, 0] + dx, corners[:, 1] + dy
            seen = np.flatnonzero((x >= 0) & (y >= 0) & (x < width) & (y < height))
            above = seen[numbers[seen] > top[y[seen], x[seen]]]
            at = y[above], x[above]
            top[at], pixels[at] = numbers[above], colours[above]


class SpeckPainter:
    """Paints small shapes one after the other, in any order, onto one frame.

    Between two calls the painter's state belongs to it; `rest` gives it back.
    """

    def __init__(self, painter: QPainter, table: ShapeTable, frame: Frame) -> None:
        self._painter = painter
        self._table = table
        self._onto = QTransform(frame.zoom, 0, 0, frame.zoom, -frame.left, -frame.top)
        self._colours: dict[int, tuple[QColor, QPen, QBrush]] = {}
        self._is_on_image = False
        self._in_hand = -1

    def dot(self, corner: tuple[int, int], side: int, rgb: int) -> None:
        """A square of device pixels."""
        if self._is_on_image:
            self._painter.resetTransform()
            self._is_on_image = False
        self._painter.fillRect(*corner, side, side, self._tools(rgb)[0])

    def outline(self, row: int, rgb: int) -> None:
        """Fill and outline a shape with few points and hard edges."""
        record = self._table.records[row]
        if record is None:
            return
        if not self._is_on_image:
            self._painter.setTransform(self._onto)
            self._is_on_image = True
        if rgb != self._in_hand:
            self._in_hand = rgb
            _, pen, brush = self._tools(rgb)
            self._painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            self._painter.setPen(pen)
            self._painter.setBrush(brush)
        polygon = self._table.simplified[row]
        if polygon is None:
            polygon = self._table.simplified[row] = _simplified(record)
        if isinstance(record, Polyline):
            self._painter.drawPolyline(polygon)
        else:
            self._painter.drawPolygon(polygon)

    def rest(self) -> None:
        """Leave the painter to others: its unit is the device pixel of the frame again."""
        if self._is_on_image:
            self._painter.resetTransform()
            self._is_on_image = False
        self._in_hand = -1

    def _tools(self, rgb: int) -> tuple[QColor, QPen, QBrush]:
        found = self._colours.get(rgb)
        if found is None:
            colour = QColor(rgb)
            pen = QPen(colour, 1.0)
            pen.setCosmetic(True)
            brush = QBrush(look.with_alpha(colour, look.FILL_ALPHA))
            found = self._colours[rgb] = colour, pen, brush
        return found


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
