"""All annotations of one image, and the only door through which they change.

The rules, which tests/unit/test_document.py holds to:

1. `Document.apply(patch)` is the only way in. No record is ever edited in place.
2. A patch is `{id: (before, after)}`: (None, a) adds, (a, None) removes, (a, b) replaces.
3. apply is all or nothing: if any `before` is not what the document holds, or any `after` breaks
   a rule of `rules.py`, an error is raised and nothing has happened.
4. The inverse is the swap; two patches squash; a patch that cancels out disappears.
5. Watchers run after the whole patch is in, in the order they came: what keeps the work safe
   subscribes first.
6. One gesture is one undo step; Esc in a gesture is undo without redo (tools keep what is being
   drawn to themselves until the gesture ends).
7. What comes from the server is applied and drawn, and never put into history.
8. The order on the image is a field of the record (`rank`), so "bring to front" is an ordinary
   patch; the wire's list order is made from it.
9. Verdicts are kept by their own key (target, criteria) and never mixed into a document.
10. What is fleeting (hover, selection, zoom, the tool) is not in the document; each undo step
    remembers the selection before and after.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.patch import Patch
from limner.model.rules import check

Watcher = Callable[[Patch], None]


class PatchDoesNotFit(Exception):
    """The document no longer holds what the patch says it replaces."""


class Document:
    """The annotations of one image in z-order, lowest first, and a revision counter."""

    def __init__(self, annotations: Iterable[Annotation] = ()) -> None:
        """Take annotations as they were loaded; ids must be unique."""
        self._by_id: dict[AnnotationId, Annotation] = {a.id: a for a in annotations}
        self._order = sorted((a.rank, a.id) for a in self._by_id.values())
        self._watchers: list[Watcher] = []
        self.revision = 0
        """Grows by one with every patch; equal revisions of one document hold the same work."""

    def __iter__(self) -> Iterator[Annotation]:
        return (self._by_id[id_] for _, id_ in self._order)

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id_: AnnotationId) -> bool:
        return id_ in self._by_id

    def get(self, id_: AnnotationId) -> Annotation | None:
        return self._by_id.get(id_)

    def snapshot(self) -> tuple[Annotation, ...]:
        """Every annotation in z-order, safe to hand to another thread."""
        return tuple(self)

    def top_rank(self) -> float:
        """A rank above everything there is."""
        return self._order[-1][0] + 1.0 if self._order else 0.0

    def bottom_rank(self) -> float:
        """A rank below everything there is."""
        return self._order[0][0] - 1.0 if self._order else 0.0

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call `watcher` with every patch applied from now on; the returned function stops it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    def apply(self, patch: Patch) -> None:
        """Make the change, whole or not at all.

        Raises:
            PatchDoesNotFit: an annotation is not what the patch says it was.
            RuleBroken: an annotation would become illegal.
        """
        for id_, (before, after) in patch.changes.items():
            if self._by_id.get(id_) != before:
                raise PatchDoesNotFit(f"{patch.title}: {id_} has changed since the patch was made")
            if after is not None and not isinstance(after, Opaque):
                check(after)
        for id_, (before, after) in patch.changes.items():
            self._put(id_, before, after)
        self.revision += 1
        for watcher in tuple(self._watchers):
            watcher(patch)

    def _put(self, id_: AnnotationId, before: Annotation | None, after: Annotation | None) -> None:
        if after is None:
            del self._by_id[id_]
        else:
            self._by_id[id_] = after
        old = None if before is None else (before.rank, id_)
        new = None if after is None else (after.rank, id_)
        if old == new:
            return
        if old is not None:
            del self._order[bisect_left(self._order, old)]
        if new is not None:
            insort(self._order, new)
