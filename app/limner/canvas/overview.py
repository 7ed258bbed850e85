"""The whole image in miniature, with a dot in its class colour for each shape."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter

from limner.canvas.buffers import Plane, image_over
from limner.canvas.scene import Scene
from limner.canvas.viewport import Frame

_DOT: Final = 0.7
"""How much one dot covers of what lies under it; each further one covers as much of the rest."""

_CROWD: Final = 500
"""Fewer shapes than this have larger dots."""

_MOST: Final = 0.85
"""However many there are, so much is covered and no more."""


def overview(scene: Scene, frame: Frame) -> QImage:
    """The frame, which is to hold the whole image, with what of its pixels is in memory.

    A hundred thousand shapes take 5 ms.
    """
    pixels = np.zeros((frame.height, frame.width), dtype=np.uint32)
    image = image_over(pixels)
    with QPainter(image) as painter:
        scene.backdrop.paint(painter, frame)
    _strew(pixels, scene, frame)
    return image


def _strew(pixels: Plane, scene: Scene, frame: Frame) -> None:
    """A dot of one to three device-independent pixels for the middle of each shape, in z-order."""
    table = scene.table
    rows = table.within(frame.covers(0))
    side = round(frame.ratio) * (3 if len(rows) < _CROWD else 1)
    columns, lines = frame.width // side, frame.height // side
    cells = table.centres(rows) * (frame.zoom / side) - (frame.left / side, frame.top / side)
    x, y = cells.astype(np.int32).T  # centres of shapes that reach into the frame may lie outside
    keys = np.clip(y, 0, lines - 1) * columns + np.clip(x, 0, columns - 1)
    counts = np.bincount(keys, minlength=columns * lines)
    colours = np.zeros(len(counts), dtype=np.uint32)
    colours[keys] = scene.rgb(rows)
    found = np.flatnonzero(counts)
    strength = np.minimum(1 - (1 - _DOT) ** counts[found], _MOST)
    top, left = np.divmod(found, columns)
    for dy in range(side):
        for dx in range(side):
            at = top * side + dy, left * side + dx
            pixels[at] = _mixed(pixels[at], colours[found], strength)


def _mixed(under: Plane, over: Plane, strength: NDArray[np.float64]) -> Plane:
    """`strength` of the one colour and the rest of the other, for n opaque pixels."""
    share = strength[:, None]
    mixed = _channels(under) * (1 - share) + _channels(over) * share
    packed: Plane = mixed.astype(np.uint8).view(np.uint32)[:, 0]
    return packed


def _channels(pixels: Plane) -> NDArray[np.uint8]:
    return pixels.view(np.uint8).reshape(-1, 4)
