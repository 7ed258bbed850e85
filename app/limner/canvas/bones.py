"""The lines between the joints of one object, from the ontology's skeleton templates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from limner.model.annotations import AnnotationId, Keypoint, Kind
from limner.model.geometry import Bounds
from limner.model.ontology import LabelClass, Ontology, Skeleton

_NONE: Final = np.empty((0, 4))


@dataclass(frozen=True, slots=True)
class Bone:
    """One line, in image pixels, in the colour of the class that carries the template."""

    x0: float
    y0: float
    x1: float
    y1: float
    colour: str

    @property
    def ends(self) -> NDArray[np.float64]:
        return np.array([[self.x0, self.y0], [self.x1, self.y1]])

    @property
    def bounds(self) -> Bounds:
        return Bounds(
            min(self.x0, self.x1),
            min(self.y0, self.y1),
            max(self.x0, self.x1),
            max(self.y0, self.y1),
        )

    def touches(self, area: Bounds) -> bool:
        """Whether it may be seen in an area of the image."""
        left, top, right, bottom = self.bounds
        is_beside = left > area.right or right < area.left
        return not (is_beside or top > area.bottom or bottom < area.top)


class Bones:
    """The joints that are shown, by object, and the bones they make."""

    def __init__(self, ontology: Ontology) -> None:
        self._templates = _templates(ontology)
        self._objects: dict[int, dict[AnnotationId, Keypoint]] = {}
        self._withheld: frozenset[int] = frozenset()
        self._drawn: tuple[list[Bone], NDArray[np.float64]] | None = None

    def follow(self, ontology: Ontology) -> bool:
        """Take the templates of another label set; whether they differ."""
        before, self._templates = self._templates, _templates(ontology)
        self._drawn = None
        return before != self._templates

    def put(self, joint: Keypoint) -> None:
        """Show a joint, in place of the one with its id."""
        if joint.instance_id is not None:
            self._objects.setdefault(joint.instance_id, {})[joint.id] = joint
            self._drawn = None

    def drop(self, joint: Keypoint) -> None:
        """Show a joint no longer."""
        if joint.instance_id is not None:
            self._objects.get(joint.instance_id, {}).pop(joint.id, None)
            self._drawn = None

    def withhold(self, instances: frozenset[int]) -> frozenset[int]:
        """Leave these objects' bones, and no others, out of `within`; for which that is new."""
        changed = self._withheld ^ instances
        self._withheld = instances
        if changed:
            self._drawn = None
        return changed

    def joints(self, instance: int) -> frozenset[AnnotationId]:
        """The shown joints of one object."""
        return frozenset(self._objects.get(instance, {}))

    def of(self, instance: int, moved: Iterable[Keypoint] = ()) -> list[Bone]:
        """The bones of one object, with some of its joints elsewhere."""
        joints = self._objects.get(instance, {}) | {
            joint.id: joint for joint in moved if joint.instance_id == instance
        }
        return list(_bones(joints.values(), self._templates))

    def within(self, area: Bounds) -> list[Bone]:
        """The bones that may be seen in an area of the image."""
        if self._drawn is None:
            self._drawn = self._collect()
        bones, edges = self._drawn
        seen = (edges[:, 0] <= area.right) & (edges[:, 2] >= area.left)
        seen &= (edges[:, 1] <= area.bottom) & (edges[:, 3] >= area.top)
        return [bones[i] for i in np.flatnonzero(seen).tolist()]

    def _collect(self) -> tuple[list[Bone], NDArray[np.float64]]:
        instances = [i for i in self._objects if i not in self._withheld]
        bones = [bone for instance in sorted(instances) for bone in self.of(instance)]
        return bones, np.array([bone.bounds for bone in bones]) if bones else _NONE


def _templates(ontology: Ontology) -> list[LabelClass]:
    return [c for c in ontology.of_kind(Kind.KEYPOINT) if c.skeleton]


def _bones(joints: Iterable[Keypoint], templates: Iterable[LabelClass]) -> Iterator[Bone]:
    """The template that covers most joint names is used, the first joint of a name is the joint.

    Both as the SDK groups joints (Pictograph contract, 2.3).
    """
    by_name: dict[str, Keypoint] = {}
    for joint in sorted(joints, key=lambda joint: (joint.rank, joint.id)):
        by_name.setdefault(joint.name, joint)
    carrier = max(templates, key=lambda c: _covered(c.skeleton, by_name), default=None)
    if carrier is None or carrier.skeleton is None:
        return
    nodes = carrier.skeleton.nodes
    for start, end in carrier.skeleton.edges:
        if not (0 <= start < len(nodes) and 0 <= end < len(nodes)):
            continue  # a template from a server may say anything
        a, b = by_name.get(nodes[start][0]), by_name.get(nodes[end][0])
        if a is not None and b is not None:
            yield Bone(a.x, a.y, b.x, b.y, carrier.colour)


def _covered(skeleton: Skeleton | None, names: Iterable[str]) -> int:
    known = {name for name, _, _ in skeleton.nodes} if skeleton else set()
    return sum(name in known for name in names)
