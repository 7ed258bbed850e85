"""Pictures larger than the memory, as the canvas sees them: what is asked for, kept, let go of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from limner.imaging.facts import ImageFacts
from limner.imaging.picture import Area, Level, TileKey, Window
from limner.imaging.plan import Plan, how_to_open
from limner.imaging.problems import Damaged
from limner.imaging.tiff import TileFile
from limner.imaging.tiled import TiledPicture
from unit.tiff_bricks import TiffBricks

MEGABYTE = 1 << 20
SHADES = np.arange(2048 * 3072, dtype=np.uint32).reshape(2048, 3072) % 251
PLANE = np.dstack([SHADES, SHADES // 2, 255 - SHADES]).astype(np.uint8)


@pytest.fixture(scope="module")
def slide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four levels in tiles of 512."""
    place = tmp_path_factory.mktemp("slide") / "slide.tif"
    bricks = TiffBricks()
    for level in range(4):
        step = 2**level
        bricks.directory({**bricks.tiled(PLANE[::step, ::step], 512), 254: (4, [int(level > 0)])})
    place.write_bytes(bricks.data)
    return place


class Reader:
    """Reads what a picture asks for, when it is told to: the newest list counts."""

    def __init__(self, place: Path, budget: int = 64 * MEGABYTE) -> None:
        self.file = TileFile(place)
        self.lists: list[tuple[TileKey, ...]] = []
        self.told: list[tuple[int, Area]] = []
        self.picture = TiledPicture(self.file.levels, self.file.tile, self.ask, budget)
        self.picture.watch(lambda level, area: self.told.append((level, area)))
        self.peak = 0

    def ask(self, keys: Sequence[TileKey]) -> None:
        self.lists.append(tuple(keys))

    @property
    def wanted(self) -> tuple[TileKey, ...]:
        return self.lists[-1] if self.lists else ()

    def reads(self, number: int | None = None) -> None:
        for key in self.wanted[:number]:
            self.picture.arrived(key, self.file.read(*key))
            self.peak = max(self.peak, self.picture.nbytes)


@pytest.fixture
def reader(slide: Path) -> Iterator[Reader]:
    made = Reader(slide)
    with made.file:
        yield made


def small(slide: Path, megabytes: int) -> Reader:
    return Reader(slide, megabytes * MEGABYTE)


# What is asked for


def test_a_rough_picture_comes_first_then_the_view_from_its_middle(reader: Reader) -> None:
    reader.picture.look(0, Area(700, 600, 2300, 1500))
    rough, *rest = reader.wanted
    assert rough == (3, 0, 0)
    assert set(rest[:4]) == {(0, column, row) for column in (2, 3) for row in (1, 2)}
    assert set(rest[4:8]) == {(0, column, row) for column in (1, 4) for row in (1, 2)}


def test_what_lies_around_the_view_comes_last(reader: Reader) -> None:
    reader.picture.look(0, Area(1024, 1024, 1536, 1536))
    rough, view, *ring = reader.wanted
    assert (rough.level, view) == (3, (0, 2, 2))
    assert set(ring) == {(0, c, r) for c in (1, 2, 3) for r in (1, 2, 3)} - {(0, 2, 2)}


def test_looking_again_asks_for_nothing_again(reader: Reader) -> None:
    for _ in range(5):
        reader.picture.look(0, Area(700, 600, 2300, 1500))
    reader.picture.look(0, Area(701, 601, 2301, 1501))
    assert len(reader.lists) == 1
    reader.reads()
    for x in range(5):
        reader.picture.look(0, Area(700 + x, 600, 2300 + x, 1500))
    assert len(reader.lists) == 1


def test_where_everything_is_there_nothing_is_asked(reader: Reader) -> None:
    reader.picture.look(0, Area(0, 0, 3072, 2048))
    reader.reads()
    for x in range(0, 2600, 200):
        reader.picture.look(0, Area(x, 0, x + 400, 300))
    assert [len(keys) for keys in reader.lists] == [25]


def test_what_is_still_to_come_is_named_again_when_the_view_moves_and_the_rest_is_not(
    reader: Reader,
) -> None:
    reader.picture.look(0, Area(0, 0, 500, 500))
    reader.reads(2)
    reader.picture.look(0, Area(2600, 1600, 3000, 2000))
    assert TileKey(0, 5, 3) == reader.wanted[0]
    assert not {TileKey(0, 0, 1), TileKey(0, 1, 0), TileKey(0, 0, 0)} & set(reader.wanted)


def test_no_more_is_asked_for_than_there_is_room_for(slide: Path) -> None:
    with (reader := small(slide, 8)).file:
        reader.picture.look(0, Area(0, 0, 3072, 2048))
        assert len(reader.wanted) == 1 + 7
        reader.reads()
        kept = reader.picture.nbytes
        reader.picture.look(0, Area(0, 0, 3071, 2047))
        assert (len(reader.lists), reader.picture.nbytes) == (1, kept)


def test_a_closed_picture_wants_nothing_and_tells_nobody(reader: Reader) -> None:
    reader.picture.look(0, Area(0, 0, 500, 500))
    asked = reader.wanted
    reader.picture.close()
    assert reader.wanted == ()
    reader.picture.arrived(asked[0], reader.file.read(*asked[0]))
    assert reader.told == []
    reader.picture.look(0, Area(0, 0, 500, 500))
    assert asked[0] not in reader.wanted
    assert asked[1] in reader.wanted


# What is shown


def test_a_part_is_there_when_all_of_its_tiles_are(reader: Reader) -> None:
    area = Area(400, 300, 1100, 1000)
    reader.picture.look(0, area)
    keys = reader.wanted
    for key in keys[:7]:
        assert reader.picture.part(0, area) is None
        reader.picture.arrived(key, reader.file.read(*key))
    part = reader.picture.part(0, area)
    assert part is not None
    assert np.array_equal(part[..., 2::-1], PLANE[300:1000, 400:1100])


def test_a_part_of_one_tile_is_not_copied(reader: Reader) -> None:
    reader.picture.look(0, Area(0, 0, 500, 500))
    reader.reads()
    part = reader.picture.part(0, Area(10, 10, 500, 500))
    whole = reader.picture.part(0, Area(0, 0, 512, 512))
    assert part is not None
    assert whole is not None
    assert np.shares_memory(part, whole)


def test_watchers_hear_what_came(reader: Reader) -> None:
    reader.picture.look(0, Area(2600, 1600, 3000, 2000))
    reader.reads(2)
    assert reader.told == [(3, Area(0, 0, 384, 256)), (0, Area(2560, 1536, 3072, 2048))]


def test_the_rough_picture_is_always_there(slide: Path) -> None:
    with (reader := small(slide, 4)).file:
        for x in range(0, 2500, 100):
            reader.picture.look(0, Area(x, x // 2, x + 500, x // 2 + 400))
            reader.reads()
            assert reader.picture.part(3, Area(0, 0, 384, 256)) is not None


def test_a_tile_that_cannot_be_read_is_grey_and_not_asked_for_again(reader: Reader) -> None:
    reader.picture.look(0, Area(0, 0, 1000, 500))
    reader.reads()
    bad = TileKey(0, 0, 0)
    reader.picture.failed(bad, Damaged("slide.tif"))
    part = reader.picture.part(0, Area(500, 0, 520, 10))
    assert part is not None
    assert (part[:, :12] == (128, 128, 128, 255)).all()
    assert np.array_equal(part[:, 12:, 2::-1], PLANE[:10, 512:520])
    assert (0, Area(0, 0, 512, 512)) in reader.told
    assert reader.picture.warning == "A part of “slide.tif” could not be read and is shown in grey."
    reader.picture.look(0, Area(2000, 1600, 3000, 2000))
    reader.picture.look(0, Area(0, 0, 1000, 500))
    assert bad not in reader.wanted


def test_samples_that_do_not_fit_any_more_are_grey(reader: Reader) -> None:
    reader.picture.look(0, Area(0, 0, 1000, 500))
    reader.picture.arrived(TileKey(0, 0, 0), reader.file.read(3, 0, 0))
    assert reader.picture.part(0, Area(0, 0, 5, 5)) is not None
    assert "changed" in str(reader.picture.warning)


def test_deep_tiles_stay_deep_and_grey_is_the_middle_of_the_window() -> None:
    levels, window = [Level(900, 600)], Window(100, 300)
    picture = TiledPicture(levels, Level(512, 512), lambda keys: None, MEGABYTE, window=window)
    picture.look(0, Area(0, 0, 900, 600))
    picture.arrived(TileKey(0, 0, 0), np.full((512, 512), 250, np.uint16))
    picture.failed(TileKey(0, 1, 0), Damaged("scan.tif"))
    part = picture.part(0, Area(510, 0, 514, 1))
    assert part is not None
    assert part.dtype == np.uint16
    assert part.tolist() == [[250, 250, 200, 200]]


# What is let go of


def test_memory_is_never_exceeded_by_more_than_a_tile(slide: Path) -> None:
    with (reader := small(slide, 10)).file:
        random = np.random.default_rng(3)
        for _ in range(60):
            level = int(random.integers(4))
            width, height = reader.file.levels[level]
            x, y = int(random.integers(width)), int(random.integers(height))
            reader.picture.look(level, Area(x, y, min(x + 900, width), min(y + 700, height)))
            reader.reads(int(random.integers(1, 12)))
            assert reader.picture.nbytes <= 10 * MEGABYTE
        assert reader.peak <= 11 * MEGABYTE


def test_the_farthest_goes_first_and_the_view_stays(slide: Path) -> None:
    with (reader := small(slide, 8)).file:
        for x in range(0, 3072, 512):
            reader.picture.look(0, Area(x, 0, x + 500, 500))
            reader.reads()
        there = [column for column in range(6) if is_there(reader, 0, column, 0)]
        assert there in ([2, 3, 4, 5], [3, 4, 5])


def test_the_next_coarser_level_stays_for_zooming_out_and_others_go(slide: Path) -> None:
    with (reader := small(slide, 6)).file:
        reader.picture.look(2, Area(0, 0, 500, 500))
        reader.reads(2)
        reader.picture.look(1, Area(0, 0, 500, 500))
        reader.reads(1)
        for x in range(0, 700, 50):
            reader.picture.look(0, Area(x, 0, x + 200, 300))
            reader.reads()
        assert is_there(reader, 1, 0, 0)
        assert not is_there(reader, 2, 0, 0)


def test_a_smaller_budget_holds_at_once_and_a_larger_one_asks_for_more(slide: Path) -> None:
    with (reader := small(slide, 32)).file:
        reader.picture.look(0, Area(0, 0, 2000, 1500))
        reader.reads()
        reader.picture.budget_bytes = 4 * MEGABYTE
        assert reader.picture.nbytes <= 4 * MEGABYTE
        reader.picture.budget_bytes = 32 * MEGABYTE
        reader.reads()
        assert reader.picture.part(0, Area(0, 0, 2000, 1500)) is not None


def is_there(reader: Reader, level: int, column: int, row: int) -> bool:
    left, top = column * 512, row * 512
    return reader.picture.part(level, Area(left, top, left + 1, top + 1)) is not None


# How to open


def facts(width: int, height: int, *levels: Level, **more: Any) -> ImageFacts:
    return ImageFacts(width, height, "TIFF", more.pop("mode", "RGB"), levels=levels, **more)


def test_what_fits_is_opened_whole_and_what_has_tiles_by_tiles() -> None:
    budget = 512 * MEGABYTE
    large = [Level(60_000 >> k, 40_000 >> k) for k in range(0, 9, 2)]
    assert how_to_open(facts(8000, 6000), budget) is Plan.WHOLE
    assert how_to_open(facts(10_000, 6000), budget) is Plan.PYRAMID
    assert how_to_open(facts(60_000, 40_000, *large), budget) is Plan.TILED
    assert how_to_open(facts(60_000, 40_000, *large[:2]), budget) is Plan.PYRAMID
    assert how_to_open(facts(8000, 6000, is_deep=True, mode="I;16"), 200 * MEGABYTE) is Plan.PYRAMID
    assert how_to_open(facts(8000, 6000, is_deep=True, mode="I;16"), 260 * MEGABYTE) is Plan.WHOLE
    assert how_to_open(facts(8000, 6000, is_deep=True, mode="F"), 260 * MEGABYTE) is Plan.PYRAMID
