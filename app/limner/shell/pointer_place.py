"""Where the pointer is on the image, in the status bar."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget
from typing_extensions import override

_AT_MOST_EVERY_MS: Final = 50
"""Numbers that change faster cannot be read, and cost every frame of a drag its share."""

_WIDEST: Final = "x -000000.0  y -000000.0"
_PAD: Final = 6


class PointerPlace(QWidget):
    """Paints its own ground: a label has the bar and the window under it painted with it.

    Of one size whatever it says, else the whole window is laid out anew at every move.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Place of the pointer in image pixels")
        self._place: tuple[float, float] | None = None
        self._is_stale = False
        self._pause = QTimer(self, singleShot=True, interval=_AT_MOST_EVERY_MS)
        self._pause.timeout.connect(self._go_on)

    @property
    def text(self) -> str:
        """What it says; empty while the pointer is elsewhere."""
        return "" if self._place is None else "x {:.1f}  y {:.1f}".format(*self._place)

    def show_place(self, place: tuple[float, float] | None) -> None:
        """Say this place, in image pixels, now or in a moment; None says nothing."""
        if place == self._place:
            return
        self._place, self._is_stale = place, True
        if not self._pause.isActive():
            self._go_on()

    def _go_on(self) -> None:
        if self._is_stale:
            self._is_stale = False
            self.update()
            self._pause.start()

    @override
    def sizeHint(self) -> QSize:
        letters = self.fontMetrics()
        return QSize(letters.horizontalAdvance(_WIDEST) + 2 * _PAD, letters.height() + 2)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.updateGeometry()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = QApplication.palette()  # the theme's: the style sheet changes those of widgets
        with QPainter(self) as painter:
            painter.fillRect(self.rect(), colours.color(QPalette.ColorRole.AlternateBase))
            painter.setPen(colours.color(QPalette.ColorRole.PlaceholderText))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(self.rect().adjusted(_PAD, 0, -_PAD, 0), flags, self.text)
