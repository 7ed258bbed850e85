"""An editor that is killed at any moment keeps everything that it called safe."""

from __future__ import annotations

import pytest

from fault.editor_kills import kill_editor

KILLS = 200


@pytest.mark.timeout(900)
def test_kills_at_any_moment_lose_nothing_that_was_called_safe() -> None:
    tally = kill_editor(KILLS, seed=3)
    assert tally.notes == ()
    assert tally.edits > 10 * KILLS
