"""From pixels as they lie in a file to the upright frame, for a part of an image at a time."""

from __future__ import annotations

from dataclasses import dataclass

from limner.imaging.picture import Area, Level, Samples


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the eight values of the orientation tag (TIFF 6.0, 274; EXIF has the same)."""

    orientation: int = 1

    @property
    def is_transposed(self) -> bool:
        """Whether rows become columns, before anything is mirrored."""
        return self.orientation >= 5

    @property
    def is_mirrored_across(self) -> bool:
        """Whether the upright image is read from right to left."""
        return self.orientation in (2, 3, 6, 7)

    @property
    def is_mirrored_down(self) -> bool:
        """Whether the upright image is read from below."""
        return self.orientation in (3, 4, 7, 8)

    def size(self, size: Level) -> Level:
        """The upright size of an image or a tile, or back."""
        return Level(size.height, size.width) if self.is_transposed else size

    def raw(self, area: Area, size: Level) -> Area:
        """Where in the file an area of an upright image of this size lies."""
        left, top, right, bottom = area
        if self.is_mirrored_across:
            left, right = size.width - right, size.width - left
        if self.is_mirrored_down:
            top, bottom = size.height - bottom, size.height - top
        if self.is_transposed:
            return Area(top, left, bottom, right)
        return Area(left, top, right, bottom)

    def upright(self, samples: Samples) -> Samples:
        """The samples of an area as they are shown; C-contiguous."""
        if self.is_transposed:
            samples = samples.swapaxes(0, 1)
        if self.is_mirrored_across:
            samples = samples[:, ::-1]
        if self.is_mirrored_down:
            samples = samples[::-1]
        return samples if samples.flags.c_contiguous else samples.copy()
