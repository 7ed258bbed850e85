"""The select tool: choose, move, resize, turn and reshape what is there."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from typing_extensions import override

from limner.model.annotations import AnnotationId, Drawable, Polygon, Polyline
from limner.tools import edits
from limner.tools.bench import Bench
from limner.tools.drag import Drag
from limner.tools.drags import BandDrag, holding, moving
from limner.tools.grips import GRIP_HINTS, Grip, Grips, grips_of
from limner.tools.guides import has_strayed
from limner.tools.tool import Cursor, Key, Mods, Overlay, Pointer, Tool
from limner.tools.vertices import Path, Vertex

REACH: Final = 4.0
"""Screen pixels around the pointer in which a shape is found."""
_EDGE_REACH: Final = 6.0
"""Screen pixels from an edge in which a double click adds a point."""
_ARROWS: Final = {
    Key.LEFT: (-1.0, 0.0),
    Key.RIGHT: (1.0, 0.0),
    Key.UP: (0.0, -1.0),
    Key.DOWN: (0.0, 1.0),
}
_ADDING: Final = Mods.SHIFT | Mods.CTRL


class SelectTool(Tool):
    """Idle, pressed (the pointer still within its slack), or in a `Drag`.

    A press decides what a drag from here would do and what a mere click would do; the first
    move beyond the slack, or the release, decides which of the two it was.
    """

    name: ClassVar[str] = "select"

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._pointer: Pointer | None = None
        self._hovered: AnnotationId | None = None
        self._pressed: Pointer | None = None
        self._would_drag: Drag | None = None
        self._would_click: Callable[[], None] = _nothing
        self._drag: Drag | None = None
        self._grips: tuple[Drawable, float, Grips | None] | None = None

    @property
    @override
    def overlay(self) -> Overlay:
        if self._drag is not None:
            return self._overlay_of(self._drag)
        grips, hot = self._grips_here(), self._hot()
        return Overlay(
            handles=grips.handles(hot) if grips else (),
            stem=grips.stem if grips else None,
            hovered=self._hovered_here(),
            cursor=grips.cursor(hot) if grips and hot else self._cursor(),
            hint=self._words(hot),
        )

    def _overlay_of(self, drag: Drag) -> Overlay:
        """The handles go along while one of them is held, and stay away while a shape is moved."""
        cursor = Cursor.CROSS if drag.band else Cursor.MOVE
        if drag.held is None or not drag.edited or self._pointer is None:
            return drag.overlay(cursor)
        grips = grips_of(drag.edited[0], self._pointer.scale)
        return Overlay(
            edited=drag.edited,
            handles=grips.handles_held(drag.held) if grips else (),
            stem=grips.stem if grips else None,
            cursor=grips.cursor(drag.held) if grips else cursor,
            hint=drag.hint,
        )

    @property
    @override
    def is_drawing(self) -> bool:
        return self._drag is not None

    @override
    def press(self, at: Pointer) -> None:
        self._drop()
        self._look(at)
        if at.clicks == 2 and Mods.ALT not in at.mods and self._add_point(at):
            return
        self._pressed = at
        grip, shape = self._hot(), self._only()
        if grip is None or shape is None:
            self._press_shape(at)
        elif isinstance(grip, Vertex) and Mods.ALT in at.mods:
            self._remove(grip)
        else:
            self._would_drag = holding(shape, grip, at)

    @override
    def move(self, at: Pointer) -> None:
        if self._pressed is not None and at.pressed:
            self._go_on(self._pressed, at)
        else:
            self._drop()  # a release that never arrived must not leave a shape at the pointer
            self._look(at)

    @override
    def release(self, at: Pointer) -> None:
        if self._pressed is not None:
            self._go_on(self._pressed, at)
        drag, click = self._drag, self._would_click
        self._drop()
        if drag is not None:
            drag.finish(self.bench)
        else:
            click()
        self._look(at)

    @override
    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        if key is Key.ESCAPE:
            return self.leave() or self._deselect()
        if self._drag is not None:
            return True  # no other change may come between a drag and its end
        if key in (Key.DELETE, Key.BACKSPACE):
            return self._delete()
        if key in _ARROWS and len(self.bench.selection):
            step = 10.0 if Mods.SHIFT in mods else 1.0
            dx, dy = _ARROWS[key]
            edits.nudge(self.bench, dx * step, dy * step)
            return True
        return False

    @override
    def undo(self) -> bool:
        return self.leave()

    @override
    def leave(self) -> bool:
        was_dragging = self._drag is not None
        self._drop()
        return was_dragging

    def _go_on(self, start: Pointer, at: Pointer) -> None:
        self._pointer = at
        if self._drag is None and has_strayed((start.x, start.y), (at.x, at.y), at.scale):
            self._drag = self._would_drag
        if self._drag is not None:
            self._drag.move(at)

    def _drop(self) -> None:
        self._pressed = self._would_drag = self._drag = None
        self._would_click = _nothing

    def _look(self, at: Pointer) -> None:
        self._pointer = at
        self._hovered = next(iter(self._found(at)), None)

    def _found(self, at: Pointer) -> list[AnnotationId]:
        return list(self.bench.find(at.x, at.y, REACH * at.scale))

    def _press_shape(self, at: Pointer) -> None:
        """A press beside all handles: on a shape, or on nothing."""
        found = self._found(at)
        adds = bool(at.mods & _ADDING)
        if not found:
            kept = self.bench.selection.ids if adds else ()
            self._would_drag = BandDrag(at, kept)
            self._would_click = _nothing if adds else self.bench.selection.clear
            return
        self._press_on(found, adds)
        self._would_drag = moving(self.bench, at)

    def _press_on(self, found: list[AnnotationId], adds: bool) -> None:
        """Select at once what a drag will move; leave to the click what it would have to undo."""
        selection, top = self.bench.selection, found[0]
        if not any(id_ in selection for id_ in found):
            selection.choose([*selection, top] if adds else [top])
        elif adds:
            self._would_click = lambda: selection.toggle(top)
        else:
            self._would_click = lambda: selection.choose([top])

    def _deselect(self) -> bool:
        had_any = len(self.bench.selection) > 0
        self.bench.selection.clear()
        return had_any

    def _delete(self) -> bool:
        hot = self._hot()
        if isinstance(hot, Vertex):
            self._remove(hot)
            return True
        return edits.delete(self.bench) is not None

    def _remove(self, vertex: Vertex) -> None:
        path = self._path()
        if path is not None:
            edits.remove_vertex(self.bench, path, vertex)

    def _add_point(self, at: Pointer) -> bool:
        """Put a vertex where an edge of the selected path was double-clicked."""
        path = self._path()
        if path is None or isinstance(self._hot(), Vertex):
            return False
        reach = _EDGE_REACH * at.scale
        return edits.add_vertex(self.bench, path, at.x, at.y, reach) is not None

    def _only(self) -> Drawable | None:
        """The selected shape when exactly one is selected."""
        id_ = self.bench.selection.only
        return self.bench.drawable(id_) if id_ is not None else None

    def _path(self) -> Path | None:
        shape = self._only()
        return shape if isinstance(shape, Polygon | Polyline) else None

    def _grips_here(self) -> Grips | None:
        """The handles of the selected shape, kept while neither it nor the zoom changes."""
        shape = self._only()
        if shape is None:
            return None
        scale, known = self.bench.scale, self._grips
        if known is None or known[0] is not shape or known[1] != scale:
            known = self._grips = (shape, scale, grips_of(shape, scale))
        return known[2]

    def _hot(self) -> Grip | None:
        grips = self._grips_here()
        if grips is None or self._pointer is None:
            return None
        return grips.at(self._pointer.x, self._pointer.y)

    def _hovered_here(self) -> AnnotationId | None:
        hovered = self._hovered
        return hovered if hovered is not None and hovered in self.bench.document else None

    def _cursor(self) -> Cursor:
        is_movable = self._hovered is not None and self._hovered in self.bench.selection
        return Cursor.MOVE if is_movable else Cursor.ARROW

    def _words(self, hot: Grip | None) -> str:
        if hot is not None:
            return GRIP_HINTS[type(hot)]
        if self._hovered is None:
            return "Click a shape to select it · drag to select several"
        if self._hovered not in self.bench.selection:
            return "Click to select · drag to move · Shift+click: select several"
        if self._path() is not None:
            return "Drag to move · double click an edge to add a point · Delete: remove"
        return "Drag to move · arrow keys: one pixel · Delete: remove"


def _nothing() -> None:
    """What a click does where it does nothing."""
