"""`./run fault [NAME …] [--release] [--json] [--seed N]`: is anything lost, whatever breaks?

    ./run fault                      everything, in the dose of `./run test` (some minutes)
    ./run fault --release            five times that and more, as before a release (hours)
    ./run fault kill9 people         what begins so
    ./run fault lives --seed 4711    other random work than usual

A table, or with --json one object per line and nothing else on stdout; what failed is told on
stderr, with the seed that brings it about again. The exit code is 0 when everything could be
measured, whatever was found, and 2 when something could not.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import traceback
from collections.abc import Sequence
from typing import Any, Final

from fault.registry import Fault, chosen
from fault.tally import NotMeasured, Tally

SEED: Final = 7
_TOLD: Final = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Break and print; 0 or 2."""
    asked = _parser().parse_args(argv)
    try:
        picked = chosen(asked.names)
    except LookupError as error:
        return _failed(str(error))
    if not asked.json:
        print(_line("fault", "runs", "edits", "failures", "allowed", "seed", "seconds"), flush=True)
    return max(_measure(fault, asked) for fault in picked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("./run fault", description="Break things; look what is lost.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of a fault's name")
    parser.add_argument("--release", action="store_true", help="the dose before a release")
    parser.add_argument("--json", action="store_true", help="one object per line")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of what is random ({SEED})")
    return parser


def _measure(fault: Fault, asked: argparse.Namespace) -> int:
    """One fault; its row is printed as soon as it is known."""
    began = time.monotonic()
    try:
        tally = fault.measure(fault.release if asked.release else fault.ci, asked.seed)
    except NotMeasured as reason:
        return _failed(f"{fault.name} could not be measured: {reason}")
    except Exception:  # noqa: BLE001 - of any kind: it is told, and the others are still measured
        return _failed(f"{fault.name} could not be measured:\n{traceback.format_exc()}")
    row = tally.row(fault.name, fault.allowed, asked.seed)
    print(json.dumps(row) if asked.json else _told(row, time.monotonic() - began), flush=True)
    _tell_failures(fault, tally, asked.seed)
    return 0


def _told(row: dict[str, Any], seconds: float) -> str:
    cells = [value if isinstance(value, str) else f"{value:,}" for value in row.values()]
    return _line(*cells[:-1], str(row["seed"]), f"{seconds:.0f}")


def _line(name: str, *cells: str) -> str:
    return name.ljust(18) + "".join(cell.rjust(11) for cell in cells)


def _tell_failures(fault: Fault, tally: Tally, seed: int) -> None:
    for note in tally.notes[:_TOLD]:
        _say(f"{fault.name} (--seed {seed}): {note}")
    if tally.failures > _TOLD:
        _say(f"{fault.name}: and {tally.failures - _TOLD} more")


def _failed(message: str) -> int:
    _say(message)
    return 2


def _say(message: str) -> None:
    print(f"fault: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
