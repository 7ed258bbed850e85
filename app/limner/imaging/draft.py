"""Decoding at a fraction of the size, where a format can do that."""

from __future__ import annotations

from typing import IO, Final

from PIL import ImageFile, Jpeg2KImagePlugin

_HEAD: Final = 1 << 16
_CODESTREAM: Final = b"\xff\x4f\xff\x51"
_COD: Final = b"\xff\x52"


def draft(image: ImageFile.ImageFile, side: int) -> bool:
    """Have a page that is not loaded yet decoded small, its longer side no less than `side`.

    A HEIC photograph has a thumbnail in it, which serves where it is large enough.

    Returns:
        Whether that takes a fraction of the time that the whole would take.
    """
    longer = max(image.size)
    if image.format in ("JPEG", "MPO", "HEIF"):
        width, height = image.size
        image.draft("RGB", (max(1, width * side // longer), max(1, height * side // longer)))
        return max(image.size) < longer and not image.info.get("progressive")
    if isinstance(image, Jpeg2KImagePlugin.Jpeg2KImageFile):
        return _draft_jpeg2000(image, longer // side)
    return False


def _draft_jpeg2000(image: Jpeg2KImagePlugin.Jpeg2KImageFile, factor: int) -> bool:
    """Leave out the finest wavelets; there are as many halves as the encoder made."""
    if image.fp is None or factor < 2:
        return False
    place = image.fp.tell()
    halvings = min(factor.bit_length() - 1, _halvings(image.fp))
    image.fp.seek(place)
    image.reduce = halvings
    return halvings > 0


def _halvings(file: IO[bytes]) -> int:
    """How often a JPEG 2000 image can be halved: ITU-T T.800, A.6.1, coding style."""
    file.seek(0)
    head = file.read(_HEAD)
    place = head.find(_CODESTREAM) + 2
    while place > 1 and len(head) >= place + 10 and head[place] == _COD[0]:
        if head[place : place + 2] == _COD:
            return min(head[place + 9], 32)
        place += 2 + int.from_bytes(head[place + 2 : place + 4], "big")
    return 0
