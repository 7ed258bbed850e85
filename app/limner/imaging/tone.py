"""From the samples of a file to what a screen shows: black, white, gamma, one channel or all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from limner.imaging.picture import Window


class Channel(Enum):
    ALL = "all"
    RED = "red"
    GREEN = "green"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Tone:
    """How samples are shown; it never touches the file.

    A sample v becomes 255 * clip((v - low) / (high - low), 0, 1) ** (1 / gamma). One channel is
    shown in grey. Brightness and contrast are other words for low and high (`levels` panel).
    """

    window: Window
    gamma: float = 1.0
    channel: Channel = Channel.ALL
