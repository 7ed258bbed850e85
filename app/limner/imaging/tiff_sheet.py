"""One directory of a TIFF file as an image: its size, its chunks, how they are coded.

A chunk is what is compressed by itself: a tile, or a strip as wide as the image.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from limner.imaging.picture import Level
from limner.imaging.tiff_directory import Directory, Entry, Malformed, Tag, TiffReader

_SIDE_LIMIT: Final = 1 << 20
_CHUNK_SIDE_LIMIT: Final = 4096
_CHUNK_BYTES_LIMIT: Final = 1 << 28

NONE, JPEG, PACK_BITS, WEBP = 1, 7, 32773, 50001
_BYTES_KEPT: Final = frozenset({NONE, PACK_BITS, 5, 8, 32946, 34925, 50000})
"""Lossless for any bytes; the numbers are LZW, deflate (new and old), LZMA and Zstandard."""
JPEG_2000: Final = frozenset({33003, 33005, 34712})
_FAX: Final = frozenset({2, 3, 4})

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, CMYK, YCBCR = 0, 1, 2, 3, 5, 6
_SAMPLES: Final = {
    WHITE_IS_ZERO: 1, BLACK_IS_ZERO: 1, RGB: 3, PALETTE: 1, CMYK: 4, YCBCR: 3,
}  # fmt: skip
"""How many samples a pixel has without its alpha, by photometric interpretation."""

_KINDS: Final = {1: "u", 2: "i", 3: "f"}
_DTYPES: Final = frozenset({"u2", "u4", "i2", "i4", "f2", "f4", "f8"})


class Foreign(Exception):
    """A good image, but coded in a way that this program does not read chunk by chunk."""


@dataclass(frozen=True, slots=True)
class Coding:
    """What the bytes of a chunk mean. Samples of more than 8 bits have a numpy `dtype`."""

    compression: int
    photometric: int
    bits: int
    samples: int
    predictor: int
    is_planar: bool
    dtype: str | None

    @property
    def is_deep(self) -> bool:
        return self.dtype is not None

    @property
    def colours(self) -> int:
        """How many samples of a pixel are not alpha or something else beside the colour."""
        return _SAMPLES[self.photometric]

    @property
    def looks(self) -> tuple[str | None, int]:
        """Equal for images whose samples may stand side by side."""
        return (self.dtype, self.colours) if self.is_deep else (None, 0)


@dataclass(frozen=True, slots=True)
class Sheet:
    """An image of the file; sizes as they lie in it, before its orientation is applied."""

    directory: Directory
    size: Level
    chunk: Level
    offsets: Entry
    counts: Entry
    coding: Coding

    @property
    def is_tiled(self) -> bool:
        return is_tiled(self.directory)

    @property
    def chunk_bytes(self) -> int:
        """How many bytes the samples of a chunk take in the file when nothing is compressed."""
        row = math.ceil(self.chunk.width * self.coding.samples * self.coding.bits / 8)
        return row * self.chunk.height

    @property
    def columns(self) -> int:
        return math.ceil(self.size.width / self.chunk.width)

    @property
    def rows(self) -> int:
        return math.ceil(self.size.height / self.chunk.height)


def size_of(reader: TiffReader, directory: Directory) -> Level:
    """The size of an image as it lies in the file. Raises Malformed."""
    size = Level(reader.integer(directory, Tag.WIDTH), reader.integer(directory, Tag.HEIGHT))
    if not (0 < size.width <= _SIDE_LIMIT and 0 < size.height <= _SIDE_LIMIT):
        raise Malformed
    return size


def is_tiled(directory: Directory) -> bool:
    """Whether the pixels lie in tiles; strips otherwise."""
    return Tag.TILE_OFFSETS in directory


def sheet_of(reader: TiffReader, directory: Directory) -> Sheet:
    """The image of a directory, every number of it checked.

    Raises:
        Foreign: its samples cannot be read chunk by chunk.
        Malformed: its numbers contradict each other or the length of the file.
    """
    size = size_of(reader, directory)
    coding = _coding(reader, directory)
    chunk = _chunk(reader, directory, size)
    if chunk.width * chunk.height * coding.samples * coding.bits > 8 * _CHUNK_BYTES_LIMIT:
        raise Foreign
    if is_tiled(directory):
        tags = Tag.TILE_OFFSETS, Tag.TILE_BYTE_COUNTS
    else:
        tags = Tag.STRIP_OFFSETS, Tag.STRIP_BYTE_COUNTS
    if not all(tag in directory for tag in tags):
        raise Malformed
    sheet = Sheet(directory, size, chunk, directory[tags[0]], directory[tags[1]], coding)
    needed = sheet.columns * sheet.rows * (coding.samples if coding.is_planar else 1)
    for entry in (sheet.offsets, sheet.counts):
        if entry.count < needed or entry.place + entry.size > reader.length:
            raise Malformed
    return sheet


def _chunk(reader: TiffReader, directory: Directory, size: Level) -> Level:
    if is_tiled(directory):
        width = reader.integer(directory, Tag.TILE_WIDTH)
        height = reader.integer(directory, Tag.TILE_HEIGHT)
        if not (0 < width <= _CHUNK_SIDE_LIMIT and 0 < height <= _CHUNK_SIDE_LIMIT):
            raise Foreign
        return Level(width, height)
    height = reader.integer(directory, Tag.ROWS_PER_STRIP, size.height)
    if height <= 0:
        raise Malformed
    strip = Level(size.width, min(height, size.height))
    if strip.width * strip.height > _CHUNK_SIDE_LIMIT**2:
        raise Foreign
    return strip


def _coding(reader: TiffReader, directory: Directory) -> Coding:
    samples = reader.integer(directory, Tag.SAMPLES, 1)
    bits = set(reader.integers(directory, Tag.BITS, (1,)))
    formats = set(reader.integers(directory, Tag.SAMPLE_FORMAT, (1,)))
    photometric = reader.integer(directory, Tag.PHOTOMETRIC, -1)
    if len(bits) != 1 or len(formats) != 1 or photometric not in _SAMPLES:
        raise Foreign
    if not _SAMPLES[photometric] <= samples <= _SAMPLES[photometric] + 1:
        raise Foreign
    coding = Coding(
        reader.integer(directory, Tag.COMPRESSION, NONE),
        photometric,
        bits.pop(),
        samples,
        _predictor(reader, directory),
        reader.integer(directory, Tag.PLANAR, 1) == 2 and samples > 1,
        None,
    )
    (sample_format,) = formats
    return _shallow(coding, sample_format) if coding.bits <= 8 else _deep(coding, sample_format)


def _predictor(reader: TiffReader, directory: Directory) -> int:
    """PackBits and bytes that are not compressed at all have none, whatever the field says."""
    if reader.integer(directory, Tag.COMPRESSION, NONE) in (NONE, PACK_BITS):
        return 1
    return reader.integer(directory, Tag.PREDICTOR, 1)


def _shallow(coding: Coding, sample_format: int) -> Coding:
    known = _BYTES_KEPT | JPEG_2000 | _FAX | {JPEG, WEBP}
    if coding.compression not in known or coding.bits not in (1, 2, 4, 8) or sample_format != 1:
        raise Foreign
    if coding.is_planar and (coding.photometric != RGB or coding.bits != 8):
        raise Foreign
    return coding


def _deep(coding: Coding, sample_format: int) -> Coding:
    dtype = f"{_KINDS.get(sample_format, '?')}{coding.bits // 8}"
    if dtype not in _DTYPES or coding.bits % 8 or coding.compression not in _BYTES_KEPT:
        raise Foreign
    if coding.photometric not in (BLACK_IS_ZERO, RGB):
        raise Foreign
    if coding.predictor not in (1, 2) and not (coding.predictor == 3 and dtype[0] == "f"):
        raise Foreign
    return replace(coding, dtype=dtype)
