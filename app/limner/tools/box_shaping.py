"""Resizing and turning a box in its own frame."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from limner.model.annotations import BBox, OrientedBox
from limner.model.geometry import as_oriented, with_oriented
from limner.tools.guides import XY

THINNEST: Final = 1e-3
"""Image pixels: what a box is left with when its sides are pushed together."""
SNAP_DEGREES: Final = 15.0


@dataclass(frozen=True, slots=True)
class Side:
    """What is held: -1, 0 or 1 along each axis of the box's own frame; (1, 1) is its BR corner."""

    x: int
    y: int


@dataclass(frozen=True, slots=True)
class _Span:
    """An interval of one axis: where it begins and how long it is."""

    start: float
    size: float

    @property
    def middle(self) -> float:
        return self.start + self.size / 2


@dataclass(frozen=True, slots=True)
class _Frame:
    """The box's own axes, about its centre; a box that is not turned keeps the image's axes.

    Keeping them spares an upright box the rounding of a turn: its sides that are not held stay
    the same to the last bit.
    """

    origin: XY
    cos: float
    sin: float

    @classmethod
    def of(cls, box: BBox) -> _Frame:
        oriented = box.oriented
        if oriented is None:
            return cls((0.0, 0.0), 1.0, 0.0)
        angle = math.radians(oriented.angle)
        return cls((oriented.cx, oriented.cy), math.cos(angle), math.sin(angle))

    def inward(self, dx: float, dy: float) -> XY:
        """A shift on the image, as the box sees it."""
        return dx * self.cos + dy * self.sin, dy * self.cos - dx * self.sin

    def outward(self, x: float, y: float) -> XY:
        """A place in the box, as the image sees it."""
        ox, oy = self.origin
        return ox + x * self.cos - y * self.sin, oy + x * self.sin + y * self.cos


def resized(box: BBox, side: Side, start: XY, at: XY, *, keep_ratio: bool = False) -> BBox:
    """`box` with `side` dragged from `start` to `at`, both in image pixels.

    The opposite corner or side stays. Dragged beyond it, the box turns over; it never gets thinner
    than `THINNEST`.
    """
    frame = _Frame.of(box)
    dx, dy = frame.inward(at[0] - start[0], at[1] - start[1])
    span_x, span_y = _spans(box)
    new_x = _dragged(span_x, side.x, dx)
    new_y = _dragged(span_y, side.y, dy)
    if keep_ratio:
        new_x, new_y = _in_ratio(side, (span_x, new_x), (span_y, new_y))
    return _rebuilt(box, frame, new_x, new_y)


def turned(box: BBox, start: XY, at: XY, *, snap: bool = False) -> BBox:
    """`box` turned about its centre by the angle from `start` to `at`, snapped to 15 degrees."""
    before = as_oriented(box)
    angle = before.angle + _bearing(before, at) - _bearing(before, start)
    if snap:
        angle = round(angle / SNAP_DEGREES) * SNAP_DEGREES
    return with_oriented(box, replace(before, angle=angle))


def measured(box: BBox) -> str:
    """The size of a box in whole image pixels along its own sides, and its angle when turned."""
    size = as_oriented(box)
    turn = f" · {size.angle:.1f}°" if box.oriented else ""
    return f"{size.w:.0f} × {size.h:.0f} px{turn}"


def _spans(box: BBox) -> tuple[_Span, _Span]:
    if box.oriented is None:
        return _Span(box.x, box.w), _Span(box.y, box.h)
    w, h = box.oriented.w, box.oriented.h
    return _Span(-w / 2, w), _Span(-h / 2, h)


def _dragged(span: _Span, side: int, by: float) -> _Span:
    if side == 0:
        return span
    fixed = span.start if side > 0 else span.start + span.size
    return _between(fixed, span.size * side + by)


def _between(fixed: float, reach: float) -> _Span:
    """From `fixed` as far as `reach`, which may point either way."""
    size = max(abs(reach), THINNEST)
    return _Span(fixed if reach >= 0 else fixed - size, size)


def _in_ratio(side: Side, x: tuple[_Span, _Span], y: tuple[_Span, _Span]) -> tuple[_Span, _Span]:
    """Both spans (old, new) brought to one factor: the larger of the axes that are held."""
    factors = [new.size / old.size for held, (old, new) in ((side.x, x), (side.y, y)) if held]
    factor = max(factors)
    return _scaled(side.x, x, factor), _scaled(side.y, y, factor)


def _scaled(side: int, spans: tuple[_Span, _Span], factor: float) -> _Span:
    old, new = spans
    size = max(old.size * factor, THINNEST)
    if side == 0:
        return _Span(old.middle - size / 2, size)
    fixed = old.start if side > 0 else old.start + old.size
    return _between(fixed, math.copysign(size, new.middle - fixed))


def _rebuilt(box: BBox, frame: _Frame, x: _Span, y: _Span) -> BBox:
    if box.oriented is None:
        return replace(box, x=x.start, y=y.start, w=x.size, h=y.size)
    cx, cy = frame.outward(x.middle, y.middle)
    angle = box.oriented.angle
    return with_oriented(box, OrientedBox(cx, cy, x.size, y.size, angle))


def _bearing(box: OrientedBox, at: XY) -> float:
    return math.degrees(math.atan2(at[1] - box.cy, at[0] - box.cx))
