"""What `./run` sets up, when it does not, and what it becomes then."""

from __future__ import annotations

import os

import pytest

from house.checkout import Checkout

EDITOR = "requirements.lock"
TESTS = "requirements-dev.lock"


def test_the_first_start_installs_the_lock_and_opens_the_editor(checkout: Checkout) -> None:
    done = checkout.run()
    make, install = checkout.log()
    assert make.endswith(f"{checkout.root}/.venv")
    assert "--no-deps --require-hashes" in install
    assert done.stdout.splitlines() == [
        "python -m limner",
        f"platform=unset modules={checkout.root}/app",
    ]


def test_the_second_start_installs_nothing_and_says_nothing(checkout: Checkout) -> None:
    checkout.run()
    checkout.log()
    assert checkout.run().stderr == ""
    assert checkout.log() == []


def test_a_new_lock_makes_the_environment_anew(checkout: Checkout) -> None:
    checkout.run()
    (checkout.root / ".venv" / "left-over").touch()
    checkout.write_lock(EDITOR, "second")
    checkout.run()
    assert not (checkout.root / ".venv" / "left-over").exists()


def test_starting_and_testing_in_turn_installs_each_lock_once(checkout: Checkout) -> None:
    for words in ([], ["test", "tests"], [], ["test", "tests"]):
        checkout.run(*words)
    assert checkout.installed() == [EDITOR, TESTS]


def test_testing_first_leaves_nothing_to_install_for_the_start(checkout: Checkout) -> None:
    checkout.run("test", "tests")
    assert checkout.installed() == [EDITOR, TESTS]
    checkout.run()
    assert checkout.installed() == []


@pytest.mark.parametrize("breaks_at", [".venv", EDITOR])
def test_a_broken_install_heals_at_the_next_start(checkout: Checkout, breaks_at: str) -> None:
    broken = checkout.run(BREAKS_AT=breaks_at)
    assert broken.returncode == 1
    assert broken.stderr.splitlines()[-1].startswith("run: failed with exit code 9: ")
    checkout.log()
    assert checkout.run().returncode == 0
    assert checkout.installed() == [EDITOR]


def test_a_broken_install_of_the_tests_is_not_trusted_by_the_editor(checkout: Checkout) -> None:
    checkout.run()
    assert checkout.run("test", "tests", BREAKS_AT=TESTS).returncode == 1
    checkout.log()
    checkout.run()
    assert checkout.installed() == [EDITOR]


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout) -> None:
    checkout.run()
    checkout.log()
    (checkout.root / ".venv" / "bin" / "python").unlink()
    checkout.run()
    assert checkout.installed() == [EDITOR]


def test_two_starts_at_once_install_once(checkout: Checkout) -> None:
    gate = checkout.box / "gate"
    os.mkfifo(gate)
    with checkout.start() as first, gate.open("w") as opened, checkout.start() as second:
        assert second.stderr is not None
        assert "another ./run is setting up" in second.stderr.readline()
        opened.write("go\n")
        opened.close()
        assert [first.wait(60), second.wait(60)] == [0, 0]
        for process in (first, second):
            process.communicate()
    assert checkout.installed() == [EDITOR]


CLI = "python -m limner.cli.main"


@pytest.mark.parametrize(
    ("words", "becomes"),
    [
        ("photos", "python -m limner photos"),
        ("photos/../photos", "python -m limner photos/../photos"),
        ("serve --port 80", f"{CLI} serve --port 80"),
        ("tour --out there", f"{CLI} tour --out there"),
        ("--new-window photos", "python -m limner --new-window photos"),
        ("test -k name tests", "python -m pytest -k name tests"),
    ],
)
def test_words_choose_the_program(checkout: Checkout, words: str, becomes: str) -> None:
    (checkout.root / "photos").mkdir()
    assert checkout.run(*words.split()).stdout.splitlines()[0] == becomes


def test_package_runs_the_build_script(checkout: Checkout) -> None:
    done = checkout.run("package", "deb", "--smoke")
    script = checkout.root / "packaging" / "build.py"
    assert done.stdout.splitlines()[0] == f"python {script} deb --smoke"


def test_without_a_screen_the_tour_runs_and_one_line_says_so(checkout: Checkout) -> None:
    checkout.run()
    done = checkout.run(screen=False)
    assert done.stdout.startswith(f"{CLI} tour\nplatform=offscreen ")
    assert len(done.stderr.splitlines()) == 1
    assert "no screen" in done.stderr


@pytest.mark.parametrize("word", [".", "--new-window"])
def test_without_a_screen_the_editor_is_refused_at_once(checkout: Checkout, word: str) -> None:
    done = checkout.run(word, screen=False)
    assert done.returncode == 2
    assert "needs a screen" in done.stderr
    assert checkout.log() == []


def test_help_needs_no_screen(checkout: Checkout) -> None:
    assert checkout.run("--help", screen=False).stdout.startswith("python -m limner --help\n")


def test_the_exit_code_is_that_of_the_program(checkout: Checkout) -> None:
    assert checkout.run(FAILING="python").returncode == 3


def test_a_checkout_without_its_lock_is_told_in_one_line(checkout: Checkout) -> None:
    (checkout.root / EDITOR).unlink()
    done = checkout.run()
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("run: cannot go on: ")
    assert EDITOR in last
