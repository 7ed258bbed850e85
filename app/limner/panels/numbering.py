"""Running numbers that tell annotations of one class apart: "car 1", "car 2"."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int32]


class Numbering:
    """A number per place and class that stays while the image is open.

    Deleting "car 1" does not rename "car 2", an undo brings the old number back, and so does a
    class that is changed and changed back. Places and classes are numbers of the caller's, from 0.
    """

    def __init__(self) -> None:
        self._highest: defaultdict[int, int] = defaultdict(int)
        self._free: defaultdict[int, set[int]] = defaultdict(set)
        """Numbers below the highest of a class that nobody bears."""
        self._once: dict[tuple[int, int], int] = {}

    def begin(self, classes: Ints) -> Ints:
        """Number everything at once, in order: `classes` holds the class of each place."""
        order = np.argsort(classes, kind="stable")
        counts = np.bincount(classes)
        firsts = np.cumsum(counts) - counts
        numbers = np.empty(len(classes), dtype=np.int32)
        numbers[order] = np.arange(len(classes)) - np.repeat(firsts, counts) + 1
        self._highest.update(enumerate(counts.tolist()))
        return numbers

    def give(self, place: int, class_: int) -> int:
        """The number of what has come to a place: the one it had in this class, if that is free."""
        once, free = self._once.get((place, class_)), self._free[class_]
        if once is not None and once in free:
            free.remove(once)
            return once
        highest = self._highest[class_]
        number = highest + 1 if once is None or once <= highest else once
        free.update(range(highest + 1, number))
        self._highest[class_] = number
        return number

    def take(self, place: int, class_: int, number: int) -> None:
        """What bore `number` is gone from a place; the numbers at the end are free again."""
        self._once[place, class_] = number
        free, highest = self._free[class_], self._highest[class_]
        free.add(number)
        while highest in free:
            free.remove(highest)
            highest -= 1
        self._highest[class_] = highest
