"""Builds TIFF files field by field, also such as no honest program writes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from limner.imaging.picture import Samples
from limner.imaging.tiff import TileFile

_FORMS: Final = {1: "B", 3: "H", 4: "I", 7: "B", 12: "d", 16: "Q"}

Fields = Mapping[int, tuple[int, Sequence[int | float]]]
"""Type and values by tag."""


@dataclass
class TiffBricks:
    """A file that grows: data and directories go where it ends, and know where that is."""

    order: Literal["<", ">"] = "<"
    is_big: bool = False
    data: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        magic = b"II" if self.order == "<" else b"MM"
        rest = (43, 8, 0, 0) if self.is_big else (42, 0)
        form = "HHHQ" if self.is_big else "HI"
        self.data += magic + struct.pack(self.order + form, *rest)
        self.link = len(self.data) - self.word
        """Where the place of the next directory is to be written."""

    @property
    def word(self) -> int:
        return 8 if self.is_big else 4

    def add(self, data: bytes) -> int:
        self.data += bytes(-len(self.data) % 16)
        place = len(self.data)
        self.data += data
        return place

    def point(self, link: int, place: int) -> None:
        self.data[link : link + self.word] = struct.pack(
            self.order + ("Q" if self.is_big else "I"), place
        )

    def directory(self, fields: Fields, *, chained: bool = True) -> int:
        """Add a directory and return its place; one that is not chained is for SubIFDs."""
        count, number, pointer = ("Q", "Q", "Q") if self.is_big else ("H", "I", "I")
        table = struct.pack(self.order + count, len(fields))
        for tag, (kind, values) in sorted(fields.items()):
            raw = struct.pack(f"{self.order}{len(values)}{_FORMS[kind]}", *values)
            if len(raw) > self.word:
                raw = struct.pack(self.order + pointer, self.add(raw))
            table += struct.pack(self.order + "HH" + number, tag, kind, len(values))
            table += raw.ljust(self.word, b"\0")
        place = self.add(table + bytes(self.word))
        if chained:
            self.point(self.link, place)
            self.link = len(self.data) - self.word
        return place

    def tiled(self, array: NDArray[np.generic], side: int = 64, **more: object) -> Fields:
        """Add an image as uncompressed tiles and return the fields of its directory."""
        height, width = array.shape[:2]
        offsets, counts = [], []
        for top in range(0, height, side):
            for left in range(0, width, side):
                tile = np.zeros((side, side, *array.shape[2:]), array.dtype)
                cut = array[top : top + side, left : left + side]
                tile[: cut.shape[0], : cut.shape[1]] = cut
                raw = tile.astype(tile.dtype.newbyteorder(self.order)).tobytes()
                offsets.append(self.add(raw))
                counts.append(len(raw))
        return {
            **self._fields(array),
            322: (3, [side]),
            323: (3, [side]),
            324: (4, offsets),
            325: (4, counts),
        }

    def strip(self, array: NDArray[np.generic]) -> Fields:
        """Add an image as one strip."""
        raw = array.astype(array.dtype.newbyteorder(self.order)).tobytes()
        rows = array.shape[0]
        return {
            **self._fields(array),
            273: (4, [self.add(raw)]),
            278: (4, [rows]),
            279: (4, [len(raw)]),
        }

    def _fields(self, array: NDArray[np.generic]) -> Fields:
        channels = array.shape[2] if array.ndim == 3 else 1
        kind = {"u": 1, "i": 2, "f": 3}[array.dtype.kind]
        return {
            256: (4, [array.shape[1]]),
            257: (4, [array.shape[0]]),
            258: (3, [8 * array.dtype.itemsize] * channels),
            259: (3, [1]),
            262: (3, [2 if channels >= 3 else 1]),
            277: (3, [channels]),
            339: (3, [kind] * channels),
        }


def stitched(file: TileFile, level: int = 0) -> Samples:
    """A whole level, out of its tiles."""
    width, height = file.levels[level]
    rows = [
        np.concatenate(
            [file.read(level, column, row) for column in range(-(-width // file.tile.width))],
            axis=1,
        )
        for row in range(-(-height // file.tile.height))
    ]
    whole: Samples = np.concatenate(rows)
    return whole
