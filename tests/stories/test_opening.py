"""Ways to open images, and to stop opening one."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from faults import FaultyHost
from limner import resources
from limner.cli.inside import host
from limner.imaging.decoder import Decoder
from limner.imaging.picture import Planes
from limner.shell.hand import wait_until
from limner.shell.services import Hosted
from limner.sync import progress
from limner.sync.pixels import Fetching
from limner.sync.progress import Reporter
from robot import Annotator, Key, Starts

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier


def test_a_folder_dropped_on_the_window_opens(annotator: Annotator, tmp_path: Path) -> None:
    folder = tmp_path / "dropped"
    folder.mkdir()
    shutil.copy(resources.path("sample/images/coffee.png"), folder / "cup.png")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    window, copy = annotator.window, Qt.DropAction.CopyAction
    entering = QDragEnterEvent(QPoint(200, 200), copy, data, LEFT, PLAIN)
    QApplication.sendEvent(window, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(window, QDropEvent(QPointF(200, 200), copy, data, LEFT, PLAIN))

    project = annotator.application.project
    wait_until(lambda: project.dataset is not None and project.dataset.name == "dropped", "it")
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "cup.png"


def test_esc_stops_an_image_that_is_still_coming_and_f5_fetches_it(starts: Starts) -> None:
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    assert host.line is not None
    rows = annotator.application.project.rows.values()
    may_come = threading.Event()
    host.line.holds_back_until(may_come, next(r.id for r in rows if r.filename == "rocket.jpg"))
    annotator.clicks_in_the_list("rocket.jpg")
    wait_until(lambda: "Loading" in annotator.says_of_loading, "the image to be on its way")
    annotator.hand.press(Key.Key_Escape)
    assert "Loading was stopped" in annotator.says_of_loading

    may_come.set()
    annotator.hand.press(Key.Key_F5)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "rocket.jpg"


def test_what_was_said_of_a_load_is_gone_with_it(starts: Starts) -> None:
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    assert host.line is not None
    project, main = annotator.application.project, annotator.application.services.main
    may_come = threading.Event()
    rows = project.rows.values()
    host.line.holds_back_until(may_come, next(r.id for r in rows if r.filename == "rocket.jpg"))
    project.open_image(next(r.id for r in rows if r.filename == "rocket.jpg"))
    project.display.progress(Fetching(1_000_000, 4_000_000))
    may_come.set()
    annotator.waits_for_the_image()
    later: list[str] = []
    main.after(0.5, lambda: later.append(annotator.says_of_loading))
    wait_until(lambda: bool(later), "what waited for the load to have had its turn")
    assert "Loading" not in later[0]


def test_annotations_that_take_long_are_counted_and_esc_stops_them(
    annotator: Annotator, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_come = threading.Event()
    real = Reporter.__call__

    def slowly(reporter: Reporter, fraction: float) -> None:
        real(reporter, fraction)
        may_come.wait(20)

    monkeypatch.setattr(progress, "_SILENT_S", 0.0)
    monkeypatch.setattr(Reporter, "__call__", slowly)
    annotator.clicks_in_the_list("rocket.jpg")  # which this computer has never seen
    wait_until(lambda: "Loading the annotations of rocket.jpg" in annotator.notice, "a word")
    annotator.hand.press(Key.Key_Escape)
    assert "because you stopped it" in annotator.notice

    may_come.set()
    annotator.hand.click_on(annotator.window.notice.button("Try again"))
    annotator.waits_for_the_image()
    assert annotator.notice == ""


def test_the_arrow_keys_go_from_image_to_image_and_nudge_what_is_selected(
    annotator: Annotator,
) -> None:
    annotator.hand.press(Key.Key_Right)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "chelsea.png"

    shape = annotator.shapes[0]
    annotator.session.selection.choose([shape.id])
    annotator.hand.press(Key.Key_Right)
    assert annotator.session.row.filename == "chelsea.png"
    assert annotator.session.document is not None
    assert annotator.session.document.get(shape.id) != shape


def test_the_next_start_finds_what_was_put_into_the_folder_meanwhile(
    starts: Starts, tmp_path: Path
) -> None:
    folder = tmp_path / "growing"
    folder.mkdir()
    photographs = resources.path("sample/images")
    shutil.copy(photographs / "coffee.png", folder / "b.png")
    starts(folder).quits()
    shutil.copy(photographs / "chelsea.png", folder / "a.png")
    again = starts()

    assert again.session.row.filename == "b.png"
    names = {row.filename for row in again.application.project.rows.values()}
    assert names == {"a.png", "b.png"}


def test_the_image_of_the_last_time_is_decoded_while_its_server_still_starts(
    starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = starts()
    filename = first.session.row.filename
    first.quits()
    decoded, there, real = [], threading.Event(), Decoder.whole

    def whole(decoder: Decoder, path: Path, name: str, page: int = 0, **options: Any) -> Planes:
        decoded.append(name)
        planes = real(decoder, path, name, page, **options)
        there.set()
        return planes

    def patient(folder: Path) -> Hosted:
        assert there.wait(30), "nothing is decoded before the server is there"
        return host(folder)

    monkeypatch.setattr(Decoder, "whole", whole)
    again = starts(hosted_by=patient)

    assert again.session.row.filename == filename
    assert decoded.count(filename) == 1


def test_an_image_that_went_away_between_two_starts_is_not_missed(
    starts: Starts, tmp_path: Path
) -> None:
    folder = tmp_path / "shrinking"
    shutil.copytree(resources.path("sample/images"), folder)
    first = starts(folder)
    gone = first.session.row.filename
    first.quits()
    (folder / gone).unlink()
    again = starts()

    assert again.session.row.filename != gone
    assert not again.application.surprises


def test_settings_that_cannot_be_read_are_kept_and_said(starts: Starts, home: Path) -> None:
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text("{ torn")
    annotator = starts()

    assert "settings could not be read" in annotator.notice
    assert (home / "config" / "settings.json.bak").read_text() == "{ torn"


def test_the_list_ends_in_words(annotator: Annotator) -> None:
    annotator.hand.press(Key.Key_A)

    assert annotator.notice == "This is the first image of the list."


def test_a_second_window_on_the_same_work_says_so_and_writes_nothing(starts: Starts) -> None:
    starts()
    second = starts(waits=False)

    wait_until(lambda: "cannot start here" in second.canvas.message, "the words")
    assert "Another window of Limner" in second.canvas.message
