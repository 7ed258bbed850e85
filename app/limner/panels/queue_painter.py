"""How a row of the queue is drawn: a small picture, a name, how much waits and why."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPainterPath
from PySide6.QtWidgets import QStyleOptionViewItem
from typing_extensions import override

from limner.panels import icons
from limner.panels.queue_rows import Role, Row
from limner.panels.rows import ModelIndex, RowPainter, draw_text, square
from limner.panels.text import plain
from limner.panels.tokens import Tokens

ROW_HEIGHT: Final = 52
_SIDE: Final = 40
_PAD: Final = 6
_LINE: Final = 20
_DOT: Final = 8
_BAR: Final = 3
_RADIUS: Final = 4


class QueuePainter(RowPainter):
    """Two lines of text beside a thumbnail, and below them how much of it has been sent."""

    @override
    def draw(
        self, painter: QPainter, option: QStyleOptionViewItem, index: ModelIndex, tokens: Tokens
    ) -> None:
        row: Row = index.data(Role.ROW)
        rect = option.rect
        frame = QRect(rect.left() + _PAD, rect.top() + _PAD, _SIDE, _SIDE)
        _draw_picture(painter, frame, row, index.data(Role.THUMBNAIL), tokens)
        left = frame.right() + 10
        text = QRect(left, frame.top(), rect.right() - _PAD - left, _LINE)
        _draw_name(painter, text, row, tokens)
        text.translate(0, _LINE)
        _draw_reason(painter, text, row, tokens)
        if row.fraction is not None:
            bar = QRect(left, rect.bottom() - _BAR - 1, text.width(), _BAR)
            painter.fillRect(bar, QColor(tokens.border))
            bar.setWidth(round(bar.width() * min(row.fraction, 1.0)))
            painter.fillRect(bar, QColor(tokens.accent))


def _draw_picture(
    painter: QPainter, frame: QRect, row: Row, image: QImage | None, tokens: Tokens
) -> None:
    shape = QPainterPath()
    shape.addRoundedRect(QRectF(frame), _RADIUS, _RADIUS)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.fillPath(shape, QColor(tokens.canvas))
    if image is None or image.isNull():
        name = "clipboard-check" if row.is_verdict else "image"
        icons.paint(painter, name, square(frame, 18), QColor(tokens.faint))
    else:
        painter.setClipPath(shape)
        middle = square(image.rect(), min(image.width(), image.height()))
        painter.drawImage(QRectF(frame), image, middle)
    painter.restore()


def _draw_name(painter: QPainter, rect: QRect, row: Row, tokens: Tokens) -> None:
    draw_text(painter, rect, row.amount, tokens.muted, align=Qt.AlignmentFlag.AlignRight)
    used = painter.fontMetrics().horizontalAdvance(row.amount)
    room = rect.adjusted(0, 0, -used - 10 if used else 0, 0)
    font = QFont(painter.font())
    heavy = QFont(font)
    heavy.setWeight(QFont.Weight.Medium)
    painter.setFont(heavy)
    draw_text(painter, room, plain(row.name), tokens.text, elide=Qt.TextElideMode.ElideMiddle)
    painter.setFont(font)


def _draw_reason(painter: QPainter, rect: QRect, row: Row, tokens: Tokens) -> None:
    colour = tokens.warn if row.needs_you else tokens.accent
    circle = QRectF(rect.left(), 0, _DOT, _DOT)
    circle.moveTop(rect.center().y() - _DOT / 2 + 1)
    icons.paint_dot(painter, circle, QColor(colour))
    room = rect.adjusted(_DOT + 6, 0, 0, 0)
    draw_text(painter, room, plain(row.reason), tokens.warn if row.needs_you else tokens.muted)
