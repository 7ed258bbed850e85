"""A server of one image as the wire has it, with and without versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from limner.api.errors import FieldProblem, Invalid, Stale
from limner.model.annotations import Annotation, BBox
from limner.storage.entry import Copy
from limner.sync.moves import Send

ILLEGAL = "illegal"
"""A class that the server does not know."""


@dataclass(frozen=True, slots=True)
class Revision:
    """What was stored, and the bits of the deeds that whoever sent it knew of."""

    body: tuple[Annotation, ...]
    copy: Copy
    knows: int
    sent: object = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    copy: Copy
    previous_count: int


@dataclass(frozen=True, slots=True)
class Request:
    """A save on its way; `send.if_match` counts only where there are ETags."""

    send: Send
    knows: int


_Content = tuple[tuple[object, ...], ...]


class Server:
    """With versions it is Limner's: If-Match, one key one execution, revisions; else the seed's."""

    def __init__(self, body: Sequence[Annotation], *, has_versions: bool) -> None:
        self._has_versions = has_versions
        self._tags: dict[_Content, int] = {}
        self._replies: dict[str, tuple[_Content, Confirmed]] = {}
        first = tuple(body)
        self.history = [Revision(first, self._copy(_content(first), 0), 0)]

    @property
    def now(self) -> Revision:
        return self.history[-1]

    def save(self, request: Request) -> Confirmed:
        """Raises Stale and Invalid as the real ones do."""
        send, content = request.send, _content(request.send.body)
        if self._has_versions and send.key in self._replies:
            before, reply = self._replies[send.key]
            if before != content:
                raise Invalid(422, "idempotency_key_reused", "used for another request")
            return reply
        was = self.now
        if self._has_versions and send.if_match not in (None, was.copy.etag):
            raise Stale(412, "version_conflict", "changed since")
        _check(send.body)
        confirmed = self._store(request, content)
        if self._has_versions:
            self._replies[send.key] = (content, confirmed)
        return confirmed

    def _store(self, request: Request, content: _Content) -> Confirmed:
        was = self.now
        if content == _content(was.body):
            return Confirmed(was.copy, len(was.body))
        authors = {a.id: a.created_by for a in was.body if isinstance(a, BBox)}
        body = [_stored(a, place, authors.get(a.id)) for place, a in enumerate(request.send.body)]
        copy = self._copy(content, (was.copy.rev or 0) + 1)
        self.history.append(
            Revision(tuple(body), copy, request.knows, (request.send.key, request.send.body))
        )
        return Confirmed(copy, len(was.body))

    def _copy(self, content: _Content, rev: int) -> Copy:
        """The same content has the same tag again."""
        tag = str(self._tags.setdefault(content, len(self._tags)))
        return Copy(etag=tag, rev=rev) if self._has_versions else Copy(print=tag)


def _content(body: Sequence[Annotation]) -> _Content:
    return tuple([(a.id, a.name, a.x, a.attributes) for a in body if isinstance(a, BBox)])


def _stored(annotation: Annotation, place: int, author: str | None) -> Annotation:
    """As it is read again: the place is the rank, and who drew it is known."""
    if isinstance(annotation, BBox) and author is not None:
        return replace(annotation, rank=float(place), created_by=author)
    return replace(annotation, rank=float(place))


def _check(body: Sequence[Annotation]) -> None:
    wrong = [place for place, a in enumerate(body) if a.name.startswith(ILLEGAL)]
    if wrong:
        loc = [
            FieldProblem(("body", "annotations", place, "name"), "no such class") for place in wrong
        ]
        raise Invalid(422, "validation_error", "fields are wrong", None, tuple(loc))
