"""The frozen program: a folder that runs without any Python on the machine."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HERE = ROOT / "packaging"
WORK = ROOT / "build" / "package"
LOCKS = (ROOT / "requirements.lock", HERE / "requirements-build.lock")
STRIPPED = (
    "libpython3*.so*",
    "python3*/lib-dynload/*.so",
    "sqlalchemy/**/*.so",
    "cryptography/**/*.so",
)


def environment() -> Path:
    """A Python with what the editor runs on and PyInstaller, and nothing else; made once.

    Apart from `.venv`, so that no test tool can slip into a package.
    """
    home = WORK / "venv"
    python = home / "bin" / "python"
    stamp = home / ".ready"
    key = hashlib.sha256(b"".join(lock.read_bytes() for lock in LOCKS)).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == key:
        return python
    print("making the environment to build in", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    uv = shutil.which("uv")
    make = [uv, "venv", "-q", "--python", sys.executable] if uv else [sys.executable, "-m", "venv"]
    install = [uv, "pip", "install", "-q", "--python", str(python)] if uv else [
        str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check"
    ]  # fmt: skip
    subprocess.run([*make, str(home)], check=True)
    for lock in LOCKS:
        subprocess.run([*install, "--no-deps", "--require-hashes", "-r", str(lock)], check=True)
    stamp.write_text(key)
    return python


def freeze(python: Path, epoch: int) -> Path:
    """Run PyInstaller over `limner.spec`; the same sources and `epoch` give the same bytes."""
    print("freezing the program", flush=True)
    folders = ["--distpath", str(WORK / "bundle"), "--workpath", str(WORK / "work")]
    options = ["--noconfirm", "--clean", "--log-level", "ERROR", *folders]
    fixed = {"SOURCE_DATE_EPOCH": str(epoch), "PYTHONHASHSEED": "0"}
    subprocess.run(
        [python, "-m", "PyInstaller", *options, HERE / "limner.spec"],
        env={**os.environ, **fixed, "PYTHONPATH": str(ROOT / "app")},
        check=True,
    )
    bundle = WORK / "bundle" / "limner"
    strip(bundle)
    return bundle


def strip(bundle: Path) -> None:
    """Take the symbols out of what has many: libpython (23 MB to 6), SQLAlchemy (9 to 1).

    Most wheels come stripped, and stripping what auditwheel patched breaks it: numpy's OpenBLAS
    then fails with "ELF load command address/offset not page-aligned".
    """
    internal = bundle / "_internal"
    large = [file for pattern in STRIPPED for file in sorted(internal.glob(pattern))]
    subprocess.run(["strip", "--strip-unneeded", *large], check=True)


def icons(python: Path, sizes: tuple[int, ...]) -> dict[int, Path]:
    """Render the application's icon, as {pixels: PNG file}."""
    drawing = ROOT / "resources" / "icons" / "app.svg"
    files = {size: WORK / "icons" / f"{size}.png" for size in sizes}
    (WORK / "icons").mkdir(parents=True, exist_ok=True)
    words = [word for size, file in files.items() for word in (str(size), str(file))]
    subprocess.run(
        [python, HERE / "render_icon.py", drawing, *words],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=True,
    )
    return files
