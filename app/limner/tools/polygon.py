"""The polygon tool: click the corners, or drag along the outline."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import Kind, Polygon, new_id
from limner.model.points import Points
from limner.tools.path_sketch import PathTool


class PolygonTool(PathTool):
    """Draws the outline of a polygon; holes are cut by the hole tool."""

    name: ClassVar[str] = "polygon"
    kind: ClassVar[Kind] = Kind.POLYGON
    closed: ClassVar[bool] = True
    least: ClassVar[int] = 3

    @override
    def first_hint(self) -> str:
        return "Click the corners of the object, or drag along its outline"

    @override
    def finish(self, points: Points) -> bool:
        label = self.label
        if label is None:
            return False
        rank = self.bench.document.top_rank()
        drawn = Polygon(id=new_id(), name=label.name, rings=(points,), rank=rank)
        return self.add(drawn) is not None
