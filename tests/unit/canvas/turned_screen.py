"""Shows one view in every turn on a screen of this program's ratio, and compares the pixels.

The canvas begins at odd places of its window, which a fractional ratio puts within a pixel.
"""

from __future__ import annotations

import sys

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget

from limner.canvas.turn import UNTURNED, Turn
from limner.canvas.view import Canvas
from limner.canvas.viewport import whole
from limner.imaging.picture import WholePicture
from limner.model.geometry import Bounds

_PLACES = (QPoint(0, 0), QPoint(3, 5), QPoint(1, 2))
_TURNS = [Turn(quarters, mirrored) for quarters in range(4) for mirrored in (False, True)]
_SIDE = 304
"""A whole number of device pixels on each of the screens that are tried."""


def main() -> int:
    """0 when every turn shows the pixels of the unturned view."""
    application = QApplication(sys.argv[:1])
    window = QWidget()
    window.resize(400, 400)
    canvas = Canvas(window)
    canvas.resize(_SIDE, _SIDE)
    canvas.minimap.switch(on=False)  # it comes by the clock, and is not turned with the view
    canvas.show_picture(noise())
    window.show()
    canvas.zoom_to(1.7)
    canvas.centre_on(Bounds(150, 120, 150, 120))
    wrong = 0
    for place in _PLACES:
        canvas.move(place)
        upright = seen(application, canvas, UNTURNED)
        for turn in _TURNS:
            shown = seen(application, canvas, turn)
            if not np.array_equal(shown, turned(upright, turn)):
                print(place, turn, file=sys.stderr)
                wrong = 1
    return wrong


def noise() -> WholePicture:
    """Each pixel is its own."""
    pixels = np.random.default_rng(3).integers(0, 255, (240, 300, 4), dtype=np.uint8)
    pixels[..., 3] = 255
    return WholePicture((pixels,))


def seen(application: QApplication, canvas: Canvas, turn: Turn) -> NDArray[np.uint32]:
    """What the canvas shows in its window, in device pixels, but for its edges."""
    canvas.turn_to(turn)
    while not canvas.is_settled:
        application.processEvents()
    image = canvas.window().grab().toImage()
    flat = np.frombuffer(image.constBits(), dtype=np.uint32)
    window = flat.reshape(image.height(), -1) & np.uint32(0xFFFFFF)
    ratio, begin = canvas.devicePixelRatioF(), canvas.pos()
    left, top, side = whole(begin.x() * ratio), whole(begin.y() * ratio), round(_SIDE * ratio)
    return window[top + 2 : top + side - 2, left + 2 : left + side - 2]


def turned(upright: NDArray[np.uint32], turn: Turn) -> NDArray[np.uint32]:
    """What numpy makes of it: an independent opinion."""
    mirrored = upright[:, ::-1] if turn.is_mirrored else upright
    return np.rot90(mirrored, -turn.quarters)


if __name__ == "__main__":
    sys.exit(main())
