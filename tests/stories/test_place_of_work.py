"""The place where this computer keeps the work: a full disk, a bad folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from disks import fill, read_only, small_disk
from limner.cli.inside import host
from limner.shell.about import AboutDialog
from limner.shell.hand import wait_until
from limner.shell.start import make
from limner.storage.data_folder import temporary_warnings
from limner.storage.places import Places
from limner.sync.state import State
from robot import CTRL, Key, Starts


@pytest.fixture
def disk(home: Path) -> Iterator[Path]:
    """A disk of 24 MB that holds the work."""
    place = home / "data"
    place.mkdir(parents=True)
    with small_disk(place, 24):
        yield place


def test_on_a_full_disk_the_shape_is_finished_and_kept_when_there_is_room(
    starts: Starts, disk: Path
) -> None:
    annotator = starts()
    annotator.opens("coins.png")
    filler = fill(disk)
    annotator.draws_box(20, 30, 80, 90)
    while "Disk full" not in annotator.notice:
        assert len(annotator.shapes) < 100_000
        annotator.hand.press(Key.Key_A, CTRL)
        annotator.hand.press(Key.Key_D, CTRL)
        wait_until(lambda: annotator.session.state is not State.WRITING, "what the disk says")
    assert str(disk) in annotator.notice
    drawn = len(annotator.shapes)
    annotator.draws_polygon([(200, 200), (250, 200), (250, 250)])
    assert len(annotator.shapes) == drawn + 1

    filler.unlink()
    wait_until(lambda: "room on the disk again" in annotator.notice, "the green card", 60.0)
    annotator.saves()
    annotator.quits()
    again = starts()
    assert len(again.shapes) == drawn + 1
    again.quits()


@pytest.mark.usefixtures("qapp")
def test_folders_nobody_has_chosen_are_refused_where_the_system_deletes_them(home: Path) -> None:
    places = Places(home / "config", home / "data", home / "cache", is_default=True)
    application = make(host, places)
    application.start()
    canvas = application.window.canvas
    wait_until(lambda: "cannot start" in canvas.message, "the words")
    assert "temporary files" in canvas.message
    assert not (home / "data" / "workspace.db").exists()
    application.quit()


@pytest.mark.usefixtures("qapp")
def test_a_folder_for_temporary_files_that_somebody_has_chosen_is_warned_of(home: Path) -> None:
    application = make(host, Places.find({"LIMNER_HOME": str(home)}))
    application.start(aware_of=temporary_warnings(home))
    wait_until(lambda: "LIMNER_HOME" in application.window.notice.text, "the warning", 60.0)
    application.quit()


def test_what_can_only_be_read_is_shown_and_nothing_is_drawn(starts: Starts, home: Path) -> None:
    annotator = starts()
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.saves()
    annotator.quits()

    with read_only(home):
        reader = starts()
        wait_until(lambda: "Read-only" in reader.notice, "the words")
        assert reader.session.row.filename == "coins.png"
        assert len(reader.shapes) == 1
        reader.hand.press(Key.Key_B)
        assert "nothing can be kept" in reader.notice
        reader.hand.drag((100, 100), (150, 150))
        reader.hand.click(50, 60)
        reader.hand.press(Key.Key_Delete)
        assert len(reader.shapes) == 1
        reader.opens("rocket.jpg")
        reader.clicks_in_the_list("coins.png")
        reader.waits_for_the_image()
        assert len(reader.shapes) == 1
        reader.quits()


def test_where_the_work_is_can_be_seen_and_it_can_be_taken_along(qtbot: QtBot) -> None:
    about = AboutDialog(Path("/home/ada/limner <b>"))
    qtbot.addWidget(about)
    where = about.findChild(QLabel, "workFolder")
    assert where is not None
    assert where.text() == "/home/ada/limner <b>"
    export = next(b for b in about.findChildren(QPushButton) if "Export" in b.text())
    with qtbot.waitSignal(about.export_wanted):
        export.click()
