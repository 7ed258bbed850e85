"""Verdicts on their way: nobody's answer is replaced unseen, none is lost, whatever breaks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from limner.model.verdicts import Answer
from limner.review.desk import Mark
from limner.server import embedded
from limner.server.embedded import EmbeddedServer
from limner.server.keys import Role, add_key, new_key
from limner.server.schema import open_store
from unit.review_office import FAIL, PASS, Office

ADA = new_key()


@pytest.fixture(scope="module")
def inside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    folder = tmp_path_factory.mktemp("library")
    store = open_store(folder)
    with store.writing() as tx:
        add_key(tx, ADA, role=Role.ADMIN, name="Ada", user_id=str(uuid4()))
    store.close()
    server = embedded.start(folder, me="Ben")
    yield server
    server.close()


@pytest.fixture
def office(inside: EmbeddedServer, tmp_path: Path) -> Office:
    return Office(inside, ADA, tmp_path)


# --- two reviewers


def test_an_answer_that_came_meanwhile_is_not_replaced_unasked(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
        clash = ben.desk.clash(office.question)
        assert clash is not None
        assert (clash.author, clash.theirs.answer) == ("Ada", FAIL)
        assert office.stored == FAIL
        assert ben.line.sent == []
        (waiting,) = ben.desk.waiting()
        assert (waiting.criteria, waiting.needs_you) == ("Outlines are tight", True)

        ben.desk.replace_theirs(office.question)
        ben.comes_to(Mark.UPDATED)
        assert office.stored == PASS
        assert ben.desk.waiting() == []


def test_theirs_is_kept_when_the_person_wants_that(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
        ben.desk.drop(office.question)
        assert ben.desk.mark(office.question) is Mark.STORED
        verdict = ben.desk.verdict(office.question)
        assert verdict is not None
        assert verdict.answer == FAIL
    with office.reviewer() as ben:
        ben.sees(office.target, FAIL)
        assert ben.desk.waiting() == []
    assert office.stored == FAIL


def test_what_was_seen_is_replaced_without_a_question(office: Office) -> None:
    office.ada_answers(FAIL)
    with office.reviewer() as ben:
        ben.sees(office.target, FAIL)
        ben.gives(PASS, Mark.UPDATED)
    assert office.stored == PASS


def test_the_same_words_said_again_are_a_change_too(office: Office) -> None:
    office.ada_answers(FAIL)
    with office.reviewer() as ben:
        ben.sees(office.target, FAIL)
        office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
    assert office.stored == FAIL


def test_who_says_what_the_other_said_is_asked_nothing(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        office.ada_answers(PASS)
        ben.gives(PASS, Mark.SUBMITTED)
        assert ben.line.sent == []


def test_another_change_while_the_question_is_open_is_asked_again(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
        again = Answer(value_pass=False, explanation="And the shoes.")
        office.ada_answers(again)
        ben.desk.replace_theirs(office.question)
        ben.until(lambda: ben.desk.mark(office.question) is Mark.ASKS)
        clash = ben.desk.clash(office.question)
        assert clash is not None
        assert clash.theirs.answer == again
    assert office.stored == again


def test_an_answer_between_the_look_and_the_sending_is_told_afterwards(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.line.before = lambda: office.ada_answers(FAIL)
        ben.gives(PASS, Mark.UPDATED)
        overrun = ben.desk.overrun(office.question)
        assert overrun is not None
        assert (overrun.author, overrun.answer) == ("Ada", FAIL)
    assert office.stored == PASS


@pytest.mark.parametrize("keeps_history", [True, False])
def test_an_answer_right_after_ones_own_is_asked_about(
    office: Office, *, keeps_history: bool
) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        if not keeps_history:
            ben.line.has_no("/history")
        ben.line.after = lambda: office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
        clash = ben.desk.clash(office.question)
        assert clash is not None
        assert (clash.author, clash.theirs.answer) == ("Ada" if keeps_history else "", FAIL)
    assert office.stored == FAIL


def test_the_queue_goes_on_while_a_question_is_open(office: Office) -> None:
    first = office.target
    with office.reviewer() as ben:
        ben.looks_at(first)
        office.ada_answers(FAIL)
        ben.gives(PASS, Mark.ASKS)
        office.target = type(first)(first.type, f"{first.reference} next")
        ben.looks_at(office.target)
        ben.gives(PASS, Mark.SUBMITTED)
        assert [one.target for one in ben.desk.waiting()] == [first]


# --- bad lines


def test_an_answer_that_arrived_unheard_is_found_and_not_sent_again(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.line.loses_the_next_answer()
        ben.gives(PASS, Mark.WAITING)
        ben.line.is_well()
        ben.desk.send_waiting()
        ben.comes_to(Mark.SUBMITTED)
        assert len(ben.line.sent) == 1


def test_who_changes_an_answer_of_which_nobody_heard_is_not_asked_about_it(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.line.loses_the_next_answer()
        ben.gives(PASS, Mark.WAITING)
        ben.line.is_well()
        ben.gives(FAIL, Mark.UPDATED)
    assert office.stored == FAIL


@pytest.mark.parametrize(
    ("status", "content", "kind", "expected", "needs_you"),
    [
        (401, '{"detail": "no key"}', "application/json", Mark.WAITING, True),
        (403, '{"detail": "not you"}', "application/json", Mark.WAITING, True),
        (404, '{"detail": "gone"}', "application/json", Mark.FAILED, True),
        (422, '{"detail": "no such label"}', "application/json", Mark.FAILED, True),
        (429, '{"detail": "slowly"}', "application/json", Mark.WAITING, False),
        (500, '{"detail": "oh"}', "application/json", Mark.WAITING, False),
        (200, "<html>Welcome to the hotel</html>", "text/html", Mark.WAITING, False),
        (200, "{}", "application/json", Mark.WAITING, False),
    ],
)
def test_whatever_the_server_says_the_answer_is_kept_and_sent_when_it_is_well(
    office: Office, status: int, content: str, kind: str, expected: Mark, *, needs_you: bool
) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.line.answers_verdicts(status, content, kind)
        ben.gives(PASS, expected)
        (waiting,) = ben.desk.waiting()
        assert (waiting.needs_you, waiting.error is not None) == (needs_you, True)
        assert [each.verdict.answer for each in ben.file.verdicts_waiting()] == [PASS]
        assert office.stored is None
        ben.line.is_well()
        if needs_you:
            ben.main.lets_time_pass()
            assert ben.line.sent == []
            ben.desk.send_waiting()
        else:
            ben.main.lets_time_pass()
        ben.comes_to(Mark.SUBMITTED)
        ben.until(lambda: ben.file.verdicts_waiting() == [])
    assert office.stored == PASS


def test_a_field_that_nobody_touched_is_never_sent(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.gives(PASS, Mark.SUBMITTED)
        (body,) = ben.line.sent
    assert set(json.loads(body)) == {"annotation_criteria", "type", "reference", "value_pass"}


# --- without a server


def test_a_review_goes_on_without_a_server_from_the_first_moment(office: Office) -> None:
    office.ada_answers(FAIL)
    with office.reviewer() as ben:
        ben.sees(office.target, FAIL)
    with office.reviewer(is_down=True) as ben:
        ben.sees(office.target, FAIL)
        ben.gives(PASS, Mark.WAITING)
    with office.reviewer(is_down=True) as ben:
        ben.sees(office.target, FAIL)
        ben.comes_to(Mark.WAITING)
        assert ben.desk.unsent(office.question) == PASS
    with office.reviewer() as ben:
        ben.until(lambda: office.stored == PASS)


def test_what_changed_while_the_person_was_away_asks_after_the_restart(office: Office) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.line.is_down()
        ben.gives(PASS, Mark.WAITING)
    office.ada_answers(FAIL)
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.comes_to(Mark.ASKS)
    assert office.stored == FAIL


def test_an_answer_that_was_sent_here_is_remembered_for_when_there_is_no_server(
    office: Office,
) -> None:
    with office.reviewer() as ben:
        ben.looks_at(office.target)
        ben.gives(PASS, Mark.SUBMITTED)
    with office.reviewer(is_down=True) as ben:
        ben.sees(office.target, PASS)
