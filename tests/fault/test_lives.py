"""What was done to an image is the same after every restart, whatever was done."""

from __future__ import annotations

from fault.lives import random_lives

RUNS = 500


def test_a_document_its_base_and_its_history_are_the_same_after_every_restart() -> None:
    lives = random_lives(RUNS, seed=1)
    assert lives.failures == ()
    assert lives.edits > 5 * RUNS
