"""The hole tool: cuts a ring out of a polygon."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import AnnotationId, Kind, Polygon
from limner.model.ontology import UNKNOWN_COLOUR
from limner.model.patch import Patch, Verb
from limner.model.points import Points
from limner.model.rules import RuleBroken
from limner.tools.bench import Bench
from limner.tools.path_sketch import PathTool
from limner.tools.tool import Pointer

_REACH = 4.0


class HoleTool(PathTool):
    """Draws inside the selected polygon, else inside the topmost one under the first click."""

    name: ClassVar[str] = "hole"
    kind: ClassVar[Kind] = Kind.POLYGON
    closed: ClassVar[bool] = True
    least: ClassVar[int] = 3

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._target: AnnotationId | None = None

    @property
    @override
    def colour(self) -> str:
        polygon = self._polygon()
        return self.bench.ontology.colour_of(polygon) if polygon else UNKNOWN_COLOUR

    @override
    def hint(self, words: str) -> str:
        return words

    @override
    def first_hint(self) -> str:
        return "Click or drag around the hole, inside a polygon"

    @property
    @override
    def target(self) -> AnnotationId | None:
        return self._target

    @override
    def aim_at(self, target: AnnotationId | None) -> bool:
        self._target = target
        return self._polygon() is not None

    @override
    def may_begin(self, at: Pointer) -> bool:
        self._target = self._selected() or self._under(at)
        return self._target is not None

    @override
    def finish(self, points: Points) -> bool:
        polygon = self._polygon()
        if polygon is None:
            gone = "The polygon that this hole was for is gone. Esc leaves the drawing."
            self.bench.refused(RuleBroken(self._target or AnnotationId(""), "id", gone))
            return False
        cut = replace(polygon, rings=(*polygon.rings, points))
        patch = Patch.replacing(Verb.CUT_HOLE, [(polygon, cut)])
        return self.bench.do(patch, select=(polygon.id,)) is not None

    def _polygon(self) -> Polygon | None:
        found = self.bench.drawable(self._target) if self._target else None
        return found if isinstance(found, Polygon) else None

    def _selected(self) -> AnnotationId | None:
        polygons = [a.id for a in self.bench.selected() if isinstance(a, Polygon)]
        return polygons[0] if len(polygons) == 1 else None

    def _under(self, at: Pointer) -> AnnotationId | None:
        for id_ in self.bench.find(at.x, at.y, _REACH * at.scale):
            if isinstance(self.bench.drawable(id_), Polygon):
                return id_
        return None
