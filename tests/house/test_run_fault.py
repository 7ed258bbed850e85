"""`./run fault`: the tests' tools, both source roots, and the measurement's own exit code."""

from __future__ import annotations

from house.checkout import Checkout


def test_faults_run_with_what_tests_need(checkout: Checkout) -> None:
    done = checkout.run("fault", "kill9", "--json")
    assert checkout.installed() == ["requirements.lock", "requirements-dev.lock"]
    called, surroundings = done.stdout.splitlines()
    assert called == "python -m fault kill9 --json"
    assert surroundings.endswith(f"modules={checkout.root}/app:{checkout.root}/tests")


def test_what_could_not_be_measured_is_the_exit_code(checkout: Checkout) -> None:
    assert checkout.run("fault", FAILING="python").returncode == 3
