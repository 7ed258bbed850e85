"""`./run test`: every gate gets its say, pytest the last word."""

from __future__ import annotations

import re

import pytest

from house.checkout import Checkout

GATES = ["lint", "format", "types", "layers"]
PYTEST = re.compile("python -m pytest -n [1-4] --dist loadfile --max-worker-restart 0")


def test_all_gates_run_and_pytest_comes_last(checkout: Checkout) -> None:
    done = checkout.run("test")
    headings = [line for line in done.stdout.splitlines() if line.startswith("== ")]
    assert headings == [*(f"== {gate}" for gate in GATES), "== gates: all passed", "== tests"]
    assert PYTEST.fullmatch(done.stdout.splitlines()[-2])
    assert done.returncode == 0


def test_a_failed_gate_stops_nothing_and_fails_the_whole(checkout: Checkout) -> None:
    done = checkout.run("test", FAILING="mypy")
    assert "== gates: FAILED: types" in done.stdout
    assert PYTEST.fullmatch(done.stdout.splitlines()[-2])
    assert done.returncode == 1


def test_failed_tests_fail_the_whole(checkout: Checkout) -> None:
    assert checkout.run("test", FAILING="python").returncode == 3


@pytest.mark.parametrize("words", [("test",), ("test", "tests")])
def test_tests_see_no_screen_unless_they_ask(checkout: Checkout, words: tuple[str, ...]) -> None:
    assert checkout.run(*words).stdout.splitlines()[-1].startswith("platform=offscreen ")
    chosen = checkout.run(*words, QT_QPA_PLATFORM="xcb")
    assert chosen.stdout.splitlines()[-1].startswith("platform=xcb ")


def test_chosen_tests_run_one_after_the_other(checkout: Checkout) -> None:
    assert checkout.run("test", "-k", "x").stdout.splitlines()[-2] == "python -m pytest -k x"


def test_root_gets_the_tools_that_tests_drive(checkout: Checkout) -> None:
    checkout.has_apt()
    for program in ("xdotool", "initdb", "readelf", "dpkg-shlibdeps"):
        checkout.script(program, "")
    checkout.run("test", "tests")
    assert checkout.log()[-1].endswith(" xvfb")


def test_a_user_is_told_what_will_not_run_and_the_rest_runs(checkout: Checkout) -> None:
    checkout.has_apt()
    for program in ("xdotool", "initdb", "readelf", "dpkg-shlibdeps"):
        checkout.script(program, "")
    done = checkout.run("test", "tests", uid=1000)
    assert "tests that need xvfb will not run" in done.stderr
    assert done.stderr.rstrip().endswith("sudo apt-get install --no-install-recommends xvfb")
    assert done.returncode == 0
