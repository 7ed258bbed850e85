"""Of two windows that want one workspace one gets it, whoever was killed with it before."""

from __future__ import annotations

import pytest

from fault.two_windows import race_windows

RACES = 100


@pytest.mark.timeout(600)
def test_one_of_two_windows_gets_the_workspace_and_the_other_writes_nothing() -> None:
    tally = race_windows(RACES, seed=4)
    assert tally.notes == ()
    assert tally.edits > RACES
