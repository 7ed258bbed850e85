"""Names beside shapes and messages on the canvas: always plain text, whatever it holds."""

from __future__ import annotations

import unicodedata
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter

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
    """A name on a chip in its class colour; sizes in device-independent pixels."""

    def __init__(self, text: str, colour: QColor, font: QFont) -> None:
        metrics = QFontMetricsF(font)
        self._font = font
        self._colour = colour
        self._text = metrics.elidedText(
            single_line(text), Qt.TextElideMode.ElideRight, _WIDEST, Qt.TextFlag.TextSingleLine
        )
        width = min(metrics.horizontalAdvance(self._text), _WIDEST) + 2 * _PADDING.width()
        self.size = QSizeF(width, metrics.height() + 2 * _PADDING.height())

    def paint(self, painter: QPainter, at: QPointF) -> None:
        """Draw the chip with its top-left corner at `at`."""
        chip = QRectF(at, self.size)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(look.pen(look.SHADE, 1.0))
        painter.setBrush(self._colour)
        painter.drawRoundedRect(chip, _CORNER, _CORNER)
        painter.setFont(self._font)
        painter.setPen(look.ink_on(self._colour))
        # Many marks stacked on one letter would reach far out of the chip.
        painter.setClipRect(chip)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(chip, flags, self._text)
        painter.setClipping(False)


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
