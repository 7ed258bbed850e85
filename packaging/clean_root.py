"""A clean Debian in a folder, to see what a package needs and what it leaves behind.

Only /proc is mounted there, never this machine's /dev, and the folder is removed without leaving
its file system.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

KEPT = Path(__file__).resolve().parents[1] / "build" / "package"
SUITE = "bookworm"
# What changes without any package leaving anything behind.
VOLATILE = ("proc", "sys", "dev", "tmp", "home", "root", "run", "var/cache", "var/log", "var/lib")


class Wrong(Exception):
    """Something that was tried there is not as it should be; the message says what."""


class Root:
    """The folder, to run programs in with `chroot`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def run(self, *command: str, user: str = "root") -> None:
        """Run `command` in there to its end; what root's commands say to stdout is left out.

        Raises:
            CalledProcessError: it failed; it said why itself.
        """
        subprocess.run(
            self.words(*command, user=user),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if user == "root" else None,
            check=True,
        )

    def words(self, *command: str, user: str, **variables: str) -> list[str]:
        """The command line from outside; nothing of this machine's environment goes along."""
        home = "/root" if user == "root" else f"/home/{user}"
        fixed = {
            "HOME": home,
            "LC_ALL": "C.UTF-8",
            "DEBIAN_FRONTEND": "noninteractive",
            "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        }
        pairs = [f"{name}={value}" for name, value in (fixed | variables).items()]
        enter = ["chroot", f"--userspec={user}", str(self.path), "env", "-i", f"-C{home}"]
        return [*enter, *pairs, *command]

    def packages(self) -> set[str]:
        """The names of all packages installed there."""
        command = ["dpkg-query", f"--admindir={self.path}/var/lib/dpkg", "-W", "-f=${Package}\n"]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
        return set(told.stdout.split())

    def files(self) -> set[str]:
        """The paths of all files and folders there, but for the volatile ones."""
        skipped = {self.path / name for name in VOLATILE}
        found: set[str] = set()
        for folder, folders, names in os.walk(self.path):
            here = Path(folder)
            folders[:] = [name for name in folders if here / name not in skipped]
            found |= {str((here / name).relative_to(self.path)) for name in (*folders, *names)}
        return found


@contextmanager
def clean_root() -> Iterator[Root]:
    """A fresh Debian with the way to this machine's package mirrors; gone afterwards.

    Raises:
        CalledProcessError: /proc could not be mounted, or not be released because a program still
            lives in there; then nothing is removed.
    """
    path = Path(tempfile.mkdtemp(prefix="limner-root-"))
    try:
        subprocess.run(["tar", "-C", path, "-xf", base_archive()], check=True)
        path.chmod(0o755)
        for file in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
            shutil.copy(Path("/", file), path / file)
        shutil.rmtree(path / "etc/apt")
        shutil.copytree("/etc/apt", path / "etc/apt")
        subprocess.run(["mount", "-t", "proc", "proc", path / "proc"], check=True)
        yield Root(path)
    finally:
        if (path / "proc").is_mount():
            subprocess.run(["umount", path / "proc"], check=True)
        subprocess.run(["rm", "-rf", "--one-file-system", path], check=True)


def base_archive() -> Path:
    """The clean root as an archive, made once (about 200 MB, under a minute)."""
    archive = KEPT / f"{SUITE}.tar"
    if archive.exists():
        return archive
    print(f"making a clean {SUITE}, once", flush=True)
    KEPT.mkdir(parents=True, exist_ok=True)
    partial = archive.with_suffix(".partial")
    with tempfile.TemporaryDirectory() as root, (KEPT / "debootstrap.log").open("w") as log:
        options = ["--variant=minbase", "--include=ca-certificates"]
        command = ["debootstrap", *options, SUITE, root, mirror()]
        subprocess.run(command, stdout=log, stderr=log, check=True)
        subprocess.run(["tar", "-C", root, "-cf", partial, "."], check=True)
    partial.rename(archive)
    return archive


def mirror() -> str:
    """Where this machine gets its Debian packages from."""
    command = ["apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    sources = [line.split() for line in told.splitlines()]
    return next((where for suite, where in sources if suite == SUITE), sources[0][1])
