"""Image files for tests: photographs in a folder, and images larger than a computer's memory."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image

_SHORT, _LONG = 3, 4
_TILE = 256


def photographs(folder: Path, count: int, size: tuple[int, int] = (900, 600)) -> Path:
    """`1.jpg` to `<count>.jpg`, each of another colour."""
    folder.mkdir(parents=True)
    for number in range(1, count + 1):
        colour = (number * 37 % 256, number * 91 % 256, number * 151 % 256)
        Image.new("RGB", size, colour).save(folder / f"{number}.jpg", quality=90)
    return folder


def noise(path: Path, width: int, height: int) -> Path:
    """A JPEG that no encoder makes small."""
    values = np.random.default_rng(7).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(values).save(path, quality=85)
    return path


def endless_tiles(path: Path, side: int) -> Path:
    """A pyramid TIFF of `side` by `side` pixels in a few kilobytes: all tiles are the same one."""
    tile = zlib.compress(np.arange(_TILE * _TILE * 3, dtype=np.uint8).tobytes())
    body = bytearray(struct.pack("<2sHI", b"II", 42, 0))
    place = len(body)
    body += tile
    pointer_at = 4
    while True:
        tiles = (-(-side // _TILE)) ** 2
        offsets, sizes = len(body), len(body) + 4 * tiles
        body += struct.pack(f"<{tiles}I", *[place] * tiles)
        body += struct.pack(f"<{tiles}I", *[len(tile)] * tiles)
        bits = len(body)
        body += struct.pack("<3H", 8, 8, 8)
        struct.pack_into("<I", body, pointer_at, len(body))
        is_first = pointer_at == 4
        begins = len(body)
        pointer_at = begins + _add_directory(
            body, side, tiles, offsets, sizes, bits, is_reduced=not is_first
        )
        if side <= 2 * _TILE:
            break
        side = -(-side // 2)
    path.write_bytes(body)
    return path


def _add_directory(
    body: bytearray, side: int, tiles: int, offsets: int, sizes: int, bits: int, *, is_reduced: bool
) -> int:
    """Append one directory; where in it the place of the next one stands."""
    rows = [
        (254, _LONG, 1, int(is_reduced)),
        (256, _LONG, 1, side),
        (257, _LONG, 1, side),
        (258, _SHORT, 3, bits),
        (259, _SHORT, 1, 8),  # deflate
        (262, _SHORT, 1, 2),  # RGB
        (277, _SHORT, 1, 3),
        (322, _SHORT, 1, _TILE),
        (323, _SHORT, 1, _TILE),
        (324, _LONG, tiles, offsets if tiles > 1 else struct.unpack_from("<I", body, offsets)[0]),
        (325, _LONG, tiles, sizes if tiles > 1 else struct.unpack_from("<I", body, sizes)[0]),
    ]
    directory = struct.pack("<H", len(rows))
    directory += b"".join(struct.pack("<HHII", *row) for row in rows)
    body += directory + struct.pack("<I", 0)
    return len(directory)
