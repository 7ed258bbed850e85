"""The pixels of a page, upright: 8-bit RGB, or the samples of a deep image."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from PIL import Image, ImageFile

from limner.imaging import deep
from limner.imaging.colour import to_rgb
from limner.imaging.host import Host, announce
from limner.imaging.orientation import orientation, upright
from limner.imaging.picture import Samples
from limner.imaging.problems import Damaged, TooDear

Again = Callable[[], AbstractContextManager[ImageFile.ImageFile]]


@dataclass(frozen=True, slots=True)
class Loaded:
    """A whole page, upright; `warning` says, for people, what is wrong with it."""

    content: Image.Image | Samples
    warning: str | None


def load(
    image: ImageFile.ImageFile, again: Again, name: str, host: Host, side: int | None = None
) -> Loaded:
    """Decode an opened page.

    Args:
        again: opens the same page once more.
        side: what is left of an 8-bit image when this is all that the longer side needs to have.

    Raises:
        ImageProblem: nothing of it can be shown; `name` is what the message calls it.
    """
    announce(image.size, name, host)
    turn = orientation(image)
    mode = deep.wide_mode(image)
    if mode is None:
        return _load_plain(image, turn, name, side)
    if mode == deep.GREY_ALPHA:
        deep.take_both_bytes(image)
        warning = _load(image, name)
        return Loaded(deep.grey_alpha_samples(upright(image, turn)), warning)
    deep.take_high_bytes(image)
    warning = _load(image, name)
    with again() as twin:
        deep.take_low_bytes(twin)
        _load(twin, name)
        return Loaded(deep.wide_samples(upright(image, turn), upright(twin, turn), mode), warning)


def _load_plain(image: ImageFile.ImageFile, turn: int, name: str, side: int | None) -> Loaded:
    """Decode an image that Pillow reads as it is."""
    shallow = None
    if deep.loses_bits(image):
        shallow = f"“{name}” has more than 8 bits a channel; the upper 8 are shown."
    warning = _load(image, name) or shallow
    if deep.is_deep(image):
        return Loaded(deep.grey_samples(image, upright(image, turn)), warning)
    if side is not None and image.mode in ("RGB", "L", "CMYK", "YCbCr"):
        image.thumbnail((side, side), reducing_gap=2.0)
    return Loaded(to_rgb(upright(image, turn)), warning)


def _load(image: ImageFile.ImageFile, name: str) -> str | None:
    """Decode the pixels; a warning for people when only a part of them came.

    Pillow keeps the rows it had when a file broke off; without its tiles it hands them out.
    """
    try:
        image.load()
    except MemoryError as error:
        raise TooDear(name) from error
    except Exception as error:  # decoders of hostile data raise whatever comes
        image.tile = []
        if not _has_content(image):
            raise Damaged(name) from error
        return f"“{name}” is damaged or breaks off; what could be read of it is shown."
    return None


def _has_content(image: Image.Image) -> bool:
    """Whether the decoder left anything but zeros."""
    try:
        return image.getbbox() is not None
    except OSError:  # it failed before it had room for pixels
        return False
