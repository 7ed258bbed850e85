"""A person works on a team's server: `limner serve` as a process of its own, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from limner import resources
from limner.api.pictograph import Dialect, Pictograph
from limner.api.transport import connect
from limner.model.annotations import Kind
from limner.model.ontology import LabelClass, Ontology
from limner.shell.connections import ConnectionsDialog
from limner.shell.datasets import DatasetsDialog
from limner.shell.hand import wait_until
from robot import CTRL, Annotator, Key, Starts
from servers import Serving, serving


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A team's server with one dataset of two photographs in a directory."""
    with serving(tmp_path_factory.mktemp("team") / "data") as running:
        fill(running)
        yield running


def fill(team: Serving) -> None:
    wire = connect(team.url, team.keys["owner"])
    server = Pictograph(wire, Dialect.DATASET_PATH)
    classes = Ontology((LabelClass("cat", Kind.BBOX, "#ff8800"),))
    dataset = server.create_dataset("Pets", classes)
    data = resources.path("sample/images/chelsea.png").read_bytes()
    for name in ("a.png", "b.png"):
        server.upload(dataset, "/indoors", name, data, 451, 300)
    wire.close()


def connects(annotator: Annotator, team: Serving, role: str) -> ConnectionsDialog:
    """Type address and key into the dialog, and save."""
    annotator.application.show_connections()
    dialog = annotator.window.findChild(ConnectionsDialog)
    assert dialog is not None
    dialog.url.setText(team.url)
    dialog.key.setText(team.keys[role])
    dialog.save.click()
    wait_until(lambda: "Saved" in dialog.report.text(), "the connection to be saved")
    return dialog


def opens_the_dataset(annotator: Annotator, name: str) -> None:
    annotator.application.opening.choose_dataset()
    dialog = annotator.window.findChild(DatasetsDialog)
    assert dialog is not None
    found: list[QTreeWidgetItem] = []

    def listed() -> bool:
        for top in range(dialog.tree.topLevelItemCount()):
            section = dialog.tree.topLevelItem(top)
            rows = [section.child(row) for row in range(section.childCount())] if section else []
            found[:] = [row for row in rows if row is not None and row.text(0) == name]
            if found:
                return True
        return False

    wait_until(listed, f"{name} to be listed")
    dialog.tree.itemActivated.emit(found[0], 0)
    project = annotator.application.project
    wait_until(lambda: project.dataset is not None and project.dataset.name == name, name)
    annotator.window.activateWindow()  # without a window manager nobody else does
    wait_until(annotator.window.isActiveWindow, "the window to be active again")
    annotator.waits_for_the_image()


def test_a_team_server_is_connected_and_its_images_are_annotated(
    starts: Starts, team: Serving, home: Path
) -> None:
    annotator = starts()
    dialog = connects(annotator, team, "annotator")
    connection = annotator.application.services.settings.connections[0]
    dialog.reject()
    opens_the_dataset(annotator, "Pets")
    assert connection.dialect == "image-id"
    assert annotator.session.row.path == "indoors/a.png"

    annotator.draws_box(20, 30, 200, 150)
    annotator.saves()
    wire = connect(team.url, team.keys["viewer"])
    held = Pictograph(wire, Dialect.DATASET_PATH).load(
        annotator.session.dataset, annotator.session.row
    )
    wire.close()
    assert [a.name for a in held.annotations if hasattr(a, "name")] == ["cat"]

    written = b"".join(p.read_bytes() for p in home.rglob("*") if p.is_file())
    assert team.keys["annotator"].encode() not in written


def test_a_key_that_may_only_read_is_said_and_nothing_is_lost(
    starts: Starts, team: Serving
) -> None:
    annotator = starts()
    connects(annotator, team, "viewer").reject()
    opens_the_dataset(annotator, "Pets")
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.draws_box(20, 30, 200, 150)
    annotator.hand.press(Key.Key_S, CTRL)
    annotator.waits_for_the_word("needs you (1)")

    assert "may not do that" in annotator.notice
    assert len(annotator.shapes) == 1


def test_a_wrong_key_is_said_in_the_dialog(starts: Starts, team: Serving) -> None:
    annotator = starts()
    annotator.application.show_connections()
    dialog = annotator.window.findChild(ConnectionsDialog)
    assert dialog is not None
    dialog.url.setText(team.url)
    dialog.key.setText("pk_live_of_another_server")
    dialog.test.click()

    wait_until(lambda: "does not accept this key" in dialog.report.text(), "the words")
    dialog.reject()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:1", "cannot be reached"),
        ("label.example.org", "must begin with https"),
    ],
)
def test_a_server_that_is_none_is_said_in_the_dialog(
    annotator: Annotator, address: str, words: str
) -> None:
    annotator.application.show_connections()
    dialog = annotator.window.findChild(ConnectionsDialog)
    assert dialog is not None
    dialog.url.setText(address)
    dialog.test.click()

    wait_until(lambda: words in dialog.report.text(), "the words")
    dialog.reject()
    QApplication.processEvents()
