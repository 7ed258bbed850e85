"""Images of more than 8 bits keep every bit, whichever way a file holds them."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

from limner.imaging.decode import decode, probe, thumbnail
from limner.imaging.halves import halves
from limner.imaging.tone import automatic
from unit.cells import decoding, packed

NAME = "cells.tif"
DEEP = np.random.default_rng(2).integers(0, 65536, (40, 60, 4), dtype=np.uint16)


def png(samples: NDArray[np.uint16], *more: tuple[bytes, bytes]) -> bytes:
    """A PNG with 16 bits a channel, which Pillow cannot write in colour."""
    height, width, channels = samples.shape
    kind = {1: 0, 2: 4, 3: 2, 4: 6}[channels]
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in samples)
    chunks = [
        (b"IHDR", struct.pack(">2I5B", width, height, 16, kind, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        *more,
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in chunks
    )


def test_a_png_of_sixteen_bit_colours_keeps_all_of_them() -> None:
    data = png(DEEP[..., :3])
    facts, picture = probe(data, NAME), decode(data, NAME)
    assert (facts.mode, facts.is_deep) == ("RGB;16", True)
    assert np.array_equal(picture.planes[0], DEEP[..., :3])
    assert picture.window == automatic(DEEP[..., :3])


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"compression": "lzw", "predictor": "horizontal"},
        {"compression": "deflate", "tile": True, "tile_width": 16, "tile_height": 16},
        {"bigtiff": True, "compression": "deflate"},
    ],
)
def test_a_tiff_of_sixteen_bit_colours_keeps_all_of_them(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    pyvips = pytest.importorskip("pyvips")
    path = tmp_path / "deep.tif"
    colours = np.ascontiguousarray(DEEP[..., :3])
    image = pyvips.Image.new_from_memory(colours.tobytes(), 60, 40, 3, "ushort")
    image.copy(interpretation="rgb16").tiffsave(str(path), **options)
    assert probe(path, NAME).is_deep
    assert np.array_equal(decode(path, NAME).planes[0], colours)


def test_clear_parts_of_a_deep_image_show_the_ground() -> None:
    samples = DEEP.copy()
    samples[..., 3] = 65535
    samples[:8, :16, 3] = 0
    shown = decode(png(samples), NAME).planes[0]
    assert set(shown[:8, :8].ravel().tolist()) == {255 * 257}
    assert set(shown[:8, 8:16].ravel().tolist()) == {224 * 257}
    assert np.array_equal(shown[8:], samples[8:, :, :3])


def test_grey_with_alpha_keeps_its_bits_too() -> None:
    samples = DEEP[..., :2].copy()
    samples[..., 1] = 65535
    assert np.array_equal(decode(png(samples), NAME).planes[0], samples[..., 0])


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_deep_image_is_turned_even_if_its_exif_comes_last(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    colours = DEEP[..., :3]
    data = png(colours, (b"eXIf", exif.tobytes()[6:]))
    swapped = colours.swapaxes(0, 1)
    upright = {
        1: colours, 2: colours[:, ::-1], 3: colours[::-1, ::-1], 4: colours[::-1],
        5: swapped, 6: swapped[:, ::-1], 7: swapped[::-1, ::-1], 8: swapped[::-1],
    }[orientation]  # fmt: skip
    facts = probe(data, NAME)
    assert (facts.height, facts.width) == upright.shape[:2]
    assert np.array_equal(decode(data, NAME).planes[0], upright)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_2000_with_exif_is_turned(orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    body = b"JpgTiffExif->JP2" + exif.tobytes()[6:]
    box = struct.pack(">I4s", len(body) + 8, b"uuid") + body
    image = Image.fromarray((DEEP[..., :3] >> 8).astype(np.uint8))
    data = packed(image, "JPEG2000")
    place = data.index(b"jp2c") - 4
    turned = decode(data[:place] + box + data[place:], NAME)
    as_it_lies = decode(data, NAME)
    assert turned.width == (40 if orientation >= 5 else 60)
    corners = {1: (0, 0), 2: (0, -1), 3: (-1, -1), 4: (-1, 0), 5: (0, 0), 6: (0, -1), 7: (-1, -1),
               8: (-1, 0)}  # fmt: skip
    first = turned.planes[0][corners[orientation]]
    assert np.array_equal(first, as_it_lies.planes[0][0, 0])


def planes_one_by_one(samples: NDArray[np.uint16], order: str, *, is_packed: bool) -> bytes:
    """A TIFF with a strip for each channel, as microscopes write them."""
    height, width, channels = samples.shape
    strips = [samples[..., n].astype(f"{order}u2").tobytes() for n in range(channels)]
    strips = [zlib.compress(strip) if is_packed else strip for strip in strips]
    lists = 8 + 2 + 12 * 10 + 4
    entries = [
        (256, 3, 1, width), (257, 3, 1, height), (258, 3, channels, lists),
        (259, 3, 1, 8 if is_packed else 1), (262, 3, 1, 2), (273, 4, channels, lists + 6),
        (277, 3, 1, channels), (278, 3, 1, height), (279, 4, channels, lists + 18), (284, 3, 1, 2),
    ]  # fmt: skip
    starts = [lists + 30 + sum(map(len, strips[:n])) for n in range(channels)]
    packer = {kind: struct.Struct(f"{order}HHI{layout}") for kind, layout in ((3, "HH"), (4, "I"))}
    rows = [
        packer[4].pack(*entry) if entry[1] == 4 or entry[2] > 1 else packer[3].pack(*entry, 0)
        for entry in entries
    ]
    return b"".join([
        {"<": b"II*\0", ">": b"MM\0*"}[order], struct.pack(f"{order}IH", 8, len(rows)), *rows,
        struct.pack(f"{order}I3H3I3I", 0, 16, 16, 16, *starts, *map(len, strips)), *strips,
    ])  # fmt: skip


@pytest.mark.parametrize("order", ["<", ">"])
def test_planes_of_sixteen_bits_are_put_together(order: str) -> None:
    data = planes_one_by_one(DEEP[..., :3], order, is_packed=False)
    picture = decode(data, NAME)
    assert picture.warning is None
    assert np.array_equal(picture.planes[0], DEEP[..., :3])


def test_planes_that_are_packed_are_read_in_full_too() -> None:
    data = planes_one_by_one(DEEP[..., :3], "<", is_packed=True)
    assert probe(data, NAME).is_deep
    picture = decode(data, NAME)
    assert picture.warning is None
    assert np.array_equal(picture.planes[0], DEEP[..., :3])


@pytest.mark.parametrize("options", [{}, {"tile": True, "compression": "deflate"}])
def test_colours_in_floating_point_are_shown(tmp_path: Path, options: dict[str, Any]) -> None:
    pyvips = pytest.importorskip("pyvips")
    path = tmp_path / "light.tif"
    light = np.ascontiguousarray(DEEP[..., :3]).astype(np.float32) / 1000
    image = pyvips.Image.new_from_memory(light.tobytes(), 60, 40, 3, "float")
    image.copy(interpretation="scrgb").tiffsave(str(path), **options)
    with decoding() as decoder:
        facts = decoder.facts(path, NAME)
        assert (facts.width, facts.height, facts.is_deep) == (60, 40, True)
        assert np.array_equal(decoder.whole(path, NAME).planes[0], light)
        assert decoder.thumbnail(path, NAME, 30).shape == (20, 30, 4)
        if not options:
            assert decoder.preview(path, NAME, 30) is None


def test_bits_that_cannot_be_read_are_not_passed_over_in_silence() -> None:
    ppm = b"P6\n60 40\n65535\n" + DEEP[..., :3].astype(">u2").tobytes()
    picture = decode(ppm, NAME)
    assert picture.warning == "“cells.tif” has more than 8 bits a channel; the upper 8 are shown."


def white_is_zero(image: Image.Image) -> bytes:
    data = bytearray(packed(image, "TIFF"))
    entry = data.index(struct.pack("<HHI", 262, 3, 1))
    data[entry + 8 : entry + 10] = struct.pack("<H", 0)
    return bytes(data)


def test_where_zero_is_white_the_samples_are_turned_over() -> None:
    grey = DEEP[..., 0]
    assert np.array_equal(
        decode(white_is_zero(Image.fromarray(grey)), NAME).planes[0], 65535 - grey
    )
    real = grey.astype(np.float32)
    assert np.array_equal(decode(white_is_zero(Image.fromarray(real)), NAME).planes[0], -real)


def test_portable_maps_are_deep_too() -> None:
    grey = DEEP[..., 0]
    integers = decode(b"P5\n60 40\n65535\n" + grey.astype(">u2").tobytes(), NAME)
    assert np.array_equal(integers.planes[0], grey)
    real = np.linspace(-1, 1, 2400, dtype="<f4").reshape(40, 60)
    shown = decode(b"Pf\n60 40\n-1.0\n" + real[::-1].tobytes(), NAME)
    assert np.array_equal(shown.planes[0], real)


def test_integers_of_32_bits_become_floating_point() -> None:
    values = DEEP[..., 0].astype(np.int32) * 1000 - 3_000_000
    picture = decode(packed(Image.fromarray(values), "TIFF"), NAME)
    assert picture.planes[0].dtype == np.float32
    assert np.array_equal(picture.planes[0], values.astype(np.float32))


@pytest.mark.parametrize("kind", [np.uint16, np.float32])
@pytest.mark.parametrize("shape", [(1201, 701), (1200, 703, 3), (40, 2049)])
def test_levels_are_averages_of_four_in_the_same_type(
    kind: type[np.generic], shape: tuple[int, ...]
) -> None:
    samples = np.random.default_rng(1).integers(0, 65536, shape).astype(kind)
    levels = halves(samples)
    assert max(levels[-1].shape[:2]) <= 512 < max(levels[-2].shape[:2])
    for whole, half in pairwise(levels):
        assert half.dtype == kind
        assert half.shape[:2] == tuple(-(-side // 2) for side in whole.shape[:2])
        four = whole[:4, :4].astype(np.float64).reshape(2, 2, 2, 2, -1).mean(axis=(1, 3))
        assert np.abs(half[:2, :2].reshape(2, 2, -1) - four).max() <= 0.51
    if shape[0] % 2 and shape[1] % 2:
        assert np.array_equal(levels[1][-1, -1], samples[-1, -1])


def test_a_hole_does_not_grow_when_one_zooms_out() -> None:
    samples = np.full((1024, 1024), 5.0, np.float32)
    samples[::7, ::5] = np.nan
    samples[:4, :4] = np.inf
    half = halves(samples)[1]
    assert np.isnan(half[:2, :2]).all()
    assert (half[2:] == 5).all()


def test_averages_of_the_largest_numbers_stay_finite() -> None:
    samples = np.full((1024, 1024), np.finfo(np.float32).max, np.float32)
    assert np.isfinite(halves(samples)[1]).all()


def test_deep_samples_come_through_the_decoder_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "deep.png"
    path.write_bytes(png(DEEP[..., :3]))
    with decoding() as decoder:
        assert decoder.facts(path, NAME).is_deep
        picture = decoder.whole(path, NAME)
        assert decoder.thumbnail(path, NAME, 30).shape == (20, 30, 4)
    assert np.array_equal(picture.planes[0], DEEP[..., :3])
    assert picture.window == automatic(DEEP[..., :3])


def test_a_deep_thumbnail_uses_the_whole_range() -> None:
    ramp = np.linspace(0, 4095, 2000).astype(np.uint16)
    data = packed(Image.fromarray(np.repeat(ramp[None], 1000, axis=0)), "PNG")
    small = thumbnail(data, NAME, 100)
    assert small.shape == (50, 100, 4)
    assert small[25, 0, 0] < 10
    assert small[25, -1, 0] > 245
