"""Shapes that are in hand: drawn live, at the place to which they were brought."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter
from typing_extensions import override

from limner.canvas.bones import Bone
from limner.canvas.changes import shapes_changed
from limner.canvas.extents import bounds_of
from limner.canvas.ink import Manner
from limner.canvas.scene import Scene, objects_of
from limner.canvas.viewport import Frame
from limner.model.annotations import AnnotationId, Drawable, Keypoint
from limner.model.geometry import Bounds
from limner.tools.tool import Overlay

Draw = Callable[[QPainter, Frame], None]
"""Draws into a view; the painter's unit is the device pixel."""


class Held(ABC):
    """One way of drawing what an overlay has in hand."""

    ids: frozenset[AnnotationId]
    objects: frozenset[int]
    """Those whose bones go along."""

    @abstractmethod
    def follow(self, overlay: Overlay) -> list[Bounds] | None:
        """Draw it as this overlay has it; where, in image pixels, that makes a difference.

        None when the overlay has something else in hand.
        """

    @abstractmethod
    def places(self) -> Iterator[Bounds]:
        """Where it draws what moves, in image pixels."""

    @abstractmethod
    def draw(self, painter: QPainter, view: Frame) -> None:
        """Draw it; the painter's unit is the device pixel."""

    def paint_some(self, view: Frame, budget_ms: float) -> list[QRect]:
        """Get ready what `draw` copies, for about so long; where, in device pixels of the view."""
        return []

    def is_ready(self, view: Frame) -> bool:
        """Whether nothing is left for `paint_some`."""
        return True

    @abstractmethod
    def put_down(self) -> Draw:
        """How to draw it from now on, where the document has it."""


class Edited(Held):
    """A few shapes, drawn anew in every frame."""

    def __init__(self, scene: Scene, overlay: Overlay) -> None:
        self._scene = scene
        self._shapes: tuple[Drawable, ...] = ()
        self._take(overlay)

    @override
    def follow(self, overlay: Overlay) -> list[Bounds] | None:
        if not overlay.edited:
            return None
        was, bones = self._shapes, self._bones()
        self._take(overlay)
        moved = (bone.bounds for bone in (*bones, *self._bones()))
        return [*shapes_changed(was, self._shapes), *moved]

    def _take(self, overlay: Overlay) -> None:
        hidden = self._scene.table.hidden.ids
        self._shapes = tuple(shape for shape in overlay.edited if shape.id not in hidden)
        self.ids = frozenset(shape.id for shape in self._shapes)
        self.objects = objects_of(self._shapes)

    @override
    def places(self) -> Iterator[Bounds]:
        yield from bounds_of(self._shapes)
        yield from (bone.bounds for bone in self._bones())

    @override
    def draw(self, painter: QPainter, view: Frame) -> None:
        draw_bones(self._scene, self._bones(), painter, view)
        ink = self._scene.ink(view.ratio)
        for manner in (Manner.GROUND, Manner.SELECTED):
            for shape in self._shapes:
                ink.shape(painter, shape, self._scene.colour_of(shape), view, manner)

    @override
    def put_down(self) -> Draw:
        return partial(draw_settled, self._scene, self.ids, self.objects)

    def _bones(self) -> list[Bone]:
        if not self.objects:
            return []
        joints = [shape for shape in self._shapes if isinstance(shape, Keypoint)]
        return [bone for i in sorted(self.objects) for bone in self._scene.bones.of(i, joints)]


def draw_bones(scene: Scene, bones: list[Bone], painter: QPainter, view: Frame) -> None:
    """Draw bones; the painter's unit is the device pixel."""
    for bone in bones:
        scene.ink(view.ratio).line(painter, bone.ends, QColor(bone.colour), view)


def draw_settled(
    scene: Scene,
    ids: frozenset[AnnotationId],
    objects: frozenset[int],
    painter: QPainter,
    view: Frame,
) -> None:
    """Draw shapes and bones as the document has them now, for want of the tiles that will."""
    ink, table = scene.ink(view.ratio), scene.table
    draw_bones(scene, [bone for i in sorted(objects) for bone in scene.bones.of(i)], painter, view)
    for id_ in ids:
        shape = table.get(id_)
        if shape is None or not table.is_shown(id_):
            continue
        chosen = id_ in table.settled.ids
        for manner in (Manner.GROUND, Manner.SELECTED) if chosen else (Manner.PLAIN,):
            ink.shape(painter, shape, scene.colour_of(shape), view, manner)
