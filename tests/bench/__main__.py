"""`./run bench [NAME …] [--json]`: how long everything takes, beside what the design asks.

    ./run bench                      everything (with the peers and the soak: half an hour)
    ./run bench canvas.pan hit       what begins so
    ./run bench growth               cost per frame against the number of shapes
    ./run bench canvas --shapes 1000000
    ./run bench soak --minutes 10 --seed 7

A table, or with --json one object per line and nothing else on stdout. The exit code is 0 when
everything could be measured, whatever the figures, and 2 when something could not.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

from bench import table
from bench.figure import PUBLIC, Row
from bench.registry import Order, Subject, chosen
from bench.xserver import NoServer, xvfb

_OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen", "QT_LOGGING_RULES": "default.warning=false"}
"""Without a screen Qt warns at every resize that windows have no size hints there."""

_SHAPES = Order(frozenset()).shapes


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print; 0 or 2."""
    asked = _parser().parse_args(argv)
    try:
        picked = chosen(asked.names)
    except LookupError as error:
        return _failed(str(error))
    _say(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; CPU figures hardly mind it")
    if not asked.json:
        print(table.heading(), flush=True)
    codes = [_measure(subject, names, asked) for subject, names in picked]
    return max(codes)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("./run bench", description="Measure what the design asks for.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the beginning of a bench's name")
    parser.add_argument("--json", action="store_true", help="one object per line")
    parser.add_argument("--shapes", type=int, nargs="+", default=_SHAPES, metavar="N")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long the soak lasts")
    parser.add_argument("--seed", type=int, default=7, help="of what the soak does by chance")
    parser.add_argument("--zooms", action="store_true", help="show each zoom by itself too")
    return parser


def _measure(subject: Subject, names: frozenset[str], asked: argparse.Namespace) -> int:
    """One subject at each of its pixel ratios, a process each; rows are printed as they come."""
    code, rows = 0, list[Row]()
    for ratio in subject.ratios:
        try:
            for row in _rows(subject, names, ratio, asked):
                rows.append(row)
                print(_public(row) if asked.json else table.line(row), flush=True)
        except (NoServer, subprocess.CalledProcessError) as error:
            code = _failed(f"{subject.name} could not be measured: {error}")
    if subject.name == "growth" and not asked.json:
        print(*table.growth(rows), sep="\n", flush=True)
    return code


def _rows(
    subject: Subject, names: frozenset[str], ratio: int, asked: argparse.Namespace
) -> Iterator[Row]:
    command = [sys.executable, "-m", "bench.subject", subject.name, "--names", *sorted(names)]
    command += ["--shapes", *map(str, asked.shapes)]
    command += ["--minutes", str(asked.minutes), "--seed", str(asked.seed)]
    command += ["--zooms"] if asked.zooms else []
    with ExitStack() as stack:
        # Sizes are given in what a person sees: 1920 x 1080 at ratio 2 is a screen of 4K.
        environment = {**os.environ, "QT_SCALE_FACTOR": str(ratio), **_OFFSCREEN}
        if subject.screen == "xvfb":
            environment["DISPLAY"] = stack.enter_context(xvfb(1920 * ratio, 1080 * ratio))
            environment |= {"QT_QPA_PLATFORM": "xcb", "QT_LOGGING_RULES": ""}
        process = stack.enter_context(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
        assert process.stdout is not None
        yield from map(json.loads, process.stdout)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, f"bench.subject {subject.name}")


def _public(row: Row) -> str:
    return json.dumps({key: row[key] for key in PUBLIC})


def _failed(message: str) -> int:
    _say(message)
    return 2


def _say(message: str) -> None:
    print(f"bench: {message}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
