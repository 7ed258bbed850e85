"""What an image's annotations were, on servers that keep it: Limner's own do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from limner.api.annotation_lists import Loaded, Saved, confirmed, read_list
from limner.api.codec import Told
from limner.api.errors import Garbled, NotFound, NotOffered
from limner.api.listing import converted, pages
from limner.api.moments import read_moment
from limner.api.refusals import plain_words
from limner.api.transport import Wire
from limner.api.wire_texts import WireTexts

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Revision:
    """One list that was saved: which, by whom, when, of how many annotations.

    `is_blind` says that whoever saved it did not say which list they had read, so it may have
    replaced work they never saw; `restored_from` is the revision it repeats.
    """

    rev: int
    author: str
    at: datetime
    count: int
    is_blind: bool = False
    restored_from: int | None = None


class _Row(msgspec.Struct):
    rev: int
    author_name: str
    at: str
    annotation_count: int
    is_blind: bool = False
    restored_from: int | None = None


class Revisions:
    """The history routes of one server, below an image's annotation route."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def listed(self, route: str) -> list[Revision]:
        """Every revision, the newest first."""

        def ask() -> list[Revision]:
            return [_read(row) for row in pages(self._wire, f"{route}/revisions", {})]

        return self._asked(route, ask)

    def read(self, route: str, rev: int, texts: WireTexts, told: Told | None) -> Loaded:
        """The list as it was at `rev`."""
        place = f"{route}/revisions/{rev}"
        return self._asked(route, lambda: read_list(self._wire, place, texts, told))

    def restore(
        self, route: str, image_id: str, rev: int, if_match: str | None, idempotency_key: str
    ) -> Saved:
        """Make the list of `rev` the newest one."""
        headers = {"If-Match": if_match} if if_match is not None else None
        place = f"{route}/revisions/{rev}/restore"

        def ask() -> Saved:
            reply = self._wire.request(
                "POST", place, headers=headers, idempotency_key=idempotency_key
            )
            return confirmed(reply, image_id)

        return self._asked(route, ask)

    def _asked(self, route: str, ask: Callable[[], _T]) -> _T:
        """What `ask` finds.

        A server that keeps no history takes its routes for those of an image that is not there,
        so whoever says that must know revisions.

        Raises:
            NotOffered: this server keeps no history.
        """
        try:
            return ask()
        except NotFound as error:
            known = self._wire.request("GET", route, headers={"If-None-Match": "*"})
            if "x-annotation-rev" in known.headers:
                raise
            words = "This server keeps no history of annotations."
            raise NotOffered(error.status, error.code, words, error.request_id) from error


def _read(value: Any) -> Revision:
    row = converted(value, _Row, "revision")
    at = read_moment(row.at)
    if at is None:
        raise Garbled("The server's answer holds no readable revision.")
    author = plain_words(row.author_name)
    return Revision(row.rev, author, at, row.annotation_count, row.is_blind, row.restored_from)
