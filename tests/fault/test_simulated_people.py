"""People who edit the same images over a bad network lose nothing.

The dose is that of every day; `simulate_side_by_side` with more runs is that of a release.
"""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fault.simulator import Outcome, Policy, simulate, simulate_side_by_side, story

RUNS = 10_000


def told(policy: Policy, clients: int, faults: float, outcome: Outcome) -> str:
    """The outcome, and the story of the first schedule that went wrong."""
    if not outcome.failing_seeds:
        return str(outcome)
    seed = outcome.failing_seeds[0]
    return "\n".join([str(outcome), *story(policy, clients, faults, seed)])


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("faults", [0.03, 0.25])
@pytest.mark.parametrize("clients", [2, 3, 5])
def test_on_our_own_server_nobody_overwrites_anybody(clients: int, faults: float) -> None:
    outcome = simulate_side_by_side("ours", clients, faults, RUNS, seed=0)
    assert outcome.runs == RUNS
    assert outcome.failing_seeds == (), told("ours", clients, faults, outcome)
    assert (outcome.overwritten, outcome.silent, outcome.resurrected) == (0, 0, 0)
    assert outcome.diverged == 0, "in the end everybody sees the same"


@pytest.mark.timeout(1200)
def test_on_a_server_without_versions_nothing_is_lost_unseen() -> None:
    outcome = simulate_side_by_side("seed", 3, 0.25, RUNS, seed=0)
    assert outcome.failing_seeds == (), told("seed", 3, 0.25, outcome)
    assert (outcome.silent, outcome.resurrected, outcome.diverged) == (0, 0, 0)
    assert outcome.overwritten > 0, "such a server cannot prevent it"


@pytest.mark.timeout(1200)
def test_what_a_script_overwrites_blindly_is_in_the_history() -> None:
    outcome = simulate_side_by_side("foreign", 3, 0.25, RUNS, seed=0)
    assert outcome.missing_from_history == 0, told("foreign", 3, 0.25, outcome)
    assert outcome.overwritten > 0, "nobody can prevent it"


@pytest.mark.parametrize("policy", ["ours", "seed", "foreign"])
def test_a_schedule_is_the_same_in_every_run(policy: Policy) -> None:
    lines = [story(policy, 3, 0.25, seed) for seed in range(3)]
    assert lines == [story(policy, 3, 0.25, seed) for seed in range(3)]
    outcome = simulate(policy, 3, 0.25, 40, seed=7)
    code = f"from fault.simulator import simulate; print(simulate({policy!r}, 3, 0.25, 40, 7))"
    elsewhere = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=elsewhere, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == str(outcome)
