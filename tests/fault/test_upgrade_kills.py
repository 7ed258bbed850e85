"""A file of an older form that is brought to today's, and cut off at any moment, loses nothing."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fault.disk_faults import Disk, NoSuchDisk, faulty_disk
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile
from unit.old_workspaces import a_file_of_form_2, check_form_2_is_taken_over

IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it


@pytest.fixture
def disk() -> Iterator[Disk]:
    try:
        with faulty_disk() as disk:
            yield disk
    except NoSuchDisk as reason:
        pytest.skip(str(reason))


def opens(disk: Disk, path: Path, cut_at: int | None) -> int:
    """Bring an old file to today's form; from its call `cut_at` on nothing reaches the disk.

    How many calls it was.
    """
    a_file_of_form_2(path)
    first = disk.calls
    if cut_at is not None:
        disk.fails_from(first + cut_at)
    try:
        file = WorkspaceFile(path)
        count = disk.calls - first
        file.close(10)
    except StorageError:
        count = disk.calls - first
    disk.is_well()
    return count


def test_work_is_there_whenever_an_upgrade_was_cut_off(disk: Disk) -> None:
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        calls = opens(disk, Path(folder) / "work" / "workspace.db", None)
    assert calls > 50
    for call in range(1, calls + 1):
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            path = Path(folder) / "work" / "workspace.db"
            opens(disk, path, call)
            file = WorkspaceFile(path)
            assert file.recovered is None
            check_form_2_is_taken_over(file)
            assert file.close(10)
