"""Which joints make up one object, and how objects are numbered (Pictograph contract, 2.3)."""

from __future__ import annotations

from dataclasses import dataclass

from limner.model.annotations import Keypoint, Kind
from limner.model.document import Document
from limner.model.ontology import LabelClass, Ontology


@dataclass(frozen=True, slots=True)
class Template:
    """The joints of a skeleton that have a class, in the skeleton's order."""

    joints: tuple[LabelClass, ...]

    def from_joint(self, label: LabelClass) -> LabelClass:
        """The joint to place when `label` is active: itself, or the first of its skeleton."""
        return label if label in self.joints else self.joints[0]

    def after(self, label: LabelClass) -> tuple[LabelClass, ...]:
        return self.joints[self.joints.index(label) + 1 :]


def template_of(label: LabelClass, ontology: Ontology) -> Template | None:
    """The skeleton that `label` carries, else the first one that names it as a joint."""
    others = (c for c in ontology.of_kind(Kind.KEYPOINT) if c != label)
    for carrier in (label, *others):
        nodes = [name for name, _, _ in carrier.skeleton.nodes] if carrier.skeleton else []
        found = (ontology.find(name, Kind.KEYPOINT) for name in nodes)
        joints = tuple(joint for joint in found if joint is not None)
        if joints and (carrier == label or label.name in nodes):
            return Template(joints)
    return None


def joints_of(document: Document, instance: int) -> set[str]:
    """The names of the joints that object `instance` has."""
    return {a.name for a in _keypoints(document) if a.instance_id == instance}


def next_object(document: Document) -> int:
    """A number that no object of the image has."""
    return max((a.instance_id or 0 for a in _keypoints(document)), default=0) + 1


def next_of_class(document: Document, name: str) -> int:
    """The next number of a class without a skeleton: its first on the image is 1."""
    same = (a.instance_id or 0 for a in _keypoints(document) if a.name == name)
    return max(same, default=0) + 1


def _keypoints(document: Document) -> list[Keypoint]:
    return [a for a in document if isinstance(a, Keypoint)]
