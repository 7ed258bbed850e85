"""The lock files agree with pyproject.toml, with each other, and name no machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EDITOR = ROOT / "requirements.lock"
TESTS = ROOT / "requirements-dev.lock"
BUILD = ROOT / "packaging" / "requirements-build.lock"
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

ENTRY = re.compile(r"^([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\$", re.MULTILINE)


def pins(lock: Path) -> set[tuple[str, str, str]]:
    """What `lock` holds: (package, version, on which platforms or Pythons)."""
    return {(name, version, where) for name, version, where in ENTRY.findall(lock.read_text())}


def name_of(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def test_every_dependency_of_the_editor_is_locked() -> None:
    locked = {name for name, _, _ in pins(EDITOR)}
    assert {name_of(each) for each in PROJECT["dependencies"]} <= locked


def test_every_tool_of_the_tests_is_locked() -> None:
    locked = {name for name, _, _ in pins(TESTS)}
    assert {name_of(each) for each in PROJECT["optional-dependencies"]["dev"]} <= locked


def test_tests_run_on_the_very_versions_the_editor_runs_on() -> None:
    """Where a tool of the tests needs it too, it may be on more platforms."""
    assert {pin[:2] for pin in pins(EDITOR)} <= {pin[:2] for pin in pins(TESTS)}


@pytest.mark.parametrize("lock", [EDITOR, TESTS, BUILD], ids=lambda lock: lock.name)
def test_a_lock_pins_hashes_and_names_no_machine(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"\n(?=\S)", text.rstrip())
    assert all(ENTRY.match(f"{block}\n") and "--hash=sha256:" in block for block in blocks)
    assert not re.search(r"://|--(extra-)?index|--find-links|@ ", text)


def test_a_package_carries_the_pyvips_that_the_tests_ran_on() -> None:
    carried = {pin for pin in pins(BUILD) if pin[0].startswith("pyvips")}
    assert {name for name, _, _ in carried} == {"pyvips", "pyvips-binary"}
    assert carried <= pins(TESTS)
