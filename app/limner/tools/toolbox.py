"""The tools there are, in the order of the tool rail."""

from __future__ import annotations

from typing import Final

from limner.model.annotations import Kind
from limner.tools.bench import Bench
from limner.tools.box import BoxTool
from limner.tools.hand import HandTool
from limner.tools.hole import HoleTool
from limner.tools.keypoint import KeypointTool
from limner.tools.polygon import PolygonTool
from limner.tools.polyline import PolylineTool
from limner.tools.rotated import RotatedBoxTool
from limner.tools.select import SelectTool
from limner.tools.tool import Tool

TOOLS: Final[tuple[type[Tool], ...]] = (
    SelectTool,
    HandTool,
    BoxTool,
    RotatedBoxTool,
    PolygonTool,
    HoleTool,
    PolylineTool,
    KeypointTool,
)

DRAWING: Final = frozenset(tool.name for tool in TOOLS) - {SelectTool.name, HandTool.name}
"""The names of those that make shapes."""

_BY_NAME: Final = {tool.name: tool for tool in TOOLS}

_FOR_KIND: Final = {
    Kind.BBOX: BoxTool,
    Kind.POLYGON: PolygonTool,
    Kind.POLYLINE: PolylineTool,
    Kind.KEYPOINT: KeypointTool,
}


def make(name: str, bench: Bench) -> Tool:
    """A fresh tool at work on `bench`.

    Raises:
        KeyError: there is no tool of this name.
    """
    return _BY_NAME[name](bench)


def tool_for(kind: Kind) -> str:
    """The name of the tool that draws `kind`."""
    return _FOR_KIND[kind].name
