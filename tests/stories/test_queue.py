"""What is not on its server yet: how a person sees it, and gets it there."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest

from faults import FaultyHost, FaultyLine
from limner.model.verdicts import Answer
from limner.panels.queue_rows import Act, Row, Wait
from limner.shell.hand import wait_until
from robot import CTRL, SHIFT, Annotator, Key, Starts

REFUSAL: dict[str, object] = {"error": {"code": "x", "message": "because", "details": {}}}


class Desk(NamedTuple):
    """A person on a line that can be made to fail, with two images that were opened before."""

    annotator: Annotator
    line: FaultyLine


@pytest.fixture
def desk(starts: Starts) -> Desk:
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    annotator.opens("coins.png")
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    assert host.line is not None
    return Desk(annotator, host.line)


def works_offline(desk: Desk) -> None:
    """Two edits on coffee.png and one on coins.png, and nobody to send them to."""
    annotator, line = desk
    line.is_down()
    annotator.draws_box(20, 30, 80, 90)
    annotator.draws_box(120, 30, 180, 90)
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.draws_box(20, 30, 80, 90)
    annotator.waits_until_safe()


def opens_the_queue(annotator: Annotator, rows: int) -> list[Row]:
    """Ctrl+Shift+S, and so many rows have come."""
    annotator.hand.press(Key.Key_S, CTRL | SHIFT)
    wait_until(lambda: len(queued(annotator)) == rows, "the rows")
    return queued(annotator)


def queued(annotator: Annotator) -> list[Row]:
    return annotator.window.queue.shown


def test_a_click_on_the_three_words_lists_what_waits_and_since_when(desk: Desk) -> None:
    works_offline(desk)
    annotator = desk.annotator
    annotator.hand.click_on(annotator.window.status.state_button)
    wait_until(lambda: len(queued(annotator)) == 2, "the rows")
    coffee, coins = queued(annotator)

    assert [coffee.name, coins.name] == ["coffee.png", "coins.png"]
    assert [coffee.edits, coins.edits] == [2, 1]
    assert coffee.amount.startswith("2 edits since ")
    assert not coffee.needs_you
    assert coffee.place == "Sample project"
    annotator.hand.click_on(annotator.window.status.state_button)
    assert annotator.window.queue.isHidden()


def test_enter_opens_an_image_and_delete_deletes_nothing(desk: Desk) -> None:
    works_offline(desk)
    annotator = desk.annotator
    opens_the_queue(annotator, 2)
    annotator.hand.press(Key.Key_Delete)
    assert len(annotator.shapes) == 1
    annotator.hand.press(Key.Key_Return)
    annotator.waits_for_the_image()

    assert annotator.session.row.filename == "coffee.png"
    annotator.hand.press(Key.Key_Escape)
    assert annotator.window.queue.isHidden()


def test_a_refusal_says_what_to_do_and_trying_again_sends_it(desk: Desk) -> None:
    annotator, line = desk
    line.answers_saves(403, REFUSAL)
    annotator.draws_box(20, 30, 80, 90)
    annotator.hand.press(Key.Key_S, CTRL)
    annotator.waits_for_the_word("needs you (1)")
    (row,) = opens_the_queue(annotator, 1)

    assert row.needs_you
    assert "because" in row.reason
    assert row.acts == (Act.CHANGE_KEY, Act.TRY_AGAIN, Act.OPEN)
    line.is_well()
    annotator.hand.click_on(annotator.window.queue.acts[Act.TRY_AGAIN])
    annotator.waits_until_saved()
    wait_until(lambda: queued(annotator) == [], "an empty queue")
    assert annotator.window.queue.empty.text() == "Everything is on the server."


def test_a_refused_shape_is_shown_from_another_image(desk: Desk) -> None:
    annotator, line = desk
    before = len(annotator.shapes)
    box = annotator.draws_box(20, 30, 80, 90)
    problem = {"loc": ["body", "annotations", before, "bbox", "bounding_box", "w"], "msg": "wide"}
    line.answers_saves(
        422, {"error": {"code": "x", "message": "no", "details": {"errors": [problem]}}}
    )
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.waits_for_the_word("needs you (1)")
    opens_the_queue(annotator, 1)
    annotator.hand.click_on(annotator.window.queue.acts[Act.SHOW_SHAPE])
    annotator.waits_for_the_image()

    assert annotator.session.row.filename == "coffee.png"
    assert annotator.session.selection.ids == (box.id,)
    assert "wide" in annotator.notice


def test_while_paused_nothing_is_sent_and_resuming_sends_it(desk: Desk) -> None:
    annotator, line = desk
    opens_the_queue(annotator, 0)
    annotator.hand.click_on(annotator.window.queue.pause)
    saves = line.saves
    annotator.draws_box(20, 30, 80, 90)
    annotator.hand.press(Key.Key_S, CTRL)
    annotator.waits_for_the_word("safe here · paused: 1 image waits")
    wait_until(lambda: len(queued(annotator)) == 1, "the row")

    assert "paused" in queued(annotator)[0].reason
    assert line.saves == saves
    annotator.hand.click_on(annotator.window.queue.pause)
    annotator.waits_until_saved()
    assert line.saves == saves + 1


def test_send_all_goes_on_with_everything(desk: Desk) -> None:
    works_offline(desk)
    annotator, line = desk
    opens_the_queue(annotator, 2)
    line.is_well()
    annotator.hand.click_on(annotator.window.queue.send)
    wait_until(lambda: queued(annotator) == [], "an empty queue")

    assert annotator.status == "on server"


def test_what_needs_a_person_is_told_from_what_only_waits(desk: Desk) -> None:
    annotator, line = desk
    line.answers_saves(413, REFUSAL)
    annotator.draws_box(20, 30, 80, 90)
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.waits_for_the_word("needs you (1)")
    line.is_down()
    annotator.draws_box(20, 30, 80, 90)
    annotator.waits_until_safe()
    opens_the_queue(annotator, 2)
    switches = annotator.window.queue.switches.buttons()
    shown = {}
    for wait, button in zip(Wait, switches, strict=True):
        annotator.hand.click_on(button)
        shown[wait] = [row.name for row in queued(annotator)]

    assert shown[Wait.NEEDS_YOU] == ["coffee.png"]
    assert shown[Wait.WAITING] == ["coins.png"]


def test_work_of_an_earlier_run_and_another_dataset_is_in_the_queue(
    starts: Starts, tmp_path: Path, desk: Desk
) -> None:
    works_offline(desk)
    desk.annotator.quits()
    folder = tmp_path / "photographs"
    folder.mkdir()
    places = desk.annotator.application.services.places
    some = next(places.data.rglob("coins.png"))
    (folder / "other.png").write_bytes(some.read_bytes())
    host = FaultyHost(lambda line: line.answers_saves(403, REFUSAL))
    second = starts(folder, hosted_by=host)
    rows = opens_the_queue(second, 2)

    assert host.line is not None
    assert {row.name for row in rows} == {"coffee.png", "coins.png"}
    host.line.is_well()
    second.hand.press(Key.Key_Return)
    wait_until(
        lambda: (
            second.application.editor.session is not None
            and second.session.row.filename in ("coffee.png", "coins.png")
        ),
        "the image of the other dataset",
    )
    second.application.queue.send_all()
    wait_until(lambda: queued(second) == [], "an empty queue")


def test_unsent_work_is_exported_as_plain_json(desk: Desk, tmp_path: Path) -> None:
    works_offline(desk)
    annotator = desk.annotator
    target = tmp_path / "mine.json"
    annotator.application.remedies.export_to(target)
    wait_until(lambda: "mine.json" in annotator.notice, "the export")
    images = json.loads(target.read_text())["images"]

    assert {image["name"]: image["gestures"] for image in images} == {
        "coffee.png": 2,
        "coins.png": 1,
    }


def test_a_verdict_that_waits_is_in_the_queue(desk: Desk) -> None:
    annotator, line = desk
    reviewing = annotator.application.reviewing
    wait_until(lambda: reviewing.desk is not None and bool(reviewing.desk.criteria), "the desk")
    assert reviewing.desk is not None
    line.is_down()
    reviewing.desk.submit(reviewing.desk.criteria[0].id, Answer(value_pass=True))
    (row,) = opens_the_queue(annotator, 1)

    assert row.is_verdict
    assert row.name == "coffee.png"
    assert row.place == f"Verdict on “{reviewing.desk.criteria[0].name}”"
    wait_until(lambda: "again" in queued(annotator)[0].reason, "the reason")
    assert queued(annotator)[0].acts == (Act.TRY_AGAIN, Act.OPEN)
    line.is_well()
    annotator.hand.click_on(annotator.window.queue.acts[Act.TRY_AGAIN])
    wait_until(lambda: queued(annotator) == [], "an empty queue")


def test_a_pause_holds_verdicts_back_too(desk: Desk) -> None:
    annotator = desk.annotator
    reviewing, status = annotator.application.reviewing, annotator.window.status
    wait_until(lambda: reviewing.desk is not None and bool(reviewing.desk.criteria), "the desk")
    assert reviewing.desk is not None
    opens_the_queue(annotator, 0)
    annotator.hand.click_on(annotator.window.queue.pause)
    reviewing.desk.submit(reviewing.desk.criteria[0].id, Answer(value_pass=True))
    wait_until(lambda: len(queued(annotator)) == 1, "the row")
    annotator.waits_for_the_word("on server · paused: 1 verdict waits")

    assert queued(annotator)[0].reason == "Sending is paused."
    annotator.hand.click_on(annotator.window.queue.send)
    wait_until(lambda: queued(annotator) == [], "an empty queue")
    assert status.state_text == "on server"


def test_after_a_crash_one_line_says_what_came_back(starts: Starts, desk: Desk) -> None:
    works_offline(desk)
    desk.annotator.quits()
    looks_like_a_crash(desk.annotator)
    host = FaultyHost()
    second = starts(hosted_by=host)
    wait_until(lambda: "Restored" in second.notice, "the line")

    assert second.notice.startswith("Restored 3 edits on 2 images from ")


def test_after_a_clean_end_nothing_is_said(starts: Starts, desk: Desk) -> None:
    works_offline(desk)
    desk.annotator.quits()
    second = starts()
    second.waits_until_saved()

    assert second.notice == ""


def looks_like_a_crash(annotator: Annotator) -> None:
    """The file as it is when a program could not say farewell to it."""
    path = annotator.application.services.places.data / "workspace.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("UPDATE meta SET value = 'no' WHERE name = 'ended'")
