"""What was done since a point in time, growing by one change after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from limner.model.annotations import AnnotationId
from limner.model.patch import Change, Decision, Patch, Verb

V = TypeVar("V")


class Unsent:
    """As `Patch.then`, without a copy for each: what is unsent may be 100,000 annotations."""

    def __init__(self, start: Patch | None = None) -> None:
        self.changes: dict[AnnotationId, Change] = dict(start.changes) if start else {}
        self.conflicts: dict[AnnotationId, Decision] = dict(start.conflicts) if start else {}

    def add(self, later: Patch) -> None:
        _squash(self.changes, later.changes)
        _squash(self.conflicts, later.conflicts)

    def patch(self) -> Patch:
        """What it is now; it does not change with this."""
        return Patch(Verb.RELOAD, dict(self.changes), dict(self.conflicts))


def _squash(
    rows: dict[AnnotationId, tuple[V, V]], later: Mapping[AnnotationId, tuple[V, V]]
) -> None:
    if rows.keys().isdisjoint(later):  # the usual case, and often a large one
        rows.update(later)
        return
    for id_, (before, after) in later.items():
        first = rows[id_][0] if id_ in rows else before
        if first is after or first == after:
            rows.pop(id_, None)
        else:
            rows[id_] = (first, after)
