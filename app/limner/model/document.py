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
10. Open conflicts are part of the document: they are found by a patch of the server's, decided by
    a patch of the person's, and undoing that asks again.
11. What is fleeting (hover, selection, zoom, the tool) is not in the document; each undo step
    remembers the selection before and after.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.conflict import Conflict
from limner.model.patch import Patch
from limner.model.rules import check_each

Watcher = Callable[[Patch], None]
_Place = tuple[float, AnnotationId]

_FEW: Final = 200
"""Up to here each place in the order is found alone; above, one pass over all is quicker."""


class PatchDoesNotFit(Exception):
    """The document no longer holds what the patch says it replaces."""


class Document:
    """The annotations of one image in z-order, lowest first, and a revision counter."""

    def __init__(
        self, annotations: Iterable[Annotation] = (), conflicts: Iterable[Conflict] = ()
    ) -> None:
        """Take annotations as they were loaded; ids must be unique."""
        self._conflicts = {conflict.id: conflict for conflict in conflicts}
        self._by_id: dict[AnnotationId, Annotation] = {a.id: a for a in annotations}
        self._order = sorted((a.rank, a.id) for a in self._by_id.values())
        self._snapshot: tuple[Annotation, ...] | None = None
        self._watchers: list[Watcher] = []
        self.revision = 0
        """Grows by one with every patch; equal revisions of one document hold the same work."""

    def __iter__(self) -> Iterator[Annotation]:
        return iter(self.snapshot())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id_: AnnotationId) -> bool:
        return id_ in self._by_id

    def get(self, id_: AnnotationId) -> Annotation | None:
        return self._by_id.get(id_)

    def snapshot(self) -> tuple[Annotation, ...]:
        """Every annotation in z-order, safe to hand to another thread."""
        if self._snapshot is None:
            by_id = self._by_id
            self._snapshot = tuple([by_id[id_] for _, id_ in self._order])
        return self._snapshot

    def held(self, ids: Iterable[AnnotationId]) -> tuple[AnnotationId, ...]:
        """Those of `ids` that the document has, in their order."""
        return tuple(filter(self._by_id.__contains__, ids))

    @property
    def conflicts(self) -> Mapping[AnnotationId, Conflict]:
        """What two people did to the same annotation, and nobody has decided on yet."""
        return MappingProxyType(self._conflicts)

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
        self._check(patch)
        self._put(patch)
        self._snapshot = None
        self.revision += 1
        for watcher in tuple(self._watchers):
            watcher(patch)

    def _check(self, patch: Patch) -> None:
        get = self._by_id.get
        for id_, (before, _) in patch.changes.items():
            held = get(id_)
            if held is not before and held != before:
                raise PatchDoesNotFit(f"{patch.title}: {id_} has changed since the patch was made")
        for id_, (open_before, _) in patch.conflicts.items():
            if self._conflicts.get(id_) != open_before:
                raise PatchDoesNotFit(f"{patch.title}: the conflict on {id_} is another one now")
        coming = [after for _, after in patch.changes.values()]
        check_each([after for after in coming if not isinstance(after, Opaque | None)])

    def _put(self, patch: Patch) -> None:
        for conflicted, (_, open_after) in patch.conflicts.items():
            if open_after is None:
                self._conflicts.pop(conflicted, None)
            else:
                self._conflicts[conflicted] = open_after
        left: list[_Place] = []
        taken: list[_Place] = []
        for id_, (before, after) in patch.changes.items():
            if after is None:
                del self._by_id[id_]
            else:
                self._by_id[id_] = after
            if before is not None and after is not None and before.rank == after.rank:
                continue
            if before is not None:
                left.append((before.rank, id_))
            if after is not None:
                taken.append((after.rank, id_))
        self._reorder(left, taken)

    def _reorder(self, left: list[_Place], taken: list[_Place]) -> None:
        if len(left) + len(taken) > _FEW:
            gone = {id_ for _, id_ in left}
            self._order = [place for place in self._order if place[1] not in gone]
            self._order += taken
            self._order.sort()
            return
        for place in left:
            del self._order[bisect_left(self._order, place)]
        for place in taken:
            insort(self._order, place)
