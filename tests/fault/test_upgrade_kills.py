"""A file of an older form that is brought to today's, and cut off at any moment, loses nothing."""

from __future__ import annotations

import pytest

from fault.tally import NotMeasured
from fault.upgrade_kills import cut_off_upgrades


def test_work_is_there_whenever_an_upgrade_was_cut_off() -> None:
    try:
        tally = cut_off_upgrades()
    except NotMeasured as reason:
        pytest.skip(str(reason))
    assert tally.notes == ()
    assert tally.runs > 50
