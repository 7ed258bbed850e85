"""The hand: dragging pans. The canvas does the panning, the tool only shows the hand."""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import override

from limner.tools.bench import Bench
from limner.tools.tool import Cursor, Overlay, Pointer, Tool


class HandTool(Tool):
    """Changes nothing."""

    name: ClassVar[str] = "hand"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._is_closed = False

    @property
    @override
    def overlay(self) -> Overlay:
        cursor = Cursor.CLOSED_HAND if self._is_closed else Cursor.OPEN_HAND
        return Overlay(cursor=cursor, hint="Drag to move the image · scroll to zoom")

    @override
    def press(self, at: Pointer) -> None:
        self._is_closed = True

    @override
    def move(self, at: Pointer) -> None:
        self._is_closed = at.pressed

    @override
    def release(self, at: Pointer) -> None:
        self._is_closed = False
