"""The smaller levels of deep images, in the samples' own type."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from limner.imaging.picture import SMALLEST_LEVEL, Samples

_STRIP: Final = 32
"""Rows averaged at a time: so few that they stay in the cache of the processor."""


def halves(samples: Samples, smallest: int = SMALLEST_LEVEL) -> tuple[Samples, ...]:
    """The levels of a deep image, largest first, down to one of at most `smallest` pixels a side.

    Each is the 2 x 2 average of the one before, its size rounded up, as those of 8-bit images are.
    """
    levels = [samples]
    while max(levels[-1].shape[:2]) > smallest:
        levels.append(half(levels[-1]))
    return tuple(levels)


def half(samples: Samples) -> Samples:
    """The 2 x 2 average of deep samples, its size rounded up."""
    height, width = samples.shape[:2]
    shape = ((height + 1) // 2, (width + 1) // 2, *samples.shape[2:])
    averages: NDArray[Any] = np.empty(shape, samples.dtype)
    average = _average if samples.dtype == np.uint16 else _average_of_finite
    for top in range(0, height, _STRIP):
        averages[top // 2 : (top + _STRIP) // 2] = average(_even(samples[top : top + _STRIP]))
    return averages


def _even(strip: Samples) -> NDArray[Any]:
    """The strip with its last row and column repeated where a pair lacks one."""
    odd = [(0, size % 2) for size in strip.shape[:2]] + [(0, 0)] * (strip.ndim - 2)
    return np.pad(strip, odd, mode="edge") if any(more for _none, more in odd) else strip


def _average(strip: NDArray[np.uint16]) -> NDArray[np.uint32]:
    rows = np.add(strip[::2], strip[1::2], dtype=np.uint32)
    sums = rows[:, ::2] + rows[:, 1::2]
    return np.right_shift(sums + np.uint32(2), np.uint32(2))


def _average_of_finite(strip: NDArray[np.float32]) -> NDArray[np.float32]:
    """What is not a number counts only where there is nothing else: holes do not grow."""
    finite = np.isfinite(strip)
    if finite.all():
        return _quarters(strip)
    share = _quarters(finite.astype(np.float32))
    total = _quarters(np.where(finite, strip, np.float32(0)))
    return np.divide(total, share, out=np.full_like(total, np.nan), where=share > 0)


def _quarters(strip: NDArray[np.float32]) -> NDArray[np.float32]:
    """The sum of a quarter of each four, which cannot overflow."""
    quarters = strip * np.float32(0.25)
    rows = quarters[::2] + quarters[1::2]
    return rows[:, ::2] + rows[:, 1::2]
