"""The plane cut into squares of one size, named by column and row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

from PySide6.QtCore import QRect

from limner.canvas.viewport import Frame
from limner.model.geometry import Bounds

SIDE: Final = 256
"""Device pixels; with 512 the longest slice took 19 ms instead of 7."""

Key = tuple[int, int]


def view_rect(view: Frame) -> QRect:
    """The view on the plane, in device pixels."""
    return QRect(view.left, view.top, view.width, view.height)


def tile_rect(key: Key) -> QRect:
    """The tile on the plane, in device pixels."""
    return QRect(key[0] * SIDE, key[1] * SIDE, SIDE, SIDE)


def tile_frame(key: Key, view: Frame) -> Frame:
    """The tile as a frame of its own, at the view's zoom."""
    return Frame(view.zoom, key[0] * SIDE, key[1] * SIDE, SIDE, SIDE, view.ratio)


def keys(view: Frame) -> Iterator[Key]:
    """The tiles that the view shows."""
    return keys_over(view_rect(view))


def keys_over(rect: QRect) -> Iterator[Key]:
    """The tiles that touch a rectangle of the plane."""
    if rect.isEmpty():
        return
    for y in range(rect.top() // SIDE, rect.bottom() // SIDE + 1):
        for x in range(rect.left() // SIDE, rect.right() // SIDE + 1):
            yield x, y


def distance(key: Key, view: Frame) -> float:
    """How far a tile's middle is from that of the view, in tiles."""
    middle_x = (view.left + view.width / 2) / SIDE - 0.5
    middle_y = (view.top + view.height / 2) / SIDE - 0.5
    return math.hypot(key[0] - middle_x, key[1] - middle_y)


def surroundings(view: Frame) -> Frame:
    """The view and one tile on each side of it."""
    return view._replace(
        left=view.left - SIDE,
        top=view.top - SIDE,
        width=view.width + 2 * SIDE,
        height=view.height + 2 * SIDE,
    )


def on_image(rect: QRect, zoom: float) -> Bounds:
    """The image pixels under a rectangle of the plane."""
    right, bottom = rect.x() + rect.width(), rect.y() + rect.height()
    return Bounds(rect.x() / zoom, rect.y() / zoom, right / zoom, bottom / zoom)
