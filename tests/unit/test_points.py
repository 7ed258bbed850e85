"""Packed runs of coordinates."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from limner.model.points import Points

numbers = st.floats(allow_nan=False)
runs = st.lists(st.tuples(numbers, numbers), max_size=8)


@given(runs)
def test_what_is_packed_comes_out_again_to_the_last_bit(run: list[tuple[float, float]]) -> None:
    assert list(Points.of(run)) == run
    assert Points.from_array(Points.of(run).xy) == Points.of(run)
    assert len(Points.of(run)) == len(run)


@given(runs, runs)
def test_runs_are_equal_and_hash_alike_when_every_coordinate_is(
    one: list[tuple[float, float]], other: list[tuple[float, float]]
) -> None:
    same = Points.of(list(one))
    assert same == Points.of(one)
    assert hash(same) == hash(Points.of(one))
    if one != other:
        assert Points.of(one) != Points.of(other)


def test_points_are_pairs_of_plain_numbers() -> None:
    (first,) = Points.of([(1, 2)])
    assert first == (1.0, 2.0)
    assert isinstance(first, tuple)
    assert type(Points.of([(1, 2)])[0][0]) is float


def test_a_run_is_sixteen_bytes_a_point() -> None:
    assert len(Points.of([(1, 2), (3, 4)]).packed) == 32


def test_the_view_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Points.of([(1, 2)]).xy[0, 0] = 5


@pytest.mark.parametrize("array", [[1, 2, 3], [[1, 2, 3]], [[[1, 2]]], [[1], [2]]])
def test_what_does_not_hold_pairs_is_refused_with_its_shape(array: object) -> None:
    with pytest.raises(ValueError, match="shape"):
        Points.from_array(np.array(array))


def test_no_points_are_points_too() -> None:
    assert len(Points.of([])) == 0
    assert Points.of([]).xy.shape == (0, 2)
    assert Points.from_array(np.empty((0, 2))) == Points.of([])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_a_number_that_is_none_is_noticed(bad: float) -> None:
    assert Points.of([(0, 0)]).is_finite()
    assert not Points.of([(0, 0), (1, bad)]).is_finite()


def test_points_are_put_elsewhere_inserted_and_removed_without_touching_the_run() -> None:
    run = Points.of([(0, 0), (1, 1)])
    assert list(run.with_point(1, 5, 6)) == [(0, 0), (5, 6)]
    assert list(run.inserted(1, 5, 6)) == [(0, 0), (5, 6), (1, 1)]
    assert list(run.inserted(2, 5, 6)) == [(0, 0), (1, 1), (5, 6)]
    assert list(run.without(0)) == [(1, 1)]
    assert list(run.moved(2, -1)) == [(2, -1), (3, 0)]
    assert list(run) == [(0, 0), (1, 1)]
