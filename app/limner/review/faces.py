"""What lies on the desk: one image and one object, with what is stored about them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from limner.model.verdicts import Item, PastAnswer, Target, Verdict
from limner.review.delivery import Arrived
from limner.review.marks import Mark


@dataclass(slots=True)
class Slot:
    """What is stored on one criterion; `overrun` is what one's own answer replaced unseen."""

    verdict: Verdict | None = None
    mark: Mark = Mark.NONE
    overrun: PastAnswer | None = None


@dataclass(slots=True)
class Face:
    """A target and what is known of it."""

    target: Target | None = None
    name: str = ""
    item: Item | None = None
    slots: dict[str, Slot] = field(default_factory=dict)
    is_read: bool = False
    """Whether the server itself has been heard, not only what is remembered of it."""

    def slot(self, criteria_id: str) -> Slot:
        return self.slots.get(criteria_id) or Slot()

    def recalled(self, verdicts: Iterable[Verdict]) -> None:
        """Show what is remembered, until the server is heard."""
        for verdict in () if self.is_read else verdicts:
            self.slots.setdefault(verdict.criteria_id, Slot(verdict, Mark.STORED))

    def read(self, verdicts: Iterable[Verdict]) -> None:
        """Show what the server has; an answer that arrived meanwhile is newer."""
        self.is_read = True
        stored = {verdict.criteria_id: verdict for verdict in verdicts}
        for criteria_id in stored.keys() | self.slots.keys():
            slot = self.slots.setdefault(criteria_id, Slot())
            if slot.mark in (Mark.NONE, Mark.STORED):
                slot.verdict = stored.get(criteria_id)
                slot.mark = Mark.NONE if slot.verdict is None else Mark.STORED

    def arrived(self, criteria_id: str, arrived: Arrived) -> None:
        """One's own answer is stored now."""
        is_update = arrived.is_update or self.slot(criteria_id).verdict is not None
        mark = Mark.UPDATED if is_update else Mark.SUBMITTED
        self.slots[criteria_id] = Slot(arrived.verdict, mark, arrived.overrun)

    def found(self, criteria_id: str, verdict: Verdict) -> None:
        """Somebody else's answer is stored now, and was seen."""
        self.slots[criteria_id] = Slot(verdict, Mark.STORED)

    @property
    def verdicts(self) -> list[Verdict]:
        return [slot.verdict for slot in self.slots.values() if slot.verdict is not None]
