"""What is wrong is said where it happened, and the rest of the work goes on."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image

from faults import FaultyHost
from limner import resources
from limner.api.errors import Invalid
from limner.model.annotations import BBox, Opaque, new_id
from limner.shell.hand import wait_until
from robot import CTRL, Annotator, Key, Starts


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """A folder of somebody's own photographs, some in a folder of their own."""
    folder = tmp_path / "My photographs"
    (folder / "holiday").mkdir(parents=True)
    shipped = resources.path("sample/images")
    shutil.copy(shipped / "chelsea.png", folder / "cat.png")
    shutil.copy(shipped / "rocket.jpg", folder / "holiday" / "rocket.jpg")
    return folder


def test_ones_own_folder_opens_in_place_and_nothing_in_it_is_touched(
    starts: Starts, photographs: Path
) -> None:
    before = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in photographs.rglob("*.*")}
    annotator = starts(photographs)
    places = {(r.directory, r.filename) for r in annotator.application.project.rows.values()}

    assert places == {("/", "cat.png"), ("/holiday", "rocket.jpg")}
    assert annotator.session.dataset.name == "My photographs"
    after = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in photographs.rglob("*.*")}
    assert after == before


def test_opening_one_photograph_opens_its_folder_at_that_photograph(
    starts: Starts, photographs: Path
) -> None:
    annotator = starts(photographs / "holiday" / "rocket.jpg")

    assert annotator.session.row.filename == "rocket.jpg"


def test_a_folder_without_images_says_so_and_the_sample_opens(
    starts: Starts, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    (empty / "notes.txt").write_text("nothing to see")
    annotator = starts(empty)

    assert annotator.session.dataset.name == "Sample project"
    wait_until(lambda: str(empty) in annotator.notice, "the words")


def test_a_folder_that_is_not_there_says_so(starts: Starts, tmp_path: Path) -> None:
    annotator = starts(tmp_path / "gone" / "away")

    wait_until(lambda: "could not be opened" in annotator.notice, "the words")
    assert annotator.session.dataset.name == "Sample project"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"this is no image at all", "not an image"),
    ],
)
def test_a_file_that_is_no_image_says_so_in_its_place(
    starts: Starts, photographs: Path, content: bytes, words: str
) -> None:
    (photographs / "a-broken.png").write_bytes(content)
    annotator = starts(photographs, waits=False)
    canvas = annotator.canvas
    wait_until(lambda: words in canvas.message.lower(), f"{words!r} on the canvas")

    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == "cat.png"


def test_a_truncated_photograph_is_shown_as_far_as_it_goes(
    starts: Starts, photographs: Path
) -> None:
    whole = (photographs / "holiday" / "rocket.jpg").read_bytes()
    (photographs / "a-torn.jpg").write_bytes(whole[: len(whole) // 2])
    annotator = starts(photographs)

    assert annotator.session.row.filename == "a-torn.jpg"
    assert annotator.notice != ""
    add_class(annotator)
    annotator.draws_box(10, 10, 60, 60)
    annotator.saves()


def test_exif_orientation_makes_one_upright_frame(starts: Starts, photographs: Path) -> None:
    image = Image.open(photographs / "cat.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    image.convert("RGB").save(photographs / "a-turned.jpg", exif=exif)
    annotator = starts(photographs)

    assert annotator.window.status.size_text == f"{image.height} × {image.width}"


@pytest.mark.parametrize("mode", ["I;16", "CMYK"])
def test_16_bit_and_cmyk_images_open(starts: Starts, photographs: Path, mode: str) -> None:
    name = "a-deep.png" if mode == "I;16" else "a-print.tif"
    Image.open(photographs / "cat.png").convert("L").convert(mode).save(photographs / name)
    annotator = starts(photographs)

    assert annotator.session.row.filename == name
    assert annotator.canvas.message == ""


def test_a_dataset_name_with_a_slash_is_refused_by_name(annotator: Annotator) -> None:
    with pytest.raises(Invalid) as refusal:
        annotator.server.create_dataset("a/b")

    assert "name" in str(refusal.value)


def test_an_annotation_of_an_unknown_type_is_kept_word_for_word(starts: Starts) -> None:
    unknown: dict[str, object] = {
        "id": "m1",
        "name": "coin",
        "type": "mask",
        "mask": {"rle": [1, 2, 3]},
    }
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    assert host.line is not None
    sent = host.line.holds_this_for("coins.png", [unknown])
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: bool(sent), "the save")

    assert [type(a) for a in annotator.document] == [Opaque, BBox]
    assert json.loads(sent[0])["annotations"][0] == unknown


def test_an_error_that_nobody_expected_does_not_end_the_program(starts: Starts) -> None:
    annotator = starts()
    annotator.opens("coins.png")

    def fail() -> None:
        raise ZeroDivisionError("nobody expected this")

    annotator.application.services.main.post(fail)
    wait_until(lambda: "nobody expected this" in annotator.notice, "the words")
    assert len(annotator.application.surprises) == 1
    annotator.application.surprises.clear()

    annotator.draws_box(20, 30, 80, 90)
    annotator.saves()
    assert len(annotator.held_by_the_server()) == 1


def test_hostile_labels_are_shown_as_plain_text(annotator: Annotator) -> None:
    hostile = "<img src=/etc/passwd>" + "<table><tr><td>" * 6
    annotator.opens("coins.png")
    session = annotator.session
    add_class(annotator, hostile)
    box = BBox(id=new_id(), name=hostile, x=10, y=10, w=50, h=50)
    annotator.server.save(session.dataset, session.row, [box], idempotency_key=uuid4().hex)
    annotator.reloads()
    annotator.hand.click(12, 30)
    annotator.takes(Key.Key_V)
    annotator.hand.press(Key.Key_A, CTRL)

    assert rich_texts(annotator) == []


def add_class(annotator: Annotator, name: str = "thing") -> None:
    """Add a class for boxes to the open dataset, as the classes panel does."""
    from limner.model.annotations import Kind
    from limner.model.ontology import LabelClass

    annotator.window.classes.wanted.emit(LabelClass(name, Kind.BBOX, "#ff8800"))
    project = annotator.application.project
    wait_until(
        lambda: (
            project.dataset is not None
            and project.dataset.ontology.find(name, Kind.BBOX) is not None
        ),
        "the class",
    )
    annotator.waits_for_the_image()


def rich_texts(annotator: Annotator) -> list[str]:
    """Labels that would read their text as markup."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QLabel

    return [
        label.text()
        for label in annotator.window.findChildren(QLabel)
        if "<" in label.text() and label.textFormat() is not Qt.TextFormat.PlainText
    ]
