"""What each answer of a server means for the work."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from limner.api.errors import (
    Conflict,
    Garbled,
    Invalid,
    NoAnswer,
    OverLimit,
    ServerFault,
    Stale,
    TooLarge,
    TooMany,
    Unreachable,
)


class Meaning(Enum):
    """What follows from an answer that is no success."""

    WAIT = auto()
    """Surely not executed: once more after a while."""
    DOUBT = auto()
    """Executed or not: found out before anything else, after a while."""
    CHANGED = auto()
    """Not executed, because somebody else was first: read, merge and send at once."""
    THROTTLED = auto()
    """Not executed: wait as long as the server says, and save more seldom."""
    REFUSED = auto()
    """Not executed, because of some annotations: without them, if it is known which."""
    TOO_BIG = auto()
    """Not executed, and not before something was changed here."""
    STOP = auto()
    """Not executed, and not before the person wants it again."""


_MEANINGS: Final[dict[type, Meaning]] = {
    Unreachable: Meaning.WAIT,
    NoAnswer: Meaning.DOUBT,
    Garbled: Meaning.DOUBT,
    ServerFault: Meaning.DOUBT,
    Stale: Meaning.CHANGED,
    Conflict: Meaning.CHANGED,
    TooMany: Meaning.THROTTLED,
    Invalid: Meaning.REFUSED,
    TooLarge: Meaning.TOO_BIG,
    OverLimit: Meaning.TOO_BIG,
    Exception: Meaning.STOP,
}

_KEY_REUSED: Final = "idempotency_key_reused"
"""How Limner's server says that another body came with this key before, and was executed."""


def meaning_of(error: Exception) -> Meaning:
    """What follows; of an error that nobody foresaw, that a person must see it."""
    return next(_MEANINGS[kind] for kind in type(error).__mro__ if kind in _MEANINGS)


def was_executed_before(error: Exception) -> bool:
    """Whether the server says that it has executed a request with this key, of another body."""
    return isinstance(error, Invalid) and error.code == _KEY_REUSED
