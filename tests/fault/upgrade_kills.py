"""A file of an older form that is brought to today's, and cut off at each of its calls (L18)."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from fault.disk_faults import Disk, NoSuchDisk, faulty_disk
from fault.tally import NotMeasured, Tally
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile
from unit.old_workspaces import a_file_of_form_2, check_form_2_is_taken_over

_IN_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it


def cut_off_upgrades() -> Tally:
    """Cut an upgrade off at every write and sync call, and open the file again.

    Raises:
        NotMeasured: SQLite's way to the disk cannot be reached here.
    """
    logging.disable()  # every error is made on purpose
    try:
        with faulty_disk() as disk:
            with _old_file() as path:
                calls = _upgrade(disk, path, None)
            notes = [note for call in range(1, calls + 1) for note in _cut_off(disk, call)]
    except NoSuchDisk as reason:
        raise NotMeasured(str(reason)) from reason
    finally:
        logging.disable(logging.NOTSET)
    return Tally(calls, calls, tuple(notes))


@contextmanager
def _old_file() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="limner-upgrade-", dir=_IN_MEMORY) as folder:
        path = Path(folder) / "work" / "workspace.db"
        a_file_of_form_2(path)
        yield path


def _cut_off(disk: Disk, call: int) -> Iterator[str]:
    """What is wrong after an upgrade from whose call on nothing reached the disk."""
    with _old_file() as path:
        _upgrade(disk, path, call)
        file = WorkspaceFile(path)
        if file.recovered is not None:
            yield f"cut off at call {call}: {file.recovered}"
        try:
            check_form_2_is_taken_over(file)
        except AssertionError as error:
            yield f"cut off at call {call}: {error}"
        file.close(30)


def _upgrade(disk: Disk, path: Path, cut_at: int | None) -> int:
    """How many calls it was."""
    first = disk.calls
    if cut_at is not None:
        disk.fails_from(first + cut_at)
    try:
        file = WorkspaceFile(path)
        count = disk.calls - first
        file.close(30)
    except StorageError:
        count = disk.calls - first
    disk.is_well()
    return count
