"""How far a document is ahead of what the server was seen to hold, kept up to date."""

from __future__ import annotations

from collections.abc import Mapping

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.model.patch import Change, Patch, Verb


class Ahead:
    """What leads from the base to the document: costs what each patch costs, however far it is."""

    def __init__(self, patch: Patch | None = None) -> None:
        self._changes: dict[AnnotationId, Change] = {} if patch is None else dict(patch.changes)
        open_now = {} if patch is None else patch.conflicts
        self._open: dict[AnnotationId, Conflict] = {
            id_: after for id_, (_, after) in open_now.items() if after is not None
        }

    def __bool__(self) -> bool:
        return bool(self._changes) or bool(self._open)

    @property
    def open_count(self) -> int:
        """How many conflicts wait for a decision."""
        return len(self._open)

    def worked(self, patch: Patch) -> None:
        """The document has changed."""
        for id_, (before, after) in patch.changes.items():
            row = self._changes.get(id_)
            if row is None:  # to compare what a patch says is different would take long
                self._changes[id_] = (before, after)
            else:
                self._put(id_, row[0], after)
        for id_, (_, conflict) in patch.conflicts.items():
            if conflict is None:
                self._open.pop(id_, None)
            else:
                self._open[id_] = conflict

    def advanced(self, patch: Patch) -> None:
        """The base has changed."""
        for id_, (before, after) in patch.changes.items():
            row = self._changes.get(id_)
            if row is None:
                self._changes[id_] = (after, before)
            else:
                self._put(id_, after, row[1])

    def patch(self) -> Patch:
        """From the base to the document as they are now, with the conflicts that are open."""
        return ahead_patch(self._changes, self._open)

    def _put(self, id_: AnnotationId, base: Annotation | None, mine: Annotation | None) -> None:
        if base == mine:
            self._changes.pop(id_, None)
        else:
            self._changes[id_] = (base, mine)


def ahead_patch(
    changes: Mapping[AnnotationId, Change], conflicts: Mapping[AnnotationId, Conflict]
) -> Patch:
    """The patch from a base, on which nothing is open, to a document."""
    opened = {id_: (None, conflict) for id_, conflict in conflicts.items()}
    return Patch(Verb.RELOAD, dict(changes), opened)
