"""How a person has turned the view: by quarters and mirrored, on the screen and nowhere else.

Everything is laid out and painted unturned; one exact transform puts it onto the screen, so that
a turn changes no coordinate and no painted pixel.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from PySide6.QtGui import QTransform

from limner.canvas.viewport import Size

_QUARTERS: Final = ((1, 0, 0, 1), (0, 1, -1, 0), (-1, 0, 0, -1), (0, -1, 1, 0))
"""Where a step right and a step down go, for each number of quarters; y points down."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Mirrored first, left for right, and then turned clockwise by 0 to 3 quarters."""

    quarters: int = 0
    is_mirrored: bool = False

    def turned(self, quarters: int) -> Turn:
        """Turned further, clockwise as it is seen; a negative number turns back."""
        return Turn((self.quarters + quarters) % 4, self.is_mirrored)

    def mirrored(self) -> Turn:
        """What is seen left goes right, whichever way the image is turned."""
        return Turn(-self.quarters % 4, not self.is_mirrored)

    def room(self, screen: Size) -> Size:
        """The size of a canvas of `screen` device pixels, as it is without the turn."""
        width, height = screen
        return (height, width) if self.quarters % 2 else (width, height)

    def onto(self, screen: Size) -> QTransform:
        """From unturned device pixels to those of a canvas of this size; whole ones stay whole."""
        return _onto(self._matrix(), screen)

    def unturned(self, dx: float, dy: float) -> tuple[float, float]:
        """A step on the screen as a step in the image."""
        a, b, c, d = self._matrix()
        return a * dx + b * dy, c * dx + d * dy

    def seen(self, dx: float, dy: float) -> tuple[float, float]:
        """A step in the image as a step on the screen."""
        a, b, c, d = self._matrix()
        return a * dx + c * dy, b * dx + d * dy

    def _matrix(self) -> tuple[int, int, int, int]:
        a, b, c, d = _QUARTERS[self.quarters]
        return (-a, -b, c, d) if self.is_mirrored else (a, b, c, d)


@lru_cache(maxsize=16)
def _onto(matrix: tuple[int, int, int, int], screen: Size) -> QTransform:
    """Asked for ten times a frame, so the last ones are kept; nobody changes a transform."""
    a, b, c, d = matrix
    dx = screen[0] if a + c < 0 else 0
    dy = screen[1] if b + d < 0 else 0
    return QTransform(a, b, c, d, dx, dy)


UNTURNED: Final = Turn()
