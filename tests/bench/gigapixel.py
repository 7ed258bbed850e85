"""An image of 60,000 by 40,000 pixels: its pyramid made, opened, and read at random places.

The first run takes some minutes and 3 GB under build/bench; the pyramid of a run stays for the
next one unless making it is to be measured.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil

from bench import photographs
from bench.figure import Figure, timed
from bench.registry import Order
from limner.imaging.decode import probe
from limner.imaging.decoder import Decoder
from limner.imaging.picture import Area, TileKey
from limner.imaging.pyramid_cache import PyramidCache
from limner.imaging.tiff import TileFile, pages
from limner.imaging.tiled import TiledPicture

_PIXELS: Final = 60_000 * 40_000
_CASE: Final = "60,000 x 40,000"
_REPEATS: Final = 10
_SCREEN: Final = (1920, 1080)
_MAKER: Final = (sys.executable, "-m", "limner.imaging.pyramid_child")

_LOOK_MS: Final = 0.3
_TILE_MS: Final = 2.0


def figures(order: Order) -> Iterator[Figure]:
    source = _source()
    cache = PyramidCache(source.parent / "pyramids", 100 << 30, _MAKER)
    pyramid = cache.find(source)
    if pyramid is None or order.wants("gigapixel.build", "gigapixel.build.rss"):
        cpu_s, megabytes = _build(
            PyramidCache(source.parent / "pyramids", 100 << 30, _MAKER), source
        )
        yield Figure("gigapixel.build", _PIXELS, 1, [cpu_s], None, _CASE, "s cpu")
        yield Figure("gigapixel.build.rss", _PIXELS, 1, [megabytes], None, _CASE, "MB")
        pyramid = cache.find(source)
    assert pyramid is not None
    yield Figure("gigapixel.first", _PIXELS, 1, timed(lambda: _open(pyramid, 1), 9), 100.0, _CASE)
    yield Figure("gigapixel.sharp", _PIXELS, 1, timed(lambda: _open(pyramid), 5), 2000.0, _CASE)
    yield Figure("gigapixel.tile", _PIXELS, 1, _tiles(pyramid), _TILE_MS, _CASE)
    yield Figure("gigapixel.look", _PIXELS, 1, _looks(pyramid), _LOOK_MS, _CASE)


def _source() -> Path:
    """A JPEG of a photograph that repeats, as pyvips writes it row by row."""
    path = photographs.CACHE / "gigapixel" / "gigapixel.jpg"
    if not path.exists():
        pyvips: Any = import_module("pyvips")
        path.parent.mkdir(parents=True, exist_ok=True)
        part = pyvips.Image.new_from_array(np.asarray(photographs.photograph((6000, 4000))))
        half = path.with_stem("half")
        part.replicate(_REPEATS, _REPEATS).jpegsave(str(half), Q=90)
        half.rename(path)
    return path


def _build(cache: PyramidCache, source: Path) -> tuple[float, float]:
    """CPU seconds, and the most megabytes that its process had beside the mapped file."""
    cache.clear()
    most = [0.0]

    def look_at_it(done: float) -> None:
        (maker,) = psutil.Process().children()
        memory = maker.memory_info()
        most.append((memory.rss - memory.shared) / 1e6)

    before = _children_s()
    cache.build(source, source.name, 0, probe(source, source.name), look_at_it, lambda: False)
    return _children_s() - before, max(most)


def _children_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _open(pyramid: Path, tiles: int | None = None) -> None:
    """Open it and read what a canvas shows that fits the whole image, or the first of it."""
    with TileFile(pyramid) as file:
        wanted: list[Sequence[TileKey]] = []
        picture = TiledPicture(file.levels, file.tile, wanted.append, 512 << 20)
        level = max(n for n, size in enumerate(file.levels) if size.width >= _SCREEN[0])
        area = Area(0, 0, *file.levels[level])
        picture.look(level, area)
        for key in wanted[-1][:tiles]:
            picture.arrived(key, file.read(*key))
        coarsest = len(file.levels) - 1
        shown = level if tiles is None else coarsest
        assert picture.part(shown, Area(0, 0, *file.levels[shown])) is not None


def _tiles(pyramid: Path) -> list[float]:
    """One tile at a time, anywhere on the finest level: what the process that reads them takes."""
    chance = np.random.default_rng(5)
    samples = []
    (page,) = pages(pyramid)
    decoder = Decoder([sys.executable, "-m", "limner.imaging.cell"], processes=1)
    decoder.tile(pyramid, pyramid.name, 0, 0, 0)
    (cell,) = psutil.Process().children()
    for _ in range(100):
        column, row = (int(chance.integers(side // 512)) for side in page.levels[0])
        start = _clock_s(cell.pid)
        decoder.tile(pyramid, pyramid.name, 0, column, row)
        samples.append((_clock_s(cell.pid) - start) * 1000)
    decoder.close()
    return samples


def _clock_s(pid: int) -> float:
    """The CPU seconds of another process (Linux: clock_getcpuclockid)."""
    return time.clock_gettime((~pid << 3) | 2)


def _looks(pyramid: Path) -> list[float]:
    """What a step of panning costs on a 4K screen, whose finest level is shown at half its size."""
    with TileFile(pyramid) as file:
        picture = TiledPicture(file.levels, file.tile, lambda keys: None, 512 << 20)
        areas = [Area(x, 9000, x + 7680, 13_320) for x in range(3000, 28_000, 100)]
        return [ms for area in areas for ms in timed(partial(picture.look, 0, area))]
