"""Where decoding happens: how much it may take, and where its pixels go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from numpy.typing import DTypeLike, NDArray

from limner.imaging.picture import fresh

PIXEL_LIMIT: Final = 400_000_000
"""A decoded image takes 5.4 bytes a pixel with its pyramid: 2.2 GB at this limit."""


class Host:
    """Decoding in this very process, with the pixels in ordinary memory."""

    pixel_limit = PIXEL_LIMIT

    def expect(self, pixels: int) -> None:
        """Hear how many pixels a header announces, before room is made for any."""

    def planes(self, shapes: Sequence[tuple[int, ...]], dtype: DTypeLike) -> list[NDArray[Any]]:
        """Room for the levels of one image, to be filled."""
        return fresh(shapes, dtype)


HERE: Final = Host()
