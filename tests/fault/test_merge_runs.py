"""Merging and sending back, ten thousand times each; a release takes 100,000."""

from __future__ import annotations

from fault.merge_runs import check_merges, check_round_trips


def test_ten_thousand_merges_drop_nothing_and_agree_with_each_other() -> None:
    assert check_merges(10_000, seed=0) == 10_000


def test_ten_thousand_lists_that_nobody_touched_are_not_sent_and_would_be_the_same() -> None:
    assert check_round_trips(10_000, seed=0) == 10_000
