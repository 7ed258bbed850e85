"""How long to wait before a server is asked again."""

from __future__ import annotations

from random import Random
from typing import Final

from limner.api.errors import TooMany

_LONGEST_S: Final = 60.0
_LONGEST_ASKED_S: Final = 3600.0


def pause_s(attempt: int, random: Random) -> float:
    """How long to wait after so many failures in a row: up to twice as long each time.

    Any length up to that, so that many clients do not come back together ("full jitter").
    """
    return random.uniform(1.0, min(_LONGEST_S, 2.0 ** min(attempt, 10)))


def asked_pause_s(error: Exception, random: Random) -> float:
    """How long a server wants to be left alone, and a little more."""
    asked = error.retry_after_s if isinstance(error, TooMany) else None
    return min(_LONGEST_ASKED_S, max(0.0, asked or 0.0)) + random.uniform(1.0, 5.0)
