"""A file around one compressed tile or strip, so that Pillow can decode it by itself."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable
from typing import Final

from PIL import Image

from limner.imaging.picture import Level
from limner.imaging.tiff_directory import Directory, Malformed, Tag, TiffReader

_SHORT: Final = 3
_LONG: Final = 4
_ENTRY: Final = 12
_HEAD: Final = 10
_FIELD_LIMIT: Final = 1 << 16


class Wrapper:
    """Makes files of one strip each that agree in everything but their size and bytes.

    Fields are kept as they lie in the file, so the wrapper has the file's byte order.
    """

    def __init__(self, reader: TiffReader) -> None:
        self._reader = reader
        self._fields: dict[int, tuple[int, int, bytes]] = {}

    def follow(self, directory: Directory, tags: Iterable[Tag]) -> None:
        """Take over these fields as far as there are any. Raises Malformed: one is too long."""
        for tag in tags:
            entry = directory.get(tag)
            if entry is not None:
                if entry.size > _FIELD_LIMIT:
                    raise Malformed
                self._fields[tag] = entry.type, entry.count, self._reader.raw(entry)

    def set(self, tag: Tag, *numbers: int) -> None:
        raw = struct.pack(f"{self._reader.order}{len(numbers)}H", *numbers)
        self._fields[tag] = _SHORT, len(numbers), raw

    def drop(self, *tags: Tag) -> None:
        for tag in tags:
            self._fields.pop(tag, None)

    def image(self, data: bytes, size: Level) -> Image.Image:
        """The strip, decoded. Raises whatever Pillow does to bytes that are no image."""
        with Image.open(io.BytesIO(self._file(data, size)), formats=("TIFF",)) as image:
            image.load()
            return image

    def _file(self, data: bytes, size: Level) -> bytes:
        order = self._reader.order
        fields = self._fields.copy()
        numbers = {
            Tag.WIDTH: size.width,
            Tag.HEIGHT: size.height,
            Tag.ROWS_PER_STRIP: size.height,
            Tag.STRIP_BYTE_COUNTS: len(data),
            Tag.STRIP_OFFSETS: 0,
        }
        values_at = _HEAD + (len(fields) + len(numbers)) * _ENTRY + 4
        long_values = sum(len(raw) for _type, _count, raw in fields.values() if len(raw) > 4)
        numbers[Tag.STRIP_OFFSETS] = values_at + long_values
        fields |= {
            tag: (_LONG, 1, struct.pack(order + "I", number)) for tag, number in numbers.items()
        }
        table, values = [], []
        for number, (kind, count, raw) in sorted(fields.items()):
            inline = raw.ljust(4, b"\0")
            if len(raw) > 4:
                inline = struct.pack(order + "I", values_at)
                values.append(raw)
                values_at += len(raw)
            table.append(struct.pack(order + "HHI", number, kind, count) + inline)
        magic = b"II*\0" if order == "<" else b"MM\0*"
        head = magic + struct.pack(order + "IH", 8, len(table))
        return b"".join((head, *table, bytes(4), *values, data))
