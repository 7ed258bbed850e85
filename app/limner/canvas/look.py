"""How annotations look: colours, widths and sizes, in device-independent pixels."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from limner.canvas.viewport import whole

LINE: Final = 2.0
"""The coloured line of a shape; below it lies a dark one that stands out by EDGE on each side."""

EDGE: Final = 0.75
SELECTED_LIGHT: Final = 1.0
"""The white line on each side of a selected shape's; outside of it comes the dark one again."""

FILL_ALPHA: Final = 46
"""18 % of the class colour."""

DOT: Final = 3.5
"""The radius of a keypoint."""

TICK: Final = 9.0
"""The length of the mark on the top edge of a rotated box."""

PAD: Final = 16
"""No mark of a shape reaches further than this from its bounds."""

PLAIN_PAD: Final = 10
"""The same of what is not selected: 2.1 widths of the line at a sharp corner (Qt ends mitres at
two), or the mark on a rotated box."""

WHITE: Final = QColor(255, 255, 255)
SHADE: Final = QColor(40, 42, 46)
"""The dark line under a coloured one: seen on white, on its own colour and on grey.

No line may be see-through: a wide one takes 0.5 ms around a large shape, an opaque one 0.13.
"""

DIM: Final = QColor(183, 184, 185)
"""The light line of what is only pointed at."""

ACCENT: Final = QColor("#4c8dff")
ACCENT_FILL: Final = QColor("#2563eb")
"""Dark enough for white words on it."""
GONE: Final = QColor("#f2746f")
"""What others removed."""


def pen(colour: QColor, width: float) -> QPen:
    """A solid pen with mitred corners; `width` in device pixels."""
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.FlatCap, _JOIN)


_JOIN: Final = Qt.PenJoinStyle.MiterJoin


def with_alpha(colour: QColor, alpha: int) -> QColor:
    """The same colour, see-through: `alpha` runs from 0 to 255."""
    return QColor(colour.red(), colour.green(), colour.blue(), alpha)


def ink_on(colour: QColor) -> QColor:
    """Black or white, whichever is easier to read on `colour` (relative luminance, WCAG 2.2)."""
    channels = [_linear(c) for c in (colour.redF(), colour.greenF(), colour.blueF())]
    luminance = 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2]
    return QColor("#101216") if luminance > 0.179 else WHITE


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


class Dots:
    """Keypoints as small pictures, made once per look: a thousand times cheaper than circles."""

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._made: dict[tuple[int, bool, bool], QImage] = {}

    def paint(
        self, painter: QPainter, x: float, y: float, colour: QColor, *, hollow: bool, chosen: bool
    ) -> None:
        """Put a dot with its middle at (x, y), in device pixels."""
        key = (colour.rgb(), hollow, chosen)
        image = self._made.get(key) or self._made.setdefault(key, self._make(*key))
        half = image.width() // 2
        painter.drawImage(QPoint(whole(x) - half, whole(y) - half), image)

    def _make(self, rgb: int, hollow: bool, chosen: bool) -> QImage:
        ring, core = DOT + (2.5 if chosen else 1.25), DOT + (0.5 if chosen else 0.0)
        half = round((ring + 2) * self._ratio)
        image = QImage(2 * half, 2 * half, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.translate(half, half)
            painter.scale(self._ratio, self._ratio)
            for radius, colour in ((ring + EDGE, SHADE), (ring, WHITE), (core, QColor(rgb))):
                painter.setBrush(QBrush(colour))
                painter.drawEllipse(QRectF(-radius, -radius, 2 * radius, 2 * radius))
            if hollow:
                painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Clear)
                painter.drawEllipse(QRectF(-core + 1.5, -core + 1.5, 2 * core - 3, 2 * core - 3))
        return image
