"""Work that was called safe is there after a power cut, whatever the disk made of the rest."""

from __future__ import annotations

import pytest

from fault.power_cuts import power_cuts
from fault.tally import NotMeasured

CUTS = 2_000


def test_power_cuts_with_torn_writes_and_disk_errors_lose_and_damage_nothing() -> None:
    try:
        tally = power_cuts(CUTS, seed=2)
    except NotMeasured as reason:
        pytest.skip(str(reason))
    assert tally.notes == ()
    assert tally.edits > 3 * CUTS
