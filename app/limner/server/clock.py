"""The time, as the tables keep it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """The present moment as ISO 8601 text in UTC, sortable as text, to the microsecond."""
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
