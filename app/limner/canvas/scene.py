"""Everything that stands still, painted into a piece of the plane: image, bones and shapes.

What comes out depends on the document, the picture, the selection, what is hidden and the frame,
and on nothing that happened before: so a piece that was mended equals one that was made afresh.
A few selected shapes are left as they are: their outlines belong to the live layer.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor, QImage, QPainter

from limner.canvas import look
from limner.canvas.backdrop import Backdrop
from limner.canvas.bones import Bone, Bones
from limner.canvas.buffers import Plane, image_over
from limner.canvas.changes import reshaped
from limner.canvas.extents import Edges, edges_of
from limner.canvas.ink import Ink
from limner.canvas.outlines import UNCUT
from limner.canvas.palette import NO_TINTS, Palette, Tints
from limner.canvas.row_painter import CROWD, RowPainter
from limner.canvas.shape_table import Mark, Rows, ShapeTable
from limner.canvas.specks import SIMPLE_BELOW, THIN_BELOW
from limner.canvas.viewport import Frame
from limner.model.annotations import (
    Annotation,
    AnnotationId,
    Drawable,
    Keypoint,
    Opaque,
    Polygon,
    Polyline,
)
from limner.model.geometry import Bounds
from limner.model.ontology import Ontology
from limner.model.patch import Patch
from limner.tools.chunks import LONG

Places = Edges | None
"""What must be painted anew, in image pixels; None means everything."""

_MOST_PLACES: Final = 20_000
"""With more shapes than this changed, it is not worth the while to tell where they are."""

_FEW: Final = 8
"""So many selected shapes, of no more than `LONG` points together, are outlined in every frame:
0.1 ms each, and to select one mends no tile."""

_MANY_OBJECTS: Final = 100
"""The bones of more objects than this are not looked for one by one: all is painted anew."""


class Scene:
    """The settled picture of one document; what changes it says where it must be painted anew."""

    def __init__(self) -> None:
        self.backdrop = Backdrop()
        self.table = ShapeTable()
        self.bones = Bones(Ontology())
        self._palette = Palette(Ontology())
        self._inks: dict[float, Ink] = {}

    def load(
        self, annotations: Iterable[Annotation], ontology: Ontology, tints: Tints = NO_TINTS
    ) -> None:
        """Show these annotations and no others; what is live or selected is forgotten."""
        hidden = self.table.hidden.ids
        self.table, self.bones = ShapeTable(), Bones(ontology)
        self._palette = Palette(ontology, tints)
        self.hide(hidden)
        self._put([a for a in annotations if not isinstance(a, Opaque)])

    def recolour(self, ontology: Ontology) -> Places:
        """Take the colours and skeletons of another label set; the shapes stay as they are."""
        has_changed = self._palette.recolour(ontology)
        return None if self.bones.follow(ontology) or has_changed else edges_of([])

    def update(self, patch: Patch, view: Frame | None = None) -> Places:
        """Follow a change of the document.

        With the `view` that is to be mended, no more of a large shape than its moved vertices
        make different.
        """
        was_whole = self._is_whole(patch, view)
        places = self._follow(patch)
        if was_whole and self._is_whole(patch, view):
            places = edges_of([*reshaped(patch)])
        return _both(places, self._settle_selection())

    def _is_whole(self, patch: Patch, view: Frame | None) -> bool:
        """Whether all that a patch changes is shown, with every point of it and not cut."""
        if view is None or len(patch.changes) > _FEW:
            return False
        rows = self.table.shown(self.table.rows_of(patch.changes.keys()))
        size = self.table.extent(rows) * (view.zoom / view.ratio)
        is_whole = (size >= THIN_BELOW) & (size * view.ratio <= UNCUT)
        return len(rows) == len(patch.changes) and bool(is_whole.all())

    def _follow(self, patch: Patch) -> Places:
        after = [a for _, a in patch.changes.values() if a is not None]
        drawn = [a for a in after if not isinstance(a, Opaque)]
        rows = self.table.rows_of(patch.changes.keys())
        joints = self._joints(rows)
        objects = objects_of([*joints, *drawn])
        before = self._places(self.table.shown(rows), objects)
        for joint in joints:
            self.bones.drop(joint)
        if len(drawn) < len(patch.changes):
            self.table.drop(patch.changes.keys() - {a.id for a in drawn})
        rows = self._put(drawn)
        # Bones are asked for again: without a joint, others may carry them.
        return _both(before, self._places(self.table.shown(rows), objects))

    def select(self, ids: Collection[AnnotationId]) -> Places:
        """Mark these, and no others, as selected."""
        self.table.mark(self.table.selected, ids)
        return self._settle_selection()

    def _settle_selection(self) -> Places:
        """Leave what is selected to the live layer when it is little."""
        table = self.table
        was = len(table.settled.ids)
        ids = frozenset() if self._is_light(table.selected.ids) else table.selected.ids
        rows = table.mark(table.settled, ids)
        has_turned = (was > CROWD) != (len(ids) > CROWD)
        return None if has_turned else self._places(table.shown(rows), ())

    def _is_light(self, ids: Collection[AnnotationId]) -> bool:
        """Whether so much is quickly drawn in every frame."""
        if len(ids) > _FEW:
            return False
        return sum(_length(shape) for id_ in ids if (shape := self.table.get(id_))) <= LONG

    def outlined(self) -> list[Drawable]:
        """What is selected and shown, lowest first, and not in the settled picture as such."""
        table = self.table
        if table.settled.ids:
            return []
        rows = table.in_order(table.shown(table.rows_of(table.selected.ids)))
        return [record for row in rows.tolist() if (record := table.records[row])]

    def hide(self, ids: Collection[AnnotationId]) -> Places:
        """Neither paint nor find these, and no others."""
        rows = self.table.mark(self.table.hidden, ids)
        joints = self._joints(rows)
        objects = objects_of(joints)
        before = self._places(rows, objects)
        for joint in joints:
            is_hidden = joint.id in self.table.hidden.ids
            (self.bones.drop if is_hidden else self.bones.put)(joint)
        return _both(before, self._places(rows[:0], objects))

    def lift(self, ids: frozenset[AnnotationId], objects: frozenset[int]) -> Places:
        """Leave these out, since they are drawn live, and the bones of these objects."""
        rows = self.table.mark(self.table.lifted, ids)
        return self._places(rows, self.bones.withhold(objects))

    @property
    def reach(self) -> float:
        """How far marks of the settled picture reach from bounds, in device-independent pixels."""
        return look.PAD if self.table.settled.ids else look.PLAIN_PAD

    def ink(self, ratio: float) -> Ink:
        """The pens for a screen of so many device pixels per device-independent pixel."""
        return self._inks.get(ratio) or self._inks.setdefault(ratio, Ink(ratio))

    def colour_of(self, annotation: Drawable) -> QColor:
        return self._palette.colour_of(annotation)

    def rgb(self, rows: Rows) -> NDArray[np.uint32]:
        """0xffRRGGBB of rows of the table."""
        return self._palette.rgb()[self.table.label[rows]]

    def paint(self, pixels: Plane, frame: Frame, area: Bounds | None = None) -> None:
        """Paint the frame into (height, width) pixels.

        With `area`, in image pixels, only what lies within it is sure to be right.
        """
        room = _with_margin(frame)
        scratch = np.empty((room.height, room.width), dtype=np.uint32)
        image = image_over(scratch)
        left, top = frame.left - room.left, frame.top - room.top
        pad = self.reach * frame.ratio
        seen = frame.covers(pad) if area is None else _widened(area, pad / frame.zoom)
        ink = self.ink(frame.ratio)
        with QPainter(image) as painter:
            painter.translate(left, top)
            self.backdrop.paint(painter, frame)
            painter.resetTransform()
            for bone in self.bones.within(seen):
                ink.line(painter, bone.ends, QColor(bone.colour), room)
        rows = self.table.within(seen)
        self._row_painter(room, self.table.settled).paint(image, scratch, rows)
        pixels[:] = scratch[top : top + frame.height, left : left + frame.width]

    def paint_lifted(
        self, image: QImage, pixels: Plane, frame: Frame, bones: Iterable[Bone], *, is_draft: bool
    ) -> bool:
        """Paint what is in hand, where it was taken up; False when none of it is in the frame."""
        area = frame.covers(look.PAD * frame.ratio)
        rows = self.table.lifted_within(area)
        near = [bone for bone in bones if bone.touches(area)]
        if not len(rows) and not near:
            return False
        with QPainter(image) as painter:
            for bone in near:
                self.ink(frame.ratio).line(painter, bone.ends, QColor(bone.colour), frame)
        brush = self._row_painter(frame, self.table.selected)
        brush.paint(image, pixels, rows, is_draft=is_draft)
        return True

    def _row_painter(self, frame: Frame, chosen: Mark) -> RowPainter:
        ink = self.ink(frame.ratio)
        return RowPainter(self.table, chosen, self._palette.rgb(), ink, frame)

    def joints_of(self, ids: frozenset[AnnotationId]) -> list[Keypoint]:
        """Those of the shapes that are joints."""
        return self._joints(self.table.rows_of(ids))

    def _joints(self, rows: Rows) -> list[Keypoint]:
        points = rows[self.table.is_point[rows]].tolist()
        records = (self.table.records[row] for row in points)
        return [record for record in records if isinstance(record, Keypoint)]

    def _put(self, annotations: list[Drawable]) -> Rows:
        rows = self.table.put(annotations, [self._palette.label_of(a) for a in annotations])
        for joint in self._joints(rows):
            if joint.id not in self.table.hidden.ids:
                self.bones.put(joint)
        return rows

    def _places(self, rows: Rows, objects: Collection[int]) -> Places:
        """What these cover now, and the bones of objects."""
        if len(objects) > _MANY_OBJECTS or len(rows) > _MOST_PLACES:
            return None
        bones = [bone.bounds for i in objects for bone in self.bones.of(i)]
        return np.concatenate([self.table.edges(rows), edges_of(bones)], axis=1)


def objects_of(annotations: Iterable[Drawable]) -> frozenset[int]:
    """The objects to which joints among these belong."""
    joints = (a for a in annotations if isinstance(a, Keypoint))
    return frozenset(joint.instance_id for joint in joints if joint.instance_id is not None)


def _length(shape: Drawable) -> int:
    """How many points it is drawn with."""
    match shape:
        case Polygon(rings=rings):
            return sum(map(len, rings))
        case Polyline(path=path):
            return len(path)
        case _:
            return 1


def _both(one: Places, other: Places) -> Places:
    return None if one is None or other is None else np.concatenate([one, other], axis=1)


def _with_margin(frame: Frame) -> Frame:
    """Room around the frame for small shapes to end in: cut by its edge, their lines would come
    out a pixel beside those of the frame next to it."""
    margin = math.ceil(SIMPLE_BELOW * frame.ratio) + 4
    return frame._replace(
        left=frame.left - margin,
        top=frame.top - margin,
        width=frame.width + 2 * margin,
        height=frame.height + 2 * margin,
    )


def _widened(area: Bounds, by: float) -> Bounds:
    return Bounds(area.left - by, area.top - by, area.right + by, area.bottom + by)
