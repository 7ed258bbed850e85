"""One tile or strip of a TIFF file, from its bytes to samples.

Pillow's libtiff decodes it, so compressions and colours mean the same as when Pillow reads the
whole file. Pillow has no room for more than 8 bits a channel of colour: of deep samples it only
unpacks the bytes.
"""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from limner.imaging.colour import to_rgb
from limner.imaging.picture import Level, Pixels, Samples, bgrx
from limner.imaging.tiff_directory import Malformed, Tag, TiffReader
from limner.imaging.tiff_sheet import BLACK_IS_ZERO, JPEG_2000, WEBP, Coding, Sheet
from limner.imaging.tiff_wrapper import Wrapper

_SHALLOW: Final = (
    Tag.BITS, Tag.COMPRESSION, Tag.PHOTOMETRIC, Tag.FILL_ORDER, Tag.SAMPLES, Tag.FAX_3_OPTIONS,
    Tag.FAX_4_OPTIONS, Tag.PREDICTOR, Tag.COLOUR_MAP, Tag.INK_SET, Tag.EXTRA_SAMPLES,
    Tag.JPEG_TABLES, Tag.YCBCR_COEFFICIENTS, Tag.YCBCR_SUBSAMPLING, Tag.YCBCR_POSITIONING,
    Tag.REFERENCE_BLACK_WHITE,
)  # fmt: skip
"""What says how pixels of up to 8 bits a sample are coded; all other fields are left behind."""

_DEEP: Final = Tag.COMPRESSION, Tag.FILL_ORDER

_STRAY_BYTES: Final = 1 << 16
_APERIO_YCBCR: Final = 33003


class ChunkReader:
    """The chunks of one level."""

    def __init__(self, reader: TiffReader, sheet: Sheet, profile: bytes | None) -> None:
        """`profile` is the colour profile of the page, which its levels often do not repeat.

        Raises:
            Malformed: what says how the samples are coded cannot be read.
        """
        self.sheet = sheet
        self._reader = reader
        self._profile = profile
        self._wrapper = _wrapper(reader, sheet)

    def read(self, column: int, row: int) -> Samples:
        """A chunk in its full size, even where it sticks out of the image.

        Raises:
            Malformed: its bytes are not in the file.
            Exception: whatever Pillow says to bytes that are no image.
        """
        coding, size = self.sheet.coding, self._size(row)
        pieces = [self._bytes(part) for part in self._parts(column, row)]
        if not all(pieces):
            return _blank(coding, size)
        if coding.is_deep:
            planes = [self._deep(piece, size) for piece in pieces]
            return _deep_samples(np.concatenate(planes, axis=2), coding)
        images = [self._image(piece, size) for piece in pieces]
        return self._pixels(images[0] if len(images) == 1 else _merged(images))

    def _parts(self, column: int, row: int) -> range:
        """The numbers of a chunk, one for each plane it is stored in."""
        first = row * self.sheet.columns + column
        step = self.sheet.columns * self.sheet.rows
        planes = self.sheet.coding.samples if self.sheet.coding.is_planar else 1
        return range(first, first + step * planes, step)

    def _size(self, row: int) -> Level:
        """A last strip is as high as what is left of the image; a tile never is."""
        width, height = self.sheet.chunk
        if self.sheet.is_tiled:
            return self.sheet.chunk
        return Level(width, min(height, self.sheet.size.height - row * height))

    def _bytes(self, part: int) -> bytes:
        """The compressed bytes of a chunk; none where the writer left it out as empty."""
        size = self._reader.integer_at(self.sheet.counts, part)
        if size > 2 * self.sheet.chunk_bytes + _STRAY_BYTES:
            raise Malformed
        return self._reader.bytes_at(self._reader.integer_at(self.sheet.offsets, part), size)

    def _image(self, data: bytes, size: Level) -> Image.Image:
        compression = self.sheet.coding.compression
        if compression in JPEG_2000:
            image = _alone(data, size, "JPEG2000")
            return _from_ycbcr(image) if compression == _APERIO_YCBCR else image
        if compression == WEBP:
            return _alone(data, size, "WEBP")
        return self._wrapper.image(data, size)

    def _pixels(self, image: Image.Image) -> Pixels:
        if self._profile is not None:
            image.info["icc_profile"] = self._profile
        return bgrx(to_rgb(image))

    def _deep(self, data: bytes, size: Level) -> NDArray[np.generic]:
        """A chunk or a plane of it as (h, w, samples) in the type of the file."""
        coding = self.sheet.coding
        samples = 1 if coding.is_planar else coding.samples
        unpacked = self._wrapper.image(
            data, Level(size.width * samples * coding.bits // 8, size.height)
        )
        rows = np.asarray(unpacked).reshape(size.height, size.width, -1)
        return _typed(rows, samples, coding, self._reader.order)


def _wrapper(reader: TiffReader, sheet: Sheet) -> Wrapper:
    wrapper = Wrapper(reader)
    if sheet.coding.is_deep:
        wrapper.follow(sheet.directory, _DEEP)
    else:
        wrapper.follow(sheet.directory, _SHALLOW)
    if sheet.coding.is_deep or sheet.coding.is_planar:
        wrapper.set(Tag.BITS, 8)
        wrapper.set(Tag.SAMPLES, 1)
        wrapper.set(Tag.PHOTOMETRIC, BLACK_IS_ZERO)
        wrapper.drop(Tag.EXTRA_SAMPLES)
    return wrapper


def _alone(data: bytes, size: Level, image_format: str) -> Image.Image:
    """A chunk that is a whole file of its own; Pillow's libtiff does not know these two."""
    with Image.open(io.BytesIO(data), formats=(image_format,)) as image:
        if image.size != size:
            raise Malformed
        image.load()
        return image


def _from_ycbcr(image: Image.Image) -> Image.Image:
    """Aperio's older JPEG 2000 holds Y, Cb, Cr and does not say so in its stream."""
    return Image.merge("YCbCr", image.split()).convert("RGB") if image.mode == "RGB" else image


def _merged(planes: list[Image.Image]) -> Image.Image:
    return Image.merge("RGB" if len(planes) == 3 else "RGBA", planes)


def _typed(
    rows: NDArray[np.uint8], samples: int, coding: Coding, order: str
) -> NDArray[np.generic]:
    """Bytes (h, w, samples * n) as (h, w, samples) numbers, the predictor undone (TIFF 6.0 §14)."""
    height, width, depth = rows.shape
    if coding.predictor == 3:
        return _from_byte_planes(rows, samples, coding)
    numbers = np.ascontiguousarray(rows).view(f"{order}{coding.dtype}")
    numbers = numbers.astype(numbers.dtype.newbyteorder("="), copy=False)
    if coding.predictor == 2:
        whole = numbers.view(f"u{depth // samples}")
        numbers = np.cumsum(whole, axis=1, dtype=whole.dtype).view(numbers.dtype)
    return numbers.reshape(height, width, samples)


def _from_byte_planes(rows: NDArray[np.uint8], samples: int, coding: Coding) -> NDArray[np.generic]:
    """Undo the floating point predictor: a row is byte planes, highest first, as differences.

    Adobe Photoshop TIFF Technical Note 3 (2005).
    """
    height, width, depth = rows.shape
    plain = np.cumsum(rows.reshape(height, -1, samples), axis=1, dtype=np.uint8)
    planes = plain.reshape(height, depth // samples, width * samples)
    bytes_of_each = np.ascontiguousarray(planes.transpose(0, 2, 1))
    return bytes_of_each.view(f">{coding.dtype}").reshape(height, width, samples)


def _deep_samples(numbers: NDArray[np.generic], coding: Coding) -> Samples:
    """The colours without alpha, as the two types that deep samples come in."""
    numbers = numbers[..., 0] if coding.colours == 1 else numbers[..., :3]
    if numbers.dtype == np.uint16:
        return np.ascontiguousarray(numbers, dtype=np.uint16)
    return np.ascontiguousarray(numbers, dtype=np.float32)


def _blank(coding: Coding, size: Level) -> Samples:
    """What a writer means by a chunk without bytes."""
    if not coding.is_deep:
        return bgrx(Image.new("RGB", size))
    shape = (size.height, size.width) + ((3,) if coding.colours == 3 else ())
    return np.zeros(shape, np.uint16) if coding.dtype == "u2" else np.zeros(shape, np.float32)
