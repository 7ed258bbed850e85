"""Two people before one server, with every step chosen by Hypothesis, which shrinks what fails."""

from __future__ import annotations

from typing import ClassVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from typing_extensions import override

from fault.sim_person import Seat
from fault.simulator import Policy, World

chances = st.integers(0, 2**32 - 1)
who = st.integers(0, 1)
FIELDS = ("name", "geometry", "k", "")


class TwoPeople(RuleBasedStateMachine):
    """Each rule is one step of the person, the program, the disk or the network."""

    policy: ClassVar[Policy] = "ours"

    def __init__(self) -> None:
        super().__init__()
        self.world = World(self.policy, 2, 0.25, 0, None, images=1)

    def seat(self, number: int, chance: int) -> Seat:
        self.world.random.seed(chance)
        return self.world.seats[number]

    @rule(number=who, chance=chances)
    def edits(self, number: int, chance: int) -> None:
        self.seat(number, chance).gesture(self.world.random)

    @rule(number=who, place=st.integers(0, 3), field=st.sampled_from(FIELDS))
    def changes(self, number: int, place: int, field: str) -> None:
        self.world.seats[number].alter(place, field)

    @rule(number=who, is_redo=st.booleans())
    def takes_back(self, number: int, is_redo: bool) -> None:
        self.world.seats[number].take_back(is_redo=is_redo)

    @rule(number=who)
    def gets_through(self, number: int) -> None:
        """For once, the network is well, and this one saves and sees all there is."""
        self.world.get_through(self.world.seats[number])

    @rule(number=who, chance=chances)
    def writes(self, number: int, chance: int) -> None:
        self.seat(number, chance).settle_disk(self.world.random, 0.25)

    @rule(number=who, chance=chances)
    def goes_on(self, number: int, chance: int) -> None:
        seat = self.seat(number, chance)
        if seat.is_waking:
            seat.wake()

    @rule(number=who, chance=chances, is_opened=st.booleans())
    def is_asked_to(self, number: int, chance: int, is_opened: bool) -> None:
        seat = self.seat(number, chance)
        seat.open() if is_opened else seat.save()

    @rule(number=who, chance=chances)
    def is_killed(self, number: int, chance: int) -> None:
        self.seat(number, chance).crash()

    @rule(chance=chances)
    def a_message_moves(self, chance: int) -> None:
        self.seat(0, chance)
        self.world.network.step()

    @rule(chance=chances)
    def an_old_request_arrives(self, chance: int) -> None:
        self.seat(0, chance)
        self.world.network.arrive_late()

    @invariant()
    def the_machine_knows_what_is_unsent(self) -> None:
        for seat in self.world.seats:
            base = {a.id: a for a in seat.machine.base.base}
            here = {a.id: a for a in seat.document}
            assert seat.machine.is_dirty or base == here

    @override
    def teardown(self) -> None:
        """In the end nothing was lost, and everybody sees the same."""
        self.world.random.seed(0)
        outcome = self.world.heal()
        assert outcome.diverged == 0
        assert outcome.silent == 0
        assert outcome.resurrected == 0
        assert outcome.overwritten == 0 or self.policy == "seed"


class TwoPeopleWithoutVersions(TwoPeople):
    policy: ClassVar[Policy] = "seed"


def try_states(machine: type[TwoPeople], examples: int, steps: int) -> None:
    """Try so many series of steps; what fails is shown in its shortest form.

    Raises:
        AssertionError: something was lost.
    """
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples, stateful_step_count=steps, derandomize=True, deadline=None
        ),
    )
