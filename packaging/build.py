"""`./run package deb [--smoke] [--out DIR]`: make an installable package, and try it."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import bundle
import debian


def main() -> None:
    """Build what the command line asks for; its path and size are the last line."""
    parser = argparse.ArgumentParser(prog="./run package", description=__doc__)
    parser.add_argument("kind", choices=["deb"], help="the kind of package")
    parser.add_argument("--out", type=Path, default=bundle.ROOT / "dist", help="default: dist")
    parser.add_argument("--smoke", action="store_true", help="install and use it in a clean root")
    options = parser.parse_args()
    if not sys.platform.startswith("linux"):
        sys.exit("package: a Debian package can only be made on Linux")
    if missing := debian.missing_tools():
        sys.exit(f"package: please run: sudo apt-get install {' '.join(sorted(missing))}")
    try:
        made = deb(options.out.absolute())
        if options.smoke:
            smoke = [sys.executable, bundle.HERE / "smoke.py", made, "--out", options.out / "smoke"]
            subprocess.run(smoke, check=True)
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd[:4]))
        sys.exit(f"package: stopped, exit code {error.returncode} of: {command} ...")
    print(f"{made}  {made.stat().st_size / 1e6:.1f} MB")


def deb(out: Path) -> Path:
    """Make the Debian package of this checkout."""
    version = tomllib.loads((bundle.ROOT / "pyproject.toml").read_text())["project"]["version"]
    epoch = source_date()
    python = bundle.environment()
    package = debian.Package(bundle.WORK / "deb" / "limner", version, epoch)
    package.add_program(bundle.freeze(python, epoch))
    icons = bundle.icons(python, debian.ICON_SIZES)
    package.add_desktop(icons, bundle.ROOT / "resources" / "icons" / "app.svg")
    package.add_documents(next((python.parents[1] / "lib").glob("python3*/site-packages")))
    print("packing", flush=True)
    return package.build(out, debian.architecture())


def source_date() -> int:
    """When these sources were made, in seconds: the date everything in the package carries."""
    if given := os.environ.get("SOURCE_DATE_EPOCH"):
        return int(given)
    command = ["git", "log", "-1", "--format=%ct"]
    try:
        told = subprocess.run(command, cwd=bundle.ROOT, capture_output=True, text=True, check=True)
        return int(told.stdout)
    except (OSError, subprocess.CalledProcessError):  # not a checkout, or no git
        return int(time.time())


if __name__ == "__main__":
    main()
