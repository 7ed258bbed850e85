"""Every odd image a person may have: shown as it is meant, or a sentence that says why not."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageCms

from limner.imaging.decode import PIXEL_LIMIT, ImageProblem, decode, probe, thumbnail
from limner.imaging.picture import Pixels, Planes
from limner.imaging.problems import (
    Damaged,
    EmptyFile,
    NeedsHeic,
    NotAnImage,
    TooLarge,
    Unreadable,
    Unsupported,
)
from limner.imaging.tone import toned

RGB = tuple[int, int, int]
LEFT_RED = Image.new("RGB", (60, 40), "blue")
LEFT_RED.paste("red", (0, 0, 20, 40))
NAME = "street.jpg"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


def saved(image: Image.Image, format_: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format_, **options)
    return buffer.getvalue()


def pixel(picture: Planes | Pixels, x: int, y: int) -> RGB:
    if isinstance(picture, Planes):
        picture = toned(picture.planes[0], None, picture.window)
    blue, green, red, padding = picture[y, x].tolist()
    assert padding == 255
    return red, green, blue


def is_near(colour: RGB, wanted: RGB, by: int = 12) -> bool:
    return all(abs(a - b) <= by for a, b in zip(colour, wanted, strict=True))


FORMATS = ["JPEG", "PNG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM"]


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_is_shown_in_its_colours(format_: str, tmp_path: Path) -> None:
    data = saved(LEFT_RED, format_)
    path = tmp_path / "image"
    path.write_bytes(data)
    for source in (data, path):
        facts = probe(source, NAME)
        assert (facts.width, facts.height, facts.format) == (60, 40, format_)
        picture = decode(source, NAME)
        assert is_near(pixel(picture, 5, 20), (255, 0, 0))
        assert is_near(pixel(picture, 50, 20), (0, 0, 255))
        assert picture.warning is None


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_image_is_shown_upright(format_: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    turned = saved(LEFT_RED, format_, exif=exif)
    upright = decode(turned, NAME)
    facts = probe(turned, NAME)
    is_tall = orientation >= 5
    assert (upright.width, upright.height) == ((40, 60) if is_tall else (60, 40))
    assert (facts.width, facts.height) == (upright.width, upright.height)
    small = thumbnail(turned, NAME, 30)
    assert small.shape == ((30, 20, 4) if is_tall else (20, 30, 4))
    red_at = {
        1: (5, 20), 2: (55, 20), 3: (55, 20), 4: (5, 20),
        5: (20, 5), 6: (20, 5), 7: (20, 55), 8: (20, 55),
    }  # fmt: skip
    assert is_near(pixel(upright, *red_at[orientation]), (255, 0, 0))


def grey_levels(values: NDArray[np.generic], format_: str = "TIFF") -> list[int]:
    """How dark the columns of a one-line image are shown."""
    picture = decode(saved(Image.fromarray(np.repeat(values[None], 8, axis=0)), format_), NAME)
    return [pixel(picture, x, 4)[0] for x in range(picture.width)]


RAMP = np.linspace(0, 1, 200)


@pytest.mark.parametrize(
    "values",
    [
        (RAMP * 65535).astype(np.uint16),
        (RAMP * 4095).astype(np.uint16),
        (RAMP * 300 + 30_000).astype(np.uint16),
        (RAMP * 2_000_000 - 1_000_000).astype(np.int32),
        RAMP.astype(np.float32),
        (RAMP * 1e20 - 5e19).astype(np.float32),
    ],
)
def test_deep_images_use_the_whole_range_from_black_to_white(values: NDArray[np.generic]) -> None:
    shown = grey_levels(values)
    assert shown == sorted(shown)
    assert shown[0] == 0
    assert shown[-1] == 255
    assert len(set(shown)) > 180


def test_a_sixteen_bit_png_is_windowed_too() -> None:
    shown = grey_levels((RAMP * 4095).astype(np.uint16), "PNG")
    assert (shown[0], shown[-1]) == (0, 255)


def test_values_that_are_no_numbers_do_no_harm() -> None:
    values = RAMP.astype(np.float32)
    values[:2] = np.nan, np.inf
    shown = grey_levels(values)
    assert shown[0] == 0
    assert shown[-1] == 255


def test_one_hot_pixel_does_not_darken_the_rest() -> None:
    values = np.tile((RAMP * 1000).astype(np.uint16), (200, 1))
    values[0, 0] = 65535
    picture = decode(saved(Image.fromarray(values), "TIFF"), NAME)
    assert pixel(picture, 198, 100)[0] > 240


def test_a_deep_image_of_one_value_is_shown() -> None:
    assert set(grey_levels(np.full(20, 777, dtype=np.uint16))) == {128}


def test_sixteen_bit_colour_is_shown() -> None:
    rows = b"".join(b"\0" + struct.pack(">3H", 65535, 32768, 0) * 4 for _ in range(4))
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (
            (b"IHDR", struct.pack(">2I5B", 4, 4, 16, 2, 0, 0, 0)),
            (b"IDAT", zlib.compress(rows)),
            (b"IEND", b""),
        )
    )
    assert pixel(decode(data, NAME), 1, 1) == (255, 128, 0)


@pytest.mark.parametrize("format_", ["JPEG", "TIFF"])
def test_cmyk_has_the_right_colours(format_: str) -> None:
    picture = decode(saved(LEFT_RED.convert("CMYK"), format_), NAME)
    assert is_near(pixel(picture, 5, 20), (255, 0, 0))
    assert is_near(pixel(picture, 50, 20), (0, 0, 255))


def test_lab_has_the_right_colours() -> None:
    srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
    turned = ImageCms.profileToProfile(LEFT_RED, srgb, lab, outputMode="LAB")
    assert turned is not None
    picture = decode(saved(turned, "TIFF"), NAME)
    assert is_near(pixel(picture, 5, 20), (255, 0, 0), by=24)
    assert is_near(pixel(picture, 50, 20), (0, 0, 255), by=24)


@pytest.mark.parametrize("format_", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_the_frames_of_an_animation_are_pages(format_: str) -> None:
    colours: list[RGB] = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
    first, *others = (Image.new("RGB", (16, 16), colour) for colour in colours)
    data = saved(first, format_, save_all=True, append_images=others)
    assert probe(data, NAME).pages == 3
    for page, colour in enumerate(colours):
        assert is_near(pixel(decode(data, NAME, page), 8, 8), colour)
    with pytest.raises(Damaged):
        decode(data, NAME, 3)


def test_the_second_image_in_a_photograph_is_no_page() -> None:
    data = saved(LEFT_RED, "MPO", save_all=True, append_images=[LEFT_RED])
    facts = probe(data, NAME)
    assert (facts.format, facts.pages) == ("JPEG", 1)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_every_kind_of_pixel_is_shown(mode: str) -> None:
    picture = decode(saved(Image.new("L", (20, 10), 255).convert(mode), "PNG"), NAME)
    assert pixel(picture, 5, 5) == (255, 255, 255)


def test_what_is_transparent_shows_a_chequered_ground() -> None:
    clear = Image.new("RGBA", (40, 40), (255, 255, 255, 0))
    clear.paste((10, 20, 30, 255), (0, 0, 8, 8))
    palette = Image.new("P", (40, 40), 0)
    for data in (saved(clear, "PNG"), saved(palette, "PNG", transparency=0)):
        picture = decode(data, NAME)
        assert pixel(picture, 20, 20) != pixel(picture, 28, 20)
    assert pixel(decode(saved(clear, "PNG"), NAME), 3, 3) == (10, 20, 30)


def test_a_colour_profile_is_applied_and_a_broken_one_does_no_harm() -> None:
    grey = Image.new("RGB", (10, 10), (100, 150, 200))
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("XYZ")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, b"nonsense", lab):
        picture = decode(saved(grey, "PNG", icc_profile=profile), NAME)
        assert picture.width == 10
    assert pixel(decode(saved(grey, "PNG", icc_profile=srgb), NAME), 5, 5) == (100, 150, 200)


def test_the_pyramid_halves_until_it_is_small() -> None:
    wide = np.zeros((701, 2101, 3), dtype=np.uint8)
    wide[:, ::2] = 255
    picture = decode(saved(Image.fromarray(wide), "PNG"), NAME)
    assert [level.shape[:2] for level in picture.planes] == [
        (701, 2101),
        (351, 1051),
        (176, 526),
        (88, 263),
    ]
    assert all(level.flags.c_contiguous and level.dtype == np.uint8 for level in picture.planes)
    assert abs(int(picture.planes[1][5, 5, 0]) - 127) <= 1


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_half_a_file_is_shown_as_far_as_it_goes_with_a_warning(format_: str) -> None:
    noise = np.random.default_rng(3).integers(20, 255, (300, 400, 3), dtype=np.uint8)
    data = saved(Image.fromarray(noise), format_)
    picture = decode(data[: len(data) // 2], NAME)
    assert picture.warning is not None
    assert NAME in picture.warning
    assert picture.planes[0][10, :, :3].max() > 0
    assert picture.planes[0][290, :, :3].max() == 0
    assert thumbnail(data[: len(data) // 2], NAME, 64).shape[:2] == (48, 64)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", EmptyFile),
        (b"<html><body>not found</body></html>", NotAnImage),
        (b"\0" * 5000, NotAnImage),
        (HEIC, Damaged),
        (b"%PDF-1.7 ...", Unsupported),
        (b"<?xml version='1.0'?><svg xmlns='x'/>", Unsupported),
        (saved(LEFT_RED, "PNG")[:60], Damaged),
        (b"\x89PNG\r\n\x1a\n" + b"\xff" * 60, NotAnImage),
    ],
)
def test_what_cannot_be_shown_is_named_with_what_to_do(
    data: bytes, problem: type[ImageProblem]
) -> None:
    for attempt in (decode, lambda d, n: thumbnail(d, n, 64)):
        with pytest.raises(problem, match=r"“street\.jpg” .*\. .*\.") as caught:
            attempt(data, NAME)
        assert caught.value.name == NAME


def test_without_the_package_for_it_a_photograph_of_a_phone_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    with pytest.raises(NeedsHeic, match=r"“street\.jpg” is a HEIC .*pip install limner\[heic\]"):
        decode(HEIC, NAME)


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="“gone” could not be opened: No such file"):
        decode(tmp_path / "gone.png", "gone")


def test_an_image_beyond_the_limit_is_refused_from_its_header() -> None:
    side = int(PIXEL_LIMIT**0.5) + 1
    data = bytearray(saved(Image.new("L", (4, 4)), "PNG"))
    data[16:24] = struct.pack(">2I", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(TooLarge, match="20,001 by 20,001 pixels; at most 400 million"):
        decode(bytes(data), NAME)
    assert probe(bytes(data), NAME).width == side


def test_ninety_million_pixels_are_no_problem() -> None:
    data = saved(Image.new("1", (9500, 9500)), "PNG")
    assert probe(data, NAME).width == 9500


def test_a_thumbnail_is_as_large_as_asked_and_never_larger_than_the_image() -> None:
    photo = saved(Image.new("RGB", (4000, 1000), "green"), "JPEG")
    small = thumbnail(photo, NAME, 128)
    assert small.shape == (32, 128, 4)
    assert is_near(pixel(small, 60, 16), (0, 128, 0))
    tiny = thumbnail(saved(LEFT_RED, "PNG"), NAME, 128)
    assert tiny.shape == (40, 60, 4)


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "GIF", "BMP"])
def test_broken_bytes_are_a_problem_for_people_never_for_programmers(format_: str) -> None:
    random = np.random.default_rng(11)
    good = np.frombuffer(saved(LEFT_RED, format_), dtype=np.uint8)
    for _ in range(60):
        broken = good.copy()
        broken[random.integers(0, len(good), 6)] = random.integers(0, 256, 6)
        with suppress(ImageProblem):
            assert decode(broken.tobytes(), NAME).width > 0
