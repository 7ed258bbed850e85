"""From the samples of a file to what a screen shows: black, white, gamma, one channel or all.

Every value is looked up in a table, so that a tile is toned in a fraction of a millisecond and
changing the tone costs what painting costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.imaging.picture import Pixels, Samples, Window

_STEPS: Final = 4096
"""So many steps between black and white for floating point samples."""

_SAMPLED: Final = 1_000_000
"""How many values the window is chosen from: enough for a percentile, quick on any image."""

_OPAQUE: Final = 0xFF000000


class Channel(Enum):
    """Which channel is shown; the value is its place in R, G, B."""

    ALL = None
    RED = 0
    GREEN = 1
    BLUE = 2


@dataclass(frozen=True, slots=True)
class Tone:
    """How samples are shown; it never touches the file.

    A sample v becomes 255 * clip((v - low) / (high - low), 0, 1) ** (1 / gamma). One channel is
    shown in grey; an image of one channel is shown as it is. Brightness and contrast are other
    words for low and high.
    """

    window: Window
    gamma: float = 1.0
    channel: Channel = Channel.ALL


EIGHT_BIT: Final = Window(0.0, 255.0)


def toned(samples: Samples, tone: Tone | None, window: Window | None) -> Pixels:
    """Samples as C-contiguous pixels.

    Without a tone, deep samples use the `window` of their picture, and 8-bit ones stay as they
    are. What is not a number becomes black.
    """
    if tone is None:
        if samples.dtype == np.uint8:
            return np.ascontiguousarray(samples, dtype=np.uint8)
        tone = Tone(window or EIGHT_BIT)
    places, table = _places(samples, tone)
    if places.ndim == 2:
        return _as_pixels(table[places])
    red, green, blue = _channels(places)
    if tone.channel is not Channel.ALL:
        return _as_pixels(table[(red, green, blue)[tone.channel.value]])
    shown = (table[red] & 0xFFFF0000) | (table[green] & 0xFF00) | (table[blue] & 0xFF)
    return _as_pixels(shown)


def automatic(samples: Samples) -> Window:
    """The values that become black and white for most of the range to be used; always apart.

    The 0.1 and 99.9 percentiles, as viewers of scientific images take, so a 12-bit camera in
    16-bit words is not black and a single hot pixel does not darken the rest.
    """
    values = samples[..., :3] if samples.dtype == np.uint8 else samples
    pixels = values.reshape(samples.shape[0] * samples.shape[1], -1)
    sample = pixels[:: max(1, values.size // _SAMPLED)]
    sample = sample[np.isfinite(sample)]
    if not sample.size:
        return Window(0.0, 1.0)
    low, high = (float(value) for value in np.percentile(sample, (0.1, 99.9)))
    if low == high:
        low, high = float(sample.min()), float(sample.max())
    return Window(low, high) if low < high else Window(low - 0.5, low + 0.5)


def _places(samples: Samples, tone: Tone) -> tuple[NDArray[np.unsignedinteger], NDArray[np.uint32]]:
    """Where in a table of 0xffRRGGBB greys each sample stands."""
    if samples.dtype == np.uint8:
        return samples.astype(np.uint8, copy=False), _table(tone.window, tone.gamma, 256)
    if samples.dtype == np.uint16:
        return samples.astype(np.uint16, copy=False), _table(tone.window, tone.gamma, 65536)
    low, high = tone.window
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = (samples.astype(np.float32, copy=False) - low) * ((_STEPS - 1) / (high - low))
    scaled[~np.isfinite(samples)] = 0
    inside = np.clip(scaled, 0, _STEPS - 1)
    return inside.astype(np.uint16), _table(Window(0, _STEPS - 1), tone.gamma, _STEPS)


@lru_cache(maxsize=16)
def _table(window: Window, gamma: float, length: int) -> NDArray[np.uint32]:
    low, high = window
    if high <= low:
        high = low + 1e-9
    level = np.clip((np.arange(length) - low) / (high - low), 0.0, 1.0) ** (1.0 / gamma)
    grey = np.rint(level * 255).astype(np.uint32)
    table: NDArray[np.uint32] = grey * 0x010101 | np.uint32(_OPAQUE)
    table.flags.writeable = False
    return table


def _channels(
    places: NDArray[np.unsignedinteger],
) -> tuple[NDArray[np.unsignedinteger], ...]:
    """Red, green and blue of 8-bit B, G, R, 255 or of deep R, G, B."""
    order = (2, 1, 0) if places.dtype == np.uint8 else (0, 1, 2)
    return tuple(places[..., place] for place in order)


def _as_pixels(shown: NDArray[np.uint32]) -> Pixels:
    """0xffRRGGBB words as their bytes."""
    little = np.ascontiguousarray(shown, dtype="<u4")
    return little.view(np.uint8).reshape(*little.shape, 4)
