"""The settled picture, kept in tiles of the plane so that a frame is copied and not drawn.

Tiles are painted on the GUI thread (Qt's painting holds the interpreter's lock, so threads would
only get in the way), a few milliseconds at a time, those nearest to the middle first. A small edit
mends its own rectangle inside the tiles at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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
    view_rect,
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
                region += self._place(key)
        return region

    def paint_some(self, budget_ms: float, *, ahead: bool = True) -> list[QRect]:
        """Paint what is due, nearest first, for about so long; what changed, in device pixels.

        When all in view is done, the tiles next to it follow, for the next pan; they wait, without
        `ahead`, while something is being dragged. Nothing due: [].
        """
        start = perf_counter()
        painted: list[QRect] = []
        for key in self._due(ahead=ahead):
            self._paint(key)
            painted.append(self._place(key))
            if (perf_counter() - start) * 1000 >= budget_ms:
                break
        return painted

    def mend(self, places: Edges, *, at_once: bool) -> list[QRect]:
        """Paint these places of the image anew: now in view, when they are few, else in slices.

        What was painted now, in device pixels of the view.
        """
        pad = self._reach_of_wounds() * self._view.ratio
        if not at_once or places.shape[1] > _MENDED_AT_ONCE:
            self._spoil_under(places, pad)
            return []
        wounds = self._wounds(places, pad)
        mended: list[QRect] = []
        start = thread_time()
        for key in sorted(wounds, key=self._distance):
            if (thread_time() - start) * 1000 < _MENDING_MS and self._mend_tile(key, wounds[key]):
                mended.append(wounds[key].translated(-self._view.left, -self._view.top))
            else:
                self._tiles[key].is_stale = True
        return mended

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

    def _paint(self, key: Key) -> None:
        tile = self._tiles.setdefault(key, Tile.blank())
        tile.is_stale = False  # first: what cannot be painted is not tried for ever
        self._scene.paint(tile.pixels, tile_frame(key, self._view))

    def _reach_of_wounds(self) -> float:
        """How far the marks reach that were there or are to come."""
        before, self._reach = self._reach, self._scene.reach
        return max(before, self._reach)

    def _wounds(self, places: Edges, pad: float) -> dict[Key, QRect]:
        """What the places cover of each tile, on the plane."""
        wounds: dict[Key, QRect] = {}
        for edges in places.T.tolist():
            wound = self._on_plane(Bounds(*edges), pad)
            for key in keys_over(wound):
                if key in self._tiles:
                    wounds[key] = wounds.get(key, QRect()).united(wound & tile_rect(key))
        return wounds

    def _mend_tile(self, key: Key, wound: QRect) -> bool:
        """Paint the tile beside itself with the shapes that touch the wound, and copy the wound.

        False when it must be painted anew all the same, or is out of view.

        Qt's lines come out a little different when they are clipped, so clipping is not used: what
        is mended equals what would be painted afresh, to the last bit.
        """
        tile = self._tiles[key]
        if tile.is_stale or not tile_rect(key).intersects(view_rect(self._view)):
            return False
        frame = tile_frame(key, self._view)
        self._scene.paint(self._spare.pixels, frame, on_image(wound, frame.zoom))
        left, top = wound.x() - frame.left, wound.y() - frame.top
        part = np.s_[top : top + wound.height(), left : left + wound.width()]
        tile.pixels[part] = self._spare.pixels[part]
        return True

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
