"""The form in which `./run bench` prints its figures, and what its exit codes mean."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench import table
from bench.__main__ import main
from bench.figure import PUBLIC, Figure, percentile, short
from bench.registry import SUBJECTS, Order, chosen

ROOT = Path(__file__).resolve().parents[2]


def bench(*words: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(str(ROOT / root) for root in ("app", "tests"))
    command = [sys.executable, "-m", "bench", *words]
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": path},
    )


def test_a_row_has_the_keys_that_programs_read_in_their_order() -> None:
    row = Figure("canvas.pan", 100_000, 1.0, [2.0, 3.0, 4.0], 6.0).row()
    assert {key: row[key] for key in PUBLIC} == {
        "bench": "canvas.pan",
        "case": "100k",
        "n": 100_000,
        "dpr": 1,
        "unit": "ms cpu",
        "median": 3.0,
        "p95": 3.9,
        "limit": 6.0,
        "peer": None,
        "peer_median": None,
    }


def test_where_something_was_measured_is_in_the_case() -> None:
    row = Figure("shapes.carry@0.25", 10_000, 2.0, [1.0]).row()
    assert (row["bench"], row["case"], row["dpr"]) == ("shapes.carry", "10k@0.25", 2)


@pytest.mark.parametrize(
    ("n", "name"), [(7, "7"), (1_000, "1k"), (2_500, "2.5k"), (100_000, "100k"), (10**6, "1M")]
)
def test_cases_are_called_by_their_size(n: int, name: str) -> None:
    assert short(n) == name


def test_a_percentile_lies_between_samples() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 2.5
    assert percentile([5.0], 95) == 5.0


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (Figure("a.b", 1, 1, [1.0], None), ""),
        (Figure("a.b", 1, 1, [1.0], 1.0), "ok"),
        (Figure("a.b", 1, 1, [1.1], 1.0), "over"),
        (Figure("a.b", 1, 1, [1.0] * 9 + [50.0], 1.0, p95_limit=16.0), "over p95"),
        (Figure("a.b", 1, 1, [90.0], 100.0, unit="saves/s"), "over"),
        (Figure("a.b", 1, 1, [110.0], 100.0, unit="saves/s"), "ok"),
    ],
)
def test_a_verdict_says_whether_the_limit_holds(figure: Figure, verdict: str) -> None:
    assert table.verdict(figure.row()) == verdict


def test_a_line_for_people_shows_the_peer_and_how_many_times_it_takes() -> None:
    figure = Figure("versus.pan", 10_000, 1, [2.0], peer="labelme 7.9.1", peer_median=812.0)
    line = table.line(figure.row())
    assert line.split()[:4] == ["versus.pan", "10k", "10,000", "1"]
    assert line.endswith("labelme 7.9.1                 812.0     406x")


def test_growth_is_a_line_for_each_number_of_shapes() -> None:
    figures = [
        Figure(f"growth.{bench}", n, 1, [cost], case=f"{short(n)}@fit")
        for n, cost in ((1_000, 1.0), (10_000, 2.0))
        for bench in ("pan", "drag")
    ]
    heading, first, second = table.growth([figure.row() for figure in figures])
    assert heading.split() == ["shapes", "growth.pan@fit", "growth.drag@fit"]
    assert first.split() == ["1,000", "1.000", "1.000"]
    assert second.split() == ["10,000", "2.000", "2.000"]


def test_words_choose_by_the_beginning_of_a_name_or_of_its_second_part() -> None:
    [(canvas, names)] = chosen(["canvas.pan", "hit"])
    assert canvas.name == "canvas"
    assert names == {"canvas.pan", "canvas.hit"}
    assert chosen(["save"])[0][1] == {"save.open", "save.one"}


def test_no_word_means_all_that_is_not_rare() -> None:
    common = [subject.name for subject in SUBJECTS if not subject.rare]
    assert [subject.name for subject, _ in chosen([])] == common


def test_each_subject_is_a_module_and_no_name_stands_twice() -> None:
    names = [name for subject in SUBJECTS for name in subject.names]
    assert len(names) == len(set(names))
    for subject in SUBJECTS:
        assert (ROOT / "tests" / "bench" / f"{subject.name}.py").exists()


def test_a_bench_that_nobody_knows_is_refused_with_code_2(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["canvas.pan", "nothing"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "there is no bench 'nothing'; there are canvas," in said.err


def test_json_is_one_object_for_each_figure_and_nothing_else() -> None:
    done = bench("canvas.hit", "canvas.load", "--shapes", "40", "--json")
    assert done.returncode == 0, done.stderr
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(tuple(row) == PUBLIC for row in rows)
    found = {(row["bench"], row["n"], row["dpr"]) for row in rows}
    assert found == {(f"canvas.{name}", 40, dpr) for name in ("load", "hit") for dpr in (1, 2)}
    limits = {row["bench"]: row["limit"] for row in rows}
    assert limits == {"canvas.load": None, "canvas.hit": 0.2}


def test_a_subject_that_breaks_is_told_of_and_the_code_is_2() -> None:
    done = bench("growth.pan", "--shapes", "0", "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "no figure came from growth.pan" in done.stderr
    assert "growth could not be measured" in done.stderr


def test_an_order_wants_what_it_names() -> None:
    order = Order(frozenset({"canvas.pan"}))
    assert order.wants("canvas.zoom", "canvas.pan")
    assert not order.wants("canvas.zoom")
