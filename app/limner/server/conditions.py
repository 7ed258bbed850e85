"""Under which condition a request is made: which version its sender has seen (RFC 9110, 13)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import Depends, Header
from sqlalchemy import Connection

from limner.server import history
from limner.server.errors import Problem
from limner.server.lookups import DatasetRow, ImageRow

IfNoneMatch = Annotated[str | None, Header()]

_ANY: Final = "*"
_LAST: Final = {"x-should-retry": "false"}
"""Sent again as it is such a request fails again; one of the SDKs must be told."""

CONDITIONAL: Final[dict[int | str, dict[str, Any]]] = {
    412: {"description": "The annotations are not what the condition names; nothing was changed."},
    428: {"description": "The dataset takes changes only with If-Match or If-None-Match."},
}
"""What else a request that replaces annotations may be answered, for the API's description."""
UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "The caller has it already: If-None-Match names it."}
}


@dataclass(frozen=True, slots=True)
class Condition:
    """The two headers of a request that replaces annotations, None where they were not sent."""

    if_match: str | None = None
    if_none_match: str | None = None

    @property
    def names_a_version(self) -> bool:
        """Whether the sender says what they have seen; `If-Match: *` fits everything."""
        return self.if_match not in (None, _ANY) or self.if_none_match is not None

    def overwrites_unseen(self, row: ImageRow) -> bool:
        """Whether a save under this condition, which holds, replaces what nobody says they saw."""
        return row.rev > 0 and not self.names_a_version

    def check(self, tx: Connection, owner: DatasetRow, row: ImageRow) -> None:
        """See that the condition holds for the image `row` of the dataset `owner`.

        `If-None-Match: *` holds for an image that was never saved: an empty list that somebody
        saved is something.

        Raises:
            Problem: 412 that says who changed the image; 428 when the dataset asks for If-Match
                and there is none.
        """
        if owner.requires_if_match and not self.names_a_version:
            raise Problem(
                428,
                "precondition_required",
                "this dataset takes annotations only with If-Match: read them first",
                headers={"ETag": row.etag, **_LAST},
            )
        if not self._holds(row):
            raise _changed(tx, row)

    def _holds(self, row: ImageRow) -> bool:
        if self.if_match not in (None, _ANY) and not names(self.if_match, row.etag):
            return False
        if self.if_none_match == _ANY:
            return bool(row.rev == 0)
        return not names(self.if_none_match, row.etag)


def names(header: str | None, etag: str) -> bool:
    """Whether the list of tags in `header` has this one; "*" is every tag.

    A weak tag counts as its strong one: a proxy that packs answers weakens the tags it passes on
    (RFC 9110, 8.8.1), and what ours names is the list and not its packing.
    """
    if header is None:
        return False
    return header == _ANY or etag in {tag.strip().removeprefix("W/") for tag in header.split(",")}


def _changed(tx: Connection, row: ImageRow) -> Problem:
    last = history.last_change(tx, row)
    headers: Mapping[str, str] = history.headers(row.etag, row.rev, last.author_name, last.at)
    return Problem(
        412,
        "version_conflict",
        "the annotations were changed since they were read",
        details={"rev": row.rev, "author": last.author_name, "at": last.at},
        headers={**headers, **_LAST},
    )


async def _condition(
    if_match: Annotated[str | None, Header()] = None, if_none_match: IfNoneMatch = None
) -> Condition:
    return Condition(if_match, if_none_match)


ConditionOf = Annotated[Condition, Depends(_condition)]
