"""How work reaches the server, and what happens when it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import pytest

from faults import FaultyHost, FaultyLine
from limner.model.annotations import BBox, new_id
from limner.model.fingerprint import fingerprint
from limner.shell.hand import wait_until
from limner.sync.state import State
from robot import CTRL, Annotator, Key, Starts


class Desk(NamedTuple):
    """A person on a line that can be made to fail."""

    annotator: Annotator
    line: FaultyLine


@pytest.fixture
def quick_autosave(home: Path) -> None:
    """The shortest pause before a save that the settings allow."""
    (home / "config").mkdir(parents=True)
    (home / "config" / "settings.json").write_text(json.dumps({"autosave_s": 0.5}))


@pytest.fixture
def desk(starts: Starts) -> Desk:
    host = FaultyHost()
    annotator = starts(hosted_by=host)
    annotator.opens("coins.png")
    assert host.line is not None
    return Desk(annotator, host.line)


@pytest.mark.usefixtures("quick_autosave")
def test_work_is_saved_by_itself_a_moment_after_the_last_edit(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.waits_until_saved()

    assert len(annotator.held_by_the_server()) == 1


def test_going_to_the_next_image_saves_the_one_before(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    coins = annotator.session
    annotator.draws_box(20, 30, 80, 90)
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    wait_until(lambda: coins.state is State.ON_SERVER, "the save")

    assert len(annotator.server.load(coins.dataset, coins.row).annotations) == 1


def test_undoing_back_to_what_the_server_has_sends_nothing(desk: Desk) -> None:
    desk.annotator.draws_box(20, 30, 80, 90)
    desk.annotator.undoes()
    desk.annotator.saves()

    assert desk.line.saves == 4  # those of the sample project


def test_a_dead_server_is_said_calmly_and_the_work_is_safe_here(desk: Desk) -> None:
    desk.line.is_down()
    desk.annotator.draws_box(20, 30, 80, 90)
    desk.annotator.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: "cannot be reached" in desk.annotator.notice, "the words")

    assert desk.annotator.status == "safe here"
    desk.line.is_well()
    desk.annotator.saves()
    assert len(desk.annotator.held_by_the_server()) == 1
    assert desk.annotator.notice == ""


def test_what_a_dead_server_never_got_is_there_after_a_restart(starts: Starts) -> None:
    host = FaultyHost()
    first = starts(hosted_by=host)
    first.opens("coins.png")
    assert host.line is not None
    host.line.is_down()
    box = first.draws_box(20, 30, 80, 90)
    first.waits_until_safe()
    first.quits()

    second = starts()
    assert fingerprint(second.document.snapshot()) == fingerprint([box])
    second.saves()
    assert len(second.held_by_the_server()) == 1


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "does not accept this key"),
        (403, "may not do that"),
        (404, "no longer has this"),
        (413, "more than the server takes"),
        (422, "refused it"),
    ],
)
def test_a_refusal_has_its_words_and_loses_nothing(desk: Desk, status: int, words: str) -> None:
    reply: dict[str, object] = {"error": {"code": "x", "message": "because", "details": {}}}
    desk.line.answers_saves(status, reply)
    desk.annotator.draws_box(20, 30, 80, 90)
    desk.annotator.hand.press(Key.Key_S, CTRL)
    desk.annotator.waits_for_the_word("needs you (1)")

    assert words in desk.annotator.notice
    assert "because" in desk.annotator.notice
    desk.line.is_well()
    desk.annotator.saves()
    assert len(desk.annotator.held_by_the_server()) == 1


def test_a_refused_shape_is_named_and_mending_it_saves(desk: Desk) -> None:
    desk.annotator.draws_box(20, 30, 80, 90)
    box = desk.annotator.draws_box(120, 30, 180, 90)
    problem = {"loc": ["body", "annotations", 1, "bbox", "bounding_box", "w"], "msg": "too wide"}
    desk.line.answers_saves(
        422, {"error": {"code": "x", "message": "no", "details": {"errors": [problem]}}}
    )
    desk.annotator.hand.press(Key.Key_S, CTRL)
    desk.annotator.waits_for_the_word("needs you (1)")

    assert desk.annotator.session.refusals == {box.id: "too wide"}
    desk.line.is_well()
    desk.annotator.undoes()
    desk.annotator.saves()
    assert len(desk.annotator.held_by_the_server()) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error": {"code": "internal_error", "message": "oops"}}'),
        (200, b"<html><body>Please sign in</body></html>"),
        (200, b""),
        (429, b'{"error": {"code": "rate_limited", "message": "slow down"}}'),
    ],
)
def test_what_ends_by_itself_needs_nobody(desk: Desk, status: int, body: bytes) -> None:
    desk.line.answers_saves(status, body)
    desk.annotator.draws_box(20, 30, 80, 90)
    desk.annotator.hand.press(Key.Key_S, CTRL)
    wait_until(lambda: desk.annotator.notice != "", "the words")

    assert desk.annotator.status == "safe here"
    desk.line.is_well()
    desk.annotator.waits_until_saved()
    assert len(desk.annotator.held_by_the_server()) == 1


def test_a_save_whose_answer_was_lost_is_found_and_not_sent_again(desk: Desk) -> None:
    before = desk.line.saves
    desk.line.loses_the_answer_of_one_save()
    desk.annotator.draws_box(20, 30, 80, 90)
    desk.annotator.hand.press(Key.Key_S, CTRL)
    desk.annotator.waits_until_saved()

    assert desk.line.saves == before + 2  # the same key again: it is answered and not carried out
    assert len(desk.annotator.held_by_the_server()) == 1


def test_what_somebody_else_drew_and_mine_are_both_there(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    mine = annotator.draws_box(20, 30, 80, 90)
    theirs = someone_saves(annotator)
    annotator.saves()

    assert {shape.id for shape in annotator.shapes} == {mine.id, theirs}
    assert {shape.id for shape in annotator.held_by_the_server()} == {mine.id, theirs}
    annotator.undoes()
    assert [shape.id for shape in annotator.shapes] == [theirs]


def test_who_saves_at_the_same_moment_on_a_server_without_versions_is_told_of(
    starts: Starts,
) -> None:
    host = FaultyHost(FaultyLine.forgets_versions)
    annotator = starts(hosted_by=host)
    annotator.opens("coins.png")
    assert host.line is not None
    annotator.draws_box(20, 30, 80, 90)
    host.line.before_the_next_save(lambda: someone_saves(annotator))
    annotator.saves()

    wait_until(lambda: "Somebody else saved this image" in annotator.notice, "the words")


def test_undo_goes_on_after_another_image_was_looked_at(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    coins = annotator.session
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    wait_until(lambda: coins.state is State.ON_SERVER, "the save")
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    assert len(annotator.shapes) == 1
    annotator.undoes()

    assert annotator.shapes == []


def test_what_others_changed_meanwhile_is_shown_when_an_image_is_opened_again(
    annotator: Annotator,
) -> None:
    annotator.opens("coins.png")
    annotator.draws_box(20, 30, 80, 90)
    annotator.saves()
    theirs = someone_saves(annotator)
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.hand.press(Key.Key_A)
    annotator.waits_for_the_image()
    wait_until(lambda: [shape.id for shape in annotator.shapes] == [theirs], "their shape")

    assert annotator.status == "on server"


def test_a_shape_that_is_complete_is_kept_when_the_image_is_left(annotator: Annotator) -> None:
    annotator.opens("coins.png")
    annotator.takes(Key.Key_P)
    annotator.hand.click_through([(100, 50), (200, 60), (150, 140)])
    coins = annotator.session
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    wait_until(lambda: coins.state is State.ON_SERVER, "the save")

    assert len(annotator.server.load(coins.dataset, coins.row).annotations) == 1


def test_what_was_drawn_offline_meets_what_others_drew_after_a_restart(starts: Starts) -> None:
    host = FaultyHost()
    first = starts(hosted_by=host)
    first.opens("coins.png")
    assert host.line is not None
    host.line.is_down()
    first.draws_box(20, 30, 80, 90)
    first.waits_until_safe()
    host.line.is_well()
    someone_saves(first)
    host.line.is_down()
    first.quits()
    second = starts()
    second.draws_box(120, 30, 180, 90)
    second.waits_until_saved()

    assert len(second.shapes) == 3
    assert len(second.held_by_the_server()) == 3


def test_work_found_on_the_server_at_the_start_is_not_taken_for_unsent_later(
    starts: Starts,
) -> None:
    host = FaultyHost()
    first = starts(hosted_by=host)
    first.opens("coins.png")
    assert host.line is not None
    host.line.is_down()
    first.draws_box(20, 30, 80, 90)
    first.waits_until_safe()
    host.line.is_well()
    session = first.session
    first.server.save(  # what was sent arrived, and the program ended before it heard so
        session.dataset, session.row, first.document.snapshot(), idempotency_key=uuid4().hex
    )
    host.line.is_down()
    first.quits()
    second = starts()
    second.waits_until_saved()
    theirs = someone_saves(second)
    second.quits()
    third = starts()
    wait_until(lambda: [shape.id for shape in third.shapes] == [theirs], "their shape alone")

    assert third.session.state is State.ON_SERVER


def someone_saves(annotator: Annotator) -> str:
    """Another person puts one box on the same image."""
    session = annotator.session
    box = BBox(id=new_id(), name="coin", x=200, y=200, w=20, h=20)
    annotator.server.save(session.dataset, session.row, [box], idempotency_key=uuid4().hex)
    return box.id
