"""The box tool: drag from corner to corner, or click two corners."""

from __future__ import annotations

from typing import ClassVar, Final

from typing_extensions import override

from limner.model.annotations import BBox, Kind, new_id
from limner.model.geometry import Bounds
from limner.tools.bench import Bench
from limner.tools.box_shaping import measured
from limner.tools.drawing import DrawingTool
from limner.tools.guides import XY, at_square, has_strayed
from limner.tools.tool import Cursor, Mods, Overlay, Pointer

SMALLEST: Final = 2.0
"""Screen pixels: what is narrower was a slip of the hand, not a box."""

_IDLE = "Drag a box, or click two corners · Shift: square · Alt: from the centre"
_DRAWING = "Click the opposite corner · Shift: square · Alt: from the centre · Esc: leave"
_TOO_SMALL = "That box was too small to keep: drag a larger one, or zoom in"


class BoxTool(DrawingTool):
    """Idle until a press gives the anchor; the release, or a second click, gives the other end."""

    name: ClassVar[str] = "box"
    kind: ClassVar[Kind] = Kind.BBOX

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._anchor: XY | None = None
        self._draft: BBox | None = None
        self._is_second_click = False
        self._hint = _IDLE

    @property
    @override
    def overlay(self) -> Overlay:
        draft = self._draft
        if draft is None or not _is_legal(draft):
            return Overlay(cursor=Cursor.CROSS, hint=self.hint(self._hint))
        words = f"{measured(draft)} · {self._hint}"
        return Overlay(edited=(draft,), cursor=Cursor.CROSS, hint=self.hint(words))

    @property
    @override
    def is_drawing(self) -> bool:
        return self._anchor is not None

    @override
    def press(self, at: Pointer) -> None:
        if self._anchor is not None:
            self._is_second_click = True
            self._stretch(at)
        elif self.can_draw():
            self._anchor = self.place(at)
            self._hint = _DRAWING
            self._stretch(at)

    @override
    def move(self, at: Pointer) -> None:
        self._stretch(at)

    @override
    def release(self, at: Pointer) -> None:
        if self._anchor is None:
            return
        self._stretch(at)
        if self._is_second_click or has_strayed(self._anchor, self.place(at), at.scale):
            self._finish(at.scale)

    @override
    def leave(self) -> bool:
        was_drawing = self.is_drawing
        self._anchor = self._draft = None
        self._is_second_click = False
        self._hint = _IDLE
        return was_drawing

    def _stretch(self, at: Pointer) -> None:
        label = self.label
        if self._anchor is None or label is None:
            return
        left, top, right, bottom = _span(self._anchor, self.place(at), at.mods)
        self._draft = BBox(
            id=self._draft.id if self._draft else new_id(),
            name=label.name,
            x=left,
            y=top,
            w=right - left,
            h=bottom - top,
            rank=self.bench.document.top_rank(),
        )

    def _finish(self, scale: float) -> None:
        draft = self._draft
        self.leave()
        if draft is None:
            return
        if min(draft.w, draft.h) < SMALLEST * scale:
            self._hint = _TOO_SMALL
        else:
            self.add(draft)


def _span(anchor: XY, at: XY, mods: Mods) -> Bounds:
    x, y = at_square(anchor, at) if Mods.SHIFT in mods else at
    from_x, from_y = anchor
    if Mods.ALT in mods:
        from_x, from_y = 2 * from_x - x, 2 * from_y - y
    return Bounds(min(from_x, x), min(from_y, y), max(from_x, x), max(from_y, y))


def _is_legal(box: BBox) -> bool:
    return box.w > 0 and box.h > 0
