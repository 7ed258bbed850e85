"""Bringing together what two people did to one image: by annotation, then by field.

Three versions are known: `base`, which the server was last seen to hold, `mine` and `theirs`. For
each id, in this order (the normative rules are those of the study of the wire):

1. mine = theirs: that.
2. I deleted it, and theirs is a version I had seen or sent: it stays deleted. Theirs is what I
   sent and had no answer about (`is_late`), and I went on since: mine, whatever it is.
3. mine = base: theirs, and it is listed as their doing. Is it something that I had removed from
   the server, and in a version that I do not know, it is asked about too.
4. theirs = base, or a version of mine that I had sent: mine.
5. Otherwise field by field (`fields.py`). Disjoint changes come together, and theirs are listed;
   where both changed one field, mine stays and theirs waits in a conflict. What one changed and
   the other removed stays, with a conflict. Nothing is dropped unseen.

A conflict that is open already stays open with what they did since, until a person decides or both
sides say the same.

Annotations are gone through in sorted order, so the same input gives the same result everywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.conflict import Conflict
from limner.model.fields import differing, picked, says_the_same, together
from limner.model.ranks import joined_order, ranked

__all__ = ["Case", "Doing", "Known", "Merged", "News", "Outcome", "carried", "merge", "picked"]

Known = Callable[[AnnotationId, Annotation | None], bool]
"""Whether this version of an annotation, None for its absence, was seen or sent before."""

Open = Mapping[AnnotationId, Conflict]


class Doing(StrEnum):
    """What somebody else did to an annotation."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class News:
    """Something another person did that is now in the result; `before` is what I had."""

    doing: Doing
    before: Annotation | None
    after: Annotation | None

    @property
    def id(self) -> AnnotationId | None:
        annotation = self.after or self.before
        return None if annotation is None else annotation.id


@dataclass(frozen=True, slots=True)
class Merged:
    """The result in z-order, what came from others, and what a person must decide.

    `theirs` is their list again, with the records and ranks of the result wherever both say the
    same, so that the two can be compared cheaply.
    """

    annotations: tuple[Annotation, ...]
    news: tuple[News, ...]
    conflicts: tuple[Conflict, ...]
    theirs: tuple[Annotation, ...]


def _never(_id: AnnotationId, _version: Annotation | None) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Case:
    """One annotation in three versions; `open` is the conflict about it, if there is one."""

    id: AnnotationId
    base: Annotation | None
    mine: Annotation | None
    theirs: Annotation | None
    open: Conflict | None = None
    is_known: Known = _never
    is_late: Known = _never

    def outcome(self) -> Outcome:
        """What becomes of it."""
        outcome = self._by_rules()
        if self.open is None:
            return outcome
        return replace(outcome, conflict=self._still_open(self.open, outcome))

    def _by_rules(self) -> Outcome:
        b, m, t = self.base, self.mine, self.theirs
        if says_the_same(m, t):
            return Outcome(t if m is None or t is None else _with_author(m, t))
        if self._is_mine_from_before():
            return Outcome(m)
        if m is None and b is None and self.is_known(self.id, None):
            return Outcome(t, _news(m, t), Conflict(self.id, b, m, t))
        if says_the_same(m, b):
            return Outcome(t, _news(m, t))
        if says_the_same(t, b) or (t is not None and self.is_known(self.id, t)):
            return Outcome(m)
        if m is None or t is None:
            return Outcome(m or t, conflict=Conflict(self.id, b, m, t))
        result, clashes = together(b, m, t)
        news = None if says_the_same(result, m) else _news(m, result)
        return Outcome(result, news, Conflict(self.id, b, m, t, clashes) if clashes else None)

    def _is_mine_from_before(self) -> bool:
        """Whether theirs is only what I sent once, and nobody's work."""
        if self.is_late(self.id, self.theirs):
            return True
        return self.mine is None and self.theirs is not None and self.is_known(self.id, self.theirs)

    def _still_open(self, conflict: Conflict, outcome: Outcome) -> Conflict | None:
        """The open conflict with what they did since; None once there is nothing to decide."""
        m, t = outcome.annotation, self.theirs
        if conflict.mine is None and says_the_same(self.mine, self.base):
            return None if t is None else _now(conflict, t)  # theirs is what is seen
        if says_the_same(self.mine, t):
            return None
        if says_the_same(t, self.base) or self.is_late(self.id, t):
            return conflict
        if says_the_same(self.mine, self.base):
            return None
        if m is None or t is None or self.mine is None:
            return replace(conflict, mine=self.mine, theirs=t, fields=())
        clashes = outcome.conflict.fields if outcome.conflict is not None else ()
        asked = {*conflict.fields, *clashes} or {*differing(m, t)}
        fields = tuple(field for field in differing(m, t) if field in asked)
        return replace(conflict, mine=self.mine, theirs=t, fields=fields) if fields else None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one annotation, what of it came from others, and what must be decided."""

    annotation: Annotation | None
    news: News | None = None
    conflict: Conflict | None = None


_NONE_OPEN: Final[Open] = MappingProxyType({})


def merge(
    base: Sequence[Annotation],
    mine: Sequence[Annotation],
    theirs: Sequence[Annotation],
    is_known: Known,
    is_late: Known = _never,
    conflicts: Open = _NONE_OPEN,
    held_back: Collection[AnnotationId] = (),
) -> Merged:
    """Bring three lists together, each in z-order; never fails, whatever the lists hold.

    `conflicts` are those of `mine` that are open; `held_back` is what else of it is not sent.
    """
    bases, mines, others = ({a.id: a for a in version} for version in (base, mine, theirs))
    kept: dict[AnnotationId, Annotation] = {}
    news: list[News] = []
    still_open: list[Conflict] = []
    for id_ in sorted(bases.keys() | mines.keys() | others.keys() | conflicts.keys()):
        b, m, t, c = bases.get(id_), mines.get(id_), others.get(id_), conflicts.get(id_)
        if m is b and c is None and m is not None and says_the_same(m, t):
            outcome = Outcome(_with_author(m, t))
        else:
            outcome = Case(id_, b, m, t, c, is_known, is_late).outcome()
        if outcome.annotation is not None:
            kept[id_] = outcome.annotation
        if outcome.news is not None:
            news.append(outcome.news)
        if outcome.conflict is not None:
            still_open.append(outcome.conflict)
    unsettled = {*held_back, *(conflict.id for conflict in still_open)}
    order = joined_order(list(bases), list(mines), list(others), kept, unsettled)
    own_ranks = [mines[id_].rank if id_ in mines else None for id_ in order]
    result = ranked([kept[id_] for id_ in order], own_ranks)
    return Merged(result, tuple(news), tuple(still_open), _shared(theirs, result))


def carried(before: Annotation, after: Annotation, version: Annotation) -> Annotation:
    """An earlier or later `version` of `before`, with what made `before` into `after`.

    Where both changed a field, it is as `after` has it: undoing one's own work on an annotation
    leaves alone what somebody else did to it since.
    """
    if version == before:
        return after
    if isinstance(before, Opaque) or isinstance(after, Opaque) or isinstance(version, Opaque):
        return after
    kept, _ = together(before, after, version)
    return replace(kept, rank=after.rank if version.rank == before.rank else version.rank)


def _with_author(mine: Annotation, theirs: Annotation | None) -> Annotation:
    """Mine, with the author that the server wrote in."""
    if theirs is None or isinstance(mine, Opaque) or isinstance(theirs, Opaque):
        return mine
    author = theirs.created_by or mine.created_by
    return mine if author == mine.created_by else replace(mine, created_by=author)


def _now(conflict: Conflict, theirs: Annotation) -> Conflict:
    return conflict if says_the_same(conflict.theirs, theirs) else replace(conflict, theirs=theirs)


def _news(before: Annotation | None, after: Annotation | None) -> News:
    if before is None:
        return News(Doing.ADDED, None, after)
    return News(Doing.CHANGED if after is not None else Doing.REMOVED, before, after)


def _shared(theirs: Sequence[Annotation], result: Sequence[Annotation]) -> tuple[Annotation, ...]:
    held = {a.id: a for a in result}
    alike = [_one_record(t, held.get(t.id)) for t in theirs]
    return ranked(alike, [held[t.id].rank if t.id in held else None for t in theirs])


def _one_record(theirs: Annotation, held: Annotation | None) -> Annotation:
    return held if held is not None and says_the_same(theirs, held) else theirs
