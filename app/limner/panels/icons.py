"""Icons drawn from the shipped SVG files in the colour of the theme, sharp at every pixel ratio."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton
from typing_extensions import override

from limner import resources
from limner.model.annotations import Kind
from limner.panels.tokens import colour_of

_BUTTON_ICON: Final = 17
_AIR: Final = 5

KIND_ICONS: Final = {
    Kind.BBOX: "square",
    Kind.POLYGON: "pentagon",
    Kind.POLYLINE: "waypoints",
    Kind.KEYPOINT: "circle-dot",
}
"""Which icon stands for which type of annotation, everywhere."""


def icon(name: str, colour: str | None = None) -> QIcon:
    """The icon `icons/<name>.svg`, in the colour of button text unless `colour` says otherwise.

    It turns grey when disabled and takes the colour of highlighted text when switched on.
    """
    _svg(name)  # a name that does not exist fails here and not at some later paint
    return QIcon(_SvgEngine(name, colour))


def dress(button: QAbstractButton, name: str, colour: str | None = None) -> None:
    """Give a button with words its icon, with some air between the two."""
    button.setIcon(icon(name, colour))
    button.setIconSize(QSize(_BUTTON_ICON + _AIR, _BUTTON_ICON))


def dot(colour: str, size: int = 12) -> QIcon:
    """A filled circle of `size` device-independent pixels in the colour of a class."""
    return QIcon(_DotEngine(colour_of(colour), size))


def paint(painter: QPainter, name: str, rect: QRectF, colour: QColor) -> None:
    """Draw the icon straight into `rect`, as delegates do."""
    _renderer(name, colour.name()).render(painter, rect)


def paint_dot(painter: QPainter, rect: QRectF, colour: QColor) -> None:
    """Draw a filled circle that touches the sides of `rect`."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(rect)
    painter.restore()


class _Engine(QIconEngine):
    """What both engines share: a pixmap is the painting at the right pixel ratio."""

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self.scaledPixmap(size, mode, state, 1.0)

    @override
    def scaledPixmap(
        self, size: QSize, mode: QIcon.Mode, state: QIcon.State, scale: float
    ) -> QPixmap:
        # Since Qt 6.8 `size` is device-independent here; without the ratio icons blur at 2x.
        pixmap = QPixmap((size.toSizeF() * scale).toSize())
        pixmap.setDevicePixelRatio(scale)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap


class _SvgEngine(_Engine):
    def __init__(self, name: str, colour: str | None) -> None:
        super().__init__()
        self._name = name
        self._colour = colour

    @override
    def clone(self) -> QIconEngine:
        return _SvgEngine(self._name, self._colour)

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        # A wider rectangle keeps the icon at its left: that is how buttons get air before the text.
        side = min(rect.width(), rect.height())
        square = QRectF(rect.left(), rect.top() + (rect.height() - side) / 2, side, side)
        paint(painter, self._name, square, self._ink(mode, state))

    def _ink(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        palette = QGuiApplication.palette()
        if mode == QIcon.Mode.Disabled:
            return palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
        if self._colour is not None:
            return colour_of(self._colour)
        if state == QIcon.State.On:
            return palette.color(QPalette.ColorRole.HighlightedText)
        return palette.color(QPalette.ColorRole.ButtonText)


class _DotEngine(_Engine):
    def __init__(self, colour: QColor, size: int) -> None:
        super().__init__()
        self._colour = colour
        self._size = size

    @override
    def clone(self) -> QIconEngine:
        return _DotEngine(self._colour, self._size)

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        side = min(self._size, rect.width(), rect.height())
        circle = QRectF(0, 0, side, side)
        circle.moveCenter(QRectF(rect).center())
        paint_dot(painter, circle, self._colour)


@cache
def _svg(name: str) -> str:
    text = resources.path(f"icons/{name}.svg").read_text("utf-8")
    return text.replace('stroke-width="2"', 'stroke-width="1.75"')


@cache
def _renderer(name: str, colour: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
