"""Reading and replacing the whole list of an image's annotations (Pictograph contract, 3)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import unquote

import msgspec

from limner.api.codec import Told
from limner.api.errors import Garbled, OverLimit, TooLarge
from limner.api.listing import converted
from limner.api.moments import read_moment
from limner.api.refusals import plain_words
from limner.api.transport import NOT_CHANGED, Reply, Wire
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation

LIMIT_HEADER: Final = "x-max-body-bytes"
"""How Limner's own server says how large the body of a save may be."""

_ARRIVED: Final = 0.3
"""The share of a load that is over when the last byte has come; the rest is reading them."""

Near = Callable[[int, int], None]
"""Called with the bytes of a body that is not far below what the server takes, and with that."""

_NEAR: Final = 0.8


@dataclass(frozen=True, slots=True)
class Loaded:
    """The annotations of an image, lowest first.

    `etag` is the server's version of them, `rev` its number, `author` and `at` who made it and
    when; each is None where the server does not say it.
    """

    annotations: list[Annotation]
    etag: str | None
    rev: int | None = None
    author: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Saved:
    """A confirmed save: how many annotations there were before, and how many are there now."""

    previous_count: int
    new_count: int
    status: str
    etag: str | None
    rev: int | None = None


class _SaveReply(msgspec.Struct):
    image_id: str
    previous_count: int
    new_count: int
    status: str


class AnnotationLists:
    """The annotation routes of one server, and what it was found to take at once."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._limit_bytes: int | None = None

    def load(
        self, route: str, texts: WireTexts, told: Told | None, if_none_match: str | None
    ) -> Loaded | None:
        """Read the list; None when it is still the one that `if_none_match` names.

        `told` hears how far it has come, and what it raises ends the load.
        """
        reply = _fetched(self._wire, route, told, if_none_match)
        limit = reply.headers.get(LIMIT_HEADER, "")
        if limit.isdecimal():
            self._limit_bytes = int(limit)
        return None if reply.status == NOT_CHANGED else _loaded(reply, texts, told)

    def save(
        self,
        route: str,
        image_id: str,
        annotations: Sequence[Annotation],
        body: Sequence[bytes],
        *,
        idempotency_key: str,
        if_match: str | None,
        told: Told | None,
        near: Near | None,
    ) -> Saved:
        """Replace the list by `body`, which is that of `annotations`.

        Raises:
            OverLimit: the server is known to take less; nothing was sent.
            Garbled: the server says something else than that it stored this list.
        """
        self._check_size(len(annotations), sum(map(len, body)), near)
        try:
            reply = self._wire.request(
                "POST",
                route,
                content=body,
                headers={"If-Match": if_match} if if_match is not None else None,
                idempotency_key=idempotency_key,
                sent=lambda done, total: told(done / total) if told is not None else None,
            )
        except TooLarge as error:
            self._limit_bytes = error.limit_bytes or self._limit_bytes
            raise
        done = confirmed(reply, image_id)
        if done.new_count != len(annotations):
            raise Garbled(
                f"The server confirmed {done.new_count} annotations instead of {len(annotations)}."
            )
        return done

    def _check_size(self, count: int, size_bytes: int, near: Near | None) -> None:
        limit = self._limit_bytes
        if limit is None:
            return
        if size_bytes > limit:
            raise OverLimit(count, size_bytes, limit)
        if size_bytes > _NEAR * limit and near is not None:
            near(size_bytes, limit)


def read_list(wire: Wire, route: str, texts: WireTexts, told: Told | None) -> Loaded:
    """The list at `route`, whatever it is; `told` as in `AnnotationLists.load`."""
    return _loaded(_fetched(wire, route, told), texts, told)


def confirmed(reply: Reply, image_id: str) -> Saved:
    """What the answer to a save says.

    Raises:
        Garbled: it confirms nothing, or the save of another image.
    """
    said = converted(reply.document(), _SaveReply, "confirmation")
    if said.image_id.lower() != image_id.lower():
        raise Garbled("The server confirmed the save of another image.")
    etag, rev = reply.headers.get("etag"), _rev(reply)
    return Saved(said.previous_count, said.new_count, said.status, etag, rev)


def _fetched(wire: Wire, route: str, told: Told | None, if_none_match: str | None = None) -> Reply:
    def received(so_far: int, total: int | None) -> None:
        if told is not None:
            told(_ARRIVED * so_far / total if total else 0.0)

    headers = {"If-None-Match": if_none_match} if if_none_match is not None else None
    return wire.request("GET", route, headers=headers, received=received)


def _loaded(reply: Reply, texts: WireTexts, told: Told | None) -> Loaded:
    def read(share: float) -> None:
        if told is not None:
            told(_ARRIVED + (1 - _ARRIVED) * share)

    author = plain_words(unquote(reply.headers.get("x-annotation-author", "")))
    return Loaded(
        texts.decode(reply.body, told=read),
        reply.headers.get("etag"),
        _rev(reply),
        author or None,
        read_moment(reply.headers.get("x-annotation-at")),
    )


def _rev(reply: Reply) -> int | None:
    text = reply.headers.get("x-annotation-rev", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
