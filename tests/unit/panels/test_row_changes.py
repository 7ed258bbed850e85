import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from limner.panels.row_changes import RowChanges, runs


@given(st.integers(0, 2**32 - 1))
def test_rows_that_go_and_come_make_the_new_list_of_the_old(seed: int) -> None:
    chance = np.random.default_rng(seed)
    old = chance.permutation(40)[:25].tolist()
    touched = chance.permutation(40)[: chance.integers(1, 6)].tolist()
    new = [place for place in old if place not in touched or chance.random() < 0.5]
    for place in touched:
        if place not in new and chance.random() < 0.7:
            new.insert(int(chance.integers(len(new) + 1)), place)
    changes = RowChanges.between(np.array(old), np.array(new), np.array(touched))
    assert changes is not None
    rows = list(old)
    for first, last in changes.gone:
        del rows[first : last + 1]
    for first, last in changes.come:
        rows[first:first] = new[first : last + 1]
    assert rows == new


def test_what_only_changed_moves_nothing() -> None:
    rows = np.arange(5)
    assert RowChanges.between(rows, rows.copy(), np.array([2])) == RowChanges((), ())


def test_many_runs_are_a_new_list() -> None:
    rows = np.arange(100)
    assert RowChanges.between(rows, rows[::2], rows) is None
    assert RowChanges.between(rows, rows[50:], rows) == RowChanges(((0, 49),), ())


def test_runs_join_neighbours() -> None:
    assert runs(np.array([1, 2, 3, 7, 9, 10])) == [(1, 3), (7, 7), (9, 10)]
    assert runs(np.array([], dtype=np.intp)) == []
