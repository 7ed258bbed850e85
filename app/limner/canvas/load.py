"""Many shapes, or long ones, that are moved together: one picture of them, pushed about."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PySide6.QtCore import QRect
from PySide6.QtGui import QImage, QPainter
from typing_extensions import override

from limner.canvas.bones import Bone
from limner.canvas.buffers import Plane
from limner.canvas.held import Draw, Held, draw_bones
from limner.canvas.scene import Scene, objects_of
from limner.canvas.sheet import Sheet
from limner.canvas.viewport import Frame, whole
from limner.model.annotations import Keypoint
from limner.model.geometry import Bounds, moved
from limner.tools.tool import Carried, Overlay


class Load(Held):
    """What is carried. Objects whose joints are all in it carry their bones in the picture."""

    def __init__(self, scene: Scene, carried: Carried) -> None:
        self._scene = scene
        self._carried = carried
        self.ids = carried.ids
        hidden = scene.table.hidden.ids
        self._joints = [j for j in scene.joints_of(self.ids) if j.id not in hidden]
        self.objects = objects_of(self._joints)
        self._torn = frozenset(i for i in self.objects if not scene.bones.joints(i) <= self.ids)
        self._bones = [b for i in sorted(self.objects - self._torn) for b in scene.bones.of(i)]
        self._sheet = Sheet(self._paint, has_drafts=True)
        rows = scene.table.rows_of(self.ids)
        self._bounds = _around(scene.table.edges(rows), self._bones)
        self._witness = next((r for row in rows[:1] if (r := scene.table.records[row])), None)

    @override
    def follow(self, overlay: Overlay) -> list[Bounds] | None:
        if overlay.carried is None or overlay.carried.ids is not self.ids:
            return None
        before = [*self.places()]
        self._carried = overlay.carried
        return [*before, *self.places()]

    @override
    def places(self) -> Iterator[Bounds]:
        if self._bounds is not None:
            left, top, right, bottom = self._bounds
            dx, dy = self._carried.dx, self._carried.dy
            yield Bounds(left + dx, top + dy, right + dx, bottom + dy)
        yield from (bone.bounds for bone in self._torn_bones())

    @override
    def draw(self, painter: QPainter, view: Frame) -> None:
        draw_bones(self._scene, self._torn_bones(), painter, view)
        self._draw_at(self._carried.dx, self._carried.dy, painter, view)

    @override
    def paint_some(self, view: Frame, budget_ms: float) -> list[QRect]:
        self._look(self._carried.dx, self._carried.dy, view)
        return self._sheet.paint_some(budget_ms)

    @override
    def is_ready(self, view: Frame) -> bool:
        self._look(self._carried.dx, self._carried.dy, view)
        return self._sheet.is_done

    @override
    def put_down(self) -> Draw:
        """The same picture: where it was carried, or whence it came when it was let go."""
        dx, dy = self._carried.dx, self._carried.dy

        def draw(painter: QPainter, view: Frame) -> None:
            witness = self._witness
            if witness is not None and not self._scene.table.is_shown(witness.id):
                return
            is_back = witness is not None and self._scene.table.get(witness.id) is witness
            self._draw_at(*((0.0, 0.0) if is_back else (dx, dy)), painter, view)

        return draw

    def _look(self, dx: float, dy: float, view: Frame) -> None:
        self._sheet.look_at(view, whole(dx * view.zoom), whole(dy * view.zoom))

    def _draw_at(self, dx: float, dy: float, painter: QPainter, view: Frame) -> None:
        self._look(dx, dy, view)
        self._sheet.draw(painter)

    def _paint(self, image: QImage, pixels: Plane, frame: Frame, is_draft: bool) -> bool:
        return self._scene.paint_lifted(image, pixels, frame, self._bones, is_draft=is_draft)

    def _torn_bones(self) -> list[Bone]:
        """The bones between joints that are carried and others that stay."""
        if not self._torn:
            return []
        dx, dy = self._carried.dx, self._carried.dy
        joints = [j for each in self._joints if isinstance(j := moved(each, dx, dy), Keypoint)]
        return [bone for i in sorted(self._torn) for bone in self._scene.bones.of(i, joints)]


def _around(edges: np.typing.NDArray[np.float32], bones: list[Bone]) -> Bounds | None:
    """What holds all of it; None when there is nothing."""
    if not edges.shape[1]:
        return None
    low, high = edges[:2].min(axis=1).tolist(), edges[2:].max(axis=1).tolist()
    around = Bounds(*low, *high)
    for bone in bones:
        around = around.united(bone.bounds)
    return around
