"""A body made ready to be sent: what is in it, and what of the document is not."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass

from limner.api.errors import Invalid
from limner.model.annotations import Annotation, AnnotationId
from limner.model.document import Document
from limner.model.patch import Change, Patch, Verb
from limner.storage.entry import Copy, Kept, Outgoing
from limner.sync.moves import Annotations, Send
from limner.sync.unsent import Unsent


@dataclass(frozen=True, slots=True)
class Frozen:
    """`held` leads from the body to the document it was made of, with all open conflicts.

    `upto` is the number of the newest op in it; `is_first` whether no other body had its key.
    """

    send: Send
    held: Patch
    upto: int
    is_first: bool

    @property
    def outgoing(self) -> Outgoing:
        return Outgoing(self.upto, self.send.key, self.send.held_back)


@dataclass(frozen=True, slots=True)
class Ground:
    """The list that the server is known to hold, and its name."""

    base: Annotations
    copy: Copy


def freeze(
    ground: Ground,
    document: Document,
    ahead: Unsent,
    held_back: frozenset[AnnotationId],
    outgoing: Outgoing,
    *,
    is_first: bool,
) -> Frozen:
    """The document as it is to be sent: what is held back stands as the server has it."""
    held = {id_: ahead.changes[id_] for id_ in sorted(held_back)}
    body = _with_befores(document.snapshot(), held)
    return _frozen(ground, ahead, held, body, outgoing, is_first=is_first)


def frozen_again(kept: Kept, outgoing: Outgoing) -> Frozen:
    """The body that an earlier run froze, made anew from the journal."""
    ground = Ground(kept.base, kept.copy)
    ahead = Unsent(kept.ahead)
    if kept.since is not None:
        ahead.add(kept.since.inverse())
    held = {id_: ahead.changes[id_] for id_ in sorted(outgoing.held_back) if id_ in ahead.changes}
    by_id = {a.id: a for a in kept.base}
    for id_, (_, after) in ahead.changes.items():
        if id_ not in held:
            if after is None:
                by_id.pop(id_, None)
            else:
                by_id[id_] = after
    body = tuple(sorted(by_id.values(), key=_place))
    return _frozen(ground, ahead, held, body, outgoing, is_first=True)


def _frozen(
    ground: Ground,
    ahead: Unsent,
    held: Mapping[AnnotationId, Change],
    body: Annotations,
    outgoing: Outgoing,
    *,
    is_first: bool,
) -> Frozen:
    sent = {id_: row for id_, row in ahead.changes.items() if id_ not in held}
    send = Send(
        body=body,
        key=outgoing.key,
        if_match=ground.copy.etag,
        base=ground.base,
        ahead=Patch(Verb.RELOAD, sent),
        held_back=frozenset(held),
    )
    rest = Patch(Verb.RELOAD, held, dict(ahead.conflicts))
    return Frozen(send, rest, outgoing.upto, is_first)


def _with_befores(document: Annotations, held: Mapping[AnnotationId, Change]) -> Annotations:
    """The document with some rows taken back, each at its place in the order."""
    if not held:
        return document
    body = list(document)
    for before, now in held.values():
        if now is not None:
            del body[bisect_left(body, _place(now), key=_place)]
        if before is not None:
            insort(body, before, key=_place)
    return tuple(body)


def _place(annotation: Annotation) -> tuple[float, AnnotationId]:
    return annotation.rank, annotation.id


def words_for(error: Exception, send: Send) -> dict[AnnotationId, str]:
    """The server's words about each annotation that was changed here; none about anything else."""
    problems = error.problems if isinstance(error, Invalid) else ()
    words: dict[AnnotationId, str] = {}
    for problem in problems:
        index = problem.annotation_index
        id_ = send.body[index].id if index is not None and 0 <= index < len(send.body) else None
        if id_ is not None and id_ in send.ahead.changes:
            words.setdefault(id_, problem.message)
    return words
