"""Where decoding happens, and how much it may take there."""

from __future__ import annotations

from typing import Final

from limner.imaging.problems import TooLarge

PIXEL_LIMIT: Final = 400_000_000
"""A decoded image takes 5.4 bytes a pixel with its pyramid: 2.2 GB at this limit."""


class Host:
    """Decoding in this very process, with nothing to hold it to the limit."""

    pixel_limit = PIXEL_LIMIT

    def expect(self, pixels: int) -> None:
        """Hear how many pixels a header announces, before room is made for any."""


HERE: Final = Host()


def announce(size: tuple[int, int], name: str, host: Host) -> None:
    """Hold a width and height from a header against what may be decoded.

    Raises:
        TooLarge: they are beyond it; `name` is what the message calls the file.
    """
    width, height = size
    if width * height > host.pixel_limit:
        raise TooLarge(name, width, height, host.pixel_limit)
    host.expect(width * height)
