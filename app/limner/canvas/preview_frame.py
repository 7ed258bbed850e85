"""The frame around a canvas that shows an earlier version: who looks must not take it for now."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QRegion
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from limner.canvas import look
from limner.canvas.labels import single_line

_EDGE: Final = 4
_HIGH: Final = 30
_AIR: Final = 16


class PreviewFrame(QWidget):
    """Lies over `canvas` as an edge with a title at the bottom, and lets every click through.

    Nothing else of the canvas is covered, so it is painted as quickly as ever.
    """

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self._title = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        canvas.installEventFilter(self)
        self.hide()

    @property
    def title(self) -> str:
        """What is written on it; empty while it is not shown."""
        return "" if self.isHidden() else self._title

    def show_title(self, title: str) -> None:
        """Frame the canvas and write this line of plain text on it; "" takes the frame away."""
        self._title = single_line(title)
        self.setAccessibleName(self._title)
        self.setVisible(bool(title))
        self._place()
        self.update()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self.parent():
            self._place()
        return super().eventFilter(watched, event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), look.ACCENT_FILL)
            painter.setFont(self._heavy())
            painter.setPen(look.WHITE)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine
            tab = self._tab()
            metrics = QFontMetrics(self._heavy())
            shown = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, tab.width() - _AIR)
            painter.drawText(tab, int(flags), shown)

    def _place(self) -> None:
        """All over the canvas, but for the inside."""
        if self.isHidden():
            return
        canvas = self.parentWidget()
        if canvas is not None:
            self.setGeometry(canvas.rect())
        inside = self.rect().adjusted(_EDGE, _EDGE, -_EDGE, -_EDGE)
        self.setMask(QRegion(self.rect()) - QRegion(inside) + QRegion(self._tab()))
        self.raise_()

    def _tab(self) -> QRect:
        """Where the title stands."""
        words = QFontMetrics(self._heavy()).horizontalAdvance(self._title)
        width = min(words + 2 * _AIR, self.width() - 2 * _EDGE)
        tab = QRectF((self.width() - width) / 2, self.height() - _HIGH, width, _HIGH)
        return tab.toAlignedRect()

    def _heavy(self) -> QFont:
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return font
