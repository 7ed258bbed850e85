"""A disk that fails at any one write or sync loses nothing that was called safe."""

from __future__ import annotations

import pytest

from fault.io_faults import EDITS, Outcomes, Trouble, io_faults
from fault.tally import NotMeasured


def outcomes(trouble: Trouble, most: int = 0) -> Outcomes:
    try:
        found = io_faults(trouble, most)
    except NotMeasured as reason:
        pytest.skip(str(reason))
    assert found.calls > 2 * EDITS
    return found


def test_a_fault_at_any_write_or_sync_loses_nothing_that_was_called_safe() -> None:
    found = outcomes(Trouble())
    assert found.tally.notes == ()
    assert found.tally.runs == found.calls
    assert found.said > found.calls // 2


@pytest.mark.parametrize(
    "trouble", [Trouble(is_full=True), Trouble(is_lasting=True)], ids=["full", "lasting"]
)
def test_a_disk_that_is_full_or_stays_broken_loses_nothing_that_was_called_safe(
    trouble: Trouble,
) -> None:
    found = outcomes(trouble, most=60)
    assert found.tally.notes == ()
    assert found.said > found.tally.runs // 3
