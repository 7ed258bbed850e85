"""What comes of reading the server: the merge on a worker, and what the main thread makes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Final, TypeVar

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.merge import Case, News, merge
from limner.model.patch import Change, Decision, Patch, Verb
from limner.storage.entry import Copy
from limner.sync.moves import Annotations, Look, Looked
from limner.sync.troubles import MassRemoval, WentBack
from limner.sync.unsent import Unsent

V = TypeVar("V")

_Conflicts = Mapping[AnnotationId, Conflict]

_NOTHING: Final = Patch(Verb.RELOAD, {})

MANY_REMOVED: Final = 20
"""So many annotations that are gone on the server, or half of an image, are asked about …"""

FEW: Final = 3
"""… but not if they are fewer than these."""


def is_same_copy(one: Copy, other: Copy) -> bool:
    """Whether two names mean the same list; never where the server was not read yet."""
    if one.etag is not None or other.etag is not None:
        return one.etag == other.etag
    return one.print is not None and one.print == other.print


def looked_at(look: Look, theirs: Sequence[Annotation], copy: Copy) -> Looked:
    """Merge what the server was found to hold, as `copy`. For workers."""
    known = look.known.named()
    if is_same_copy(look.copy, copy):
        return Looked(look.base, copy, known, _NOTHING, _NOTHING, _NOTHING, is_same=True)
    merged = merge(
        look.base,
        look.mine,
        theirs,
        known.holds,
        known.is_late,
        look.conflicts,
        look.held_back,
    )
    base, mine = merged.theirs, merged.annotations
    still_open = {conflict.id: conflict for conflict in merged.conflicts}
    there, here = {a.id for a in base}, {a.id for a in look.mine}
    remaining = [a.id for a in look.base if a.id in here]
    advance = Patch(Verb.RELOAD, _changes(look.base, base))
    ahead = Patch(Verb.RELOAD, _changes(base, mine), _decisions({}, still_open))
    return Looked(
        theirs=base,
        copy=copy,
        known=known,
        advance=advance,
        news=Patch(Verb.RELOAD, _changes(look.mine, mine), _decisions(look.conflicts, still_open)),
        ahead=ahead,
        told=merged.news,
        removed_again=_removed_again(advance, ahead),
        removed=sum(id_ not in there for id_ in remaining),
        remaining=len(remaining),
    )


def _removed_again(advance: Patch, ahead: Patch) -> tuple[AnnotationId, ...]:
    """What the server had lost already, and has again, and is to lose."""
    came = {id_ for id_, (before, _) in advance.changes.items() if before is None}
    return tuple(id_ for id_ in ahead.removed() if id_ in came)


def held_up(ground: Copy, looked: Looked) -> Exception | None:
    """Why a person should see this before it becomes theirs, when the server held `ground`."""
    if ground.rev is not None and looked.copy.rev is not None and looked.copy.rev < ground.rev:
        return WentBack(ground.rev, looked.copy.rev)
    gone = looked.removed
    if gone > MANY_REMOVED or (gone >= FEW and 2 * gone > looked.remaining):
        return MassRemoval(gone, looked.remaining)
    return None


def with_edits(looked: Looked, since: Unsent, document: Document) -> Looked:
    """`looked` as it is after what was done to the document `since` it was read for the merge.

    Each annotation that both changed is merged again, so there should be few in `since`.
    """
    touched = since.changes.keys() | since.conflicts.keys()
    if not touched:
        return looked
    news, ahead = Unsent(looked.news), Unsent(looked.ahead)
    told = [each for each in looked.told if each.id not in touched]
    for id_ in sorted(touched):
        news_of_it = _Again(looked, since, document, id_).settle(news, ahead)
        told += [news_of_it] if news_of_it is not None else []
    return replace(looked, news=news.patch(), ahead=ahead.patch(), told=tuple(told))


def without_removals(looked: Looked, document: Document) -> Looked:
    """`looked` for a person who keeps what others removed: it goes back to the server."""
    gone = [id_ for id_, (_, there) in looked.advance.changes.items() if there is None]
    return _without_news(looked, document, gone)


def without_any(looked: Looked, document: Document) -> Looked:
    """`looked` for a person who keeps all as it is here."""
    return _without_news(looked, document, [*looked.news.changes, *looked.news.conflicts])


def _without_news(looked: Looked, document: Document, ids: Iterable[AnnotationId]) -> Looked:
    """What is here of `ids` stays as it is, with the conflicts that were open, and is ahead."""
    news, ahead = Unsent(looked.news), Unsent(looked.ahead)
    dropped = set(ids)
    for id_ in sorted(dropped):
        here, merged = news.changes.pop(id_, (document.get(id_), document.get(id_)))
        there, _ = ahead.changes.pop(id_, (merged, merged))
        _put(ahead.changes, id_, there, here)
        open_here, _ = news.conflicts.pop(id_, (document.conflicts.get(id_), None))
        _put(ahead.conflicts, id_, None, open_here)
    told = tuple(each for each in looked.told if each.id not in dropped)
    return replace(looked, news=news.patch(), ahead=ahead.patch(), told=told)


class _Again:
    """One annotation that was edited here while the server was being read."""

    def __init__(
        self, looked: Looked, since: Unsent, document: Document, id_: AnnotationId
    ) -> None:
        self._looked = looked
        self._id = id_
        self._now = document.get(id_)
        self._open = document.conflicts.get(id_)
        mine_then = since.changes[id_][0] if id_ in since.changes else self._now
        merged = looked.news.changes.get(id_, (None, mine_then))[1]
        self._there = looked.ahead.changes.get(id_, (merged, None))[0]

    def settle(self, news: Unsent, ahead: Unsent) -> News | None:
        """Put right what `news` and `ahead` say of it; what others did to it, if they did."""
        id_, result, still_open, told = self._id, self._now, self._open, None
        if self._is_theirs_too:
            outcome = self._case().outcome()
            result, still_open, told = outcome.annotation, outcome.conflict, outcome.news
            if result is not None and self._now is not None:
                result = replace(result, rank=self._now.rank)
        _put(news.changes, id_, self._now, result)
        _put(news.conflicts, id_, self._open, still_open)
        _put(ahead.changes, id_, self._there, result)
        _put(ahead.conflicts, id_, None, still_open)
        return told

    @property
    def _is_theirs_too(self) -> bool:
        looked = self._looked
        patches = (looked.advance.changes, looked.news.changes, looked.news.conflicts)
        return any(self._id in rows for rows in patches)

    def _case(self) -> Case:
        base = self._looked.advance.changes.get(self._id, (self._there, None))[0]
        known = self._looked.known
        return Case(self._id, base, self._now, self._there, self._open, known.holds, known.is_late)


def _put(rows: dict[AnnotationId, tuple[V, V]], id_: AnnotationId, before: V, after: V) -> None:
    if before is after or before == after:
        rows.pop(id_, None)
    else:
        rows[id_] = (before, after)


def _changes(before: Annotations, after: Annotations) -> dict[AnnotationId, Change]:
    """The rows between two lists; quick where they share records."""
    befores, afters = {a.id: a for a in before}, {a.id: a for a in after}
    changes: dict[AnnotationId, Change] = {
        a.id: (a, afters.get(a.id))
        for a in before
        if (now := afters.get(a.id)) is not a and now != a
    }
    changes.update((a.id, (None, a)) for a in after if a.id not in befores)
    return changes


def _decisions(before: _Conflicts, after: _Conflicts) -> dict[AnnotationId, Decision]:
    ids = dict.fromkeys(chain(before, after))
    rows = {id_: (before.get(id_), after.get(id_)) for id_ in ids}
    return {id_: (was, now) for id_, (was, now) in rows.items() if was != now}
