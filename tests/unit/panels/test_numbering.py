import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from limner.panels.numbering import Numbering

CAR, PERSON = 0, 1
STEPS = st.lists(st.tuples(st.integers(0, 7), st.integers(0, 2)), max_size=60)


def test_everything_is_numbered_within_its_class_in_order() -> None:
    classes = np.array([CAR, PERSON, CAR, CAR, PERSON], dtype=np.int32)
    assert Numbering().begin(classes).tolist() == [1, 1, 2, 3, 2]


def test_a_class_that_is_changed_and_changed_back_gives_the_old_number_back() -> None:
    numbers = Numbering()
    numbers.begin(np.array([CAR, CAR, PERSON], dtype=np.int32))
    numbers.take(0, CAR, 1)
    assert numbers.give(0, PERSON) == 2
    numbers.take(0, PERSON, 2)
    assert numbers.give(0, CAR) == 1


def test_a_number_at_the_end_is_used_again_and_one_in_the_middle_is_not() -> None:
    numbers = Numbering()
    numbers.begin(np.array([CAR, CAR, CAR], dtype=np.int32))
    numbers.take(0, CAR, 1)
    assert numbers.give(3, CAR) == 4
    numbers.take(3, CAR, 4)
    assert numbers.give(4, CAR) == 4


@given(STEPS)
def test_no_two_of_a_class_ever_bear_the_same_number(steps: list[tuple[int, int]]) -> None:
    numbers, held = Numbering(), dict[int, tuple[int, int]]()
    numbers.begin(np.array([], dtype=np.int32))
    for place, class_ in steps:
        if place in held:
            numbers.take(place, *held.pop(place))
        else:
            held[place] = (class_, numbers.give(place, class_))
        assert len(set(held.values())) == len(held)
        assert all(number >= 1 for _, number in held.values())
