"""Large image files for the benches; made once and kept under build/bench."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from bench.peers.venvs import ROOT
from unit.tiff_bricks import Fields, TiffBricks

CACHE: Final = ROOT / "build" / "bench" / "images"
_TILE: Final = 256
_SMALLEST: Final = 512


def jpeg(name: str, size: tuple[int, int]) -> Path:
    """A photograph of this size, in a folder of its own."""

    def write(path: Path) -> None:
        photograph(size).save(path, quality=92)

    return _kept(name, "jpg", write)


def pyramidal_tiff(name: str, side: int) -> Path:
    """A tiled TIFF with its pyramid; each tile is unpacked when it is read, and all are alike."""

    def write(path: Path) -> None:
        noise = np.random.default_rng(3).integers(0, 255, (_TILE, _TILE, 3), dtype=np.uint8)
        tile = zlib.compress(noise.tobytes(), 6)
        bricks = TiffBricks()
        place, across = bricks.add(tile), side
        while True:
            bricks.directory(_level(across, place, len(tile), is_reduced=across != side))
            if across <= _SMALLEST:
                break
            across //= 2
        path.write_bytes(bricks.data)

    return _kept(name, "tif", write)


def photograph(size: tuple[int, int]) -> Image.Image:
    """Smooth texture with mild noise: it compresses like a photograph."""
    width, height = size
    chance = np.random.default_rng(7)
    coarse = chance.integers(0, 255, (height // 64, width // 64, 3), dtype=np.uint8)
    smooth = Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)
    noise = chance.integers(-8, 8, (height, width, 1), dtype=np.int16)
    return Image.fromarray(np.clip(np.asarray(smooth, np.int16) + noise, 0, 255).astype(np.uint8))


def _level(side: int, place: int, size: int, *, is_reduced: bool) -> Fields:
    """The fields of one level: Deflate, RGB, every tile at the same place of the file."""
    tiles = (-(-side // _TILE)) ** 2
    return {
        254: (4, [int(is_reduced)]),
        256: (4, [side]),
        257: (4, [side]),
        258: (3, [8, 8, 8]),
        259: (3, [8]),
        262: (3, [2]),
        277: (3, [3]),
        322: (3, [_TILE]),
        323: (3, [_TILE]),
        324: (4, [place] * tiles),
        325: (4, [size] * tiles),
    }


def _kept(name: str, suffix: str, write: Callable[[Path], None]) -> Path:
    """The file of that name; one that is half written is never taken for whole."""
    path = CACHE / name / f"{name}.{suffix}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        half = path.with_stem("half")
        write(half)
        half.rename(path)
    return path
