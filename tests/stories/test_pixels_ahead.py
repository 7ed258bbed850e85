"""The next image is there before the key is up, and nobody waits for what they skim over."""

from __future__ import annotations

import threading
from pathlib import Path

import httpx
import pytest
from PySide6.QtWidgets import QApplication

from faults import FaultyHost
from limner.imaging.decoder import Decoder
from limner.imaging.picture import WholePicture
from limner.shell import pace
from limner.shell.hand import wait_until
from limner.sync.opening import Wanted
from photographs import endless_tiles, photographs
from robot import Annotator, Key, Starts


def row_id(annotator: Annotator, filename: str) -> str:
    rows = annotator.application.project.rows.values()
    return next(row.id for row in rows if row.filename == filename)


def has_pixels_of(annotator: Annotator, filename: str) -> bool:
    project, pixels = annotator.application.project, annotator.application.services.pixels
    assert project.workspace is not None
    row = project.rows[row_id(annotator, filename)]
    return pixels._kept.get(Wanted(project.workspace.source(), row).key) is not None


def knows_annotations_of(annotator: Annotator, filename: str) -> bool:
    workspace = annotator.application.project.workspace
    return workspace is not None and row_id(annotator, filename) in workspace._resting


def waits_until_ahead(annotator: Annotator, *filenames: str) -> None:
    def is_ahead() -> bool:
        return all(
            has_pixels_of(annotator, name) and knows_annotations_of(annotator, name)
            for name in filenames
        )

    wait_until(is_ahead, f"{filenames} to be there ahead")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the images that were decoded whole, in their order."""
    names: list[str] = []
    real = Decoder.whole

    def whole(decoder: Decoder, path: Path, name: str, *more: object, **options: object) -> object:
        names.append(name)
        return real(decoder, path, name, *more, **options)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(Decoder, "whole", whole)
    return names


def a_busy_machine_is_no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long this computer takes for a step, the key is held down."""
    monkeypatch.setattr(pace, "QUICK_S", 5.0)
    monkeypatch.setattr(pace, "REST_S", 2.0)


def test_the_next_image_is_on_the_canvas_when_the_key_comes_up(
    starts: Starts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    annotator = starts(photographs(tmp_path / "day", 6))
    waits_until_ahead(annotator, "2.jpg", "3.jpg")
    said: list[str] = []
    real = annotator.canvas.show_message

    def show_message(title: str, text: str = "") -> None:
        said.append(title)
        real(title, text)

    monkeypatch.setattr(annotator.canvas, "show_message", show_message)
    annotator.hand.press(Key.Key_D)

    assert annotator.session.row.filename == "2.jpg"
    assert annotator.application.project.is_ready
    assert annotator.document is not None
    assert set(said) <= {""}


def test_what_was_left_last_and_what_comes_next_are_both_kept(
    starts: Starts, tmp_path: Path
) -> None:
    annotator = starts(photographs(tmp_path / "day", 8))
    waits_until_ahead(annotator, "2.jpg", "3.jpg")
    annotator.hand.press(Key.Key_D)
    waits_until_ahead(annotator, "1.jpg", "3.jpg", "4.jpg")
    annotator.waits_for_the_image()
    annotator.opens("5.jpg")
    waits_until_ahead(annotator, "4.jpg", "6.jpg", "7.jpg")
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    waits_until_ahead(annotator, "3.jpg", "2.jpg", "5.jpg")


def test_a_key_held_down_over_forty_images_loads_the_last_one_only(
    starts: Starts, tmp_path: Path, decoded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    host = FaultyHost()
    annotator = starts(photographs(tmp_path / "day", 60), hosted_by=host)
    waits_until_ahead(annotator, "2.jpg", "3.jpg")
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    waits_until_ahead(annotator, "3.jpg", "4.jpg")
    read: list[str] = []

    def note(request: httpx.Request) -> None:
        if request.method == "GET" and "/developer/annotations/" in request.url.path:
            read.append(request.url.path.rsplit("/", 1)[-1])

    assert host.line is not None
    host.line.rules = [note]
    decoded.clear()
    a_busy_machine_is_no_rest(monkeypatch)
    places = []
    for _ in range(40):
        annotator.hand.press(Key.Key_D)
        places.append(annotator.window.position.text())
    assert annotator.application.project.is_skimming
    assert "42.jpg" in annotator.window.windowTitle()
    assert len(set(places)) == 40
    annotator.waits_for_the_image()

    assert annotator.session.row.filename == "42.jpg"
    ahead = {"43.jpg", "44.jpg", "41.jpg"}
    assert [name for name in read if name not in ahead] == ["42.jpg"]
    assert [name for name in decoded if name not in ahead] == ["42.jpg"]


def test_who_skims_sees_the_small_pictures(
    starts: Starts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_busy_machine_is_no_rest(monkeypatch)
    annotator = starts(photographs(tmp_path / "day", 30))
    pixels = annotator.application.services.pixels
    wait_until(lambda: len(pixels.small._seen) >= 5, "thumbnails")
    for _ in range(4):
        annotator.hand.press(Key.Key_D)
    project = annotator.application.project
    assert project.is_skimming
    assert annotator.canvas.message == ""
    shown = annotator.canvas._scene.backdrop.picture
    assert isinstance(shown, WholePicture)
    assert (shown.width, shown.height) == (900, 600)
    assert shown.levels[-1].width == 112
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "5.jpg"


def test_an_edit_is_saved_when_its_image_is_skimmed_away_from(annotator: Annotator) -> None:
    drawn = annotator.draws_box(100, 100, 200, 200)
    session = annotator.session
    for _ in range(4):
        annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    assert annotator.session is not session
    wait_until(lambda: not session.is_dirty, "the box to be on the server")
    held = annotator.server.load(session.dataset, session.row).annotations
    assert drawn.id in {annotation.id for annotation in held}


def test_pixels_stay_within_their_bound_and_the_farthest_go_first(
    starts: Starts, tmp_path: Path, home: Path
) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text('{"pixel_memory_mb": 64}')
    annotator = starts(photographs(tmp_path / "day", 8, size=(2400, 1800)))  # 23 MB each
    pixels = annotator.application.services.pixels
    for name in ("2.jpg", "3.jpg", "4.jpg"):
        annotator.opens(name)
        wait_until(lambda: pixels._ahead.is_idle, "what may come next")
        QApplication.processEvents()
        assert pixels.nbytes <= 64_000_000
    wait_until(lambda: has_pixels_of(annotator, "5.jpg"), "the next one")
    assert not has_pixels_of(annotator, "1.jpg")
    assert not has_pixels_of(annotator, "2.jpg")
    assert "of 64 MB" in annotator.window.status.size_words


def test_what_comes_ahead_too_late_does_not_take_the_place_of_what_is_shown(
    starts: Starts, tmp_path: Path
) -> None:
    folder = photographs(tmp_path / "day", 4)
    (folder / "2.jpg").unlink()
    endless_tiles(folder / "2.tif", 20_000)
    annotator = starts(folder)
    services, project = annotator.application.services, annotator.application.project
    gate, pixels = services._lanes.gate, services.pixels
    wait_until(lambda: len(pixels.small._seen) == 4, "the thumbnails")
    for name in ("2.tif", "3.jpg"):
        waits_until_ahead(annotator, name)
        wait_until(lambda: pixels._ahead.is_idle, "what comes next")
        pixels._kept.clear()  # the memory was needed for something else
        with gate.for_small():  # a thumbnail is made, and neighbours wait
            project._direction = +1
            project._prefetch()
            annotator.hand.press(Key.Key_D)
            annotator.waits_for_the_image()
            now = project.display.now
        wait_until(lambda: pixels._ahead.is_idle, "what was begun ahead")
        assert annotator.session.row.filename == name
        assert project.workspace is not None
        row = project.rows[row_id(annotator, name)]
        assert pixels._kept.get(Wanted(project.workspace.source(), row).key) is now


def test_what_the_person_asked_for_is_not_begun_again_when_it_does_not_come_ahead(
    starts: Starts, tmp_path: Path, decoded: list[str]
) -> None:
    host = FaultyHost()
    annotator = starts(photographs(tmp_path / "day", 9), hosted_by=host)
    pixels, project = annotator.application.services.pixels, annotator.application.project
    may_come = threading.Event()
    assert host.line is not None
    host.line.holds_back_until(may_come, row_id(annotator, "8.jpg"))
    project.open_image(row_id(annotator, "8.jpg"))
    assert project.workspace is not None
    row = project.rows[row_id(annotator, "8.jpg")]
    pixels._not_ahead(Wanted(project.workspace.source(), row))
    may_come.set()
    annotator.waits_for_the_image()
    assert pixels._lanes.shown.close()
    assert decoded.count("8.jpg") == 1


def test_the_filter_decides_what_comes_next(starts: Starts, tmp_path: Path) -> None:
    annotator = starts(photographs(tmp_path / "day", 25))
    annotator.window.images.search.setText("2")
    waits_until_ahead(annotator, "2.jpg")
    annotator.window.focus_canvas()
    annotator.application.project.step(+1)
    annotator.waits_for_the_image()
    waits_until_ahead(annotator, "12.jpg", "20.jpg")
    assert annotator.session.row.filename == "2.jpg"


def test_images_left_behind_hold_no_more_shapes_than_memory_has_room_for(
    annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("limner.sync.resting.KEPT_ANNOTATIONS", 3)
    for _ in range(4):
        annotator.takes(Key.Key_D)
        annotator.waits_for_the_image()
    workspace = annotator.application.project.workspace
    assert workspace is not None
    held = [len(session.document or ()) for session in workspace._resting]
    assert len(held) == 1 or sum(held) <= 3
