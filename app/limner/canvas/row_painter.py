"""Paints rows of the table in the order of the document, each as finely as its size deserves."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from limner.canvas import look
from limner.canvas.buffers import Plane
from limner.canvas.ink import Ink, Manner
from limner.canvas.shape_table import Mark, Rows, ShapeTable
from limner.canvas.specks import (
    DOT_BELOW,
    JOINTS_FROM,
    SIMPLE_BELOW,
    THIN_BELOW,
    SpeckPainter,
    splat,
    squares_of,
)
from limner.canvas.viewport import Frame

CROWD: Final = 500
"""With more shapes than this selected, small ones are marked by colour and not by outline."""

_DOT, _SIMPLE, _THIN, _PLAIN, _GROUND = range(5)
_MANNERS: Final = {_THIN: Manner.THIN, _PLAIN: Manner.PLAIN, _GROUND: Manner.GROUND}

_STRETCH: Final = 48
"""So many dots on end are painted by numpy; fewer are quicker one by one."""


class RowPainter:
    """Rows of one table into one frame.

    What lies above in the document is painted later, however small it is; only the outlines of
    what is selected come last of all.
    """

    def __init__(
        self,
        table: ShapeTable,
        chosen: Mark,
        palette: NDArray[np.uint32],
        ink: Ink,
        frame: Frame,
    ) -> None:
        """`chosen` says what is to look selected."""
        self._table = table
        self._chosen = chosen
        self._palette = palette
        self._ink = ink
        self._frame = frame

    def paint(self, image: QImage, pixels: Plane, rows: Rows, *, is_draft: bool = False) -> None:
        """Paint rows, lowest first; `image` and `pixels` are the same memory.

        A draft has few points of each and hard edges: a tenth of the time.
        """
        kinds = self._drafted(rows) if is_draft else self._kinds(rows)
        with QPainter(image) as painter:
            start = 0
            for first, end in _stretches(kinds == _DOT):
                self._paint_mixed(painter, rows[start:first], kinds[start:first])
                dots = rows[first:end]
                splat(pixels, squares_of(self._table, dots, self._frame), self._rgb(dots))
                start = end
            self._paint_mixed(painter, rows[start:], kinds[start:])
            for row in rows[kinds == _GROUND].tolist():
                self._paint_row(painter, row, Manner.SELECTED)

    def _kinds(self, rows: Rows) -> NDArray[np.intp]:
        """How each row is painted; what is selected keeps its outline at any size, but a crowd."""
        table = self._table
        size = table.extent(rows) * (self._frame.zoom / self._frame.ratio)
        chosen = self._chosen.rows[rows]
        may_shrink = ~table.is_point[rows] | (self._frame.zoom / self._frame.ratio < JOINTS_FROM)
        if len(self._chosen.ids) <= CROWD:
            may_shrink &= ~chosen
        kinds = np.where(may_shrink & (size < THIN_BELOW), _THIN, _PLAIN)
        kinds[chosen] = _GROUND
        kinds[may_shrink & (size < SIMPLE_BELOW)] = _SIMPLE
        kinds[may_shrink & (size < DOT_BELOW)] = _DOT
        return kinds

    def _drafted(self, rows: Rows) -> NDArray[np.intp]:
        size = self._table.extent(rows) * (self._frame.zoom / self._frame.ratio)
        kinds = np.where(size < DOT_BELOW, _DOT, _SIMPLE)
        kinds[self._table.is_point[rows]] = _GROUND
        return kinds

    def _paint_mixed(self, painter: QPainter, rows: Rows, kinds: NDArray[np.intp]) -> None:
        if not len(rows):
            return
        specks = SpeckPainter(painter, self._table, self._frame)
        corners, sides = squares_of(self._table, rows[kinds == _DOT], self._frame)
        dots = zip(corners.tolist(), sides.tolist(), strict=True)
        columns = zip(rows.tolist(), kinds.tolist(), self._rgb(rows).tolist(), strict=True)
        for row, kind, rgb in columns:
            if kind == _DOT:
                specks.dot(*next(dots), rgb)
            elif kind == _SIMPLE:
                specks.outline(row, rgb)
            else:
                specks.rest()
                self._paint_row(painter, row, _MANNERS[kind])
        specks.rest()

    def _paint_row(self, painter: QPainter, row: int, manner: Manner) -> None:
        record = self._table.records[row]
        if record is not None:
            colour = QColor(int(self._palette[self._table.label[row]]))
            self._ink.shape(painter, record, colour, self._frame, manner)

    def _rgb(self, rows: Rows) -> NDArray[np.uint32]:
        """The colours of rows that are small; selected ones are white."""
        chosen = self._chosen.rows[rows]
        own = self._palette[self._table.label[rows]]
        return np.where(chosen, np.uint32(look.WHITE.rgb()), own)


def _stretches(is_dot: NDArray[np.bool_]) -> list[list[int]]:
    """Where many dots follow on each other: (first, end) of each long run."""
    borders = np.flatnonzero(np.diff(is_dot, prepend=False, append=False)).reshape(-1, 2)
    found: list[list[int]] = borders[borders[:, 1] - borders[:, 0] >= _STRETCH].tolist()
    return found
