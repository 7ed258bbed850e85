"""What of a review waits, for those who list and count it."""

from __future__ import annotations

from dataclasses import dataclass

from limner.model.verdicts import Item, Target
from limner.review.delivery import Clash
from limner.review.marks import Mark


@dataclass(frozen=True, slots=True)
class Waiting:
    """An answer that the server does not have; `since` is Unix time, `error` why, if it is known.

    `criteria` is the name of the question, empty when it belongs to another project. `clash` is
    what it would replace; `item` where it was given, if that is known.
    """

    target: Target
    criteria_id: str
    criteria: str
    mark: Mark
    error: Exception | None
    since: float
    needs_you: bool
    clash: Clash | None = None
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many answers wait to be sent by themselves, and how many for the person."""

    waiting: int = 0
    needs_you: int = 0
