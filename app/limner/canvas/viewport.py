"""Which part of the image plane is on the screen, and how large. Numbers only, no Qt.

Three frames: image pixels; *device pixels* of the screen, counted from the canvas's top-left
corner; and the *plane*, which is the whole image at the present zoom, in device pixels. Tiles are
cut from the plane, so panning moves them by whole pixels and never blurs them. None of them knows
of a turned view: `turn.py` leads from unturned device pixels to those of the screen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, NamedTuple

from limner.model.geometry import Bounds

MAX_ZOOM: Final = 128.0
"""Device pixels per image pixel; a large canvas goes on until it shows `_FEWEST` across."""

_FEWEST: Final = 8
_FIT_MARGIN: Final = 0.02
_KEPT_IN_SIGHT: Final = 64
"""At least so many device pixels of the image stay on the canvas, however far it is pushed."""

Size = tuple[int, int]


class Frame(NamedTuple):
    """A rectangle of the plane that is painted at once: a tile, or the whole canvas.

    `zoom` is device pixels per image pixel, `ratio` device pixels per device-independent pixel:
    lines and marks are made `ratio` times as large, to look the same on every screen.
    """

    zoom: float
    left: int
    top: int
    width: int
    height: int
    ratio: float = 1.0

    def covers(self, pad: float) -> Bounds:
        """The image pixels under the frame and `pad` device pixels around it."""
        return Bounds(
            (self.left - pad) / self.zoom,
            (self.top - pad) / self.zoom,
            (self.left + self.width + pad) / self.zoom,
            (self.top + self.height + pad) / self.zoom,
        )


@dataclass(frozen=True, slots=True)
class Viewport:
    """The canvas's top-left corner stands at (left, top) of the plane at `zoom`."""

    zoom: float = 1.0
    left: int = 0
    top: int = 0

    def to_image(self, x: float, y: float) -> tuple[float, float]:
        """Image pixels of a point given in device pixels."""
        return (x + self.left) / self.zoom, (y + self.top) / self.zoom

    def to_device(self, x: float, y: float) -> tuple[float, float]:
        """Device pixels of a point given in image pixels."""
        return x * self.zoom - self.left, y * self.zoom - self.top

    def panned(self, dx: float, dy: float) -> Viewport:
        """The image pushed by (dx, dy) device pixels."""
        return Viewport(self.zoom, round(self.left - dx), round(self.top - dy))

    def zoomed(self, zoom: float, x: float, y: float) -> Viewport:
        """At another zoom, with the same image point under (x, y), in device pixels."""
        image_x, image_y = self.to_image(x, y)
        return Viewport(zoom, round(image_x * zoom - x), round(image_y * zoom - y))

    def in_sight(self, kept: Bounds, canvas: Size) -> Viewport:
        """Moved no further than needed for some of these image pixels to stay on the canvas."""
        left = _held(self.left, kept.left * self.zoom, kept.right * self.zoom, canvas[0])
        top = _held(self.top, kept.top * self.zoom, kept.bottom * self.zoom, canvas[1])
        return Viewport(self.zoom, left, top)


def whole(value: float) -> int:
    """The nearest whole pixel; halves go up, so that moving by whole pixels changes no rounding."""
    return math.floor(value + 0.5)


def centred(zoom: float, centre: tuple[float, float], canvas: Size) -> Viewport:
    """With an image point in the middle of a canvas of so many device pixels."""
    left = round(centre[0] * zoom - canvas[0] / 2)
    top = round(centre[1] * zoom - canvas[1] / 2)
    return Viewport(zoom, left, top)


def fit_zoom(width: float, height: float, canvas: Size) -> float:
    """The zoom at which a rectangle of image pixels fills the canvas but for a small margin."""
    room = 1 - 2 * _FIT_MARGIN
    zoom = min(canvas[0] * room / max(width, 1e-9), canvas[1] * room / max(height, 1e-9))
    return min(max(zoom, 1e-6), closest_zoom(canvas))


def closest_zoom(canvas: Size) -> float:
    """The zoom at which single pixels are judged, and nothing is gained by going closer."""
    return max(MAX_ZOOM, max(canvas) / _FEWEST)


def allowed_zoom(zoom: float, image: Size, canvas: Size) -> float:
    """`zoom` held between a quarter of what fits (or of 1:1, when that is less) and the closest."""
    if not math.isfinite(zoom):
        return fit_zoom(*image, canvas)
    return min(max(zoom, min(fit_zoom(*image, canvas), 1.0) / 4), closest_zoom(canvas))


def _held(start: int, low: float, high: float, room: int) -> int:
    """A scroll position that leaves some of what lies from `low` to `high` in `room`."""
    kept = min(_KEPT_IN_SIGHT, math.ceil(high - low), room)
    first, last = math.ceil(low) + kept - room, math.floor(high) - kept
    return min(max(start, first), max(last, first))
