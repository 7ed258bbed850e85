"""Whatever two people, their programs and the network do in whatever order, nothing is lost.

The dose of a release is `try_states(machine, 5_000, 60)`.
"""

from __future__ import annotations

import pytest

from fault.stateful_people import TwoPeople, TwoPeopleWithoutVersions, try_states


@pytest.mark.timeout(900)
@pytest.mark.parametrize("machine", [TwoPeople, TwoPeopleWithoutVersions])
def test_no_order_of_steps_loses_anything(machine: type[TwoPeople]) -> None:
    try_states(machine, examples=600, steps=40)
