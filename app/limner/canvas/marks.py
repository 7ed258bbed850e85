"""Handles: the small marks by which a shape is taken hold of."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from limner.canvas import look
from limner.canvas.outlines import Run, placed
from limner.canvas.viewport import Frame, whole
from limner.model.points import Points
from limner.tools.chunks import LONG, Indices, chunks_of
from limner.tools.tool import HandleKind, Handles

_SIDES: Final = {HandleKind.SQUARE: 8.0, HandleKind.ROUND: 10.0, HandleKind.FAINT: 7.0}
_HOT_GROWTH: Final = 3.0
_CROWD: Final = 64
"""Of more handles than this in sight, none is drawn when most of them would cover each other."""

_MOST: Final = 2_000
"""Of more handles than this in sight none is drawn: they would take longer than all the rest."""

_CELL: Final = 8.0
"""Device-independent pixels that a handle covers."""

_ROW: Final = 1 << 20
"""More cells than any screen has in a column, so that a cell's number is its own."""


class Marks:
    """Handles as small pictures, made once per look."""

    def __init__(self) -> None:
        self._made: dict[tuple[HandleKind, bool, float], QImage] = {}

    def paint(self, painter: QPainter, handles: Handles, frame: Frame) -> None:
        """Draw the handles, the hot one last, so that it lies on the others."""
        near = _in_sight(handles.points, frame)
        xy = placed(handles.points.xy[near], frame)
        if _can_be_told_apart(xy, frame):
            for index, at in zip(near.tolist(), xy, strict=True):
                if index != handles.hot:
                    self._stamp(painter, at, handles.kind, frame.ratio, is_hot=False)
        if handles.hot is not None and handles.hot < len(handles.points):
            (at,) = placed(handles.points.xy[[handles.hot]], frame)
            self._stamp(painter, at, handles.kind, frame.ratio, is_hot=True)

    def _stamp(
        self, painter: QPainter, at: Run, kind: HandleKind, ratio: float, *, is_hot: bool
    ) -> None:
        key = (kind, is_hot, ratio)
        image = self._made.get(key) or self._made.setdefault(key, _picture(*key))
        half = image.width() // 2
        painter.drawImage(QPoint(whole(at[0]) - half, whole(at[1]) - half), image)


def _in_sight(points: Points, frame: Frame) -> Indices:
    """The numbers of the points in the frame, or a little outside."""
    area = frame.covers(16 * frame.ratio)
    near = chunks_of(points).touching(area) if len(points) > LONG else np.arange(len(points))
    x, y = points.xy[near].T
    is_in = (x > area.left) & (x < area.right) & (y > area.top) & (y < area.bottom)
    seen: Indices = near[is_in]
    return seen


def _can_be_told_apart(xy: Run, frame: Frame) -> bool:
    """Whether most of the handles in sight have a place of their own."""
    if not _CROWD < len(xy) <= _MOST:
        return len(xy) <= _CROWD
    cells = np.floor(xy / (_CELL * frame.ratio)).astype(np.intp)
    return 2 * len(np.unique(cells[:, 0] * _ROW + cells[:, 1])) > len(xy)


def _picture(kind: HandleKind, is_hot: bool, ratio: float) -> QImage:
    """A white mark with a dark border; filled with the accent colour when it is hot."""
    side = _SIDES[kind] + (_HOT_GROWTH if is_hot else 0.0)
    half = round((side / 2 + 2) * ratio)
    image = QImage(2 * half, 2 * half, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    with QPainter(image) as painter:
        painter.translate(half, half)
        _draw(painter, kind, max(1, round(side * ratio / 2)), ratio, is_hot=is_hot)
    return image


def _draw(painter: QPainter, kind: HandleKind, radius: int, ratio: float, *, is_hot: bool) -> None:
    faint = kind is HandleKind.FAINT and not is_hot
    core = look.ACCENT if is_hot else look.with_alpha(look.WHITE, 150 if faint else 255)
    border = look.with_alpha(QColor(12, 14, 18), 140 if faint else 255)
    width = max(1, round(1.25 * ratio))
    if kind is HandleKind.SQUARE:
        painter.fillRect(-radius - width, -radius - width, *(2 * (radius + width),) * 2, border)
        painter.fillRect(-radius, -radius, 2 * radius, 2 * radius, look.WHITE)
        inset = width if is_hot else 0
        painter.fillRect(-radius + inset, -radius + inset, *(2 * (radius - inset),) * 2, core)
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(border, width))
    painter.setBrush(QBrush(core))
    painter.drawEllipse(QRectF(-radius, -radius, 2 * radius, 2 * radius))
