"""Writes a tiled BigTIFF with all its levels; `tiff.py` reads it, and so does any other program."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from typing import BinaryIO, Final

from limner.imaging.picture import Level, TileKey
from limner.imaging.pyramid_format import TILE, TileFormat
from limner.imaging.tiff_directory import Tag

_HEAD: Final = struct.Struct("<2sHHHQ")
_SHORT, _LONG, _LONG8 = 3, 4, 16
_PACKED: Final = {_SHORT: "H", _LONG: "I", _LONG8: "Q"}


class PyramidFile:
    """Tiles come in any order; the file is no TIFF before `finish`, which points to them all."""

    def __init__(
        self, file: BinaryIO, levels: Sequence[Level], tiles: TileFormat, orientation: int = 1
    ) -> None:
        """`orientation` is that of the samples to come (TIFF tag 274), all levels alike."""
        self._file = file
        self._levels = tuple(levels)
        self._tiles = tiles
        self._orientation = orientation
        self._columns = [math.ceil(level.width / TILE) for level in levels]
        counts = [
            columns * math.ceil(level.height / TILE)
            for columns, level in zip(self._columns, levels, strict=True)
        ]
        self._offsets = [[0] * count for count in counts]
        self._sizes = [[0] * count for count in counts]
        file.write(bytes(_HEAD.size))

    def put(self, key: TileKey, data: bytes) -> None:
        """Write the bytes of a tile."""
        place = key.row * self._columns[key.level] + key.column
        self._offsets[key.level][place] = self._file.tell()
        self._sizes[key.level][place] = len(data)
        self._file.write(data)

    def finish(self) -> None:
        """Write the directories, and at last where the first one is."""
        self._file.write(bytes(-self._file.tell() % 8))
        first = self._file.tell()
        for level in range(len(self._levels)):
            self._write_directory(level)
        self._file.seek(0)
        self._file.write(_HEAD.pack(b"II", 43, 8, 0, first))

    def _write_directory(self, level: int) -> None:
        fields = self._fields(level)
        start = self._file.tell()
        values_at = start + 8 + 20 * len(fields) + 8
        table, values = [], b""
        for tag, (kind, numbers) in sorted(fields.items()):
            raw = struct.pack(f"<{len(numbers)}{_PACKED[kind]}", *numbers)
            inline = raw.ljust(8, b"\0")
            if len(raw) > 8:
                inline = struct.pack("<Q", values_at + len(values))
                values += raw.ljust(-(-len(raw) // 8) * 8, b"\0")
            table.append(struct.pack("<HHQ", tag, kind, len(numbers)) + inline)
        is_last = level == len(self._levels) - 1
        following = 0 if is_last else values_at + len(values)
        head, tail = struct.pack("<Q", len(fields)), struct.pack("<Q", following)
        self._file.write(b"".join((head, *table, tail, values)))

    def _fields(self, level: int) -> dict[Tag, tuple[int, Sequence[int]]]:
        tiles, size = self._tiles, self._levels[level]
        fields: dict[Tag, tuple[int, Sequence[int]]] = {
            Tag.NEW_SUBFILE_TYPE: (_LONG, [1 if level else 0]),
            Tag.WIDTH: (_LONG, [size.width]),
            Tag.HEIGHT: (_LONG, [size.height]),
            Tag.BITS: (_SHORT, [8 * tiles.dtype.itemsize] * tiles.channels),
            Tag.COMPRESSION: (_SHORT, [tiles.compression]),
            Tag.PHOTOMETRIC: (_SHORT, [tiles.photometric]),
            Tag.ORIENTATION: (_SHORT, [self._orientation]),
            Tag.SAMPLES: (_SHORT, [tiles.channels]),
            Tag.PREDICTOR: (_SHORT, [tiles.predictor]),
            Tag.TILE_WIDTH: (_SHORT, [TILE]),
            Tag.TILE_HEIGHT: (_SHORT, [TILE]),
            Tag.TILE_OFFSETS: (_LONG8, self._offsets[level]),
            Tag.TILE_BYTE_COUNTS: (_LONG8, self._sizes[level]),
            Tag.SAMPLE_FORMAT: (_SHORT, [tiles.sample_format] * tiles.channels),
        }
        if tiles.is_lossy and tiles.channels == 3:
            fields[Tag.YCBCR_SUBSAMPLING] = _SHORT, [1, 1]
        return fields
