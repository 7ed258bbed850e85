"""Rows for people: one line each as they come, and costs against the number of shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from bench.figure import Row

_COLUMNS: Final = (
    ("bench", 25),
    ("case", 16),
    ("n", 9),
    ("dpr", 4),
    ("unit", 7),
    ("median", 10),
    ("p95", 10),
    ("limit", 8),
    ("", 8),
    ("peer", 22),
    ("peer median", 12),
    ("ratio", 8),
)
_LEFT: Final = ("bench", "case", "unit", "", "peer")


def heading() -> str:
    return _line([title for title, _ in _COLUMNS])


def line(row: Row) -> str:
    """One row; its verdict is empty where nothing is asked of it."""
    cells = [row["bench"], row["case"], f"{row['n']:,}", f"{row['dpr']:g}", row["unit"]]
    cells += [_number(row[key]) for key in ("median", "p95", "limit")]
    cells += [verdict(row), row["peer"] or "", _number(row["peer_median"]), ratio(row)]
    return _line(cells)


def verdict(row: Row) -> str:
    """ "ok", "over", "over p95", or nothing; what is counted per second must be reached."""
    limit, p95_limit = row["limit"], row.get("p95_limit")
    if limit is not None and (row["median"] < limit if _is_rate(row) else row["median"] > limit):
        return "over"
    if p95_limit is not None and row["p95"] > p95_limit:
        return "over p95"
    return "" if limit is None else "ok"


def ratio(row: Row) -> str:
    """How many times the peer's cost is ours."""
    ours, theirs = row["median"], row["peer_median"]
    if theirs is None or ours <= 0:
        return ""
    times = ours / theirs if _is_rate(row) else theirs / ours
    return f"{times:,.1f}x" if times < 10 else f"{times:,.0f}x"


def growth(rows: Sequence[Row]) -> Iterable[str]:
    """The medians of `rows`, a line for each number of shapes and a column for each bench.

    Rows that compare two numbers of shapes stand by themselves.
    """
    rows = [row for row in rows if "/" not in row["case"]]
    benches = list(dict.fromkeys(_bench_and_place(row) for row in rows))
    found = {(_bench_and_place(row), row["n"]): row["median"] for row in rows}
    yield "".join(f"{title:>18}" for title in ["shapes", *benches])
    for n in sorted({row["n"] for row in rows}):
        cells = [f"{n:,}", *(_number(found.get((bench, n))) for bench in benches)]
        yield "".join(f"{cell:>18}" for cell in cells)


def _bench_and_place(row: Row) -> str:
    bench: str = row["bench"]
    _, _, place = str(row["case"]).partition("@")
    return f"{bench}@{place}" if place else bench


def _is_rate(row: Row) -> bool:
    return str(row["unit"]).endswith("/s")


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,.3f}" if abs(value) < 10 else f"{value:,.1f}"


def _line(cells: Sequence[str]) -> str:
    sides = (
        cell.ljust(width) if title in _LEFT else cell.rjust(width)
        for cell, (title, width) in zip(cells, _COLUMNS, strict=True)
    )
    return " ".join(sides).rstrip()
