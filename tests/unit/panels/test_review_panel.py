from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from limner.model.verdicts import Answer, Category, CriteriaKind, Target, TargetType, Verdict
from limner.panels.answer_score import Score, range_of
from limner.panels.answers import Choices, PassFail, Words
from limner.panels.review import ReviewPanel
from limner.panels.review_parts import stored_words
from limner.review.desk import Mark, Scope
from limner.shell.trouble import words
from unit.panels.conftest import IMAGE, OTHER_IMAGE, Reviewing

TIGHT = ("Outlines are tight", CriteriaKind.BINARY, "Within 3 px.", ())
QUALITY = ("Quality", CriteriaKind.CONTINUOUS, "How good is it? (0-10)", ())
ADVICE = ("Advice", CriteriaKind.TEXT, "", ())
LEVEL = (
    "Level",
    CriteriaKind.CATEGORICAL,
    "",
    (Category("easy", 1.0), Category("<b>hard</b> " + "x" * 200, 3.0)),
)
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def panel(qtbot: QtBot, reviewing: Reviewing) -> Iterator[ReviewPanel]:
    made = ReviewPanel(words)
    qtbot.addWidget(made)
    made.resize(320, 460)
    made.show()
    made.edit(reviewing.desk)
    yield made
    made.edit(None)


def press(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def passes(panel: ReviewPanel) -> PassFail:
    assert isinstance(panel.form.field, PassFail)
    return panel.form.field


def test_a_verdict_is_given_and_seen_to_be_stored(panel: ReviewPanel, reviewing: Reviewing) -> None:
    reviewing.asks(TIGHT)
    assert not panel.submit.isEnabled()
    assert panel.submit.toolTip() == "Choose Pass or Fail first"
    press(passes(panel).passes)
    assert panel.status.text() == "not submitted yet"
    press(panel.submit)
    reviewing.waits(lambda: panel.status.text().startswith("submitted"))
    assert list(reviewing.stored().values()) == [Answer(value_pass=True)]


def test_a_second_verdict_says_that_it_replaced_the_first(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT)
    press(passes(panel).passes)
    press(panel.submit)
    reviewing.waits(lambda: panel.status.text().startswith("submitted"))
    press(passes(panel).fails)
    QTest.keyClicks(panel.form.explanation, "The hat is cut off.")
    assert panel.status.text() == "changed, not submitted yet"
    press(panel.submit)
    reviewing.waits(lambda: panel.status.text().startswith("updated"))
    replaced = Answer(value_pass=False, explanation="The hat is cut off.")
    assert list(reviewing.stored().values()) == [replaced]


def test_a_stored_verdict_fills_the_form(panel: ReviewPanel, reviewing: Reviewing) -> None:
    project = reviewing.server.project("Street")
    made = reviewing.server.create_criteria(project, *QUALITY)
    reviewing.server.submit(made.id, IMAGE, Answer(value_score=8.5, explanation="Fine."))
    reviewing.desk.open("Street")
    reviewing.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
    reviewing.waits(lambda: panel.status.text().startswith("stored"))
    assert isinstance(panel.form.field, Score)
    assert panel.form.field.number.text() == "8.5"
    assert panel.form.field.slider.value() == 85
    assert panel.form.explanation.toPlainText() == "Fine."
    assert panel.form.about == "street.jpg"


def test_going_back_to_what_is_stored_is_no_change(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT)
    press(passes(panel).passes)
    press(panel.submit)
    reviewing.waits(lambda: panel.status.text().startswith("submitted"))
    press(passes(panel).fails)
    press(passes(panel).passes)
    assert panel.status.text().startswith("submitted")


def test_the_keyboard_goes_through_all_questions_and_on(
    panel: ReviewPanel, reviewing: Reviewing, qtbot: QtBot
) -> None:
    heard: list[None] = []
    panel.next_wanted.connect(lambda: heard.append(None))
    reviewing.asks(TIGHT, LEVEL, ADVICE)
    panel.activateWindow()
    panel.form.setFocus()
    type_in(panel, "f")
    submit_and_next(panel)
    assert isinstance(panel.form.field, Choices)
    type_in(panel, "2")
    submit_and_next(panel)
    assert isinstance(panel.form.field, Words)
    type_in(panel, "pf1 wider")
    assert heard == []
    submit_and_next(panel)
    assert heard == [None]
    reviewing.waits(lambda: len(reviewing.stored()) == 3)
    assert reviewing.stored() == {
        reviewing.question(TIGHT[0]).id: Answer(value_pass=False),
        reviewing.question("Level").id: Answer(value_score=3.0, value_text=LEVEL[3][1].label),
        reviewing.question("Advice").id: Answer(value_text="pf1 wider"),
    }


def type_in(panel: ReviewPanel, text: str) -> None:
    """Type into whatever has the keyboard."""
    focused = panel.focusWidget()
    assert focused is not None
    QTest.keyClicks(focused, text)


def submit_and_next(panel: ReviewPanel) -> None:
    focused = panel.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Return, CTRL)


def test_the_keys_of_the_panel_win_over_those_of_the_window(
    reviewing: Reviewing, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    drawn: list[None] = []
    polygon = QShortcut(QKeySequence("P"), window)
    polygon.activated.connect(lambda: drawn.append(None))
    elsewhere = QPushButton("Elsewhere", window)
    panel = ReviewPanel(words, reviewing.desk, window)
    panel.move(0, 60)
    window.show()
    window.activateWindow()
    reviewing.asks(TIGHT)
    panel.criteria.setFocus()
    QTest.keyClick(panel.criteria, Qt.Key.Key_P)
    assert passes(panel).answer == Answer(value_pass=True)
    assert drawn == []
    elsewhere.setFocus()
    QTest.keyClick(elsewhere, Qt.Key.Key_P)
    assert drawn == [None]
    panel.edit(None)


def test_what_was_typed_waits_while_another_image_is_looked_at(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT, ADVICE)
    press(passes(panel).fails)
    QTest.keyClicks(panel.form.explanation, "half a thought")
    reviewing.desk.face(Scope.IMAGE, OTHER_IMAGE, "harbour.jpg")
    assert panel.form.answer == Answer()
    reviewing.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
    assert panel.form.answer == Answer(value_pass=False, explanation="half a thought")
    assert panel.status.text() == "not submitted yet"


def test_without_a_network_the_answer_is_kept_and_sent_later(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT)
    reviewing.network.is_cut = True
    press(passes(panel).passes)
    press(panel.submit)
    reviewing.waits(lambda: panel.status.text() == "kept here, will be sent")
    reviewing.network.is_cut = False
    reviewing.desk.send_waiting()
    reviewing.waits(lambda: panel.status.text().startswith("submitted"))


def test_a_refused_answer_stays_in_the_form_with_the_reason(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(ADVICE, TIGHT)
    assert isinstance(panel.form.field, Words)
    reviewing.network.refusal = "No <b>shouting</b>."
    QTest.keyClicks(panel.form.field.text, "WIDER")
    press(panel.submit)
    reviewing.waits(lambda: reviewing.desk.mark(reviewing.question("Advice").id) is Mark.FAILED)
    assert "No <b>shouting</b>." in panel.status.text()
    assert panel.status.textFormat() == Qt.TextFormat.PlainText
    assert panel.status.objectName() == "bad"
    reviewing.desk.face(Scope.IMAGE, OTHER_IMAGE, "harbour.jpg")
    reviewing.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
    assert panel.form.answer == Answer(value_text="WIDER")
    assert "No <b>shouting</b>." in panel.status.text()
    press(panel.decision.drop)
    assert panel.form.answer == Answer()
    assert reviewing.desk.waiting() == []


def test_the_scope_is_switched_and_an_object_is_asked_for(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT)
    press(panel.scope.buttons[Scope.OBJECT])
    assert panel.empty.text() == "Select one object on the image to judge it."
    reviewing.desk.face(Scope.OBJECT, Target(TargetType.SPAN, "a"), "car 1")
    assert panel.form.about == "car 1"
    assert passes(panel).answer == Answer()


def test_a_question_for_other_objects_is_not_asked(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    reviewing.asks(TIGHT)
    only = reviewing.question(TIGHT[0])
    assert only.fits(IMAGE)
    assert panel.criteria.count() == 1
    assert panel.criteria.itemText(0) == TIGHT[0]


def test_an_empty_project_says_what_to_do(panel: ReviewPanel, reviewing: Reviewing) -> None:
    heard: list[None] = []
    panel.create_wanted.connect(lambda: heard.append(None))
    assert panel.empty.text() == "Open an image to review it."
    reviewing.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
    assert panel.empty.text().startswith("This project has no questions yet.")
    press(panel.add)
    assert heard == [None]


def test_a_server_that_is_away_is_told_in_words(panel: ReviewPanel, reviewing: Reviewing) -> None:
    reviewing.network.is_cut = True
    reviewing.desk.open("Street")
    reviewing.desk.face(Scope.IMAGE, IMAGE, "street.jpg")
    reviewing.waits(lambda: panel.empty.text().startswith("The server cannot be reached."))


def test_an_image_is_approved_or_goes_back_with_a_note(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    heard: list[tuple[str, str]] = []
    panel.stage_wanted.connect(lambda action, note: heard.append((action, note)))
    press(panel.stage.approve)
    press(panel.stage.request)
    QTest.keyClicks(panel.stage.note, "Mind the wheels.")
    press(panel.stage.request)
    press(panel.stage.request)
    QTest.keyClick(panel.stage.note, Qt.Key.Key_Escape)
    assert heard == [("approve", ""), ("request_changes", "Mind the wheels.")]
    assert not panel.stage.note.isVisible()


def test_without_a_desk_the_panel_is_empty_and_quiet(
    panel: ReviewPanel, reviewing: Reviewing
) -> None:
    panel.edit(None)
    reviewing.asks(TIGHT)
    assert panel.empty.text() == "Open an image to review it."
    assert not panel.stage.isEnabled()


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("Relevance score (0-10)", (0, 10)),
        ("(-1 to 1) how it feels", (-1, 1)),
        ("from (0.5\N{EN DASH}2.5)", (0.5, 2.5)),
        ("(1..5)", (1, 5)),
        ("0-10", None),
        ("(10-0)", None),
        ("(" + "9" * 400 + "-1)", None),
        ("", None),
    ],
)
def test_the_range_of_a_score_is_read_from_its_description(
    description: str, found: tuple[float, float] | None
) -> None:
    assert range_of(description) == found


def test_a_score_is_slid_typed_and_stepped(qtbot: QtBot) -> None:
    score = Score(0, 10)
    qtbot.addWidget(score)
    assert score.answer.is_empty()
    QTest.keyClick(score.slider, Qt.Key.Key_Right)
    assert score.answer == Answer(value_score=0.1)
    score.number.clear()
    QTest.keyClicks(score.number, "7,25")
    assert score.answer == Answer(value_score=7.25)
    QTest.keyClick(score.number, Qt.Key.Key_Up)
    assert score.answer == Answer(value_score=7.35)
    QTest.keyClicks(score.number, "9")
    assert score.answer.is_empty() or score.answer.value_score == 7.359
    score.number.setText("11")
    assert score.answer.is_empty()


def test_an_unanswered_score_at_its_lowest_is_told_from_an_answered_one(qtbot: QtBot) -> None:
    score = Score(0, 10)
    qtbot.addWidget(score)
    score.show_answer(Answer())
    assert (score.slider.value(), score.slider.property("unanswered")) == (0, True)
    score.show_answer(Answer(value_score=0))
    assert (score.answer, score.slider.property("unanswered")) == (Answer(value_score=0.0), False)


def test_a_score_without_a_range_is_any_number(qtbot: QtBot) -> None:
    score = Score()
    qtbot.addWidget(score)
    QTest.keyClicks(score.number, "-12.5")
    assert score.answer == Answer(value_score=-12.5)
    assert not score.slider.isVisibleTo(score)


def test_the_time_of_a_verdict_is_told_with_its_day_when_it_is_not_today() -> None:
    at = datetime(2026, 3, 4, 12, 4, tzinfo=UTC)
    verdict = Verdict("v", "c", IMAGE, Answer(value_pass=True), at, at)
    local = at.astimezone()
    assert stored_words(Mark.STORED, verdict, local) == f"stored {local:%H:%M}"
    later = datetime(2026, 3, 9, 12, 4, tzinfo=UTC).astimezone()
    assert stored_words(Mark.UPDATED, verdict, later) == f"updated 4 Mar 2026 {local:%H:%M}"
    assert stored_words(Mark.WAITING, verdict) == "kept here, will be sent"
