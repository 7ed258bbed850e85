"""Files that are meant to do harm, or are broken: one sentence each, and the next image is fine."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from limner.imaging.decoder import Decoder
from limner.imaging.problems import Damaged, ImageProblem, NotAnImage, TooLarge, Unsupported
from unit.cells import decoding, packed

NAME = "hostile.png"
SCENE = Image.fromarray(np.random.default_rng(8).integers(20, 250, (90, 120, 3), dtype=np.uint8))
PNG = b"\x89PNG\r\n\x1a\n"

Outcome = ImageProblem | str | None
Opens = Callable[[bytes], list[Outcome]]


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with decoding() as decoder:
        yield decoder


@pytest.fixture
def opens(decoder: Decoder, tmp_path: Path) -> Iterator[Opens]:
    """Opens a file in each way and says how each ended: a problem, a warning, or well.

    Whatever the file was, the next one is decoded as if nothing had been.
    """

    def open_(data: bytes) -> list[Outcome]:
        path = tmp_path / "hostile"
        path.write_bytes(data)
        found = [
            outcome(lambda: decoder.facts(path, NAME)),
            outcome(lambda: decoder.preview(path, NAME, 64)),
            outcome(lambda: decoder.thumbnail(path, NAME, 64)),
            outcome(lambda: decoder.whole(path, NAME)),
        ]
        assert all(is_one_sentence(each) for each in found)
        return found

    yield open_
    good = tmp_path / "good.png"
    good.write_bytes(packed(SCENE, "PNG"))
    assert decoder.whole(good, NAME).width == SCENE.width


def outcome(attempt: Callable[[], object]) -> Outcome:
    try:
        warning: str | None = getattr(attempt(), "warning", None)
    except ImageProblem as problem:
        return problem
    return warning


def is_one_sentence(found: Outcome) -> bool:
    """Or two: what happened, and what to do about it."""
    said = str(found)
    return found is None or (said.startswith(f"“{NAME}” ") and said[-1] == "." and "\n" not in said)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, rows: bytes, *more: bytes) -> bytes:
    header = chunk(b"IHDR", struct.pack(">2I5B", width, height, 8, 0, 0, 0, 0))
    return PNG + header + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def inflating(size: int) -> bytes:
    """Zeros, packed a thousand times smaller."""
    packer = zlib.compressobj(9)
    piece = bytes(1 << 20)
    return b"".join(packer.compress(piece) for _ in range(size >> 20)) + packer.flush()


INFLATING = inflating(256 << 20)


def with_size(data: bytes, place: int, layout: str, *size: int) -> bytes:
    packed_size = struct.pack(layout, *size)
    return data[:place] + packed_size + data[place + len(packed_size) :]


def huge_jpeg() -> bytes:
    data = packed(SCENE, "JPEG")
    return with_size(data, data.index(b"\xff\xc0") + 5, ">2H", 65_500, 65_500)


def huge_tiff() -> bytes:
    data = packed(Image.new("L", (4, 4)), "TIFF")
    (directory,) = struct.unpack("<I", data[4:8])
    return with_size(
        with_size(data, directory + 2 + 8, "<I", 60_000), directory + 2 + 20, "<I", 60_000
    )


@pytest.mark.parametrize(
    "bomb",
    [
        png(60_000, 60_000, zlib.compress(bytes(4000))),
        huge_jpeg(),
        huge_tiff(),
        with_size(packed(SCENE, "GIF"), 6, "<2H", 65_000, 65_000),
    ],
    ids=["png", "jpeg", "tiff", "gif"],
)
def test_a_small_file_with_a_huge_header_is_refused_before_it_is_decoded(
    opens: Opens, bomb: bytes
) -> None:
    facts, _preview, _thumbnail, whole = opens(bomb)
    assert facts is None
    assert isinstance(whole, TooLarge)


def test_a_webp_bomb_is_stopped_too(opens: Opens) -> None:
    data = packed(SCENE, "WEBP", lossless=True, icc_profile=b"none")
    place = data.index(b"VP8X") + 12
    side = struct.pack("<I", 16_382)[:3]
    whole = opens(data[:place] + side + side + data[place + 6 :])[-1]
    assert isinstance(whole, ImageProblem)


def test_pixels_that_never_end_fill_the_image_and_no_more(opens: Opens) -> None:
    assert opens(png(10, 10, INFLATING)) == [None] * 4


@pytest.mark.parametrize(
    "more",
    [
        chunk(b"zTXt", b"Comment\0\0" + INFLATING),
        chunk(b"iCCP", b"profile\0\0" + INFLATING),
        chunk(b"iTXt", b"Comment\0\x01\0\0\0" + INFLATING),
    ],
    ids=["zTXt", "iCCP", "iTXt"],
)
def test_words_that_never_end_are_not_read(opens: Opens, more: bytes) -> None:
    for found in opens(png(10, 10, zlib.compress(bytes(110)), more)):
        assert found is None or isinstance(found, ImageProblem)


TRUNCATED = ["JPEG", "PNG", "TIFF", "WEBP", "GIF", "JPEG2000", "AVIF", "HEIF", "BMP"]


@pytest.mark.parametrize("format_", TRUNCATED)
def test_a_file_that_breaks_off_anywhere_is_shown_in_part_or_named(
    opens: Opens, format_: str
) -> None:
    data = packed(SCENE, format_)
    for percent in range(5, 100, 5):
        whole = opens(data[: len(data) * percent // 100])[-1]
        assert isinstance(whole, str | ImageProblem) or percent > 90


def test_a_drawing_that_pretends_to_be_an_image_is_not_opened(opens: Opens) -> None:
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'><image href='/etc/passwd'/></svg>"
    assert {type(found) for found in opens(svg)} == {Unsupported}


def test_directories_in_a_circle_end(opens: Opens) -> None:
    data = packed(SCENE, "TIFF")
    (directory,) = struct.unpack("<I", data[4:8])
    (entries,) = struct.unpack("<H", data[directory : directory + 2])
    circle = with_size(data, directory + 2 + 12 * entries, "<I", directory)
    for found in opens(circle):
        assert found is None or isinstance(found, ImageProblem)


MAGIC = [
    b"\xff\xd8\xff\xe0\x00\x10JFIF\0", PNG, PNG + b"\0\0\0\rIHDR", b"RIFF\x40\0\0\0WEBPVP8 ",
    b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0", b"BM", b"GIF89a",
    b"\0\0\0\x20ftypavif", b"\0\0\0\x20ftypheic", b"\0\0\0\x0cjP  \r\n\x87\n", b"P6\n12 12\n255\n",
    b"\xff\x4f\xff\x51",
]  # fmt: skip


@pytest.mark.parametrize("magic", MAGIC, ids=repr)
def test_noise_behind_a_magic_number_is_no_image(opens: Opens, magic: bytes) -> None:
    random = np.random.default_rng(len(magic))
    for length in (3, 40, 700):
        for found in opens(magic + random.bytes(length)):
            assert found is None or isinstance(found, str | ImageProblem)


def test_what_is_no_image_at_all_is_said_to_be_none(opens: Opens) -> None:
    assert {type(found) for found in opens(b"#!/bin/sh\nrm -rf /\n")} == {NotAnImage}
    assert {type(found) for found in opens(packed(SCENE, "PNG")[:60])} == {type(None), Damaged}
