"""Which copy of the server a draft stands on, for those who do not use the journal yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Base:
    """Which copy of the server a draft stands on; both None when none was ever read."""

    etag: str | None = None
    body_hash: str | None = None
