"""Images larger than the memory, files of many pages, and what a person can stop meanwhile."""

from __future__ import annotations

import json
from pathlib import Path

import psutil
import pytest
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from limner.imaging.tiled import TiledPicture
from limner.shell.hand import wait_until
from photographs import endless_tiles, noise, photographs
from robot import ALT, Annotator, Key, Starts


@pytest.fixture
def little_memory(home: Path) -> None:
    """Pixels may take 64 MB: whole images half of that."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"pixel_memory_mb": 64}))


def shown_tiles(annotator: Annotator) -> TiledPicture:
    now = annotator.application.project.display.now
    assert now is not None
    assert isinstance(now.picture, TiledPicture)
    return now.picture


def sees_sharply(annotator: Annotator) -> bool:
    """Whether all tiles of the level that is wanted are there and painted."""
    return not shown_tiles(annotator)._asked and annotator.canvas.is_settled


def test_a_pyramid_of_four_hundred_million_pixels_opens_within_the_bound(
    starts: Starts, tmp_path: Path, little_memory: None
) -> None:
    (tmp_path / "slides").mkdir()
    endless_tiles(tmp_path / "slides" / "slide.tif", 20_000)
    annotator = starts(tmp_path / "slides")
    pixels = annotator.application.services.pixels
    picture = shown_tiles(annotator)
    assert (picture.width, picture.height) == (20_000, 20_000)
    wait_until(lambda: sees_sharply(annotator), "the whole of it")

    annotator.canvas.zoom_to(1.0, QPointF(200, 200))
    for _ in range(25):
        annotator.canvas.pan_by(-700, -500)
        QApplication.processEvents()
        assert pixels.nbytes <= 64_000_000
    wait_until(lambda: sees_sharply(annotator), "the corner")
    assert picture.nbytes <= 33_000_000
    assert picture.warning is None


def test_an_image_too_large_for_the_memory_is_made_ready_once(
    starts: Starts, tmp_path: Path, home: Path, little_memory: None
) -> None:
    (tmp_path / "scans").mkdir()
    noise(tmp_path / "scans" / "scan.jpg", 4000, 3000)
    first = starts(tmp_path / "scans")
    assert (shown_tiles(first).width, shown_tiles(first).height) == (4000, 3000)
    wait_until(lambda: sees_sharply(first), "all tiles")
    made = list((home / "cache" / "pyramids").glob("*"))
    assert len(made) == 1
    before = made[0].stat().st_ino
    first.quits()

    again = starts()
    assert isinstance(shown_tiles(again), TiledPicture)
    assert [path.stat().st_ino for path in (home / "cache" / "pyramids").glob("*")] == [before]


def test_esc_stops_making_an_image_ready_and_leaves_nothing(
    starts: Starts, tmp_path: Path, home: Path, little_memory: None
) -> None:
    (tmp_path / "scans").mkdir()
    noise(tmp_path / "scans" / "scan.jpg", 4000, 3000)
    annotator = starts(tmp_path / "scans", waits=False)
    pyramids = home / "cache" / "pyramids"
    wait_until(lambda: any(pyramids.glob("*")), "the pyramid to be begun")
    annotator.hand.press(Key.Key_Escape)
    assert "Loading was stopped" in annotator.says_of_loading
    wait_until(lambda: not any(pyramids.glob("*")), "what was begun to be gone")
    assert not annotator.application.project.has_pixels

    annotator.hand.press(Key.Key_F5)
    annotator.waits_for_the_image()
    assert shown_tiles(annotator).width == 4000


def test_the_pages_of_a_file_are_turned_and_remembered(starts: Starts, tmp_path: Path) -> None:
    folder = photographs(tmp_path / "papers", 1)
    colours = [Image.new("RGB", (320, 240), colour) for colour in ("red", "lime", "blue")]
    colours[2] = colours[2].resize((100, 50))
    colours[0].save(folder / "0.tif", save_all=True, append_images=colours[1:])
    annotator = starts(folder)
    status = annotator.window.status
    assert status.pages_text == "Page 1 of 3"

    annotator.hand.press(Key.Key_PageDown, ALT)
    annotator.waits_for_the_image()
    assert status.pages_text == "Page 2 of 3"
    assert colour_in_the_middle(annotator) == (0, 255, 0)

    annotator.opens("1.jpg")
    assert status.pages_text == ""
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    assert status.pages_text == "Page 2 of 3"
    assert "3 pages" in status.size_words

    annotator.hand.press(Key.Key_PageDown, ALT)
    annotator.waits_for_the_image()
    assert status.pages_text == "Page 3 of 3"
    assert "annotations are placed on the first" in annotator.notice
    assert annotator.application.editor.bench is not None
    assert annotator.application.editor.bench.image_size == (320, 240)


def test_a_page_that_cannot_be_shown_locks_nobody_out_of_the_others(
    starts: Starts, tmp_path: Path
) -> None:
    folder = photographs(tmp_path / "papers", 1)
    first, second = Image.new("RGB", (320, 240), "red"), Image.new("RGB", (320, 240), "lime")
    first.save(folder / "0.tif", save_all=True, append_images=[second], compression="tiff_lzw")
    whole = (folder / "0.tif").read_bytes()
    with Image.open(folder / "0.tif") as tiff:
        assert isinstance(tiff, TiffImageFile)
        tiff.seek(1)
        strip = tiff.tag_v2[273][0]
    (folder / "0.tif").write_bytes(whole[:strip] + b"\xff" * 200 + whole[strip + 200 :])
    annotator = starts(folder)
    annotator.hand.press(Key.Key_PageDown, ALT)
    wait_until(lambda: "cannot be shown" in annotator.canvas.message, "the second page to fail")

    annotator.hand.press(Key.Key_F5)
    annotator.waits_for_the_image()
    assert annotator.window.status.pages_text == "Page 1 of 2"


def colour_in_the_middle(annotator: Annotator) -> tuple[int, int, int]:
    canvas = annotator.canvas
    colour = canvas.grab().toImage().pixelColor(canvas.width() // 2, canvas.height() // 2)
    return colour.red(), colour.green(), colour.blue()


def test_quitting_while_much_is_decoded_leaves_no_process_behind(
    starts: Starts, tmp_path: Path, little_memory: None
) -> None:
    (tmp_path / "scans").mkdir()
    noise(tmp_path / "scans" / "a.jpg", 4000, 3000)
    noise(tmp_path / "scans" / "b.jpg", 4000, 3000)
    before = set(psutil.Process().children(recursive=True))
    annotator = starts(tmp_path / "scans", waits=False)
    wait_until(lambda: "Preparing" in annotator.says_of_loading, "the work to have begun")
    assert set(psutil.Process().children(recursive=True)) - before
    annotator.quits()
    left = set(psutil.Process().children(recursive=True)) - before
    assert [each.cmdline() for each in left if each.is_running()] == []


def test_what_came_in_place_of_a_preview_is_what_is_seen_when_opened_anew(
    starts: Starts, tmp_path: Path
) -> None:
    (tmp_path / "photographs").mkdir()
    noise(tmp_path / "photographs" / "a.jpg", 3000, 2000)
    noise(tmp_path / "photographs" / "b.jpg", 3000, 2000)
    annotator = starts(tmp_path / "photographs")
    annotator.canvas.zoom_to(0.7, QPointF(40, 60))
    came_in_place = annotator.sees()
    annotator.opens("b.jpg")
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    annotator.canvas.zoom_to(0.7, QPointF(40, 60))
    assert annotator.sees() == came_in_place


def test_a_view_chosen_on_the_preview_stays_when_the_tiles_come(
    starts: Starts, tmp_path: Path, little_memory: None
) -> None:
    (tmp_path / "scans").mkdir()
    noise(tmp_path / "scans" / "scan.jpg", 4000, 3000)
    annotator = starts(tmp_path / "scans", waits=False)
    display = annotator.application.project.display
    wait_until(lambda: display._has_preview, "something to look at")
    assert display.now is None
    annotator.canvas.zoom_to(0.5, QPointF(100, 100))
    left = annotator.canvas.to_image(QPointF(0, 0))
    annotator.waits_for_the_image()
    assert shown_tiles(annotator).width == 4000
    assert annotator.canvas.zoom == 0.5
    assert annotator.canvas.to_image(QPointF(0, 0)) == left


def test_the_histogram_of_tiles_is_there_once_they_are(
    starts: Starts, tmp_path: Path, little_memory: None
) -> None:
    (tmp_path / "slides").mkdir()
    endless_tiles(tmp_path / "slides" / "slide.tif", 20_000)
    annotator = starts(tmp_path / "slides", waits=False)
    levels = annotator.window.levels
    wait_until(annotator.canvas.isVisible, "the canvas")
    levels.open()
    annotator.waits_for_the_image()
    wait_until(lambda: levels.histogram._histogram is not None, "the histogram")
