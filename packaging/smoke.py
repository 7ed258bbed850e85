"""Try a Debian package as a stranger would: `smoke.py PACKAGE [--out DIR]`, as root, by hand.

In a clean Debian with nothing else in it: install, let its own processes decode, open the editor
on a virtual screen, look at every image, quit it, run the tour, purge, and find everything as it
was before. Needs the sources on PYTHONPATH, as `./run package deb --smoke` has them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import smoke_images
from clean_root import Root, Wrong, clean_root
from screen import PATIENCE_S, Screen, screen

USER = "ann"
HOME = Path("/home", USER)
PHOTOGRAPHS = HOME / "photographs"
SHARE = 0.2  # of the screen that an image covers, at the least
TOOLS = {"debootstrap": "debootstrap", "Xvfb": "xvfb", "xdotool": "xdotool"}


def main() -> None:
    """Check what this needs, then do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, default=Path("dist/smoke"), help="pictures go here")
    options = parser.parse_args()
    if os.geteuid() != 0:
        sys.exit("smoke: needs to be root, for chroot and mount")
    if missing := [package for tool, package in TOOLS.items() if not shutil.which(tool)]:
        sys.exit(f"smoke: please run: sudo apt-get install {' '.join(missing)}")
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with clean_root() as root:
            smoke(root, options.package, options.out)
    except subprocess.CalledProcessError as error:
        sys.exit(f"smoke: exit code {error.returncode} of: {' '.join(map(str, error.cmd))}")
    except subprocess.TimeoutExpired:
        sys.exit(f"smoke: the editor did not quit within {PATIENCE_S:.0f} s")
    except Wrong as error:
        sys.exit(f"smoke: {error}")
    print(f"installed, used and removed without a trace; pictures: {options.out}")


def smoke(root: Root, package: Path, out: Path) -> None:
    """The whole story. Raises Wrong at the first thing that is not as it should be."""
    root.run("apt-get", "update", "-qq")
    root.run("useradd", "--create-home", USER)
    packages, files = root.packages(), root.files()
    shutil.copy(package, root.path / "srv")
    apt_get = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends")
    with step("install"):
        root.run(*apt_get, "install", f"/srv/{package.name}")
    smoke_images.make(outside(root, PHOTOGRAPHS))
    root.run("chown", "-R", USER, str(PHOTOGRAPHS))
    with step("decoding"):
        smoke_images.Cells(root, USER, PHOTOGRAPHS).try_all()
    with step("editor"), screen(root.path) as seen:
        use_editor(root, seen, out)
    with step("tour"):
        root.run("limner", "tour", "--out", str(HOME / "tour"), user=USER)
    shutil.copytree(outside(root, HOME / "tour"), out / "tour", dirs_exist_ok=True)
    with step("purge"):
        root.run(*apt_get, "purge", "limner")
        root.run(*apt_get, "autoremove", "--purge")
    (root.path / "srv" / package.name).unlink()
    compare("packages", packages, root.packages())
    compare("files", files, root.files())


def use_editor(root: Root, seen: Screen, out: Path) -> None:
    """Open the editor on the photographs, look at all of them, and quit it by its key."""
    command = root.words("limner-editor", str(PHOTOGRAPHS), user=USER, DISPLAY=seen.display)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as editor:
        try:
            window = seen.wait_for_window(editor)
            look_at_all(seen, window, out)
            if "limner.imaging.cell" not in smoke_images.decoders_of(editor):
                raise Wrong("no process of its own decodes for the editor")
            seen.press(window, "ctrl+q")
            if code := editor.wait(PATIENCE_S):
                raise Wrong(f"the editor ended with exit code {code}")
        finally:
            editor.kill()


def look_at_all(seen: Screen, window: str, out: Path) -> None:
    """Step from image to image; each must show its colour, but for the last, which is refused."""
    for name in sorted(smoke_images.COLOURS):
        seen.wait_for_colour(smoke_images.COLOURS[name], SHARE)
        seen.save(out / f"editor-{Path(name).stem}.png")
        seen.press(window, "d")
    seen.save(out / f"editor-{Path(smoke_images.BOMB).stem}.png")


def outside(root: Root, path: Path) -> Path:
    """Where a path in there is for this machine."""
    return root.path / path.relative_to("/")


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell how long a part of the story took."""
    start = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - start:.1f} s", flush=True)


def compare(kind: str, before: set[str], after: set[str]) -> None:
    """Raise Wrong over what came and stayed, or went along."""
    if before != after:
        left, gone = sorted(after - before), sorted(before - after)
        raise Wrong(f"{kind} left behind: {left[:20]}; taken along: {gone[:20]}")


if __name__ == "__main__":
    main()
