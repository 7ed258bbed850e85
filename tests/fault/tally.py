"""What a fault hands back, and the row that people and programs read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

PUBLIC: Final = ("fault", "runs", "edits", "failures", "allowed", "seed")


@dataclass(frozen=True)
class Tally:
    """How often something was broken, during how many edits; a note for each failure found."""

    runs: int
    edits: int
    notes: tuple[str, ...] = ()

    @property
    def failures(self) -> int:
        return len(self.notes)

    def row(self, fault: str, allowed: int, seed: int) -> dict[str, Any]:
        """This in the form that DESIGN §6 fixes."""
        values = (fault, self.runs, self.edits, self.failures, allowed, seed)
        return dict(zip(PUBLIC, values, strict=True))


class NotMeasured(Exception):
    """A fault cannot be brought about here; `str(error)` says why."""
