"""Where decoding happens, and how much it may take there."""

from __future__ import annotations

from typing import Final

PIXEL_LIMIT: Final = 400_000_000
"""A decoded image takes 5.4 bytes a pixel with its pyramid: 2.2 GB at this limit."""


class Host:
    """Decoding in this very process, with nothing to hold it to the limit."""

    pixel_limit = PIXEL_LIMIT

    def expect(self, pixels: int) -> None:
        """Hear how many pixels a header announces, before room is made for any."""


HERE: Final = Host()
