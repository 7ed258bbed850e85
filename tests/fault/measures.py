"""How each fault is measured; what that takes is imported when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fault.tally import Tally

if TYPE_CHECKING:
    from fault.simulator import Policy

_FEW_EXAMPLES: Final = 600


def kills(runs: int, seed: int) -> Tally:
    """The editor's core killed at any moment of its work."""
    from fault.editor_kills import kill_editor

    return kill_editor(runs, seed)


def two_windows(runs: int, seed: int) -> Tally:
    """Two windows that open one workspace at once, of which one is killed."""
    from fault.two_windows import race_windows

    return race_windows(runs, seed)


def upgrade_kills(_runs: int, _seed: int) -> Tally:
    """An upgrade of the file, cut off at every write and sync call."""
    from fault.upgrade_kills import cut_off_upgrades

    return cut_off_upgrades()


def power_cuts(runs: int, seed: int) -> Tally:
    """Random lives in which the power goes, with errors of the disk now and then."""
    from fault.power_cuts import power_cuts

    return power_cuts(runs, seed)


def io_faults(*, is_full: bool = False, is_lasting: bool = False) -> Callable[[int, int], Tally]:
    """A fault at every write and sync call, or at some; one that is said late is a failure."""

    def measure(runs: int, _seed: int) -> Tally:
        from fault.io_faults import TOLD_WITHIN_S, Trouble, io_faults

        outcomes = io_faults(Trouble(is_full, is_lasting), runs)
        tally = outcomes.tally
        if outcomes.longest_s <= TOLD_WITHIN_S:
            return tally
        return replace(tally, notes=(*tally.notes, f"said after {outcomes.longest_s:.1f} s"))

    return measure


def lives(runs: int, seed: int) -> Tally:
    """Random lives of an image over many restarts."""
    from fault.lives import random_lives

    outcome = random_lives(runs, seed)
    return Tally(outcome.runs, outcome.edits, outcome.failures)


def clocks(runs: int, seed: int) -> Tally:
    """The same by clocks that are wrong, a share of the runs each."""
    from fault.clocks import CLOCKS, clock

    edits, notes = 0, list[str]()
    for name in CLOCKS:
        with clock(name, seed):
            tally = lives(runs // len(CLOCKS), seed)
        edits += tally.edits
        notes += [f"clock {name}, {note}" for note in tally.notes]
    return Tally(runs, edits, tuple(notes))


def server_kill(runs: int, seed: int) -> Tally:
    """`limner serve` over SQLite, killed in the middle of saves."""
    from fault.server_kills import kill_server

    outcome = kill_server(runs, seed)
    return Tally(outcome.runs, outcome.edits, outcome.notes)


def people(policy: Policy, clients: int, faults: float) -> Callable[[int, int], Tally]:
    """Simulated people at one server; the command that tells the story of a failure is noted."""

    def measure(runs: int, seed: int) -> Tally:
        from fault.simulator import simulate_side_by_side

        try:
            outcome = simulate_side_by_side(policy, clients, faults, runs, seed)
        except AssertionError as error:  # names the seed at which the product itself broke down
            return Tally(runs, 0, (repr(error),))
        notes = (f"{policy} {clients} {faults} seed {bad}" for bad in outcome.failing_seeds)
        return Tally(outcome.runs, outcome.edits, tuple(notes))

    return measure


def merges(runs: int, seed: int) -> Tally:
    """Random lists merged, and read and sent back; it ends with the first that goes wrong."""
    from fault.merge_runs import check_merges, check_round_trips

    notes = list[str]()
    for check in (check_merges, check_round_trips):
        try:
            check(runs, seed)
        except AssertionError as error:
            notes.append(str(error))
    return Tally(2 * runs, 2 * runs, tuple(notes))


def stateful(runs: int, _seed: int) -> Tally:
    """Two people before one server, every step chosen by Hypothesis; 60 steps in large doses.

    Hypothesis derives its choices from the test; no seed changes them.
    """
    from fault.stateful_people import TwoPeople, TwoPeopleWithoutVersions, try_states

    steps, notes = 40 if runs <= _FEW_EXAMPLES else 60, list[str]()
    for machine in (TwoPeople, TwoPeopleWithoutVersions):
        try:
            try_states(machine, runs, steps)
        except AssertionError as error:
            notes.append(f"{machine.__name__}: {error!r}")
    return Tally(2 * runs, 2 * runs * steps, tuple(notes))
