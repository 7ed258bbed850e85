"""Which annotations are not painted: those hidden one by one, and those of hidden classes."""

from __future__ import annotations

from collections.abc import Iterable

from limner.model.annotations import Annotation, AnnotationId, Kind, Opaque, kind_of
from limner.model.ontology import LabelClass
from limner.model.patch import Patch


class Unseen:
    """Counts once for an image, then follows what changes."""

    def __init__(self) -> None:
        self._one_by_one: frozenset[AnnotationId] = frozenset()
        self._classes: frozenset[tuple[str, Kind]] = frozenset()
        self._of_classes: set[AnnotationId] = set()

    @property
    def ids(self) -> set[AnnotationId]:
        """What is not painted."""
        return self._of_classes | self._one_by_one

    def hide(self, ids: frozenset[AnnotationId]) -> None:
        """Exactly these are hidden one by one."""
        self._one_by_one = ids

    def hide_classes(
        self, classes: Iterable[LabelClass], annotations: Iterable[Annotation]
    ) -> None:
        """Exactly these classes are hidden; `annotations` are all there are."""
        self._classes = frozenset((label.name, label.kind) for label in classes)
        self.count(annotations)

    def count(self, annotations: Iterable[Annotation]) -> None:
        """These are all the annotations there are now."""
        names = {name for name, _ in self._classes}
        self._of_classes = {a.id for a in annotations if a.name in names and self._is_of_class(a)}

    def follow(self, patch: Patch) -> bool:
        """Take over what a patch has changed; whether `ids` is another set now."""
        after = {id_: after for id_, (_, after) in patch.changes.items()} if self._classes else {}
        hidden = {id_ for id_, a in after.items() if a is not None and self._is_of_class(a)}
        shown = (after.keys() - hidden) & self._of_classes
        is_changed = bool(shown) or not hidden <= self._of_classes
        self._of_classes = (self._of_classes - shown) | hidden if is_changed else self._of_classes
        return is_changed

    def _is_of_class(self, annotation: Annotation) -> bool:
        if isinstance(annotation, Opaque):
            return False
        return (annotation.name, kind_of(annotation)) in self._classes
