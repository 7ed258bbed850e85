"""A script of fifty edits on a disk that fails at one of its calls, at each of them in turn (L3).

SQLite's own tests are made so (sqlite.org/testing.html).
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fault.disk_faults import Disk, NoSuchDisk, faulty_disk
from fault.tally import NotMeasured, Tally
from limner.model.annotations import Annotation
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile
from unit.journal_desk import Desk, Outcome, cars, kept

EDITS: Final = 50
TOLD_WITHIN_S: Final = 1.0
_IN_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it
_RETRY_S: Final = 0.05


@dataclass(frozen=True)
class Trouble:
    """A kind of fault: the disk is full or broken, for one call or from it on."""

    is_full: bool = False
    is_lasting: bool = False

    def begin(self, disk: Disk, at: int) -> None:
        begin = disk.fails_from if self.is_lasting else disk.fails_once
        begin(at, is_full=self.is_full)


@dataclass(frozen=True)
class Outcomes:
    """What came of a fault at each of some calls: how often it was said, and after how long."""

    tally: Tally
    calls: int
    said: int
    longest_s: float


def io_faults(trouble: Trouble, most: int = 0) -> Outcomes:
    """One fault at every call of the script, or at `most` of them, spread evenly.

    Raises:
        NotMeasured: SQLite's way to the disk cannot be reached here.
    """
    logging.disable()  # every error is made on purpose
    try:
        with faulty_disk() as disk:
            return _at_each_call(disk, trouble, most)
    except NoSuchDisk as reason:
        raise NotMeasured(str(reason)) from reason
    finally:
        logging.disable(logging.NOTSET)


def _at_each_call(disk: Disk, trouble: Trouble, most: int) -> Outcomes:
    count = _calls(disk)
    notes, said, longest_s = list[str](), 0, 0.0
    calls = range(1, count + 1, -(-count // most) if most else 1)
    for call in calls:
        with _script() as script:
            trouble.begin(disk, disk.calls + call)
            script.run(disk)
            disk.is_well()
            script.check()
        notes += [f"a fault at call {call} of {count}: {note}" for note in script.notes]
        said += script.was_said
        longest_s = max(longest_s, script.longest_s)
    return Outcomes(Tally(len(calls), EDITS * len(calls), tuple(notes)), count, said, longest_s)


def _calls(disk: Disk) -> int:
    """How many calls the script makes when nothing fails."""
    with _script() as script:
        before = disk.calls
        script.run(disk)
        if script.safe != EDITS:
            raise NotMeasured("the script does not even run on a sound disk")
        return disk.calls - before


@contextmanager
def _script() -> Iterator[Script]:
    """The script over a new file that is closed."""
    with tempfile.TemporaryDirectory(prefix="limner-io-", dir=_IN_MEMORY) as folder:
        path = Path(folder) / "workspace.db"
        WorkspaceFile(path).close(30)
        yield Script(path)


class Script:
    """Fifty edits of one image, each told of before the next is made."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states: list[tuple[Annotation, ...]] = []
        self._outcomes: list[Outcome] = []
        self.safe = 0
        self.was_said = False
        self.longest_s = 0.0
        self.notes: list[str] = []

    def run(self, disk: Disk) -> None:
        try:
            file = WorkspaceFile(self._path)
        except StorageError:
            self.was_said = True  # nothing can be edited then
            return
        file._writer._retry_s = _RETRY_S
        desk = Desk(file, start=cars(3))
        for edit in range(EDITS):
            self._edit(desk, edit)
        if disk.fails(disk.calls + 1, 0) == 0:
            for outcome in self._outcomes:
                outcome.wait_until_safe()
            self.safe = EDITS
        file.close(30)

    def _edit(self, desk: Desk, edit: int) -> None:
        before = time.monotonic()
        outcome = desk.starts(desk.move(edit + 10.0))
        self._states.append(desk.document.snapshot())
        self._outcomes.append(outcome)
        error = outcome.wait()
        self.longest_s = max(self.longest_s, time.monotonic() - before)
        if error is None:
            self.safe = edit + 1
            return
        self.was_said = True
        if not isinstance(error, StorageError):
            self.notes.append(f"edit {edit} failed with {error!r}")

    def check(self) -> None:
        """A later run finds all that was called safe, and nothing that never was."""
        file = WorkspaceFile(self._path)
        found = kept(file)
        if file._database.read("PRAGMA integrity_check") != [("ok",)] or file.recovered:
            self.notes.append("the file is damaged")
        if found is None:
            self._want(self.safe == 0, "nothing is there")
        else:
            may_be = self._states[self.safe - 1 :] if self.safe else [cars(3), *self._states]
            self._want(found.document in may_be, "it is not what was called safe")
            self._want(found.base == cars(3), "the base is another")
        file.close(30)

    def _want(self, good: bool, otherwise: str) -> None:
        if not good:
            self.notes.append(otherwise)
