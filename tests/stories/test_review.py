"""A reviewer scores images and single shapes from the keyboard."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from PySide6.QtCore import Qt

from faults import FaultyHost
from limner.api.patronus import Patronus
from limner.api.transport import connect
from limner.model.verdicts import Answer, Target, TargetType, Verdict
from limner.panels.queue_rows import Act
from limner.review.desk import Desk, Mark, Scope
from limner.server.embedded import BASE_URL
from limner.server.keys import Role, add_key, new_key
from limner.server.schema import open_store
from limner.shell import afterwards
from limner.shell.hand import wait_until
from robot import CTRL, SHIFT, Annotator, Key, Starts


class Reviewer:
    """The person at the review panel."""

    def __init__(self, annotator: Annotator) -> None:
        self.annotator = annotator
        self.hand = annotator.hand
        reviewing = annotator.application.reviewing
        wait_until(lambda: reviewing.desk is not None, "the desk, which comes after the image")
        desk = reviewing.desk
        assert desk is not None
        self.desk: Desk = desk
        wait_until(lambda: len(desk.criteria) == 3, "the criteria")
        self.passing, self.score, self.text = (criteria.id for criteria in desk.criteria)

    def turns_to_the_panel(self) -> None:
        self.hand.press(Key.Key_R, CTRL)

    def submits(self, criteria_id: str, expected: Mark) -> None:
        self.hand.press(Key.Key_Return, CTRL)
        wait_until(lambda: self.desk.mark(criteria_id) is expected, f"{expected}")

    def stored(self, target: Target) -> dict[str, Verdict]:
        local = self.annotator.application.services.local
        assert local is not None
        assert self.desk.project_id is not None
        verdicts = local.review.verdicts(target, self.desk.project_id)
        return {verdict.criteria_id: verdict for verdict in verdicts}

    @property
    def target(self) -> Target:
        assert self.desk.target is not None
        return self.desk.target


@pytest.fixture
def reviewer(annotator: Annotator) -> Reviewer:
    return Reviewer(annotator)


def test_one_key_and_ctrl_enter_give_a_verdict_and_go_on(reviewer: Reviewer) -> None:
    target = reviewer.target
    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_P)
    reviewer.submits(reviewer.passing, Mark.SUBMITTED)
    reviewer.hand.type("8.5")
    reviewer.submits(reviewer.score, Mark.SUBMITTED)
    reviewer.hand.type("Tighten the ring.")
    reviewer.hand.press(Key.Key_Return, CTRL)
    wait_until(lambda: len(reviewer.stored(target)) == 3, "three verdicts")

    stored = reviewer.stored(target)
    assert stored[reviewer.passing].answer.value_pass is True
    assert stored[reviewer.score].answer.value_score == 8.5
    assert stored[reviewer.text].answer.value_text == "Tighten the ring."
    assert reviewer.annotator.application.project.rows[
        reviewer.annotator.application.project.current or ""
    ].filename == "chelsea.png"  # fmt: skip


def test_an_image_is_a_log_and_a_shape_is_a_span_by_default(reviewer: Reviewer) -> None:
    annotator = reviewer.annotator
    assert reviewer.target == Target(TargetType.LOG, annotator.session.row.id)

    shape = annotator.shapes[0]
    annotator.session.selection.choose([shape.id])
    reviewer.desk.set_scope(Scope.OBJECT)
    assert reviewer.target == Target(TargetType.SPAN, shape.id)

    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_F)
    reviewer.submits(reviewer.passing, Mark.SUBMITTED)
    assert reviewer.stored(reviewer.target)[reviewer.passing].answer.value_pass is False


def test_a_second_verdict_says_updated_and_replaces_the_first(reviewer: Reviewer) -> None:
    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_P)
    reviewer.submits(reviewer.passing, Mark.SUBMITTED)
    first = reviewer.stored(reviewer.target)[reviewer.passing]
    reviewer.hand.press(Key.Key_Escape)
    reviewer.annotator.hand.press(Key.Key_D)
    reviewer.annotator.waits_for_the_image()
    reviewer.annotator.hand.press(Key.Key_A)
    reviewer.annotator.waits_for_the_image()
    wait_until(lambda: reviewer.desk.mark(reviewer.passing) is Mark.STORED, "the stored verdict")
    reviewer.annotator.window.review.criteria.setFocus()
    reviewer.hand.press(Key.Key_Up)
    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_F)
    reviewer.submits(reviewer.passing, Mark.UPDATED)

    second = reviewer.stored(reviewer.target)[reviewer.passing]
    assert second.id == first.id
    assert second.answer.value_pass is False


def test_a_verdict_given_without_a_server_is_sent_after_a_restart(starts: Starts) -> None:
    host = FaultyHost()
    first = Reviewer(starts(hosted_by=host))
    assert host.line is not None
    host.line.is_down()
    first.turns_to_the_panel()
    first.hand.press(Key.Key_P)
    first.submits(first.passing, Mark.WAITING)
    first.annotator.waits_for_the_word("1 verdict waits")
    target = first.target
    first.annotator.quits()

    second = Reviewer(starts())
    wait_until(lambda: len(second.stored(target)) == 1, "the verdict on the server")
    wait_until(lambda: second.annotator.status == "on server", "the word")
    assert second.stored(target)[second.passing].answer.value_pass is True


def test_a_verdict_that_a_sick_server_refuses_is_kept_and_sent_when_it_is_well(
    starts: Starts,
) -> None:
    host = FaultyHost()
    first = Reviewer(starts(hosted_by=host))
    assert host.line is not None
    host.line.is_sick("/v1/annotations")
    first.turns_to_the_panel()
    first.hand.press(Key.Key_P)
    first.submits(first.passing, Mark.WAITING)
    host.line.is_well()
    first.desk.send_waiting()
    wait_until(lambda: len(first.stored(first.target)) == 1, "the verdict on the server")


def test_approving_an_image_moves_its_stage(reviewer: Reviewer) -> None:
    annotator = reviewer.annotator
    annotator.hand.press(Key.Key_A, CTRL | Qt.KeyboardModifier.ShiftModifier)
    row = annotator.session.row.id
    wait_until(
        lambda: annotator.application.project.rows[row].status == "complete", "the new stage"
    )
    rows = annotator.server.images(annotator.session.dataset)
    assert next(each for each in rows if each.id == row).status == "complete"


def test_the_review_begins_after_the_first_image(
    starts: Starts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afterwards, "_LATEST_S", 600.0)
    application = starts(waits=False).application
    reviewing, project = application.reviewing, application.project
    wait_until(lambda: project.is_ready or reviewing.desk is not None, "the image")
    assert reviewing.desk is None
    wait_until(lambda: reviewing.desk is not None, "the desk")


def test_the_review_begins_though_no_image_can_be_shown(
    starts: Starts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(afterwards, "_LATEST_S", 0.0)
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "broken.png").write_text("this is no picture")
    reviewing = starts(folder, waits=False).application.reviewing
    wait_until(lambda: reviewing.desk is not None, "the desk")


# --- two reviewers


@pytest.fixture
def key_of_ada(home: Path) -> str:
    key, store = new_key(), open_store(home / "data" / "library")
    with store.writing() as tx:
        add_key(tx, key, role=Role.ADMIN, name="Ada", user_id=str(uuid4()))
    store.close()
    return key


def clashes_with_ada(reviewer: Reviewer, key_of_ada: str) -> None:
    """Ada fails what the person sees without a verdict, and passes."""
    local = reviewer.annotator.application.services.local
    assert local is not None
    assert local.hosted is not None
    wait_until(lambda: reviewer.desk.is_current, "what is stored")
    wire = connect(BASE_URL, key_of_ada, transport=local.hosted.transport)
    Patronus(wire).submit(reviewer.passing, reviewer.target, Answer(value_pass=False))
    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_P)
    reviewer.submits(reviewer.passing, Mark.ASKS)
    reviewer.annotator.waits_for_the_word("needs you (1)")


def finds_it_in_the_queue(reviewer: Reviewer) -> None:
    """From another image, the row leads back to the question."""
    annotator = reviewer.annotator
    judged = annotator.session.row.filename
    annotator.canvas.setFocus()
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.hand.press(Key.Key_S, CTRL | SHIFT)
    panel = annotator.window.queue
    wait_until(lambda: len(panel.shown) == 1, "the row")
    (row,) = panel.shown
    assert (row.name, row.needs_you, row.acts) == (judged, True, (Act.OPEN,))
    assert row.reason.startswith("Ada answered Fail (")
    annotator.hand.press(Key.Key_Return)
    annotator.waits_for_the_image()
    assert annotator.session.row.filename == judged
    annotator.hand.click_on(annotator.window.status.state_button)


def test_a_verdict_that_came_between_is_kept_when_the_person_wants_that(
    starts: Starts, key_of_ada: str
) -> None:
    reviewer = Reviewer(starts())
    clashes_with_ada(reviewer, key_of_ada)
    finds_it_in_the_queue(reviewer)
    panel = reviewer.annotator.window.review
    assert reviewer.stored(reviewer.target)[reviewer.passing].answer == Answer(value_pass=False)
    assert panel.decision.words.text().endswith("Replace with your Pass?")
    reviewer.hand.click_on(panel.decision.drop)

    wait_until(lambda: reviewer.annotator.status == "on server", "the word")
    assert panel.decision.isHidden()
    assert panel.form.answer == Answer(value_pass=False)
    assert reviewer.stored(reviewer.target)[reviewer.passing].answer == Answer(value_pass=False)


def test_a_verdict_that_came_between_is_replaced_when_the_person_wants_that(
    starts: Starts, key_of_ada: str
) -> None:
    reviewer = Reviewer(starts())
    clashes_with_ada(reviewer, key_of_ada)
    finds_it_in_the_queue(reviewer)
    reviewer.hand.click_on(reviewer.annotator.window.review.decision.replace)

    wait_until(lambda: reviewer.desk.mark(reviewer.passing) is Mark.UPDATED, "the verdict")
    wait_until(lambda: reviewer.annotator.status == "on server", "the word")
    assert reviewer.stored(reviewer.target)[reviewer.passing].answer == Answer(value_pass=True)


def test_a_verdict_on_a_shape_that_waits_leads_back_to_the_shape(reviewer: Reviewer) -> None:
    annotator = reviewer.annotator
    shape, filename = annotator.shapes[0], annotator.session.row.filename
    annotator.session.selection.choose([shape.id])
    reviewer.desk.set_scope(Scope.OBJECT)
    annotator.application.queue.pause(is_paused=True)
    reviewer.turns_to_the_panel()
    reviewer.hand.press(Key.Key_F)
    reviewer.submits(reviewer.passing, Mark.WAITING)
    annotator.session.selection.clear()
    reviewer.desk.set_scope(Scope.IMAGE)
    annotator.canvas.setFocus()
    annotator.hand.press(Key.Key_D)
    annotator.waits_for_the_image()
    annotator.hand.press(Key.Key_S, CTRL | SHIFT)
    panel = annotator.window.queue
    wait_until(lambda: len(panel.shown) == 1, "the row")
    assert panel.shown[0].name.endswith(filename)
    annotator.hand.press(Key.Key_Return)
    annotator.waits_for_the_image()

    assert annotator.session.row.filename == filename
    assert annotator.session.selection.ids == (shape.id,)
    assert (reviewer.desk.scope, reviewer.target.reference) == (Scope.OBJECT, shape.id)
    assert reviewer.desk.mark(reviewer.passing) is Mark.WAITING
