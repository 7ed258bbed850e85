"""Pyramids on disk: made of any image, found again for exactly that image, never half-written."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import Image

from limner.imaging.decode import decode, probe
from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Area, Level, TileKey
from limner.imaging.plan import Plan, how_to_open
from limner.imaging.problems import (
    Cancelled,
    Damaged,
    ImageProblem,
    NeedsGigapixel,
    NoRoom,
    TooDear,
)
from limner.imaging.pyramid_cache import PyramidCache
from limner.imaging.pyramid_maker import make_pyramid
from limner.imaging.pyramid_vips import StreamedRows
from limner.imaging.tiff import TileFile, pages
from limner.imaging.tiled import TiledPicture
from unit.tiff_bricks import stitched

pyvips: Any = pytest.importorskip("pyvips")

MAKER = (sys.executable, "-m", "limner.imaging.pyramid_child")
RANDOM = np.random.default_rng(5)
GREY = np.asarray(Image.effect_noise((60, 40), 90).resize((1101, 733), Image.Resampling.BICUBIC))
COLOURS = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]]) // 2 + RANDOM.integers(
    0, 5, (733, 1101, 3), np.uint8
)
ALPHA = np.broadcast_to((np.arange(1101) % 256).astype(np.uint8), GREY.shape)


class Source(NamedTuple):
    """How a file is made, and how far its pyramid may be from it, on average and at most."""

    name: str
    samples: NDArray[Any]
    options: Mapping[str, Any] = MappingProxyType({})
    mean: float = 0.0
    most: float = 0.0


SOURCES = (
    Source("photo.jpg", COLOURS, {"quality": 92}, 0.8, 12),
    Source("grey.jpg", GREY, {"quality": 92}, 0.8, 12),
    Source("photo.webp", COLOURS, {"quality": 90}, 1.0, 15),
    Source("screen.png", COLOURS),
    Source("screen.bmp", COLOURS),
    Source("scan.tif", COLOURS, {"compression": "tiff_lzw"}),
    Source("alpha.png", np.dstack([COLOURS, ALPHA])),
    Source("camera.png", GREY.astype(np.uint16) * 250),
    Source("heat.tif", GREY.astype(np.float32) / 7),
)


@pytest.fixture
def cache(tmp_path: Path) -> PyramidCache:
    return PyramidCache(tmp_path / "pyramids", 10**9, MAKER)


def saved(folder: Path, source: Source = SOURCES[0], **options: Any) -> tuple[Path, ImageFacts]:
    place = folder / source.name
    Image.fromarray(source.samples).save(place, **{**source.options, **options})
    return place, probe(place, source.name)


def built(cache: PyramidCache, place: Path, facts: ImageFacts) -> Path:
    return cache.build(place, place.name, 0, facts, lambda done: None, lambda: False)


def assert_like_the_image(pyramid: Path, place: Path, source: Source) -> None:
    planes = decode(place, place.name).planes
    with TileFile(pyramid) as file:
        assert file.levels == tuple(Level(*plane.shape[1::-1]) for plane in planes)
        assert file.tile == (512, 512)
        for level, plane in enumerate(planes):
            found = stitched(file, level)
            assert (found.dtype, found.shape) == (plane.dtype, plane.shape)
            off = np.abs(found.astype(np.float64) - plane)
            assert off.mean() <= source.mean + level * 0.2
            assert off.max() <= source.most + (1 if level else 0)


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "pyramids").glob("*"))


# The same pixels


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.name))
def test_a_pyramid_shows_the_image_it_was_made_of(
    cache: PyramidCache, tmp_path: Path, source: Source
) -> None:
    place, facts = saved(tmp_path, source)
    assert_like_the_image(built(cache, place, facts), place, source)


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: str(source.name))
def test_streaming_an_image_gives_the_same(tmp_path: Path, source: Source) -> None:
    if source.name.endswith("bmp"):
        pytest.skip("pyvips does not read it, Pillow does at any size")
    place, facts = saved(tmp_path, source)
    assert_like_the_image(streamed(place, facts), place, source)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_what_is_streamed_is_upright_when_it_is_read(tmp_path: Path, orientation: int) -> None:
    exif = Image.Exif()
    exif[274] = orientation
    place, facts = saved(tmp_path, exif=exif)
    (whole, *_smaller) = decode(place, place.name).planes
    with TileFile(streamed(place, facts)) as file:
        assert np.abs(stitched(file).astype(np.float64) - whole).mean() < 0.8


def test_what_is_decoded_is_upright_in_the_file(cache: PyramidCache, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6
    place, facts = saved(tmp_path, exif=exif)
    assert_like_the_image(built(cache, place, facts), place, SOURCES[0])


def streamed(place: Path, facts: ImageFacts) -> Path:
    pyramid = place.with_suffix(".pyramid")
    with pyramid.open("wb") as file, ThreadPoolExecutor(2) as pool:
        make_pyramid(StreamedRows(place, place.name, 0, facts), file, pool, lambda done: None)
    return pyramid


def test_a_page_of_many_has_a_pyramid_of_its_own(cache: PyramidCache, tmp_path: Path) -> None:
    place = tmp_path / "stack.tif"
    first, second = (Image.fromarray(COLOURS[top:, :600]) for top in (0, 100))
    first.save(place, save_all=True, append_images=[second])
    pyramid = cache.build(
        place, "stack", 1, probe(place, "stack", 1), lambda done: None, lambda: False
    )
    with TileFile(pyramid) as file:
        assert np.array_equal(stitched(file)[..., 2::-1], COLOURS[100:, :600])
    assert (cache.find(place), cache.find(place, 1)) == (None, pyramid)


def test_two_hundred_megapixels_are_streamed_and_open_with_a_few_tiles(
    cache: PyramidCache, tmp_path: Path
) -> None:
    place = tmp_path / "large.tif"
    ramp = pyvips.Image.grey(16_400, 9_300, uchar=True)
    ramp.tiffsave(str(place), compression="deflate")
    facts, told = probe(place, "large"), list[float]()
    assert how_to_open(facts, 512 << 20) is Plan.PYRAMID
    pyramid = cache.build(place, "large", 0, facts, told.append, lambda: False)
    assert told == sorted(told)
    assert told[-1] == 1.0
    (page,) = pages(pyramid)
    assert page.tile is not None
    facts = replace(facts, levels=page.levels, tile=page.tile)
    assert how_to_open(facts, 512 << 20) is Plan.TILED
    asked: list[Sequence[TileKey]] = []
    picture = TiledPicture(page.levels, page.tile, asked.append, 64 << 20)
    picture.look(4, Area(0, 0, *page.levels[4]))
    assert len(asked[-1]) <= 8
    with TileFile(pyramid) as file:
        for key in asked[-1]:
            picture.arrived(key, file.read(*key))
        assert file.read(0, 16, 9)[5, 8, 0] == 127
    part = picture.part(4, Area(0, 0, *page.levels[4]))
    assert part is not None
    assert np.abs(part[300, :, 1] - np.linspace(0, 255, 1025)).max() < 2


# Found again


def test_a_pyramid_is_found_for_the_file_as_it_is(cache: PyramidCache, tmp_path: Path) -> None:
    place, facts = saved(tmp_path)
    assert cache.find(place) is None
    pyramid = built(cache, place, facts)
    assert cache.find(place) == pyramid
    assert PyramidCache(tmp_path / "pyramids", 10**9, MAKER).find(place) == pyramid
    shutil.copy(place, tmp_path / "other.jpg")
    assert cache.find(tmp_path / "other.jpg") is None
    saved(tmp_path, quality=50)
    assert cache.find(place) is None
    newer = built(cache, place, facts)
    assert files(tmp_path) == [newer]
    place.unlink()
    assert cache.find(place) is None


def test_a_pyramid_that_the_disk_has_spoilt_is_not_found(
    cache: PyramidCache, tmp_path: Path
) -> None:
    place, facts = saved(tmp_path)
    pyramid = built(cache, place, facts)
    pyramid.write_bytes(pyramid.read_bytes()[:3000])
    assert cache.find(place) is None
    assert files(tmp_path) == []


# Never half-written


@pytest.mark.parametrize("name", ["photo.jpg", "photo.png", "photo.tif", "photo.webp"])
@pytest.mark.parametrize("share", [0.1, 0.9])
def test_what_breaks_off_is_not_filled_up_with_black(
    tmp_path: Path, name: str, share: float
) -> None:
    place = tmp_path / name
    noise = np.random.default_rng(5).integers(0, 255, (400, 600, 3), dtype=np.uint8)
    Image.fromarray(noise).save(place)
    facts = probe(place, name)
    data = place.read_bytes()
    place.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(Damaged):
        streamed(place, facts)


def test_cancelling_leaves_nothing(cache: PyramidCache, tmp_path: Path) -> None:
    place, facts = saved(tmp_path)
    told: list[float] = []
    with pytest.raises(Cancelled):
        cache.build(place, "photo", 0, facts, told.append, lambda: bool(told))
    with pytest.raises(Cancelled):
        cache.build(place, "photo", 0, facts, told.append, lambda: True)
    assert files(tmp_path) == []
    assert psutil.Process().children() == []


def test_a_maker_that_dies_leaves_nothing_and_harms_nobody(tmp_path: Path) -> None:
    place, facts = saved(tmp_path)
    dies = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    for words, problem in ((dies, TooDear), ("raise SystemExit(3)", Damaged)):
        cache = PyramidCache(tmp_path / "pyramids", 10**9, [sys.executable, "-c", words])
        with pytest.raises(problem, match=r"photo\.jpg"):
            built(cache, place, facts)
        assert files(tmp_path) == []
    assert psutil.Process().children() == []


def test_a_damaged_image_is_a_problem_in_words(cache: PyramidCache, tmp_path: Path) -> None:
    place, facts = saved(tmp_path)
    place.write_bytes(b"GIF89a" + bytes(50))
    with pytest.raises(ImageProblem, match=r"photo\.jpg"):
        built(cache, place, facts)
    assert files(tmp_path) == []


def test_an_image_that_is_not_what_its_facts_say_is_refused(
    cache: PyramidCache, tmp_path: Path
) -> None:
    place, facts = saved(tmp_path)
    for wrong in (replace(facts, width=9), replace(facts, width=20_000, height=10_000)):
        with pytest.raises(Damaged):
            built(cache, place, wrong)


def test_without_pyvips_one_is_told_what_to_install(
    cache: PyramidCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "pyvips.py").write_text("raise ImportError")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    place, facts = saved(tmp_path)
    with pytest.raises(NeedsGigapixel, match=r"pip install limner\[gigapixel\]"):
        built(cache, place, replace(facts, width=20_000, height=10_000))
    assert_like_the_image(built(cache, place, facts), place, SOURCES[0])


# No larger than it may be


def test_the_least_recently_used_go_first(tmp_path: Path) -> None:
    cache = PyramidCache(tmp_path / "pyramids", 10**9, MAKER)
    places = []
    for nth in range(6):
        place, facts = saved(tmp_path, SOURCES[1]._replace(name=f"{nth}.jpg"))
        os.utime(built(cache, place, facts), (nth, nth))
        places.append(place)
    size = cache.size_bytes() // 6
    assert cache.find(places[0]) is not None
    later = PyramidCache(tmp_path / "pyramids", size * 5 // 2, MAKER)
    later.sweep()
    assert [later.find(place) is not None for place in places] == [1, 0, 0, 0, 0, 1]
    assert later.size_bytes() <= size * 5 // 2


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    cache = PyramidCache(tmp_path / "pyramids", 10**9, MAKER)
    place, facts = saved(tmp_path)
    pyramid = built(cache, place, facts)
    cache.limit_bytes = 1
    cache.sweep()
    cache.clear()
    assert files(tmp_path) == [pyramid]
    PyramidCache(tmp_path / "pyramids", 10**9, MAKER).clear()
    assert files(tmp_path) == []


def test_an_image_whose_pyramid_has_no_room_is_refused_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, facts = saved(tmp_path, SOURCES[3])
    with pytest.raises(NoRoom, match=r"screen\.png.*0\.1 GB"):
        built(PyramidCache(tmp_path / "pyramids", 1_000_000, MAKER), place, facts)
    usage = shutil.disk_usage(tmp_path)._replace(free=400_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(NoRoom):
        built(PyramidCache(tmp_path / "pyramids", 10**9, MAKER), place, facts)
    assert files(tmp_path) == []


def test_what_a_crash_left_is_swept_and_what_is_being_made_is_not(
    cache: PyramidCache, tmp_path: Path
) -> None:
    folder = tmp_path / "pyramids"
    folder.mkdir()
    for name, age_s in (("old.part", 3600), ("new.part", 5)):
        (folder / name).write_bytes(b"half")
        os.utime(folder / name, (time.time() - age_s,) * 2)
    cache.sweep()
    assert files(tmp_path) == [folder / "new.part"]
