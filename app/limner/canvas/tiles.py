"""The settled picture, kept in tiles of the plane so that a frame is copied and not drawn.

Tiles are painted on the GUI thread (Qt's painting holds the interpreter's lock, so threads would
only get in the way), a few milliseconds at a time, those nearest to the middle first. A small edit
mends its own rectangle inside the tiles: at once, or in slices as well when the live layer shows
meanwhile what they lack.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from time import perf_counter, thread_time
from typing import Final

import numpy as np
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPainter, QRegion

from limner.canvas import look
from limner.canvas.buffers import Plane, image_over
from limner.canvas.copying import copier
from limner.canvas.extents import Edges
from limner.canvas.grid import (
    SIDE,
    Key,
    distance,
    keys,
    keys_over,
    on_image,
    surroundings,
    tile_frame,
    tile_rect,
)
from limner.canvas.scene import Scene
from limner.canvas.viewport import Frame
from limner.model.geometry import Bounds

_KEPT: Final = 3
"""So many times the tiles of one canvas are kept."""

_MENDED_AT_ONCE: Final = 128
"""When more places than this changed together, their tiles are painted anew, in slices."""

_MENDING_MS: Final = 5.0
"""How long is mended at once; what is left is painted in slices."""


@dataclass(slots=True)
class Tile:
    pixels: Plane
    image: QImage
    is_stale: bool = False
    wound: QRect = field(default_factory=QRect)
    """What of it must be painted anew, on the plane, when the rest is as it should be."""

    @property
    def is_due(self) -> bool:
        return self.is_stale or not self.wound.isEmpty()

    @classmethod
    def blank(cls) -> Tile:
        pixels = np.zeros((SIDE, SIDE), dtype=np.uint32)
        return cls(pixels, image_over(pixels))


class Tiles:
    """The tiles of one canvas, for the frame that is in view."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._view = Frame(1.0, 0, 0, 0, 0)
        self._tiles: dict[Key, Tile] = {}
        self._spare = Tile.blank()
        self._reach = scene.reach

    def look_at(self, view: Frame) -> None:
        """Show another part of the plane; another zoom starts with no tiles."""
        if (view.zoom, view.ratio) != (self._view.zoom, self._view.ratio):
            self._tiles.clear()
        self._view = view
        self._forget_far_ones()

    def forget(self) -> None:
        """Drop every tile: another image or document."""
        self._tiles.clear()

    def spoil(self, place: Bounds | None = None) -> None:
        """This place of the image, or everything, may look different: paint it anew, in slices.

        What was there is shown until then.
        """
        pad = look.PAD * self._view.ratio
        wound = None if place is None else self._on_plane(place, pad)
        for key, tile in self._tiles.items():
            if wound is None or tile_rect(key).intersects(wound):
                tile.is_stale = True

    @property
    def is_settled(self) -> bool:
        """Whether all that is in view is painted and up to date."""
        return not any(self._is_due(key) for key in keys(self._view))

    def due_in_view(self) -> QRegion:
        """What is not painted or not up to date, in device pixels of the view."""
        region = QRegion()
        for key in keys(self._view):
            if self._is_due(key):
                region += self._place(key) if self._is_due_whole(key) else self._wounded(key)
        return region

    def paint_some(self, budget_ms: float, *, ahead: bool = True) -> list[QRect]:
        """Paint what is due, nearest first, for about so long; what changed, in device pixels.

        When all in view is done, the tiles next to it follow, for the next pan; they wait, without
        `ahead`, while something is being dragged. Nothing due: [].
        """
        start = perf_counter()
        painted: list[QRect] = []
        for key in self._due(ahead=ahead):
            painted.append(self._paint(key))
            if (perf_counter() - start) * 1000 >= budget_ms:
                break
        return painted

    def mend(self, places: Edges, *, at_once: bool) -> list[QRect]:
        """Paint these places of the image anew: now in view, when they are few, else in slices.

        What was painted now, in device pixels of the view. What waits is shown as it was.
        """
        pad = self._reach_of_wounds() * self._view.ratio
        if places.shape[1] > _MENDED_AT_ONCE:
            self._spoil_under(places, pad)
            return []
        self._wound(places, pad)
        return self._mend_in_view() if at_once else []

    def draw(self, painter: QPainter, area: QRect) -> list[QRect]:
        """Copy the tiles under `area` of the canvas; the parts that have none yet are returned."""
        gaps: list[QRect] = []
        copy = copier(painter)
        on_plane = area.translated(self._view.left, self._view.top)
        for key in keys_over(on_plane):
            tile = self._tiles.get(key)
            place = self._place(key)
            if tile is None:
                gaps.append(place)
            else:
                copy(place.topLeft(), tile.image)
        return gaps

    def _is_due(self, key: Key) -> bool:
        tile = self._tiles.get(key)
        return tile is None or tile.is_due

    def _is_due_whole(self, key: Key) -> bool:
        tile = self._tiles.get(key)
        return tile is None or tile.is_stale

    def _due(self, *, ahead: bool) -> list[Key]:
        """What to paint next; the surroundings only once everything in view is done."""
        if not self._view.width or not self._view.height:
            return []
        due = [key for key in keys(self._view) if self._is_due(key)]
        if not due and ahead:
            due = [key for key in keys(surroundings(self._view)) if self._is_due(key)]
        return sorted(due, key=self._distance)

    def _distance(self, key: Key) -> float:
        return distance(key, self._view)

    def _paint(self, key: Key) -> QRect:
        """Paint what is due of a tile; where that is, in device pixels of the view."""
        if not self._is_due_whole(key):
            return self._mend_tile(key)
        tile = self._tiles.setdefault(key, Tile.blank())
        tile.is_stale = False  # first: what cannot be painted is not tried for ever
        tile.wound = QRect()
        self._scene.paint(tile.pixels, tile_frame(key, self._view))
        return self._place(key)

    def _reach_of_wounds(self) -> float:
        """How far the marks reach that were there or are to come."""
        before, self._reach = self._reach, self._scene.reach
        return max(before, self._reach)

    def _wound(self, places: Edges, pad: float) -> None:
        """Note what the places cover of each tile."""
        for edges in places.T.tolist():
            place = self._on_plane(Bounds(*edges), pad)
            for key in keys_over(place):
                tile = self._tiles.get(key)
                if tile is not None:
                    tile.wound = tile.wound.united(place & tile_rect(key))

    def _mend_in_view(self) -> list[QRect]:
        """Mend the tiles in view, nearest first, for some time; what is left, slices do."""
        wounded = [k for k in keys(self._view) if self._is_due(k) and not self._is_due_whole(k)]
        mended: list[QRect] = []
        start = thread_time()
        for key in sorted(wounded, key=self._distance):
            if (thread_time() - start) * 1000 >= _MENDING_MS:
                break
            mended.append(self._mend_tile(key))
        return mended

    def _mend_tile(self, key: Key) -> QRect:
        """Paint the tile beside itself with the shapes that touch the wound, and copy the wound.

        Where that is, in device pixels of the view.

        Qt's lines come out a little different when they are clipped, so clipping is not used: what
        is mended equals what would be painted afresh, to the last bit.
        """
        tile, place = self._tiles[key], self._wounded(key)
        wound, tile.wound = tile.wound, QRect()  # first: see `_paint`
        frame = tile_frame(key, self._view)
        self._scene.paint(self._spare.pixels, frame, on_image(wound, frame.zoom))
        left, top = wound.x() - frame.left, wound.y() - frame.top
        part = np.s_[top : top + wound.height(), left : left + wound.width()]
        tile.pixels[part] = self._spare.pixels[part]
        return place

    def _wounded(self, key: Key) -> QRect:
        """The wound of a tile, in device pixels of the view."""
        return self._tiles[key].wound.translated(-self._view.left, -self._view.top)

    def _spoil_under(self, places: Edges, pad: float) -> None:
        """Each tile in view that one of the places touches, and all that are out of view."""
        left, top, right, bottom = places
        in_view = set(keys(self._view))
        for key, tile in self._tiles.items():
            area = tile_frame(key, self._view).covers(pad)
            if key in in_view and not tile.is_stale:
                over = (left <= area.right) & (right >= area.left)
                over &= (top <= area.bottom) & (bottom >= area.top)
                tile.is_stale = bool(over.any())
            else:
                tile.is_stale = True

    def _on_plane(self, place: Bounds, pad: float) -> QRect:
        """Where marks within these bounds may be seen, cut to where there are tiles."""
        zoom, tiled = self._view.zoom, self._tiled()
        left = max(place.left * zoom - pad, tiled.left())
        top = max(place.top * zoom - pad, tiled.top())
        right = min(place.right * zoom + pad, tiled.right())
        bottom = min(place.bottom * zoom + pad, tiled.bottom())
        if left > right or top > bottom:
            return QRect()
        corner = QPoint(math.floor(left), math.floor(top))
        return QRect(corner, QPoint(math.ceil(right), math.ceil(bottom)))

    def _tiled(self) -> QRect:
        """The part of the plane that all tiles together span."""
        if not self._tiles:
            return QRect()
        columns, rows = zip(*self._tiles, strict=True)
        first = tile_rect((min(columns), min(rows)))
        return first.united(tile_rect((max(columns), max(rows))))

    def _place(self, key: Key) -> QRect:
        return tile_rect(key).translated(-self._view.left, -self._view.top)

    def _forget_far_ones(self) -> None:
        limit = _KEPT * sum(1 for _ in keys(surroundings(self._view)))
        if len(self._tiles) > limit:
            for key in sorted(self._tiles, key=self._distance)[limit // 2 :]:
                del self._tiles[key]
