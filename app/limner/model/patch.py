"""One change to a document, as data: what each touched annotation was and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict

Change = tuple[Annotation | None, Annotation | None]
"""(before, after): (None, a) adds, (a, None) removes, (a, b) replaces."""

Decision = tuple[Conflict | None, Conflict | None]
"""(before, after): (None, c) is found and waits, (c, None) has been decided."""

V = TypeVar("V")


class Verb(StrEnum):
    """What the person did, in the words of the Edit menu."""

    DRAW = "Draw"
    MOVE = "Move"
    RESIZE = "Resize"
    ROTATE = "Rotate"
    RESHAPE = "Reshape"
    ADD_POINT = "Add point to"
    REMOVE_POINT = "Remove point from"
    CUT_HOLE = "Cut hole in"
    REMOVE_HOLE = "Remove hole from"
    DELETE = "Delete"
    DUPLICATE = "Duplicate"
    PASTE = "Paste"
    RELABEL = "Change class of"
    DESCRIBE = "Change attributes of"
    REORDER = "Reorder"
    RELOAD = "Reload"
    DECIDE = "Decide on"
    RESTORE = "Restore"


@dataclass(frozen=True, slots=True)
class Patch:
    """What one gesture changed. Its inverse is the same rows swapped.

    Open conflicts are part of it, so that undoing a decision asks for it again.
    """

    verb: Verb
    changes: Mapping[AnnotationId, Change]
    conflicts: Mapping[AnnotationId, Decision] = field(default_factory=dict)

    @classmethod
    def adding(cls, verb: Verb, annotations: Iterable[Annotation]) -> Patch:
        return cls(verb, {a.id: (None, a) for a in annotations})

    @classmethod
    def removing(cls, verb: Verb, annotations: Iterable[Annotation]) -> Patch:
        return cls(verb, {a.id: (a, None) for a in annotations})

    @classmethod
    def replacing(cls, verb: Verb, pairs: Iterable[tuple[Annotation, Annotation]]) -> Patch:
        """(before, after) pairs of the same id; a pair that changes nothing is left out."""
        return cls(verb, {a.id: (a, b) for a, b in pairs if a != b})

    def __bool__(self) -> bool:
        return bool(self.changes) or bool(self.conflicts)

    @property
    def title(self) -> str:
        """The step in words: "Move car", "Delete 12 annotations"."""
        count = len(self.changes.keys() | self.conflicts.keys())
        if count != 1:
            return f"{self.verb} {count} annotations"
        subject = self._subject()
        return f"{self.verb} {subject.name if subject and subject.name else 'annotation'}"

    def _subject(self) -> Annotation | None:
        for before, after in self.changes.values():
            return after or before
        for decided in self.conflicts.values():
            conflict = decided[0] or decided[1]
            return None if conflict is None else conflict.mine or conflict.theirs
        return None

    def removed(self) -> list[AnnotationId]:
        """The ids that are gone afterwards."""
        return [id_ for id_, (_, after) in self.changes.items() if after is None]

    def inverse(self) -> Patch:
        return Patch(self.verb, _swapped(self.changes), _swapped(self.conflicts))

    def then(self, later: Patch) -> Patch:
        """Squash two successive patches into one; what cancels out disappears."""
        return Patch(
            self.verb,
            _squashed(self.changes, later.changes),
            _squashed(self.conflicts, later.conflicts),
        )


_Rows = Mapping[AnnotationId, tuple[V | None, V | None]]


def _swapped(rows: _Rows[V]) -> _Rows[V]:
    return {id_: (after, before) for id_, (before, after) in rows.items()}


def _squashed(earlier: _Rows[V], later: _Rows[V]) -> _Rows[V]:
    squashed = dict(earlier)
    for id_, (before, after) in later.items():
        first = squashed[id_][0] if id_ in squashed else before
        if first == after:
            squashed.pop(id_, None)
        else:
            squashed[id_] = (first, after)
    return squashed
