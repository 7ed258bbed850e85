"""What all tools that draw new annotations share: the class, the image's edge, the last step."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import AnnotationId, Drawable, Kind
from limner.model.ontology import UNKNOWN_COLOUR, LabelClass
from limner.model.patch import Patch, Verb
from limner.model.rules import RuleBroken
from limner.tools.bench import Bench
from limner.tools.guides import XY, on_image
from limner.tools.tool import Key, Mods, Pointer, Tool

NOUNS = {
    Kind.BBOX: "box",
    Kind.POLYGON: "polygon",
    Kind.POLYLINE: "polyline",
    Kind.KEYPOINT: "keypoint",
}


class DrawingTool(Tool):
    """Draws annotations of one kind in the class that is active for it."""

    kind: ClassVar[Kind]

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._has_complained = False

    @override
    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        if key is Key.ESCAPE:
            return self.leave()
        return self.undo() if key in (Key.BACKSPACE, Key.DELETE) else False

    @override
    def undo(self) -> bool:
        """A shape of one point is given up with it."""
        return self.leave()

    @property
    def label(self) -> LabelClass | None:
        """The class the next shape gets; None when the dataset has none of this kind."""
        return self.bench.class_for(self.kind)

    @property
    def colour(self) -> str:
        return self.label.colour if self.label else UNKNOWN_COLOUR

    def can_draw(self) -> bool:
        """Whether there is a class to draw in, and an image; says once what is missing."""
        missing = self.missing
        if missing and not self._has_complained:
            self.bench.refused(RuleBroken(AnnotationId(""), "name", missing))
        self._has_complained = bool(missing)
        return not missing

    @property
    def missing(self) -> str:
        """Why nothing can be drawn; empty when something can."""
        if self.bench.image_size == (0, 0):  # where a shape lies would be an accident
            return "There is no image to draw on: its size is not known."
        return "" if self.label else f"Add a {NOUNS[self.kind]} class first: the dataset has none."

    def hint(self, words: str) -> str:
        """`words`, unless nothing can be drawn."""
        return self.missing or words

    def place(self, at: Pointer) -> XY:
        """Where a new point goes: on the image, so that overshooting its edge is no mistake.

        Ctrl lets a point leave the image, for what goes on beyond the edge.
        """
        if Mods.CTRL in at.mods:
            return at.x, at.y
        return on_image((at.x, at.y), self.bench.image_size)

    def add(self, annotation: Drawable) -> Patch | None:
        """Put a finished shape into the document, selected; None when it was refused."""
        return self.bench.do(Patch.adding(Verb.DRAW, [annotation]), select=(annotation.id,))
