"""What a tool works on: the document on the canvas and what surrounds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from limner.model.annotations import AnnotationId, Drawable, Kind, Opaque
from limner.model.document import Document, PatchDoesNotFit
from limner.model.geometry import Bounds
from limner.model.history import History, Ids
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch
from limner.model.rules import RuleBroken
from limner.model.selection import Selection

Finder = Callable[[float, float, float], Sequence[AnnotationId]]
"""(x, y, reach), all in image pixels -> what lies there and is visible, topmost first."""

BandFinder = Callable[[Bounds], Sequence[AnnotationId]]
"""A rectangle of image pixels -> what is visible and has any part in it, lowest first."""


@dataclass
class Bench:
    """One image being worked on.

    `find` and `find_within` are given by the canvas (it owns the index and knows what is hidden).
    `refused` hears of every rule that a gesture would have broken: the gesture then changes
    nothing.
    """

    document: Document
    history: History
    selection: Selection
    ontology: Ontology
    image_size: tuple[int, int]
    find: Finder = field(default=lambda _x, _y, _reach: ())
    find_within: BandFinder = field(default=lambda _band: ())
    scale: float = 1.0
    """Image pixels that one screen pixel covers (1 / zoom); the canvas keeps it."""
    refused: Callable[[RuleBroken], None] = field(default=lambda _error: None)
    active: dict[Kind, LabelClass] = field(default_factory=dict)
    """The class that the next shape of a kind gets."""

    @classmethod
    def over(cls, document: Document, ontology: Ontology, image_size: tuple[int, int]) -> Bench:
        """A bench with a fresh history and selection over `document`."""
        selection = Selection()
        return cls(document, History(document, selection), selection, ontology, image_size)

    def class_for(self, kind: Kind) -> LabelClass | None:
        """The class the next shape of `kind` gets: the active one, else the first of that kind."""
        chosen = self.active.get(kind)
        if chosen is not None and self.ontology.find(chosen.name, kind):
            return chosen
        return next(iter(self.ontology.of_kind(kind)), None)

    def drawable(self, id_: AnnotationId) -> Drawable | None:
        """The record with this id, when it is one that can be drawn."""
        found = self.document.get(id_)
        return None if found is None or isinstance(found, Opaque) else found

    def selected(self) -> list[Drawable]:
        """The selected annotations that can be drawn, in the order they were chosen."""
        found = map(self.document.get, self.selection)
        return [a for a in found if a is not None and not isinstance(a, Opaque)]

    def do(self, patch: Patch, *, select: Ids | None = None) -> Patch | None:
        """Make `patch` one step and return it; None when it changes nothing or is refused.

        A broken rule, and an annotation that somebody else changed while the gesture lasted, go
        to `refused` in words: the document is then as it was.
        """
        try:
            self.history.do(patch, select=select)
        except RuleBroken as broken:
            self.refused(broken)
            return None
        except PatchDoesNotFit:
            self.refused(_changed_meanwhile(patch))
            return None
        return patch or None


def _changed_meanwhile(patch: Patch) -> RuleBroken:
    message = "This annotation was changed from elsewhere meanwhile; your change was not made."
    return RuleBroken(next(iter(patch.changes)), "id", message)
