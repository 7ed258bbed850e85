"""One setting of the levels panel, said as a window or as brightness and contrast."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from limner.imaging.picture import Window
from limner.imaging.tone import Channel, Tone

_DOUBLING: Final = 25
"""So many steps of contrast make the window half as wide."""


@dataclass(frozen=True, slots=True)
class Look:
    """Brightness moves the window by hundredths of the neutral one, contrast narrows it.

    At 0 and 0 the window is the neutral one; at 100 contrast it is a sixteenth as wide.
    """

    window: Window
    gamma: float = 1.0
    channel: Channel = Channel.ALL

    @property
    def tone(self) -> Tone:
        return Tone(self.window, self.gamma, self.channel)

    def sliders(self, neutral: Window) -> tuple[int, int]:
        """Brightness and contrast, each from -100 to 100."""
        width, whole = self.window.high - self.window.low, neutral.high - neutral.low
        contrast = -_DOUBLING * math.log2(width / whole)
        moved = (sum(self.window) - sum(neutral)) / 2
        return _held(-100 * moved / whole), _held(contrast)

    def with_sliders(self, brightness: int, contrast: int, neutral: Window) -> Look:
        whole = neutral.high - neutral.low
        half = whole * 2.0 ** (-contrast / _DOUBLING) / 2
        middle = sum(neutral) / 2 - brightness / 100 * whole
        return Look(Window(middle - half, middle + half), self.gamma, self.channel)


def _held(value: float) -> int:
    return round(min(max(value, -100.0), 100.0))
