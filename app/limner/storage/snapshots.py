"""Copies of the workspace file, the last resort when it cannot be read any more.

One is made at the end of a run that changed something, the newest three stay; another before a
file is brought to a newer form, which stays until the next such.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

KEPT: Final = 3
_PARTIAL: Final = ".partial"


def snapshots(path: Path) -> list[Path]:
    """The copies of the file at `path` that there are, the newest first."""
    found = [each for each in path.parent.glob(f"{path.name}.snapshot*") if each.suffix != _PARTIAL]
    return sorted(found, key=_number, reverse=True)


def before_upgrade(path: Path, form: int) -> Path:
    """Where the copy of a file of an older form is put."""
    return path.with_name(f"{path.name}.form{form}")


def take_snapshot(path: Path, copy_into: Callable[[str], bool]) -> bool:
    """Put a new copy beside the file and remove the oldest; whether that was done.

    `copy_into` writes the copy to a path, and may say that it was interrupted.

    Raises:
        OSError: the copy could not be kept.
    """
    newest = snapshots(path)[:1]
    number = _number(newest[0]) + 1 if newest else 1
    if not place_copy(path.with_name(f"{path.name}.snapshot{number}"), copy_into):
        return False
    for old in snapshots(path)[KEPT:]:
        old.unlink(missing_ok=True)
    return True


def place_copy(target: Path, copy_into: Callable[[str], bool]) -> bool:
    """Have a copy written and put at `target` once it is whole, and would survive a power cut."""
    partial = target.with_name(target.name + _PARTIAL)
    partial.unlink(missing_ok=True)
    try:
        if not copy_into(str(partial)):
            return False
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
    return True


def _number(path: Path) -> int:
    digits = path.name.rpartition("snapshot")[2]
    return int(digits) if digits.isdigit() else 0
