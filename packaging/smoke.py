"""Try a Debian package as a stranger would: `smoke.py PACKAGE [--out DIR]`, as root, by hand.

In a clean Debian with nothing else in it: install, open the editor on a virtual screen, take a
picture, quit it, run the tour, purge, and find everything as it was before.
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
from typing import NoReturn

from clean_root import Root, clean_root

USER = "ann"
TOOLS = {"debootstrap": "debootstrap", "Xvfb": "xvfb", "xdotool": "xdotool"}
PATIENCE_S = 60.0
REST_S = 3.0  # a picture that stays the same for so long is finished


def main() -> None:
    """Check what this needs, then do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("package", type=Path)
    parser.add_argument("--out", type=Path, default=Path("dist/smoke"), help="pictures go here")
    options = parser.parse_args()
    if os.geteuid() != 0:
        fail("needs to be root, for chroot and mount")
    if missing := [package for tool, package in TOOLS.items() if not shutil.which(tool)]:
        fail(f"please run: sudo apt-get install {' '.join(missing)}")
    options.out.mkdir(parents=True, exist_ok=True)
    try:
        with clean_root() as root:
            smoke(root, options.package, options.out)
    except subprocess.CalledProcessError as error:
        fail(f"exit code {error.returncode} of: {' '.join(map(str, error.cmd))}")
    except subprocess.TimeoutExpired:
        fail(f"the editor did not quit within {PATIENCE_S:.0f} s")
    print(f"installed, used and removed without a trace; pictures: {options.out}")


def smoke(root: Root, package: Path, out: Path) -> None:
    """The whole story; ends the process with a message at the first thing that is wrong."""
    root.run("apt-get", "update", "-qq")
    root.run("useradd", "--create-home", USER)
    packages, files = root.packages(), root.files()
    shutil.copy(package, root.path / "srv")
    apt_get = ("apt-get", "-qq", "-o", "Dpkg::Use-Pty=0", "--no-install-recommends")
    with step("install"):
        root.run(*apt_get, "install", f"/srv/{package.name}")
    with step("editor"), screen(root.path) as display:
        use_editor(root, display, out / "editor.png")
    with step("tour"):
        root.run("limner", "tour", "--out", f"/home/{USER}/tour", user=USER)
    shutil.copytree(root.path / f"home/{USER}/tour", out / "tour", dirs_exist_ok=True)
    with step("purge"):
        root.run(*apt_get, "purge", "limner")
        root.run(*apt_get, "autoremove", "--purge")
    (root.path / "srv" / package.name).unlink()
    compare("packages", packages, root.packages())
    compare("files", files, root.files())


def use_editor(root: Root, display: str, picture: Path) -> None:
    """Open the editor, wait for its window, save what it shows, and quit it by its key."""
    command = root.words("limner-editor", user=USER, DISPLAY=display)
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as editor:
        try:
            window = wait_for_window(editor, display)
            take_picture(display, picture)
            xdotool(display, "windowfocus", "--sync", window, "key", "ctrl+q").check_returncode()
            if code := editor.wait(PATIENCE_S):
                fail(f"the editor ended with exit code {code}")
        finally:
            editor.kill()


def wait_for_window(editor: subprocess.Popen[bytes], display: str) -> str:
    """The X11 id of the editor's window, as soon as it is on the screen."""
    end = time.monotonic() + PATIENCE_S
    while editor.poll() is None:
        found = xdotool(display, "search", "--onlyvisible", "--classname", "limner-editor")
        if found.returncode == 0:
            return found.stdout.split()[-1]
        if time.monotonic() > end:
            fail(f"no window of the editor within {PATIENCE_S:.0f} s")
        time.sleep(0.1)
    return fail(f"the editor ended without a window, exit code {editor.returncode}")


def xdotool(display: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Act as the person in front of `display`."""
    environment = {**os.environ, "DISPLAY": display}
    command = ["xdotool", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def take_picture(display: str, file: Path) -> None:
    """Save the screen once it has come to rest."""
    os.environ.update(DISPLAY=display, QT_QPA_PLATFORM="xcb")
    from PySide6.QtGui import QGuiApplication

    application = QGuiApplication([])
    before, now = None, application.primaryScreen().grabWindow(0).toImage()
    while before != now:
        time.sleep(REST_S)
        before, now = now, application.primaryScreen().grabWindow(0).toImage()
    now.save(str(file))


@contextmanager
def screen(root: Path) -> Iterator[str]:
    """A virtual screen of this machine that programs in `root` can reach, as a DISPLAY.

    Nothing for X is installed in there, so that only the package's own dependencies count; a hard
    link brings the socket.
    """
    read, write = os.pipe()
    options = ["-displayfd", str(write), "-screen", "0", "1600x1000x24", "-ac", "-nolisten", "tcp"]
    server = subprocess.Popen(["Xvfb", *options], pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with os.fdopen(read) as told:
            number = told.readline().strip()
        sockets = root / "tmp/.X11-unix"
        sockets.mkdir(mode=0o1777)
        os.link(f"/tmp/.X11-unix/X{number}", sockets / f"X{number}")  # noqa: S108 - X11's own place
        yield f":{number}"
    finally:
        server.terminate()
        server.wait()


@contextmanager
def step(name: str) -> Iterator[None]:
    """Tell how long a part of the story took."""
    start = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - start:.1f} s", flush=True)


def compare(kind: str, before: set[str], after: set[str]) -> None:
    """End over what came and stayed, or went along."""
    if before != after:
        left, gone = sorted(after - before), sorted(before - after)
        fail(f"{kind} left behind: {left[:20]}; taken along: {gone[:20]}")


def fail(message: str) -> NoReturn:
    """End with one message."""
    sys.exit(f"smoke: {message}")


if __name__ == "__main__":
    main()
