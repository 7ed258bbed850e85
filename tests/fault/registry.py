"""Every fault there is, with the dose of `./run test` and the one before a release.

The invariants (L1 and so on) are those of the study of reliability.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from fault import measures
from fault.tally import Tally


@dataclass(frozen=True)
class Fault:
    """`measure(runs, seed)` breaks something `runs` times; a dose of 0 means everywhere."""

    name: str
    ci: int
    release: int
    measure: Callable[[int, int], Tally]
    allowed: int = 0


def _people() -> list[Fault]:
    """L9, a fault for each number of people and each share of requests that go wrong."""
    cells = [(clients, faults) for clients in (2, 3, 5) for faults in (0.03, 0.25)]
    return [
        Fault(
            f"people.{clients}@{faults:.0%}",
            10_000,
            200_000,
            measures.people("ours", clients, faults),
        )
        for clients, faults in cells
    ]


FAULTS: Final = (
    Fault("kill9", 200, 1_000, measures.kills),  # L1
    Fault("powercut", 2_000, 10_000, measures.power_cuts),  # L2
    Fault("io-faults", 0, 0, measures.io_faults()),  # L3, as are the next two
    Fault("io-faults.full", 60, 0, measures.io_faults(is_full=True)),
    Fault("io-faults.stay", 60, 0, measures.io_faults(is_lasting=True)),
    Fault("upgrade-kills", 0, 0, measures.upgrade_kills),  # L18
    Fault("two-windows", 100, 500, measures.two_windows),  # L15
    Fault("lives", 500, 5_000, measures.lives),  # L4
    Fault("clocks", 200, 2_000, measures.clocks),  # L5
    Fault("server-kill", 50, 200, measures.server_kill),  # L19
    *_people(),
    Fault("seed-dialect", 10_000, 200_000, measures.people("seed", 3, 0.25)),  # L10
    Fault("blind-writer", 10_000, 100_000, measures.people("foreign", 3, 0.25)),  # L11
    Fault("merge", 10_000, 100_000, measures.merges),  # L7, L8
    Fault("stateful", 600, 5_000, measures.stateful),
)


def chosen(words: Sequence[str]) -> list[Fault]:
    """The faults whose names begin with one of `words`; all, without any.

    Raises:
        LookupError: a word means nothing; `str(error)` says which and what there is.
    """
    for word in words:
        if not any(fault.name.startswith(word) for fault in FAULTS):
            known = ", ".join(fault.name for fault in FAULTS)
            raise LookupError(f"there is no fault {word!r}; there are {known}")
    begins = tuple(words) or ("",)
    return [fault for fault in FAULTS if fault.name.startswith(begins)]
