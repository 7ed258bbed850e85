"""A disk that fails at any one write or sync loses nothing that was called safe."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from fault.disk_faults import Disk, NoSuchDisk, faulty_disk
from limner.model.annotations import Annotation
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile
from unit.journal_desk import Desk, Outcome, cars, kept

EDITS = 50
IN_MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it


@pytest.fixture
def disk() -> Iterator[Disk]:
    try:
        with faulty_disk() as disk:
            yield disk
    except NoSuchDisk as reason:
        pytest.skip(str(reason))


class Script:
    """Fifty edits of one image, each told of before the next is made."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.safe = 0
        self.failures = 0
        self.states: list[tuple[Annotation, ...]] = []
        self.outcomes: list[Outcome] = []

    def run(self, disk: Disk) -> None:
        file = WorkspaceFile(self.path)
        file._writer._retry_s = 0.05
        desk = Desk(file, start=cars(3))
        for edit in range(EDITS):
            outcome = desk.starts(desk.move(edit + 10.0))
            self.states.append(desk.document.snapshot())
            self.outcomes.append(outcome)
            error = outcome.wait()
            if error is None:
                self.safe = edit + 1
            else:
                assert isinstance(error, StorageError)
                self.failures += 1
        if disk.fails(disk.calls + 1, 0) == 0:
            for outcome in self.outcomes:
                outcome.wait_until_safe()
            self.safe = EDITS
        file.close(10)

    def check(self) -> None:
        """A later run finds all that was called safe, and nothing that never was."""
        file = WorkspaceFile(self.path)
        found = kept(file)
        assert file._database.read("PRAGMA integrity_check") == [("ok",)]
        if found is None:
            assert self.safe == 0
        else:
            assert found.document in (
                self.states[self.safe - 1 :] if self.safe else [cars(3), *self.states]
            )
            assert found.base == cars(3)
        assert file.close(10)


def calls_of_the_script(disk: Disk) -> range:
    """The numbers of the calls that are made from the opened file on."""
    with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
        script = Script(Path(folder) / "workspace.db")
        WorkspaceFile(script.path).close(10)
        first = disk.calls
        script.run(disk)
        assert script.safe == EDITS
        return range(1, disk.calls - first + 1)


@pytest.mark.parametrize(("is_full", "is_lasting"), [(False, False), (True, False), (False, True)])
def test_a_fault_at_any_write_or_sync_loses_nothing_that_was_called_safe(
    disk: Disk, is_full: bool, is_lasting: bool
) -> None:
    calls = calls_of_the_script(disk)
    assert len(calls) > 2 * EDITS
    told = 0
    for call in calls:
        with tempfile.TemporaryDirectory(dir=IN_MEMORY) as folder:
            script = Script(Path(folder) / "workspace.db")
            WorkspaceFile(script.path).close(10)
            begin = disk.fails_from if is_lasting else disk.fails_once
            begin(disk.calls + call, is_full=is_full)
            try:
                script.run(disk)
            except StorageError:
                told += 1  # the file could not even be opened
            disk.is_well()
            script.check()
            told += script.failures > 0
    assert told > len(calls) // 2
