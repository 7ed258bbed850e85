"""What others made of a shape, or took away, drawn over the settled picture as dashed outlines.

Who has no ghosts pays nothing for them. A few are drawn with a wide line and a tag each, more with
a hairline (Qt strokes one in a quarter of the time, dashed or not), and the rest of a crowd are
dots; the one that a person looks at is always seen whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import reduce
from typing import Final

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter

from limner.canvas import look
from limner.canvas.extents import bounds_of, edges_of, extents
from limner.canvas.ghost_lines import Manner, paint_dots, paint_ghost
from limner.canvas.names import Named, Names, Screen
from limner.canvas.scene import Scene
from limner.canvas.selection_outlines import on_screen
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, Drawable
from limner.model.geometry import Bounds
from limner.tools.chunks import Indices

_FEW: Final = 8
"""So many in sight get wide lines and tags: 0.2 ms each."""

_MANY: Final = 100
"""So many in sight get an outline: 0.04 ms each as a hairline. 10,000 dots take 5 ms."""


class Mark(Enum):
    """What a ghost says; the value is its tag."""

    THEIRS = "theirs"
    REMOVED = "removed by others"


@dataclass(frozen=True, slots=True)
class Ghost:
    """A shape as others have it, or one of the image that they removed."""

    id: AnnotationId
    shape: Drawable
    mark: Mark


@dataclass(frozen=True, slots=True)
class _Seen:
    """What is drawn in a view: outlines, the last one above all, and the numbers of the dots."""

    outlined: dict[Ghost, Manner] = field(default_factory=dict)
    dots: Indices = field(default_factory=lambda: np.empty(0, dtype=np.intp))


class Ghosts:
    """The ghosts of one image, and where what is seen of them has changed."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._ghosts: tuple[Ghost, ...] = ()
        self._edges = edges_of([])
        self._are_removed = np.empty(0, dtype=np.bool_)
        self._bright: AnnotationId | None = None
        self._seen = _Seen()
        self._names = Names()

    @property
    def shown(self) -> tuple[Ghost, ...]:
        return self._ghosts

    @property
    def emphasised(self) -> AnnotationId | None:
        """The one that a person looks at."""
        return self._bright

    def show(self, ghosts: Iterable[Ghost], emphasised: AnnotationId | None) -> None:
        """Draw these and no others from now on."""
        shown = tuple(ghosts)
        if shown != self._ghosts:
            self._ghosts = shown
            self._edges = extents([ghost.shape for ghost in shown])
            marks = (ghost.mark is Mark.REMOVED for ghost in shown)
            self._are_removed = np.fromiter(marks, dtype=np.bool_, count=len(shown))
        self._bright = emphasised

    def changed(self, screen: Screen) -> list[QRect]:
        """Where they look different since they were drawn or asked, in pixels of the screen."""
        was, now = self._seen, self._look(screen.view)
        self._seen = now
        names = self._names.hang(self._tags(), screen)
        if not np.array_equal(was.dots, now.dots):
            return [screen.turning.mapRect(QRect(0, 0, screen.view.width, screen.view.height))]
        both = was.outlined.keys() | now.outlined.keys()
        differing = [each for each in both if was.outlined.get(each) != now.outlined.get(each)]
        edges = extents([ghost.shape for ghost in differing]).T.tolist()
        return _joined([*(on_screen(Bounds(*each), screen) for each in edges), *names])

    def paint(self, painter: QPainter, screen: Screen) -> None:
        """Draw them; the painter's unit is the device pixel of the screen."""
        if not self._ghosts:
            return
        self._seen = self._look(screen.view)
        painter.save()
        painter.setTransform(screen.turning, True)
        for ghost, manner in self._seen.outlined.items():
            is_struck, colour = ghost.mark is Mark.REMOVED, self._colour_of(ghost)
            paint_ghost(painter, ghost.shape, colour, manner, screen.view, is_struck=is_struck)
        self._paint_dots(painter, screen.view)
        painter.restore()
        self._names.hang(self._tags(), screen)
        self._names.paint(painter)

    def _look(self, view: Frame) -> _Seen:
        if not self._ghosts:
            return _Seen()
        near = self._in_sight(view)
        seen = [self._ghosts[at] for at in near[:_MANY].tolist()]
        manner = Manner.WIDE if len(near) <= _FEW else Manner.HAIRLINE
        outlined = {ghost: manner for ghost in seen if ghost.id != self._bright}
        looked_at = (ghost for ghost in self._ghosts if ghost.id == self._bright)
        outlined |= dict.fromkeys(looked_at, Manner.BRIGHT)
        return _Seen(outlined, near[_MANY:])

    def _paint_dots(self, painter: QPainter, view: Frame) -> None:
        dots = self._seen.dots
        left, top, right, bottom = self._edges[:, dots].astype(np.float64)
        middles = np.stack([left + right, top + bottom], axis=1) / 2
        are_gone = self._are_removed[dots]
        paint_dots(painter, middles[~are_gone], look.WHITE, view)
        paint_dots(painter, middles[are_gone], look.GONE, view)

    def _in_sight(self, view: Frame) -> Indices:
        area = view.covers(look.PAD * view.ratio)
        left, top, right, bottom = self._edges
        is_in = (left < area.right) & (top < area.bottom)
        is_in &= (right > area.left) & (bottom > area.top)
        found: Indices = np.flatnonzero(is_in)
        return found

    def _colour_of(self, ghost: Ghost) -> QColor:
        return look.GONE if ghost.mark is Mark.REMOVED else self._scene.colour_of(ghost.shape)

    def _tags(self) -> Iterator[Named]:
        outlined = self._seen.outlined
        for ghost, manner in outlined.items():
            if manner is not Manner.HAIRLINE:
                (place,) = bounds_of([ghost.shape])
                tag, colour = ghost.mark.value, self._colour_of(ghost)
                yield Named(ghost.id, tag, colour, place, is_below=True)


def _joined(places: list[QRect]) -> list[QRect]:
    """A few places one by one, many as one."""
    seen = [place for place in places if not place.isEmpty()]
    return seen if len(seen) <= _FEW else [reduce(QRect.united, seen)]
