"""Who may speak with a server, and when: turns, breaks, pauses and keys, by a clock of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from limner.api.errors import Forbidden, ServerFault, TooMany, Unauthorized, Unreachable
from limner.sync.breaker import Breaker
from limner.sync.traffic import Line, Rank, Traffic
from limner.tasks import Ticket

GONE = Unreachable("There is no connection.")
REFUSED = Unauthorized(401, "", "no such key")


class Clock:
    """Time and the main thread, both of which go on only when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.wall = 50_000.0
        self.posted: list[Callable[[], None]] = []
        self.timers: list[tuple[float, Callable[[], None]]] = []

    def post(self, call: Callable[[], None]) -> None:
        self.posted.append(call)

    def after(self, seconds: float, call: Callable[[], None]) -> Callable[[], None]:
        timer = (self.now + seconds, call)
        self.timers.append(timer)
        return lambda: self.timers.remove(timer) if timer in self.timers else None

    def close(self) -> None:
        self.timers.clear()

    def turn(self) -> None:
        """One turn of the event loop."""
        calls, self.posted = self.posted, []
        for call in calls:
            call()

    def passes(self, seconds: float) -> None:
        """Let so much time go by, with all that is due in it."""
        end = self.now + seconds
        self.turn()
        while due := [timer for timer in self.timers if timer[0] <= end]:
            first = min(due, key=lambda timer: timer[0])
            self.timers.remove(first)
            self._go_to(first[0])
            first[1]()
            self.turn()
        self._go_to(end)

    def _go_to(self, now: float) -> None:
        self.wall += now - self.now
        self.now = now

    def sleeps(self, seconds: float) -> None:
        """The computer is asleep: only the clock on the wall goes on."""
        self.wall += seconds


class Workers:
    """Requests that are on their way until the test answers them."""

    def __init__(self) -> None:
        self.running: dict[str, tuple[Callable[[Any], None], Callable[[Exception], None]]] = {}
        self.begun: list[str] = []

    def run(
        self,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
    ) -> None:
        name = str(work())
        self.running[name] = (done, failed)
        self.begun.append(name)

    def answers(self, name: str, value: object = "yes") -> None:
        self.running.pop(name)[0](value)

    def fails(self, name: str, error: Exception = GONE) -> None:
        self.running.pop(name)[1](error)


class Desk:
    """Traffic with what it needs, and what came of it."""

    def __init__(self, *, has_breaker: bool = True, has_begun: bool = True) -> None:
        self.clock = Clock()
        self.workers = Workers()
        self.breaker = Breaker() if has_breaker else None
        self.traffic = Traffic(
            self.workers,
            self.clock,
            self.breaker,
            lambda: "probe",
            has_begun=has_begun,
            clock=lambda: self.clock.now,
            wall=lambda: self.clock.wall,
        )
        self.heard: list[tuple[str, object]] = []
        self.lines: list[Line] = []
        self.traffic.watch(lambda: self.lines.append(self.traffic.line))

    def asks(self, name: str, image: str = "", rank: Rank = Rank.WORK) -> Ticket:
        return self.traffic.run(
            lambda: name,
            lambda value: self.heard.append((name, value)),
            lambda error: self.heard.append((name, error)),
            image_id=image or name,
            rank=rank,
        )

    @property
    def on_its_way(self) -> list[str]:
        return list(self.workers.running)

    def goes_away(self) -> None:
        """Fail five times in a row."""
        for number in range(5):
            self.asks(f"lost {number}")
            self.workers.fails(f"lost {number}")
        assert self.traffic.line is Line.OFFLINE


@pytest.fixture
def desk() -> Desk:
    return Desk()


# --- turns


def test_two_requests_are_on_their_way_and_never_two_of_one_image(desk: Desk) -> None:
    for name, image in [("a1", "a"), ("a2", "a"), ("b1", "b"), ("c1", "c")]:
        desk.asks(name, image)
    assert desk.on_its_way == ["a1", "b1"]
    desk.workers.answers("b1")
    assert desk.on_its_way == ["a1", "c1"]
    desk.workers.answers("a1")
    assert desk.on_its_way == ["c1", "a2"]
    assert desk.heard == [("b1", "yes"), ("a1", "yes")]


def test_the_image_on_the_canvas_comes_first_and_the_others_in_turns(desk: Desk) -> None:
    desk.asks("busy 1")
    desk.asks("busy 2")
    for image in "abc":
        for number in (1, 2):
            desk.asks(f"{image}{number}", image)
    desk.traffic.turn_to("c")
    desk.workers.answers("busy 1")
    order = []
    while desk.on_its_way:
        name = desk.on_its_way[-1]
        order.append(name)
        desk.workers.answers(name)
    assert order == ["c1", "c2", "a1", "b1", "a2", "b2", "busy 2"]


def test_what_a_person_waits_for_finds_the_line_free(desk: Desk) -> None:
    desk.asks("a")
    desk.asks("b")
    desk.asks("c")
    desk.asks("listing", rank=Rank.WAITED_FOR)
    desk.asks("another", rank=Rank.WAITED_FOR)
    assert desk.on_its_way == ["a", "b", "listing"]
    desk.workers.answers("a")
    assert desk.on_its_way == ["b", "listing", "another"]


def test_what_is_spare_never_takes_the_whole_line(desk: Desk) -> None:
    for name in ("s1", "s2", "s3"):
        desk.asks(name, rank=Rank.SPARE)
    assert desk.on_its_way == ["s1"]
    desk.asks("work")
    assert desk.on_its_way == ["s1", "work"]
    desk.workers.answers("s1")
    assert desk.on_its_way == ["work", "s2"]


def test_a_spare_load_is_waited_for_once_its_image_is_on_the_canvas(desk: Desk) -> None:
    desk.asks("first", rank=Rank.SPARE)
    desk.asks("next", rank=Rank.SPARE)
    desk.traffic.turn_to("next")
    assert desk.on_its_way == ["first", "next"]


def test_nobody_hears_of_a_cancelled_request_and_its_place_is_free(desk: Desk) -> None:
    ticket = desk.asks("a")
    waiting = desk.asks("later", "a")
    ticket.cancel()
    waiting.cancel()
    desk.asks("last", "a")
    desk.workers.answers("a")
    desk.workers.answers("last")
    assert desk.workers.begun == ["a", "last"]
    assert desk.heard == [("last", "yes")]


def test_nothing_goes_before_the_server_is_up() -> None:
    desk = Desk(has_begun=False)
    desk.asks("listing", rank=Rank.WAITED_FOR)
    desk.asks("work")
    assert desk.traffic.line is Line.STARTING
    assert desk.on_its_way == []
    desk.traffic.begin()
    assert desk.on_its_way == ["listing", "work"]
    assert desk.lines == [Line.OPEN]


# --- a server that is away


def test_work_waits_while_the_server_is_away_and_goes_when_the_probe_finds_it(desk: Desk) -> None:
    desk.goes_away()
    desk.asks("work")
    assert desk.on_its_way == []
    assert desk.traffic.is_held_up("work")
    desk.clock.passes(31)
    assert desk.on_its_way == ["probe"]
    desk.workers.answers("probe")
    assert desk.on_its_way == ["work"]
    assert desk.traffic.line is Line.OPEN
    assert [what for what in desk.heard if what[0] == "work"] == []


def test_the_probe_comes_ever_more_seldom(desk: Desk) -> None:
    desk.goes_away()
    pauses = []
    for _ in range(7):
        before = desk.clock.now
        while not desk.on_its_way:
            desk.clock.passes(1)
        pauses.append(desk.clock.now - before)
        desk.workers.fails("probe")
    assert pauses == [30, 60, 120, 240, 480, 600, 600]


def test_after_one_failure_somebody_looks_soon_though_nobody_asks(desk: Desk) -> None:
    desk.asks("listing", rank=Rank.WAITED_FOR)
    desk.workers.fails("listing")
    assert desk.traffic.line is Line.OFFLINE
    desk.clock.passes(6)
    desk.workers.answers("probe")
    assert desk.lines == [Line.OFFLINE, Line.OPEN]


def test_a_person_who_opens_an_image_is_not_told_to_wait_for_the_probe(desk: Desk) -> None:
    desk.goes_away()
    for number in range(20):
        desk.asks(f"image {number}", rank=Rank.WAITED_FOR)
        desk.workers.fails(f"image {number}")
    desk.clock.passes(31)
    assert desk.on_its_way == ["probe"]  # their failures have not made the break longer


def test_what_is_spare_is_refused_while_the_server_is_away(desk: Desk) -> None:
    desk.goes_away()
    desk.heard.clear()
    desk.asks("ahead", rank=Rank.SPARE)
    desk.clock.turn()
    assert desk.heard == [("ahead", GONE)]


def test_a_break_that_the_computer_slept_through_is_over_when_it_wakes(desk: Desk) -> None:
    desk.goes_away()
    for _ in range(4):
        desk.clock.passes(600)
        desk.workers.fails("probe")
    desk.clock.sleeps(8 * 3600)
    desk.clock.passes(15)
    assert desk.on_its_way == ["probe"]


def test_a_clock_that_is_set_back_changes_nothing(desk: Desk) -> None:
    desk.goes_away()
    desk.clock.sleeps(-2 * 86_400)
    desk.clock.passes(29)
    assert desk.on_its_way == []
    desk.clock.passes(2)
    assert desk.on_its_way == ["probe"]


def test_the_network_being_back_is_tried_at_once(desk: Desk) -> None:
    desk.goes_away()
    desk.asks("work")
    desk.traffic.try_again()
    desk.traffic.try_again()
    assert desk.on_its_way == ["probe"]
    desk.workers.answers("probe")
    assert desk.on_its_way == ["work"]


def test_a_server_that_says_no_is_there(desk: Desk) -> None:
    for number in range(9):
        desk.asks(f"no {number}")
        desk.workers.fails(f"no {number}", Forbidden(403, "", "no"))
    assert desk.traffic.line is Line.OPEN


def test_a_broken_server_is_left_alone_too(desk: Desk) -> None:
    for number in range(5):
        desk.asks(f"{number}")
        desk.workers.fails(f"{number}", ServerFault(503, "", "out of order"))
    assert desk.traffic.line is Line.OFFLINE


def test_the_server_inside_is_never_taken_to_be_away() -> None:
    desk = Desk(has_breaker=False)
    for number in range(9):
        desk.asks(f"{number}")
        desk.workers.fails(f"{number}")
    assert desk.traffic.line is Line.OPEN


# --- keys, pauses, plans


def test_a_refused_key_ends_everything_until_a_person_has_seen_to_it(desk: Desk) -> None:
    desk.asks("a")
    desk.asks("b")
    desk.asks("c")
    desk.workers.fails("a", REFUSED)
    desk.clock.turn()
    desk.asks("d")
    desk.clock.passes(3600)
    assert desk.heard == [("a", REFUSED), ("c", REFUSED), ("d", REFUSED)]
    assert desk.traffic.line is Line.NO_KEY
    assert desk.workers.begun == ["a", "b"]

    desk.traffic.try_again()
    desk.asks("e")
    assert desk.on_its_way == ["b", "e"]


def test_paused_nothing_goes_but_what_a_person_waits_for(desk: Desk) -> None:
    desk.traffic.pause()
    desk.asks("work")
    desk.asks("image", rank=Rank.WAITED_FOR)
    desk.clock.passes(3600)
    assert desk.on_its_way == ["image"]
    assert desk.traffic.waiting == ("work",)
    desk.traffic.resume()
    assert desk.on_its_way == ["image", "work"]
    assert desk.lines == [Line.PAUSED, Line.OPEN]


def test_a_server_that_asks_for_a_pause_gets_one_for_all_images(desk: Desk) -> None:
    desk.asks("a")
    desk.workers.fails("a", TooMany(429, "", "slow down", retry_after_s=40.0))
    desk.asks("b")
    assert desk.traffic.line is Line.ASKED_TO_WAIT
    desk.clock.passes(39)
    assert desk.on_its_way == []
    desk.clock.passes(2)
    assert desk.on_its_way == ["b"]
    assert desk.lines == [Line.ASKED_TO_WAIT, Line.OPEN]


def requests_in(desk: Desk, seconds: int) -> int:
    """How many of endless requests went in so much time, three a second at most."""
    before = len(desk.workers.begun)
    for second in range(seconds):
        for number in range(5):
            if not desk.traffic.waiting:
                desk.asks(f"{second} {number}")
        while desk.on_its_way:
            desk.workers.answers(desk.on_its_way[0])
        desk.clock.passes(1)
    return len(desk.workers.begun) - before


def test_no_hour_has_more_requests_than_the_smallest_plan_allows(desk: Desk) -> None:
    assert requests_in(desk, 3600) <= 2000
    assert requests_in(desk, 600) <= 260


def test_a_server_without_a_plan_is_asked_as_fast_as_it_answers(desk: Desk) -> None:
    desk.traffic.lift_limit()
    assert requests_in(desk, 600) == 1800


def test_nothing_is_begun_after_the_end(desk: Desk) -> None:
    desk.asks("a")
    desk.asks("b")
    desk.asks("c")
    desk.traffic.close()
    desk.workers.answers("a")
    desk.asks("d")
    desk.clock.passes(3600)
    assert desk.on_its_way == ["b"]
