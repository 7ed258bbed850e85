"""Names beside shapes and messages on the canvas: always plain text, whatever it holds."""

from __future__ import annotations

import math
import unicodedata
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter

from limner.canvas import look

_LONGEST: Final = 200
_LONGEST_MESSAGE: Final = 1000
_WIDEST: Final = 260.0
_PADDING: Final = QSizeF(6.0, 2.0)
_CORNER: Final = 4.0

_UNSHOWN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Controls, bidirectional overrides, line breaks and the like: shown as a mark, not obeyed."""


def single_line(text: str, longest: int = _LONGEST) -> str:
    """Text from outside as one harmless line of no more than so many characters."""
    cut = text[:longest] + ("…" if len(text) > longest else "")
    return "".join("�" if unicodedata.category(c) in _UNSHOWN else c for c in cut)


def paragraphs(text: str) -> str:
    """The same for a message, whose line breaks are kept."""
    return "\n".join(single_line(line, _LONGEST_MESSAGE) for line in text.splitlines()[:20])


class Label:
    """A name on a chip in its class colour, as a small picture for a screen of this ratio."""

    def __init__(self, text: str, colour: QColor, font: QFont, ratio: float) -> None:
        metrics = QFontMetricsF(font)
        line = metrics.elidedText(
            single_line(text), Qt.TextElideMode.ElideRight, _WIDEST, Qt.TextFlag.TextSingleLine
        )
        width = min(metrics.horizontalAdvance(line), _WIDEST) + 2 * _PADDING.width()
        self.size = QSizeF(width, metrics.height() + 2 * _PADDING.height())
        """Device-independent pixels, without the border around the chip."""
        self.border = math.ceil(ratio)
        """Device pixels by which the picture reaches beyond the chip on every side."""
        self.image = self._clear_image(ratio)
        with QPainter(self.image) as painter:
            painter.translate(self.border, self.border)
            painter.scale(ratio, ratio)
            self._paint(painter, line, colour, font)

    def _clear_image(self, ratio: float) -> QImage:
        across = math.ceil(self.size.width() * ratio) + 2 * self.border
        down = math.ceil(self.size.height() * ratio) + 2 * self.border
        image = QImage(across, down, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        return image

    def _paint(self, painter: QPainter, line: str, colour: QColor, font: QFont) -> None:
        chip = QRectF(QPointF(), self.size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.pen(look.SHADE, 1.0))
        painter.setBrush(colour)
        painter.drawRoundedRect(chip, _CORNER, _CORNER)
        painter.setFont(font)
        painter.setPen(look.ink_on(colour))
        # Many marks stacked on one letter would reach far out of the chip.
        painter.setClipRect(chip)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(chip, flags, line)


def paint_message(painter: QPainter, area: QRectF, title: str, text: str, ground: QColor) -> None:
    """Write a title and an explanation in the middle of the canvas."""
    font = painter.font()
    heading = QFont(font)
    heading.setPointSizeF(font.pointSizeF() * 1.4)
    heading.setBold(True)
    column = area.adjusted(32, 32, -32, -32)
    above = column.adjusted(0, 0, 0, -column.height() / 2 - 4)
    below = column.adjusted(0, column.height() / 2 + 4, 0, 0)
    centre, wrap = Qt.AlignmentFlag.AlignHCenter, Qt.TextFlag.TextWordWrap
    painter.setPen(look.ink_on(ground))
    painter.setFont(heading)
    painter.drawText(above, centre | Qt.AlignmentFlag.AlignBottom | wrap, paragraphs(title))
    painter.setFont(font)
    painter.setPen(look.with_alpha(look.ink_on(ground), 190))
    painter.drawText(below, centre | Qt.AlignmentFlag.AlignTop | wrap, paragraphs(text))
