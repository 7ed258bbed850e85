"""The keypoint tool: click places the next joint of the object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import override

from limner.model.annotations import AnnotationId, Keypoint, Kind, new_id
from limner.model.json_text import NO_ATTRIBUTES, JsonText
from limner.model.ontology import LabelClass
from limner.tools.bench import Bench
from limner.tools.drawing import DrawingTool
from limner.tools.joints import Template, joints_of, next_object, next_of_class, template_of
from limner.tools.tool import Cursor, Key, Mods, Overlay, Pointer

_OCCLUDED = JsonText.of({"occluded": True})


@dataclass(frozen=True, slots=True)
class _Placed:
    """A joint that this tool has placed."""

    id: AnnotationId
    label: LabelClass
    instance: int


class KeypointTool(DrawingTool):
    """Walks through the joints of a skeleton, one click each, object after object.

    Joints of one object share an instance number; a class without a skeleton is numbered by itself
    (Pictograph contract, 2.3). The document is the truth: a joint undone or redone elsewhere takes
    the walk one joint back or on.
    """

    name: ClassVar[str] = "keypoint"
    kind: ClassVar[Kind] = Kind.KEYPOINT

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench)
        self._instance: int | None = None
        self._walk: list[_Placed] = []
        self._undone: list[_Placed] = []
        self._draft: Keypoint | None = None

    @property
    @override
    def overlay(self) -> Overlay:
        self._follow_document()
        edited = (self._draft,) if self._draft else ()
        return Overlay(edited=edited, cursor=Cursor.CROSS, hint=self.hint(self._words()))

    @property
    @override
    def is_drawing(self) -> bool:
        return self._draft is not None

    @override
    def press(self, at: Pointer) -> None:
        self._follow_document()
        if self.can_draw():
            self._draft = self._joint(at)

    @override
    def move(self, at: Pointer) -> None:
        if self._draft is not None:
            self._draft = self._joint(at)

    @override
    def release(self, at: Pointer) -> None:
        self.move(at)
        draft, self._draft = self._draft, None
        label = self._label_here()
        if draft is None or label is None or self.add(draft) is None:
            return
        if draft.instance_id is not None and self._template() is not None:
            self._walk.append(_Placed(draft.id, label, draft.instance_id))
            self._undone.clear()
            self._instance = draft.instance_id
            self._advance()

    @override
    def key(self, key: Key, mods: Mods = Mods.NONE) -> bool:
        self._follow_document()
        if key is Key.ENTER and self._template() is not None:
            self._advance()
            return True
        return super().key(key, mods)

    @override
    def undo(self) -> bool:
        """Drop a joint that is held down; what was placed is in the document and its history."""
        was_held = self._draft is not None
        self._draft = None
        return was_held

    @override
    def leave(self) -> bool:
        """Drop a joint that is held down, else end the object: the next click begins another."""
        if self.undo():
            return True
        was_walking = self._instance is not None
        if was_walking:
            self._begin_object()
        return was_walking

    def _template(self) -> Template | None:
        label = self.label
        return template_of(label, self.bench.ontology) if label else None

    def _label_here(self) -> LabelClass | None:
        """The class of the joint that a click places now."""
        label, template = self.label, self._template()
        return template.from_joint(label) if label and template else label

    def _joint(self, at: Pointer) -> Keypoint | None:
        label = self._label_here()
        if label is None:
            return None
        x, y = self.place(at)
        return Keypoint(
            id=self._draft.id if self._draft else new_id(),
            name=label.name,
            x=x,
            y=y,
            instance_id=self._instance_for(label),
            rank=self.bench.document.top_rank(),
            attributes=_OCCLUDED if Mods.SHIFT in at.mods else NO_ATTRIBUTES,
        )

    def _instance_for(self, label: LabelClass) -> int:
        document, template = self.bench.document, self._template()
        if template is None:
            return next_of_class(document, label.name)
        if self._instance is None or not self._fits_object(label, template):
            return next_object(document)
        return self._instance

    def _fits_object(self, label: LabelClass, template: Template) -> bool:
        """Whether the object being placed is of this skeleton and still lacks the joint."""
        same = bool(self._walk) and self._walk[-1].label in template.joints
        here = joints_of(self.bench.document, self._instance) if self._instance else set()
        return same and label.name not in here

    def _advance(self) -> None:
        """Go on to the next joint that the object lacks; after the last, to the next object."""
        label, template = self._label_here(), self._template()
        if label is None or template is None:
            return
        here = joints_of(self.bench.document, self._instance) if self._instance else set()
        rest = [joint for joint in template.after(label) if joint.name not in here]
        if rest:
            self.bench.active[Kind.KEYPOINT] = rest[0]
        else:
            self._begin_object()

    def _begin_object(self) -> None:
        template = self._template()
        self._instance = None
        if template is not None:
            self.bench.active[Kind.KEYPOINT] = template.joints[0]

    def _follow_document(self) -> None:
        """Take the walk back to a joint that was undone, and on past one that was redone."""
        document = self.bench.document
        while self._walk and self._walk[-1].id not in document:
            gone = self._walk.pop()
            self._undone.append(gone)
            self.bench.active[Kind.KEYPOINT] = gone.label
            begun = bool(self._walk) and self._walk[-1].instance == gone.instance
            self._instance = gone.instance if begun else None
        while self._undone and self._undone[-1].id in document:
            back = self._undone.pop()
            self._walk.append(back)
            self.bench.active[Kind.KEYPOINT] = back.label
            self._instance = back.instance
            self._advance()

    def _words(self) -> str:
        label, template = self._label_here(), self._template()
        if label is None:
            return self.missing
        name = " ".join(label.name.split())[:40]
        if template is None:
            return f"Click to place {name} · Shift+click: occluded"
        number = template.joints.index(label) + 1
        skip = f"({number} of {len(template.joints)}) · Shift+click: occluded · Enter: skip"
        return f"Click the {name} {skip}" + (" · Esc: next object" if self._instance else "")
