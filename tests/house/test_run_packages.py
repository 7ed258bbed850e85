"""System libraries that Qt needs: installed for root, told to everyone else."""

from __future__ import annotations

import re
import sys

from house.checkout import Checkout

USER = 1000


def packages_in(text: str) -> set[str]:
    """The packages of the one line that the person is asked to type."""
    (line,) = re.findall(r"^ +sudo apt-get install --no-install-recommends (.+)$", text, re.M)
    return set(line.split())


def test_a_user_is_told_everything_in_one_line_before_any_download(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.lacks_uv()
    checkout.has_libraries(set())
    done = checkout.run(uid=USER, bare=True)
    assert done.returncode == 1
    wanted = packages_in(done.stderr)
    assert wanted > set(checkout.table.values())
    (venv,) = wanted - set(checkout.table.values())
    assert venv in {"python3-venv", f"python3.{sys.version_info.minor}-venv"}
    assert checkout.log() == []


def test_a_user_is_told_no_more_than_what_is_missing(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.has_libraries(set(checkout.table) - {"libGL.so.1", "libxcb-cursor.so.0"})
    assert packages_in(checkout.run(uid=USER).stderr) == {"libgl1", "libxcb-cursor0"}


def test_uv_needs_no_ensurepip(checkout: Checkout) -> None:
    checkout.has_apt()
    assert checkout.run(uid=USER, bare=True).returncode == 0


def test_root_gets_what_is_missing_and_the_editor_starts(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.has_libraries(set(checkout.table) - {"libEGL.so.1"})
    assert checkout.run().stdout.startswith("python -m limner\n")
    assert checkout.log()[0].endswith(" libegl1")


def test_package_lists_are_fetched_only_when_an_install_fails(checkout: Checkout) -> None:
    checkout.has_apt(lists_are_fresh=False)
    checkout.has_libraries(set())
    assert checkout.run().returncode == 0
    verbs = [re.search(r"install|update", line) for line in checkout.log()[:3]]
    assert [verb and verb.group() for verb in verbs] == ["install", "update", "install"]


def test_apt_that_fails_ends_with_a_line_to_try_by_hand(checkout: Checkout) -> None:
    checkout.script("apt-get", "exit 100\n")
    checkout.has_libraries(set())
    done = checkout.run()
    assert done.returncode == 1
    assert "could not install" in done.stderr
    assert "libgl1" in done.stderr


def test_what_only_the_linker_knows_is_installed_too(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.linker_misses("libxcb-icccm.so.4")
    assert checkout.run().returncode == 0
    assert checkout.log()[-1].endswith(" libxcb-icccm4")


def test_a_library_nobody_knows_is_named(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.linker_misses("libnovel.so.9")
    done = checkout.run()
    assert done.returncode == 1
    assert "libnovel.so.9" in done.stderr


def test_elsewhere_than_on_debian_the_libraries_are_named(checkout: Checkout) -> None:
    checkout.linker_misses("libGL.so.1", "libEGL.so.1")
    done = checkout.run(uid=USER)
    assert done.returncode == 1
    assert "libEGL.so.1, libGL.so.1" in done.stderr


def test_a_server_asks_for_no_qt(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.has_libraries(set())
    done = checkout.run("serve", uid=USER, screen=False)
    assert done.stdout.startswith("python -m limner.cli.main serve\n")


def test_the_editor_after_a_server_still_looks_for_qt(checkout: Checkout) -> None:
    checkout.has_apt()
    checkout.has_libraries(set())
    checkout.run("serve", uid=USER)
    assert packages_in(checkout.run(uid=USER).stderr) == set(checkout.table.values())
