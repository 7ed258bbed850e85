"""Points in time in the words of a list: the hour today, the day before that."""

from __future__ import annotations

from datetime import datetime, timedelta


def when(at: float, now: datetime | None = None) -> str:
    """Unix time `at` as "14:02", "yesterday 14:02", "3 May 14:02", "3 May 2024 14:02".

    In the time zone of this computer, like `now`.
    """
    now = now or datetime.now().astimezone()
    try:
        then = datetime.fromtimestamp(at, now.tzinfo)
    except (ValueError, OverflowError, OSError):  # a server's clock may say anything
        return "some day"
    hour = f"{then:%H:%M}"
    if then.date() == now.date():
        return hour
    if then.date() == now.date() - timedelta(days=1):
        return f"yesterday {hour}"
    year = "" if then.year == now.year else f" {then.year}"
    return f"{then.day} {then:%B}{year} {hour}"
