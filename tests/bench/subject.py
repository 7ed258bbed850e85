"""One subject in this process: its figures go to stdout, one JSON object per line.

    python -m bench.subject NAME [--names NAME …] [--shapes N …] [--minutes M] [--seed S] [--zooms]

`__main__` starts it and sets the screen and its device pixel ratio in the environment. There is a
QApplication for whoever paints.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from importlib import import_module

from PySide6.QtWidgets import QApplication

from bench.figure import Figure
from bench.registry import Order, subject_called


def main() -> int:
    """Measure what is asked for; 2 when a part of it gave no figure."""
    parser = argparse.ArgumentParser("bench.subject")
    parser.add_argument("subject")
    parser.add_argument("--names", nargs="+", required=True)
    parser.add_argument("--shapes", type=int, nargs="+", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--zooms", action="store_true")
    asked = parser.parse_args()
    order = Order(
        frozenset(asked.names), tuple(asked.shapes), asked.minutes, asked.seed, asked.zooms
    )
    # What a library prints must not come between the rows.
    rows = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    application = QApplication(sys.argv[:1])
    figures: Callable[[Order], Iterator[Figure]]
    figures = import_module(f"bench.{asked.subject}").figures
    subject, seen = subject_called(asked.subject), set[str]()
    for figure in figures(order):
        bench = subject.bench_of(figure.bench)
        seen.add(bench)
        if bench in order.names:
            print(json.dumps(figure.row()), file=rows, flush=True)
    application.processEvents()
    missing = sorted(order.names - seen)
    if missing:
        print(f"bench: no figure came from {', '.join(missing)}", file=sys.stderr)
    return 2 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
