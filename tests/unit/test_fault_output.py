"""The form in which `./run fault` prints what was lost, and what its exit codes mean."""

from __future__ import annotations

import json

import pytest

from fault import __main__ as command
from fault.__main__ import main
from fault.registry import FAULTS, Fault, chosen
from fault.tally import PUBLIC, NotMeasured, Tally


def losing(runs: int, seed: int) -> Tally:
    return Tally(runs, 10 * runs, (f"seed {seed}: two edits",))


def impossible(_runs: int, _seed: int) -> Tally:
    raise NotMeasured("there is no disk")


@pytest.fixture(autouse=True)
def faults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three faults of our own: one finds a loss, one cannot be measured, one breaks."""
    ours = {
        "kill9": [Fault("kill9", 200, 1000, losing)],
        "io": [Fault("io", 1, 2, impossible)],
        "broken": [Fault("broken", 1, 2, lambda runs, _seed: Tally(runs // 0, 0))],
    }
    monkeypatch.setattr(command, "chosen", lambda names: [f for n in names for f in ours[n]])


def test_json_is_the_row_that_programs_read_and_the_loss_is_told_beside_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["kill9", "--json"]) == 0
    said = capsys.readouterr()
    row = json.loads(said.out)
    assert row == {
        "fault": "kill9",
        "runs": 200,
        "edits": 2000,
        "failures": 1,
        "allowed": 0,
        "seed": 7,
    }
    assert tuple(row) == PUBLIC
    assert said.err == "fault: kill9 (--seed 7): seed 7: two edits\n"


def test_the_dose_before_a_release_is_larger_and_the_seed_is_ones_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["kill9", "--release", "--seed", "3"]) == 0
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["fault", "runs", "edits", "failures", "allowed", "seed", "seconds"]
    assert row.split() == ["kill9", "1,000", "10,000", "1", "0", "3", "0"]


@pytest.mark.parametrize(("name", "why"), [("io", "no disk"), ("broken", "ZeroDivisionError")])
def test_what_cannot_be_measured_is_code_2_and_the_others_are_still_measured(
    name: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "kill9", "--json"]) == 2
    said = capsys.readouterr()
    assert json.loads(said.out)["fault"] == "kill9"
    assert why in said.err


def test_a_fault_is_called_by_the_beginning_of_its_name() -> None:
    assert [fault.name for fault in chosen(["seed", "lives"])] == ["lives", "seed-dialect"]
    assert len(chosen(["people"])) == 6
    assert chosen([]) == list(FAULTS)
    with pytest.raises(LookupError, match="no fault 'nothing'; there are "):
        chosen(["lives", "nothing"])


def test_no_name_stands_twice_and_nothing_may_ever_fail() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
    assert all(fault.allowed == 0 for fault in FAULTS)
    assert all(fault.release >= fault.ci for fault in FAULTS if fault.release)
