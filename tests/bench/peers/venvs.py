"""The peers from PyPI, each in a throwaway environment of its own that is kept for the next run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[3]
CACHE: Final = ROOT / "build" / "bench" / "peers"


class NotInstalled(Exception):
    """A peer could not be installed here; `str(error)` says why, in one line."""


@dataclass(frozen=True)
class Choice:
    """A requirement for pip, and the minor version of Python 3 that it is installed on."""

    requirement: str
    minor: int


PEERS: Final[dict[str, tuple[Choice, ...]]] = {
    "labelme": (
        Choice("labelme>=7", 12),
        Choice("labelme>=7", 13),
        Choice("labelme==6.3.1", 11),
    ),
    "xanylabeling": (
        Choice("x-anylabeling-cvhub[cpu]", 11),
        Choice("x-anylabeling-cvhub[cpu]", 12),
    ),
}


def python_of(peer: str) -> Path:
    """The interpreter of a peer's environment, which is made when it is not there.

    Raises:
        NotInstalled: there is no Python for it, or pip could not bring it.
    """
    reasons = []
    for choice in PEERS[peer]:
        venv = CACHE / f"{peer}-3.{choice.minor}"
        if (venv / ".ready").exists():
            return _python(venv)
        base = next(_interpreters(choice.minor), None)
        if base is None:
            reasons.append(f"there is no Python 3.{choice.minor}")
            continue
        try:
            _make(venv, base, choice.requirement)
        except subprocess.CalledProcessError as error:
            reasons.append(f"{choice.requirement} on Python 3.{choice.minor}: {_last_line(error)}")
            continue
        return _python(venv)
    raise NotInstalled(f"{peer} is left out: {'; '.join(reasons)}")


def _make(venv: Path, base: Path, requirement: str) -> None:
    print(f"bench: installing {requirement} into {venv.relative_to(ROOT)}", file=sys.stderr)
    shutil.rmtree(venv, ignore_errors=True)
    _call(base, "-m", "venv", venv)
    pip = ("-m", "pip", "install", "-q", "--disable-pip-version-check")
    _call(_python(venv), *pip, requirement, "typing-extensions")
    (venv / ".ready").touch()


def _interpreters(minor: int) -> Iterator[Path]:
    """Every Python of this minor version that runs: on the path, this one, or one of pyenv's."""
    name = f"python3.{minor}"
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found: Iterable[Path] = (
        *([Path(sys.executable)] if sys.version_info[:2] == (3, minor) else []),
        *([Path(on_path)] if (on_path := shutil.which(name)) else []),
        *sorted(pyenv.glob(f"versions/*/bin/{name}")),
    )
    yield from (python for python in found if _runs(python))


def _runs(python: Path) -> bool:
    """A shim is there for every version that was ever known, and runs only those it is told to."""
    question = [str(python), "-c", "import ensurepip, venv"]
    return subprocess.run(question, capture_output=True, check=False).returncode == 0


def _python(venv: Path) -> Path:
    return venv / "bin" / "python"


def _call(*command: str | Path) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)


def _last_line(error: subprocess.CalledProcessError) -> str:
    lines = str(error.stderr or "").strip().splitlines()
    return lines[-1][:200] if lines else f"exit code {error.returncode}"
