"""Everything that stands still, painted into a piece of the plane: image, bones and shapes.

What comes out depends on the document, the picture, the selection, what is hidden and the frame,
and on nothing that happened before: so a piece that was mended equals one that was made afresh.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from PySide6.QtGui import QColor, QImage, QPainter

from limner.canvas import look
from limner.canvas.backdrop import Backdrop
from limner.canvas.bones import Bone, Bones
from limner.canvas.buffers import Plane, image_over
from limner.canvas.extents import bounds_of
from limner.canvas.ink import Ink, Manner
from limner.canvas.shape_table import Rows, ShapeTable
from limner.canvas.specks import DOT_BELOW, SIMPLE_BELOW, THIN_BELOW, paint_dots, paint_simple
from limner.canvas.viewport import Frame
from limner.model.annotations import Annotation, AnnotationId, Drawable, Keypoint, Opaque
from limner.model.geometry import Bounds
from limner.model.ontology import Ontology
from limner.model.patch import Patch

_CROWD: Final = 500
"""With more shapes than this selected, small ones are marked by colour and not by outline."""

_MENDED_AT_ONCE: Final = 128
"""When more records than this change together, everything is painted anew, a slice at a time."""

Places = list[Bounds] | None
"""What must be painted anew, in image pixels; None means everything."""


class Scene:
    """The settled picture of one document; what changes it says where it must be painted anew."""

    def __init__(self) -> None:
        self.backdrop = Backdrop()
        self.table = ShapeTable()
        self.bones = Bones(Ontology())
        self._ontology = Ontology()
        self._colours: dict[tuple[str, type[Drawable]], int] = {}
        self._inks: dict[float, Ink] = {}
        self._hidden: frozenset[AnnotationId] = frozenset()
        self._live: dict[AnnotationId, Drawable] = {}
        self._selected: frozenset[AnnotationId] = frozenset()

    def load(self, annotations: Iterable[Annotation], ontology: Ontology) -> None:
        """Show these annotations and no others; what is hidden, live or selected is forgotten."""
        self._ontology = ontology
        self.table, self.bones = ShapeTable(), Bones(ontology)
        self._colours.clear()
        self._live, self._selected = {}, frozenset()
        self._put([a for a in annotations if not isinstance(a, Opaque)])
        self._mark()

    def update(self, patch: Patch) -> Places:
        """Follow a change of the document."""
        changed = [a for change in patch.changes.values() for a in change if a is not None]
        touched = self._extents(changed)
        shown: list[Drawable] = []
        for id_, (_, after) in patch.changes.items():
            self._drop_bones(id_)
            if after is None or isinstance(after, Opaque):
                self.table.drop(id_)
            else:
                shown.append(after)
        self._put(shown)
        self._mark()
        # What was there before is asked again: without a joint, others may carry the bones.
        return _both(touched, self._extents(changed))

    def select(self, ids: Iterable[AnnotationId]) -> Places:
        """Mark these, and no others, as selected."""
        was, now = self._selected, frozenset(ids)
        self._selected = now
        self.table.select(now)
        if (len(was) > _CROWD) != (len(now) > _CROWD):
            return None
        return self._extents(self._drawn(was ^ now))

    def hide(self, ids: Collection[AnnotationId]) -> Places:
        """Neither paint nor find these, and no others."""
        was, self._hidden = self._hidden, frozenset(ids)
        return self._remark(was ^ self._hidden)

    def lift(self, shapes: Iterable[Drawable]) -> Places:
        """Leave these out, since they are drawn live, and their objects' bones."""
        live = {shape.id: shape for shape in shapes}
        changed = live.keys() ^ self._live.keys()
        self._live = live
        return self._remark(changed) if changed else []

    def ink(self, ratio: float) -> Ink:
        """The pens for a screen of so many device pixels per device-independent pixel."""
        return self._inks.get(ratio) or self._inks.setdefault(ratio, Ink(ratio))

    def colour_of(self, annotation: Drawable) -> QColor:
        return QColor(self._rgb(annotation))

    def live_bones(self) -> list[Bone]:
        """The bones of the objects whose joints are being moved, where they are now."""
        joints = [shape for shape in self._live.values() if isinstance(shape, Keypoint)]
        instances = {joint.instance_id for joint in joints if joint.instance_id is not None}
        return [bone for i in sorted(instances) for bone in self.bones.of(i, joints)]

    def paint(self, pixels: Plane, frame: Frame, area: Bounds | None = None) -> None:
        """Paint the frame into (height, width) pixels.

        With `area`, in image pixels, only what lies within it is sure to be right.
        """
        pad = look.PAD * frame.ratio
        seen = frame.covers(pad) if area is None else _widened(area, pad / frame.zoom)
        image = image_over(pixels)
        ink = self.ink(frame.ratio)
        with QPainter(image) as painter:
            self.backdrop.paint(painter, frame)
            for bone in self.bones.within(seen):
                ink.line(painter, bone.ends, QColor(bone.colour), frame)
        self._paint_rows(image, pixels, self.table.within(seen), frame)

    def _paint_rows(self, image: QImage, pixels: Plane, rows: Rows, frame: Frame) -> None:
        """Dots, small shapes, the others in z-order, and above all what is selected."""
        size = self.table.extent(rows) * (frame.zoom / frame.ratio)
        chosen = self.table.selected[rows]
        may_shrink = ~self.table.is_point[rows]
        if len(self._selected) <= _CROWD:
            may_shrink &= ~chosen
        dots = may_shrink & (size < DOT_BELOW)
        simple = may_shrink & ~dots & (size < SIMPLE_BELOW)
        full = ~(dots | simple)
        if dots.any():
            paint_dots(pixels, self.table, rows[dots], frame)
        with QPainter(image) as painter:
            paint_simple(painter, self.table, rows[simple], frame)
            thin = set(rows[may_shrink & (size < THIN_BELOW)].tolist())
            for row in rows[full].tolist():
                manner = Manner.THIN if row in thin else Manner.PLAIN
                self._paint_row(
                    painter, row, frame, Manner.GROUND if self.table.selected[row] else manner
                )
            for row in rows[full & chosen].tolist():
                self._paint_row(painter, row, frame, Manner.SELECTED)

    def _paint_row(self, painter: QPainter, row: int, frame: Frame, manner: Manner) -> None:
        record = self.table.records[row]
        if record is not None:
            colour = QColor(int(self.table.colour[row]))
            self.ink(frame.ratio).shape(painter, record, colour, frame, manner)

    def _put(self, annotations: Sequence[Drawable]) -> None:
        self.table.put(annotations, [self._rgb(annotation) for annotation in annotations])
        for annotation in annotations:
            if isinstance(annotation, Keypoint) and annotation.id not in self._hidden:
                self.bones.put(annotation)

    def _drop_bones(self, id_: AnnotationId) -> None:
        joint = self.table.get(id_)
        if isinstance(joint, Keypoint):
            self.bones.drop(joint)

    def _remark(self, ids: Collection[AnnotationId]) -> Places:
        """Bring the marks of some shapes up to date."""
        shapes = self._drawn(ids)
        touched = self._extents(shapes)
        for joint in shapes:
            if isinstance(joint, Keypoint):
                (self.bones.drop if joint.id in self._hidden else self.bones.put)(joint)
        self._mark()
        return _both(touched, self._extents(shapes))

    def _mark(self) -> None:
        joints = (shape for shape in self._live.values() if isinstance(shape, Keypoint))
        instances = {joint.instance_id for joint in joints if joint.instance_id is not None}
        self.bones.withhold(frozenset(instances))
        self.table.hide(self._hidden | self._live.keys())
        self.table.select(self._selected)

    def _drawn(self, ids: Iterable[AnnotationId]) -> list[Drawable]:
        return [shape for id_ in ids if (shape := self.table.get(id_)) is not None]

    def _extents(self, annotations: Sequence[Annotation]) -> Places:
        """What these cover now, with the bones of their objects; None when they are many."""
        if len(annotations) > _MENDED_AT_ONCE:
            return None
        drawn = [a for a in annotations if not isinstance(a, Opaque)]
        joints = [a for a in drawn if isinstance(a, Keypoint)]
        instances = {a.instance_id for a in joints if a.instance_id is not None}
        bones = (bone.bounds for i in instances for bone in self.bones.of(i))
        return [*bounds_of(drawn), *bones]

    def _rgb(self, annotation: Drawable) -> int:
        key = annotation.name, type(annotation)
        found = self._colours.get(key)
        if found is None:
            found = self._colours[key] = QColor(self._ontology.colour_of(annotation)).rgb()
        return found


def _both(one: Places, other: Places) -> Places:
    return None if one is None or other is None else one + other


def _widened(area: Bounds, by: float) -> Bounds:
    return Bounds(area.left - by, area.top - by, area.right + by, area.bottom + by)
