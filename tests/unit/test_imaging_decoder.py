"""The processes that decode: what they answer, how they end, that nothing of them stays."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray
from PIL import ExifTags, Image

import limner
from limner.imaging.decode import decode
from limner.imaging.decoder import Decoder, Limits
from limner.imaging.facts import ImageFacts
from limner.imaging.problems import Cancelled, ImageProblem, TooDear, Unreadable, told
from unit.cells import cells, decoding, kept, packed
from unit.tiff_bricks import TiffBricks

NAME = "street.jpg"
NOISE = np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with decoding() as decoder:
        yield decoder


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    return kept(tmp_path / "photo.png", Image.fromarray(NOISE), "PNG")


OPTIONS: dict[str, dict[str, Any]] = {
    "WEBP": {"lossless": True},
    "TIFF": {"compression": "tiff_lzw"},
    "HEIF": {"chroma": 444},
}


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """EXIF's eight orientations by numpy."""
    swapped = pixels.swapaxes(0, 1)
    return {
        1: pixels, 2: pixels[:, ::-1], 3: pixels[::-1, ::-1], 4: pixels[::-1],
        5: swapped, 6: swapped[:, ::-1], 7: swapped[::-1, ::-1], 8: swapped[::-1],
    }[orientation]  # fmt: skip


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_image_comes_upright_pixel_by_pixel(
    decoder: Decoder, tmp_path: Path, format_: str, orientation: int
) -> None:
    image = Image.fromarray(np.repeat(np.repeat(NOISE, 4, axis=0), 4, axis=1))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    options = OPTIONS.get(format_, {})
    path = kept(tmp_path / "turned", image, format_, exif=exif.tobytes(), **options)
    as_it_lies = decode(packed(image, format_, **options), NAME).planes[0]
    shown = decoder.whole(path, NAME)
    facts = decoder.facts(path, NAME)
    assert np.array_equal(shown.planes[0], upright(as_it_lies, orientation))
    assert (facts.width, facts.height) == (shown.width, shown.height)


def test_pixels_are_the_same_as_decoded_here_and_cannot_be_changed(
    decoder: Decoder, photo: Path
) -> None:
    here, there = decode(photo, NAME), decoder.whole(photo, NAME)
    assert all(np.array_equal(a, b) for a, b in zip(here.planes, there.planes, strict=True))
    assert not there.planes[0].flags.writeable


def test_facts_are_the_whole_truth_about_a_header(decoder: Decoder, tmp_path: Path) -> None:
    pages = [Image.new("L", (30 + n, 20), n) for n in range(3)]
    path = tmp_path / "pages.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    assert decoder.facts(path, NAME, page=1) == ImageFacts(31, 20, "TIFF", "L", pages=3)
    assert decoder.whole(path, NAME, page=2).planes[0][5, 5, 0] == 2


def test_a_small_preview_comes_where_it_is_quick(decoder: Decoder, tmp_path: Path) -> None:
    image = Image.new("RGB", (3000, 2000), "green")
    jpeg = kept(tmp_path / "a.jpg", image, "JPEG")
    slow = kept(tmp_path / "b.jpg", image, "JPEG", progressive=True)
    wavelets = kept(tmp_path / "c.jp2", image, "JPEG2000")
    png = kept(tmp_path / "d.png", image, "PNG")
    for path in (jpeg, wavelets):
        quick = decoder.preview(path, NAME, 512)
        assert quick is not None
        assert [plane.shape for plane in quick.planes] == [(500, 750, 4)]
    assert decoder.preview(slow, NAME, 512) is None
    assert decoder.preview(png, NAME, 512) is None


def test_the_coarse_level_of_a_pyramid_is_its_preview_and_thumbnail(
    decoder: Decoder, tmp_path: Path
) -> None:
    pyvips = pytest.importorskip("pyvips")
    path = tmp_path / "pyramid.tif"
    scene = pyvips.Image.black(4000, 3000, bands=3).linear(1, [10, 200, 30])
    scene.cast("uchar").copy(interpretation="srgb").tiffsave(str(path), tile=True, pyramid=True)
    facts = decoder.facts(path, NAME)
    assert facts.levels[:2] == ((4000, 3000), (2000, 1500))
    assert facts.pages == 1
    quick = decoder.preview(path, NAME, 400)
    assert quick is not None
    assert quick.planes[0].shape == (375, 500, 4)
    assert decoder.thumbnail(path, NAME, 64).shape == (48, 64, 4)
    tile = decoder.tile(path, NAME, 1, 1, 0)
    assert tile[0, 0].tolist() == [30, 200, 10, 255]
    with pytest.raises(ImageProblem):
        decoder.tile(path, NAME, 1, 9, 9)


def test_what_is_wrong_with_a_file_is_the_same_problem_here(
    decoder: Decoder, tmp_path: Path
) -> None:
    with pytest.raises(Unreadable, match=r"“gone\.png” could not be opened") as caught:
        decoder.whole(tmp_path / "gone", "gone.png")
    assert caught.value.name == "gone.png"


def test_a_problem_nobody_here_knows_keeps_its_sentence() -> None:
    problem = told("FromTheFuture", NAME, "It is too early for this image.")
    assert (type(problem), str(problem)) == (ImageProblem, "It is too early for this image.")


def when_waiting(action: Callable[[], object]) -> Callable[[], bool]:
    """Never cancels; does something once an answer is being waited for."""
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:  # the first time is before there is a process to ask
            action()
        return False

    return is_cancelled


def test_a_process_that_is_killed_costs_its_image_and_nothing_else(photo: Path) -> None:
    with decoding() as decoder:
        decoder.facts(photo, NAME)
        (cell,) = cells(decoder)
        cell.suspend()
        with pytest.raises(TooDear, match=r"“street\.jpg” takes more memory or time"):
            decoder.whole(photo, NAME, is_cancelled=when_waiting(cell.kill))
        assert not cell.is_running()
        assert decoder.whole(photo, NAME).width == 64


def test_a_process_that_died_while_nobody_looked_is_replaced(photo: Path) -> None:
    with decoding() as decoder:
        decoder.facts(photo, NAME)
        (cell,) = cells(decoder)
        cell.kill()
        psutil.wait_procs([cell], timeout=10)
        assert decoder.whole(photo, NAME).width == 64


def test_a_process_that_hangs_is_given_up_after_its_time(photo: Path) -> None:
    with decoding() as decoder:
        decoder.facts(photo, NAME)
        (cell,) = cells(decoder)
        cell.suspend()
        decoder._limits = Limits(seconds=0.1)
        with pytest.raises(TooDear):
            decoder.whole(photo, NAME)
        assert not cell.is_running()
        decoder._limits = Limits()
        assert decoder.whole(photo, NAME).width == 64


def test_what_nobody_waits_for_any_more_is_stopped(photo: Path) -> None:
    with decoding() as decoder:
        decoder.facts(photo, NAME)
        (cell,) = cells(decoder)
        cell.suspend()
        asked = iter([False, True])
        with pytest.raises(Cancelled):
            decoder.whole(photo, NAME, is_cancelled=lambda: next(asked))
        assert not cell.is_running()
        assert not cells(decoder)
        assert decoder.whole(photo, NAME).width == 64


def test_closing_ends_what_is_under_way_and_takes_nothing_more(photo: Path) -> None:
    with decoding() as decoder:
        decoder.facts(photo, NAME)
        cells(decoder)[0].suspend()
        with pytest.raises(Cancelled):
            decoder.whole(photo, NAME, is_cancelled=when_waiting(decoder.close))
        assert not cells(decoder)
        with pytest.raises(Cancelled):
            decoder.facts(photo, NAME)
        decoder.start()
        assert not cells(decoder)


def test_a_process_started_ahead_serves_the_first_request(photo: Path) -> None:
    with decoding() as decoder:
        decoder.start()
        decoder.facts(photo, NAME)
        (cell,) = cells(decoder)
        decoder.facts(photo, NAME)
        assert cells(decoder) == [cell]


def test_a_decoder_that_cannot_be_started_says_so(photo: Path) -> None:
    decoder = Decoder(["no-such-program"])
    with pytest.raises(Unreadable, match="No such file"):
        decoder.facts(photo, NAME)
    decoder.close()


HOLD = """
import os, sys
from pathlib import Path
from limner.imaging.decoder import Decoder
decoder = Decoder([sys.executable, "-m", "limner.imaging.cell"])
decoder.facts(Path(sys.argv[1]), "x")
if sys.argv[2] == "hanging":
    os.kill(decoder._pool.running[0]._process.pid, 19)
print("ready", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("state", ["waiting", "hanging"])
def test_the_processes_die_with_the_editor_however_it_dies(photo: Path, state: str) -> None:
    if state == "hanging" and sys.platform != "linux":
        pytest.skip("only Linux ends a process with its parent")
    root = str(Path(limner.__file__).parents[1])
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(photo), state],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": root},
    ) as editor:
        assert editor.stdout is not None
        assert editor.stdout.readline() == b"ready\n"
        orphans = psutil.Process(editor.pid).children()
        assert orphans
        editor.send_signal(signal.SIGKILL)
        gone, alive = psutil.wait_procs(orphans, timeout=10)
    assert not alive, gone


def test_no_descriptor_stays_open(decoder: Decoder, photo: Path) -> None:
    decoder.whole(photo, NAME)
    before = psutil.Process().num_fds()
    kept_pictures = [decoder.whole(photo, NAME) for _ in range(5)]
    with decoding() as other:
        other.whole(photo, NAME)
    assert psutil.Process().num_fds() == before, kept_pictures


OVERDRAW = """
import numpy as np
from limner.imaging.cell import limit_memory
limit_memory(64 << 20)
assert np.zeros(8 << 20, np.uint8).size
try:
    np.zeros(256 << 20, np.uint8)
except MemoryError:
    print("refused")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not hold a process to it")
def test_a_process_holds_itself_to_its_memory() -> None:
    root = str(Path(limner.__file__).parents[1])
    said = subprocess.run(
        [sys.executable, "-c", OVERDRAW],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONPATH": root},
    )
    assert said.stdout == b"refused\n"


def test_the_tiles_of_a_file_that_was_written_anew_are_the_new_ones(
    decoder: Decoder, tmp_path: Path
) -> None:
    place, new = tmp_path / "slide.tif", tmp_path / "new.tif"
    for path, shade in ((place, 10), (new, 200)):
        bricks = TiffBricks()
        bricks.directory(bricks.tiled(np.full((600, 600, 3), shade, np.uint8)))
        path.write_bytes(bricks.data)
    assert decoder.tile(place, "slide.tif", 0, 0, 0)[0, 0, 0] == 10
    new.replace(place)
    assert decoder.tile(place, "slide.tif", 0, 0, 0)[0, 0, 0] == 200
