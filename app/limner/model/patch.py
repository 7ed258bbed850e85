"""One change to a document, as data: what each touched annotation was and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from limner.model.annotations import Annotation, AnnotationId

Change = tuple[Annotation | None, Annotation | None]
"""(before, after): (None, a) adds, (a, None) removes, (a, b) replaces."""


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


@dataclass(frozen=True, slots=True)
class Patch:
    """What one gesture changed. Its inverse is the same rows swapped."""

    verb: Verb
    changes: Mapping[AnnotationId, Change]

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
        return bool(self.changes)

    @property
    def title(self) -> str:
        """The step in words: "Move car", "Delete 12 annotations"."""
        if len(self.changes) != 1:
            return f"{self.verb} {len(self.changes)} annotations"
        before, after = next(iter(self.changes.values()))
        subject = after or before
        return f"{self.verb} {subject.name if subject and subject.name else 'annotation'}"

    def removed(self) -> list[AnnotationId]:
        """The ids that are gone afterwards."""
        return [id_ for id_, (_, after) in self.changes.items() if after is None]

    def inverse(self) -> Patch:
        return Patch(
            self.verb, {id_: (after, before) for id_, (before, after) in self.changes.items()}
        )

    def then(self, later: Patch) -> Patch:
        """Squash two successive patches into one; what cancels out disappears."""
        squashed = dict(self.changes)
        for id_, (before, after) in later.changes.items():
            first = squashed[id_][0] if id_ in squashed else before
            if first == after:
                squashed.pop(id_, None)
            else:
                squashed[id_] = (first, after)
        return Patch(self.verb, squashed)
