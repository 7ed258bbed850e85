"""Handles: the small marks by which a shape is taken hold of."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from limner.canvas import look
from limner.canvas.outlines import Run, placed
from limner.canvas.viewport import Frame, whole
from limner.tools.tool import HandleKind, Handles

_SIDES: Final = {HandleKind.SQUARE: 8.0, HandleKind.ROUND: 10.0, HandleKind.FAINT: 7.0}
_HOT_GROWTH: Final = 3.0
_CROWD: Final = 500
"""Of more handles than this in sight, only those are drawn that do not cover each other."""

_ROW: Final = 1 << 20
"""More cells than any screen has in a column, so that a cell's number is its own."""


class Marks:
    """Handles as small pictures, made once per look."""

    def __init__(self) -> None:
        self._made: dict[tuple[HandleKind, bool, float], QImage] = {}

    def paint(self, painter: QPainter, handles: Handles, frame: Frame) -> None:
        """Draw the handles, the hot one last, so that it lies on the others."""
        xy = placed(handles.points, frame)
        for index in _worth_drawing(xy, frame):
            if index != handles.hot:
                self._stamp(painter, xy[index], handles.kind, frame.ratio, is_hot=False)
        if handles.hot is not None and handles.hot < len(xy):
            self._stamp(painter, xy[handles.hot], handles.kind, frame.ratio, is_hot=True)

    def _stamp(
        self, painter: QPainter, at: Run, kind: HandleKind, ratio: float, *, is_hot: bool
    ) -> None:
        key = (kind, is_hot, ratio)
        image = self._made.get(key) or self._made.setdefault(key, _picture(*key))
        half = image.width() // 2
        painter.drawImage(QPoint(whole(at[0]) - half, whole(at[1]) - half), image)


def _worth_drawing(xy: Run, frame: Frame) -> list[int]:
    """The handles in sight; of a crowd, one of those that would lie on each other."""
    pad = 16 * frame.ratio
    inside = (xy > -pad) & (xy < np.array([frame.width, frame.height]) + pad)
    seen = np.flatnonzero(inside.all(axis=1))
    if len(seen) > _CROWD:
        cells = np.floor(xy[seen] / (8 * frame.ratio)).astype(np.intp)
        _, first = np.unique(cells[:, 0] * _ROW + cells[:, 1], return_index=True)
        seen = seen[np.sort(first)]
    return seen.tolist()


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
