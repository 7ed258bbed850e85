"""Moments as servers write them."""

from __future__ import annotations

from datetime import UTC, datetime


def read_moment(text: object) -> datetime | None:
    """ISO 8601 text as a moment; UTC where it names no zone, None when it is nothing like that."""
    if not isinstance(text, str):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
