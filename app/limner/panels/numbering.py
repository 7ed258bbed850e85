"""Running numbers that tell annotations of one class apart: "car 1", "car 2"."""

from __future__ import annotations

from collections import defaultdict

from limner.model.annotations import AnnotationId


class Numbering:
    """A number per id that stays while the image is open.

    Deleting "car 1" does not rename "car 2", and an undo brings the old number back.
    """

    def __init__(self) -> None:
        self._held: dict[AnnotationId, tuple[str, int]] = {}
        self._once: dict[AnnotationId, tuple[str, int]] = {}
        self._taken: defaultdict[str, set[int]] = defaultdict(set)
        self._highest: defaultdict[str, int] = defaultdict(int)

    def __getitem__(self, id_: AnnotationId) -> int:
        return self._held[id_][1]

    def give(self, id_: AnnotationId, name: str) -> None:
        """Number an annotation called `name`; one that already bears the name keeps its number."""
        if self._held.get(id_, ("", 0))[0] == name and id_ in self._held:
            return
        self.take(id_)
        once = self._once.get(id_)
        taken = self._taken[name]
        if once is not None and once[0] == name and once[1] not in taken:
            number = once[1]
        else:
            number = self._highest[name] + 1
        taken.add(number)
        self._highest[name] = max(self._highest[name], number)
        self._held[id_] = (name, number)

    def take(self, id_: AnnotationId) -> None:
        """The annotation is gone; the number at the end is free again."""
        held = self._held.pop(id_, None)
        if held is None:
            return
        name, number = self._once[id_] = held
        taken = self._taken[name]
        taken.discard(number)
        while self._highest[name] and self._highest[name] not in taken:
            self._highest[name] -= 1
