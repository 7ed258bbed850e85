"""The polyline tool: click along an open path, or drag along it."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import Kind, Polyline, new_id
from limner.model.points import Points
from limner.tools.path_sketch import PathTool


class PolylineTool(PathTool):
    """Draws an open path of two points or more."""

    name: ClassVar[str] = "polyline"
    kind: ClassVar[Kind] = Kind.POLYLINE
    closed: ClassVar[bool] = False
    least: ClassVar[int] = 2

    @override
    def first_hint(self) -> str:
        return "Click along the line, or drag along it"

    @override
    def finish(self, points: Points) -> bool:
        label = self.label
        if label is None:
            return False
        rank = self.bench.document.top_rank()
        drawn = Polyline(id=new_id(), name=label.name, path=points, rank=rank)
        return self.add(drawn) is not None
