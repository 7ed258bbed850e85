"""The directories of a TIFF or BigTIFF file, read without believing a number in them.

TIFF 6.0 (Adobe, 1992) and its extension to 64 bits (https://www.awaresystems.be/imaging/tiff/bigtiff.html).
Offsets are held against the length of the file and counts against limits before anything is read
or allocated, so what a hostile file costs is bounded by what it weighs.
"""

from __future__ import annotations

import os
import struct
from dataclasses import dataclass
from enum import IntEnum
from typing import BinaryIO, Final

Number = int | float

_FORMS: Final = {
    1: "B", 2: "B", 3: "H", 4: "I", 5: "II", 6: "b", 7: "B", 8: "h", 9: "i", 10: "ii",
    11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q",
}  # fmt: skip
"""How a value of each field type is packed; a rational is two numbers."""

_CLASSIC: Final = ("H", "HHI4s", "I")
_BIG: Final = ("Q", "HHQ8s", "Q")
"""How a directory's number of fields, a field and the pointer to the next directory are packed."""

_ENTRIES_LIMIT: Final = 4096
_VALUES_LIMIT: Final = 1 << 24
"""Bytes of one value: the longest that is read whole is a colour profile."""


class Tag(IntEnum):
    """The fields this program reads."""

    NEW_SUBFILE_TYPE = 254
    WIDTH = 256
    HEIGHT = 257
    BITS = 258
    COMPRESSION = 259
    PHOTOMETRIC = 262
    FILL_ORDER = 266
    STRIP_OFFSETS = 273
    ORIENTATION = 274
    SAMPLES = 277
    ROWS_PER_STRIP = 278
    STRIP_BYTE_COUNTS = 279
    PLANAR = 284
    FAX_3_OPTIONS = 292
    FAX_4_OPTIONS = 293
    PREDICTOR = 317
    COLOUR_MAP = 320
    TILE_WIDTH = 322
    TILE_HEIGHT = 323
    TILE_OFFSETS = 324
    TILE_BYTE_COUNTS = 325
    SUB_DIRECTORIES = 330
    INK_SET = 332
    EXTRA_SAMPLES = 338
    SAMPLE_FORMAT = 339
    JPEG_TABLES = 347
    YCBCR_COEFFICIENTS = 529
    YCBCR_SUBSAMPLING = 530
    YCBCR_POSITIONING = 531
    REFERENCE_BLACK_WHITE = 532
    ICC_PROFILE = 34675


class Malformed(Exception):
    """The file is no TIFF, or a number in it cannot be right."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A field: `place` is where in the file its values lie."""

    type: int
    count: int
    place: int

    @property
    def form(self) -> str:
        """How one value is packed."""
        return _FORMS[self.type]

    @property
    def size(self) -> int:
        """Bytes of all values together."""
        return struct.calcsize("=" + self.form) * self.count


class Directory(dict[int, Entry]):
    """The fields of one image, by tag; `next` is where the next directory lies, 0 for none."""

    def __init__(self, place: int) -> None:
        super().__init__()
        self.place = place
        self.next = 0


class TiffReader:
    """Directories and values out of an open file, which it does not own."""

    def __init__(self, file: BinaryIO) -> None:
        """Raises Malformed: the file does not begin as a TIFF does."""
        self._file = file
        self.length = file.seek(0, os.SEEK_END)
        head = self.bytes_at(0, min(self.length, 16))
        self.order = {b"II": "<", b"MM": ">"}.get(head[:2], "")
        if not self.order or len(head) < 8:
            raise Malformed
        version, first = struct.unpack(self.order + "HI", head[2:8])
        self.is_big = version == 43
        if self.is_big:
            if len(head) < 16 or head[4:8] != struct.pack(self.order + "HH", 8, 0):
                raise Malformed
            (first,) = struct.unpack(self.order + "Q", head[8:16])
        elif version != 42:
            raise Malformed
        self.first: int = first

    def bytes_at(self, place: int, size: int) -> bytes:
        """`size` bytes of the file. Raises Malformed: they are not all inside it."""
        if place < 0 or size < 0 or place + size > self.length:
            raise Malformed
        self._file.seek(place)
        found = self._file.read(size)
        if len(found) != size:
            raise Malformed
        return found

    def directory(self, place: int) -> Directory:
        """The directory at `place`; fields of a type nobody knows are left out, as TIFF 6.0 asks.

        Raises:
            Malformed: it is not inside the file, or has more fields than any file needs.
        """
        layout = _BIG if self.is_big else _CLASSIC
        head, entry, pointer = (struct.Struct(self.order + form) for form in layout)
        (count,) = head.unpack(self.bytes_at(place, head.size))
        if not 0 < count <= _ENTRIES_LIMIT:
            raise Malformed
        table = self.bytes_at(place + head.size, count * entry.size + pointer.size)
        found = Directory(place)
        for i in range(count):
            tag, kind, number, inline = entry.unpack_from(table, i * entry.size)
            if kind not in _FORMS:
                continue
            where = place + head.size + (i + 1) * entry.size - pointer.size
            if Entry(kind, number, where).size > pointer.size:
                (where,) = pointer.unpack(inline)
            found.setdefault(tag, Entry(kind, number, where))
        (found.next,) = pointer.unpack_from(table, count * entry.size)
        return found

    def raw(self, entry: Entry) -> bytes:
        """The values as they lie in the file, in its byte order."""
        if entry.size > _VALUES_LIMIT:
            raise Malformed
        return self.bytes_at(entry.place, entry.size)

    def numbers(self, entry: Entry, limit: int) -> tuple[Number, ...]:
        """The values of a field that may have up to `limit`; of a rational, both halves."""
        if entry.count > limit:
            raise Malformed
        return struct.unpack(self.order + entry.form * entry.count, self.raw(entry))

    def integer(self, directory: Directory, tag: Tag, default: int | None = None) -> int:
        """The first value of a field. Raises Malformed: it is missing and has no default."""
        found = self.integers(directory, tag, (default,) if default is not None else ())
        if not found:
            raise Malformed
        return found[0]

    def integers(
        self, directory: Directory, tag: Tag, default: tuple[int, ...] = (), limit: int = 4096
    ) -> tuple[int, ...]:
        """The values of a field of whole numbers."""
        entry = directory.get(tag)
        if entry is None:
            return default
        found = self.numbers(entry, limit)
        if not all(isinstance(number, int) for number in found):
            raise Malformed
        return tuple(int(number) for number in found)

    def integer_at(self, entry: Entry, index: int) -> int:
        """One value of a field that may have millions, such as the offsets of the tiles."""
        if not 0 <= index < entry.count or entry.form not in ("H", "I", "Q"):
            raise Malformed
        form = struct.Struct(self.order + entry.form)
        (value,) = form.unpack(self.bytes_at(entry.place + index * form.size, form.size))
        return int(value)
