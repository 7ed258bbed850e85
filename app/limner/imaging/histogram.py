"""How often each value stands in an image."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.imaging.picture import Samples, Window
from limner.imaging.tone import EIGHT_BIT

BINS: Final = 128

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of equal steps from `span.low` to `span.high`, for one channel or red, green, blue."""

    span: Window
    channels: tuple[Counts, ...]


def histogram(samples: Samples) -> Histogram:
    """Count what a few hundred thousand samples hold; a coarse level says enough.

    8-bit images are counted from 0 to 255, deep ones from their darkest to their brightest value;
    what is not a number is left out.
    """
    if samples.dtype == np.uint8:
        return Histogram(EIGHT_BIT, tuple(_counts(samples[..., i], EIGHT_BIT) for i in (2, 1, 0)))
    finite = samples[np.isfinite(samples)] if samples.dtype == np.float32 else samples
    span = Window(float(finite.min()), float(finite.max())) if finite.size else Window(0.0, 1.0)
    if span.low == span.high:
        span = Window(span.low - 0.5, span.high + 0.5)
    if samples.ndim == 2:
        return Histogram(span, (_counts(samples, span),))
    return Histogram(span, tuple(_counts(samples[..., i], span) for i in range(3)))


def _counts(values: Samples, span: Window) -> Counts:
    counts, _edges = np.histogram(values, bins=BINS, range=span)
    return counts.astype(np.int64)
