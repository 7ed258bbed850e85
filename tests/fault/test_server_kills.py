"""A server that dies in the middle of saves keeps what it confirmed, whole, and nothing twice."""

from __future__ import annotations

import pytest

from fault.server_kills import kill_server
from servers import database, postgres

__all__ = ["database", "postgres"]

KILLS = {"sqlite": 50, "postgresql": 10}


@pytest.mark.timeout(900)
def test_kills_in_the_middle_of_saves_lose_and_tear_nothing(
    database: str | None, request: pytest.FixtureRequest
) -> None:
    runs = KILLS[request.node.callspec.params["database"]]
    outcome = kill_server(runs, seed=19, database=database)
    assert outcome.notes == ()
    assert outcome.edits >= runs, "there was hardly anything to lose"
    assert outcome.unanswered > 0, "no kill came in the middle of a save"
