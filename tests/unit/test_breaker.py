"""When a server is asked and when it is left alone."""

from __future__ import annotations

import pytest

from limner.sync.breaker import (
    AN_HOUR,
    BURST,
    FAILURES,
    FIRST_BREAK_S,
    LONGEST_BREAK_S,
    Breaker,
)


def broken(now: float = 0.0) -> Breaker:
    breaker = Breaker()
    for _ in range(FAILURES):
        breaker.took(now)
        breaker.failed(now)
    return breaker


def test_a_server_that_fails_a_few_times_is_asked_further() -> None:
    breaker = Breaker()
    for _ in range(FAILURES - 1):
        breaker.took(0.0)
        breaker.failed(0.0)
    assert breaker.wait_s(0.0) == 0.0
    breaker.answered()
    breaker.failed(1.0)
    assert not breaker.is_open, "failures count only in a row"


def test_a_server_that_is_down_is_left_alone_for_a_while() -> None:
    breaker = broken(100.0)
    assert breaker.is_open
    assert breaker.wait_s(100.0) == FIRST_BREAK_S
    assert breaker.wait_s(100.0 + FIRST_BREAK_S) == 0.0


def test_one_probe_goes_and_the_others_wait_for_it() -> None:
    breaker = broken()
    breaker.took(FIRST_BREAK_S)
    assert breaker.wait_s(FIRST_BREAK_S) == pytest.approx(1.0)
    breaker.answered()
    assert (breaker.is_open, breaker.wait_s(FIRST_BREAK_S)) == (False, 0.0)


def test_each_probe_that_fails_doubles_the_break_up_to_ten_minutes() -> None:
    breaker, now, breaks = broken(), 0.0, []
    for _ in range(7):
        wait = breaker.wait_s(now)
        assert wait is not None
        breaks.append(wait)
        now += wait
        breaker.took(now)
        breaker.failed(now)
    assert breaks == [30.0, 60.0, 120.0, 240.0, 480.0, LONGEST_BREAK_S, LONGEST_BREAK_S]


def test_a_probe_that_was_given_up_here_makes_room_for_another() -> None:
    breaker = broken()
    breaker.took(FIRST_BREAK_S)
    breaker.gave_up()
    assert breaker.wait_s(FIRST_BREAK_S) == 0.0


def test_answers_that_come_late_do_not_make_a_break_longer() -> None:
    breaker = broken()
    breaker.failed(5.0)
    assert breaker.wait_s(5.0) == FIRST_BREAK_S - 5.0


def test_no_hour_has_more_requests_than_the_plan_allows() -> None:
    breaker, now, sent = Breaker(), 0.0, []
    while now < 7200.0:
        wait = breaker.wait_s(now)
        assert wait is not None
        if wait:
            now += wait
            continue
        breaker.took(now)
        breaker.answered()
        sent.append(now)
    assert sent[BURST - 1] == 0.0, "a burst goes at once"
    for start in sent[::50]:
        assert sum(start <= at < start + 3600.0 for at in sent) <= AN_HOUR + 1
    assert len(sent) >= AN_HOUR


def test_nothing_goes_while_the_key_is_refused() -> None:
    breaker = Breaker()
    breaker.is_paused = True
    assert breaker.wait_s(0.0) is None
    breaker.is_paused = False
    assert breaker.wait_s(0.0) == 0.0
