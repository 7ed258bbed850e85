"""Tiled TIFF files: tiles as if the whole image had been decoded, and no harm from any file."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from limner.imaging.colour import to_rgb
from limner.imaging.picture import Level, Pixels, bgrx
from limner.imaging.problems import Damaged, ImageProblem, Unreadable, Unsupported
from limner.imaging.tiff import TileFile, pages
from unit.tiff_bricks import TiffBricks, stitched

pyvips: Any = pytest.importorskip("pyvips")

RANDOM = np.random.default_rng(7)
GREY = np.asarray(Image.effect_noise((40, 30), 90).resize((700, 520), Image.Resampling.BICUBIC))
COLOURS = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]]) // 2 + RANDOM.integers(
    0, 9, (520, 700, 3), np.uint8
)
RAMP = np.broadcast_to((np.arange(700) % 256).astype(np.uint8), GREY.shape)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "slide.tif"


def saved(place: Path, samples: NDArray[Any], **options: Any) -> Path:
    """A pyramid, written by pyvips."""
    side = options.pop("side", 256)
    image = pyvips.Image.new_from_array(samples)
    image = image.copy(interpretation=options.pop("interpretation", image.interpretation))
    for field, kind in (("orientation", "gint_type"), ("icc-profile-data", "blob_type")):
        if field in options:
            image.set_type(getattr(pyvips.GValue, kind), field, options.pop(field))
    image.tiffsave(
        str(place), tile=True, tile_width=side, tile_height=side, pyramid=True, **options
    )
    return place


def decoded(place: Path) -> Pixels:
    with Image.open(place) as image:
        image.load()
        return bgrx(to_rgb(image))


def difference(a: NDArray[Any], b: NDArray[Any]) -> float:
    assert a.shape == b.shape
    return float(np.abs(a.astype(np.float64) - b).max())


# The same pixels


@pytest.mark.parametrize("subifd", [False, True])
@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("compression", ["none", "jpeg", "deflate", "packbits", "lzw"])
def test_tiles_are_the_whole_image_cut(
    place: Path, compression: str, bigtiff: bool, subifd: bool
) -> None:
    saved(place, COLOURS, compression=compression, bigtiff=bigtiff, subifd=subifd)
    with TileFile(place) as file:
        assert file.levels == (Level(700, 520), Level(350, 260), Level(175, 130))
        assert difference(stitched(file), decoded(place)) == 0
        half = stitched(file, 1)
    assert difference(half[10:-10, 10:-10], decoded(place)[20:-20:2, 20:-20:2]) < 40


@pytest.mark.parametrize(
    ("samples", "options"),
    [
        (COLOURS, {"compression": "lzw", "predictor": "none"}),
        (COLOURS, {"compression": "jpeg", "Q": 80}),
        (GREY, {"compression": "jpeg"}),
        (GREY, {"compression": "lzw", "miniswhite": True}),
        (np.dstack([COLOURS, RAMP]), {"compression": "lzw", "interpretation": "srgb"}),
        (np.dstack([GREY, RAMP]), {"compression": "deflate", "interpretation": "b-w"}),
        (np.dstack([COLOURS, RAMP]), {"compression": "deflate", "interpretation": "cmyk"}),
        (np.dstack([COLOURS, RAMP]), {"compression": "jpeg", "interpretation": "cmyk"}),
        ((GREY > 99) * np.uint8(255), {"compression": "packbits", "bitdepth": 1}),
        ((GREY > 99) * np.uint8(255), {"compression": "ccittfax4", "bitdepth": 1}),
        (GREY, {"compression": "packbits", "bitdepth": 4}),
    ],
)
def test_colours_mean_what_they_mean_in_the_whole_image(
    place: Path, samples: NDArray[Any], options: dict[str, Any]
) -> None:
    saved(place, samples, **options)
    with TileFile(place) as file:
        assert difference(stitched(file), decoded(place)) == 0


@pytest.mark.parametrize("predictor", ["none", "horizontal", "float"])
@pytest.mark.parametrize("compression", ["none", "lzw", "deflate"])
@pytest.mark.parametrize("shape", [(520, 700), (520, 700, 3)])
@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_deep_samples_stay_what_they_are(
    place: Path, dtype: type[np.generic], shape: tuple[int, ...], compression: str, predictor: str
) -> None:
    samples = (RANDOM.random(shape) * 60_000).astype(dtype)
    if predictor == "float" and dtype is np.uint16:
        predictor = "horizontal"
    saved(place, samples, compression=compression, predictor=predictor)
    with TileFile(place) as file:
        found = stitched(file)
    assert found.dtype == dtype
    assert np.array_equal(found, samples)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_file_is_upright_tile_by_tile(place: Path, orientation: int) -> None:
    saved(place, COLOURS, compression="lzw", orientation=orientation)
    with TileFile(place) as file, Image.open(place) as image:
        image.load()
        assert file.levels[0] == image.size
        assert difference(stitched(file), decoded(place)) == 0
        assert stitched(file, 2).shape[:2] == file.levels[2][::-1]


def test_the_colour_profile_of_the_page_holds_for_all_its_tiles(place: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    swapped = _with_red_and_blue_swapped(lab.tobytes())
    saved(place, COLOURS, compression="lzw", **{"icc-profile-data": swapped})
    with TileFile(place) as file:
        assert difference(stitched(file), decoded(place)) <= 1
        assert difference(stitched(file), bgrx(Image.fromarray(COLOURS))) > 20


def _with_red_and_blue_swapped(profile: bytes) -> bytes:
    """An sRGB profile that calls red what is blue, and is not called sRGB."""
    swapped = profile.replace(b"rXYZ", b"tmpZ").replace(b"bXYZ", b"rXYZ").replace(b"tmpZ", b"bXYZ")
    return swapped.replace("sRGB".encode("utf-16-be"), "sBGR".encode("utf-16-be"))


@pytest.mark.parametrize("is_big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "dtype", [np.uint8, np.uint16, np.int16, np.uint32, np.float32, np.float64]
)
def test_both_byte_orders_say_the_same(
    place: Path, order: Literal["<", ">"], is_big: bool, dtype: type[np.generic]
) -> None:
    samples = (COLOURS[:150, :200] * 1.0).astype(dtype)
    bricks = TiffBricks(order, is_big)
    bricks.directory(bricks.tiled(samples))
    place.write_bytes(bricks.data)
    with TileFile(place) as file:
        found = stitched(file)
    expected = bgrx(Image.fromarray(COLOURS[:150, :200])) if dtype is np.uint8 else samples
    assert np.array_equal(found, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_planes_apart_are_put_together(place: Path, dtype: type[np.generic]) -> None:
    samples = COLOURS[:150, :200].astype(dtype)
    bricks = TiffBricks()
    planes = [bricks.tiled(samples[..., i]) for i in range(3)]
    fields: dict[int, Any] = {**planes[0], 262: (3, [2]), 277: (3, [3]), 284: (3, [2])}
    for tag in (258, 324, 325, 339):
        fields[tag] = planes[0][tag][0], [n for plane in planes for n in plane[tag][1]]
    bricks.directory(fields)
    place.write_bytes(bricks.data)
    with TileFile(place) as file:
        found = stitched(file)
    expected = bgrx(Image.fromarray(COLOURS[:150, :200])) if dtype is np.uint8 else samples
    assert np.array_equal(found, expected)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("compression", "kind", "options"),
    [
        (33005, "JPEG2000", {"no_jp2": True}),
        (34712, "JPEG2000", {"no_jp2": True}),
        (33003, "JPEG2000", {"no_jp2": True, "mct": 0}),
        (50001, "WEBP", {"lossless": True}),
    ],
)
def test_tiles_that_are_files_of_their_own_are_read(
    place: Path, compression: int, kind: str, options: dict[str, Any]
) -> None:
    tile = Image.fromarray(COLOURS[:64, :64])
    is_ycbcr = compression == 33003
    stored = Image.merge("RGB", tile.convert("YCbCr").split()) if is_ycbcr else tile
    data = encoded(stored, kind, **options)
    bricks = TiffBricks()
    fields = dict(bricks.tiled(COLOURS[:64, :64]))
    fields |= {259: (3, [compression]), 324: (4, [bricks.add(data)]), 325: (4, [len(data)])}
    bricks.directory(fields)
    place.write_bytes(bricks.data)
    with TileFile(place) as file:
        found = file.read(0, 0, 0)
    assert difference(found, bgrx(tile)) <= (3 if is_ycbcr else 0)


def test_zstandard_is_read_where_pillow_knows_it(place: Path) -> None:
    strip = encoded(Image.fromarray(GREY[:64, :64]), "TIFF", compression="zstd")
    with Image.open(io.BytesIO(strip)) as image:
        tags = dict(getattr(image, "tag_v2", {}))
    data = strip[tags[273][0] : tags[273][0] + tags[279][0]]
    bricks = TiffBricks()
    fields = dict(bricks.tiled(GREY[:64, :64]))
    fields |= {259: (3, [50000]), 324: (4, [bricks.add(data)]), 325: (4, [len(data)])}
    bricks.directory({**fields, 317: (3, [tags.get(317, 1)])})
    place.write_bytes(bricks.data)
    with TileFile(place) as file:
        assert np.array_equal(file.read(0, 0, 0)[..., 1], GREY[:64, :64])


def test_what_the_writer_left_out_is_black(place: Path) -> None:
    bricks = TiffBricks()
    fields = dict(bricks.tiled(GREY[:100, :100]))
    bricks.directory(
        {**fields, 324: (4, [0, *fields[324][1][1:]]), 325: (4, [0, *fields[325][1][1:]])}
    )
    place.write_bytes(bricks.data)
    with TileFile(place) as file:
        found = stitched(file)
    assert (found[:64, :64] == (0, 0, 0, 255)).all()
    assert np.array_equal(found[64:, :100, 0], GREY[64:100, :100])


def test_small_tiles_are_handed_out_several_at_a_time(place: Path) -> None:
    saved(place, COLOURS, compression="deflate")
    with TileFile(place) as file:
        assert file.tile == (512, 512)
        assert file.read(0, 0, 0).shape == (512, 512, 4)
        assert file.read(0, 1, 1).shape == (8, 188, 4)
        for outside in ((0, 2, 0), (0, 0, 2), (3, 0, 0), (0, -1, 0), (-1, 0, 0)):
            with pytest.raises(IndexError):
                file.read(*outside)


# Pages and levels


def test_pages_are_not_levels(place: Path) -> None:
    bricks = TiffBricks()
    for side in (300, 150, 75):
        bricks.directory({**bricks.tiled(GREY[:side, :side]), 254: (4, [0 if side == 300 else 1])})
    bricks.directory(bricks.tiled(GREY[:310, :200]))
    bricks.directory({**bricks.tiled(GREY[:40, :90]), 254: (4, [1])})
    bricks.directory(bricks.strip(GREY[:50, :60]))
    place.write_bytes(bricks.data)
    first, second, third = pages(place)
    assert (first.frame, first.levels) == (0, (Level(300, 300), Level(150, 150), Level(75, 75)))
    assert (second.frame, second.width, second.levels) == (3, 200, (Level(200, 310),))
    assert (third.frame, third.width, third.levels, third.tile) == (5, 60, (), None)
    with TileFile(place, 1) as file:
        assert np.array_equal(stitched(file)[..., 0], GREY[:310, :200])
    with pytest.raises(Unsupported):
        TileFile(place, 2)
    with pytest.raises(Damaged):
        TileFile(place, 3)


def test_a_whole_slide_file_says_nothing_of_its_levels(place: Path) -> None:
    bricks = TiffBricks()
    bricks.directory(bricks.tiled(COLOURS))
    bricks.directory(bricks.strip(np.ascontiguousarray(COLOURS[::10, ::10])))
    for step in (4, 16):
        bricks.directory(
            bricks.tiled(COLOURS[: 520 // step * step : step, : 700 // step * step : step])
        )
    bricks.directory({**bricks.strip(COLOURS[:90, :80]), 254: (4, [1])})
    place.write_bytes(bricks.data)
    (page,) = pages(place)
    assert page.levels == (Level(700, 520), Level(175, 130), Level(70, 52), Level(43, 32))
    with TileFile(place) as file:
        assert np.array_equal(stitched(file, 2)[..., 2::-1], COLOURS[::10, ::10])
        assert np.array_equal(stitched(file, 1)[..., 2::-1], COLOURS[::4, ::4])


def test_levels_end_where_a_step_is_missing(place: Path) -> None:
    bricks = TiffBricks()
    for side in (512, 256, 32, 16):
        bricks.directory({**bricks.tiled(GREY[:side, :side]), 254: (4, [int(side < 512)])})
    place.write_bytes(bricks.data)
    assert pages(place)[0].levels == (Level(512, 512), Level(256, 256))


def test_tiles_that_cannot_be_read_alone_make_no_levels(place: Path) -> None:
    for fields in ({259: (3, [6])}, {262: (3, [8])}, {258: (3, [12])}, {322: (4, [8192])}):
        bricks = TiffBricks()
        bricks.directory({**bricks.tiled(GREY[:100, :100]), **fields})
        place.write_bytes(bricks.data)
        assert pages(place)[0].levels == ()


# Hostile files


def test_a_chain_that_bites_its_tail_ends_there(place: Path) -> None:
    bricks = TiffBricks()
    first = bricks.directory(bricks.tiled(GREY[:100, :100]))
    bricks.directory(bricks.tiled(GREY[:90, :100]))
    bricks.point(bricks.link, first)
    place.write_bytes(bricks.data)
    assert [page.height for page in pages(place)] == [100, 90]


def test_sub_directories_that_lead_nowhere_or_home_are_left_out(place: Path) -> None:
    bricks = TiffBricks()
    half = bricks.directory(bricks.tiled(GREY[:50, :50]), chained=False)
    ends: dict[int, Any] = {330: (4, [8, 1 << 31, half, 3] + [half] * 100)}
    home = bricks.directory({**bricks.tiled(GREY[:100, :100]), **ends})
    bricks.point(len(bricks.data) - 4, home)
    place.write_bytes(bricks.data)
    (page,) = pages(place)
    assert page.levels == (Level(100, 100), Level(50, 50))


@pytest.mark.parametrize(
    "field",
    [
        (256, (4, [0])),
        (256, (4, [4_000_000_000])),
        (257, (12, [1e300])),
        (277, (4, [1 << 31])),
        (322, (4, [0])),
        (323, (4, [1 << 31])),
        (324, (4, [5])),
        (325, (4, [1 << 31] * 4)),
        (324, (4, [1 << 31] * 4)),
        (274, (3, [77])),
        (347, (7, [255] * 70_000)),
    ],
)
def test_no_number_is_believed(place: Path, field: tuple[int, Any]) -> None:
    bricks = TiffBricks()
    bricks.directory({**bricks.tiled(GREY[:100, :100]), field[0]: field[1]})
    place.write_bytes(bricks.data)
    try:
        with TileFile(place, name="the scan") as file:
            stitched(file)
    except ImageProblem as problem:
        said = str(problem)
    else:
        said = "shown, the scan, as if the field were not there"
        assert field[0] in (274, 347)
    assert "the scan" in said


@pytest.mark.parametrize(
    "content", [b"", b"II", b"MM\0*", b"II*\0\xff\xff\xff\xff", b"\x89PNG" * 9]
)
def test_what_is_no_tiff_is_said_to_be_damaged(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    with pytest.raises(Damaged):
        pages(place)
    with pytest.raises(Damaged):
        TileFile(place)


def test_a_file_that_is_not_there_cannot_be_opened(place: Path) -> None:
    with pytest.raises(Unreadable):
        pages(place)
    with pytest.raises(Unreadable):
        TileFile(place)


@pytest.mark.parametrize("compression", ["jpeg", "deflate", "lzw"])
def test_whatever_bits_are_turned_it_ends_in_samples_or_a_sentence(
    place: Path, compression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    is_big = compression == "lzw"
    saved(place, COLOURS[:100, :150], compression=compression, bigtiff=is_big, side=64)
    good, random = place.read_bytes(), np.random.default_rng(11)
    ends = {"samples": 0, "sentence": 0}
    for turn in range(700):
        bad = bytearray(good)
        near = len(good) - 1600 if turn % 2 else 0
        for at in random.integers(near, len(good), 1 + turn % 3):
            bad[at] ^= 1 << int(random.integers(8))
        place.write_bytes(bad)
        ends[_end(place)] += 1
    capfd.readouterr()  # libtiff prints what it finds
    assert min(ends.values()) > 50


def _end(place: Path) -> str:
    """How reading the corners of all levels of all pages ends."""
    try:
        for number, page in enumerate(pages(place)[:5]):
            if page.tile is None:
                continue
            with TileFile(place, number) as file:
                for level, size in enumerate(file.levels):
                    right, bottom = (
                        (size.width - 1) // file.tile.width,
                        (size.height - 1) // file.tile.height,
                    )
                    for corner in {(0, 0), (right, bottom)}:
                        file.read(level, *corner)
    except ImageProblem:
        return "sentence"
    return "samples"
