"""`./run bench`: the tests' tools, both source roots, and the bench's own exit code."""

from __future__ import annotations

from house.checkout import Checkout


def test_benches_run_with_what_tests_need(checkout: Checkout) -> None:
    done = checkout.run("bench", "canvas.pan", "--json")
    assert checkout.installed() == ["requirements.lock", "requirements-dev.lock"]
    called, surroundings = done.stdout.splitlines()
    assert called == "python -m bench canvas.pan --json"
    assert surroundings.endswith(f"modules={checkout.root}/app:{checkout.root}/tests")


def test_what_could_not_be_measured_is_the_exit_code(checkout: Checkout) -> None:
    assert checkout.run("bench", FAILING="python").returncode == 3
