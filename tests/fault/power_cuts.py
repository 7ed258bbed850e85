"""Random lives of an image in a house where the power goes again and again (L2).

What was acknowledged must be there, whole, with its history, however the disk was left; what was
not may be, but only from its front on.
"""

from __future__ import annotations

import logging
import tempfile
import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from typing import Final

from typing_extensions import override

from fault.disk_faults import NoSuchDisk, faulty_disk
from fault.lives import Life
from fault.power import Power
from fault.tally import NotMeasured, Tally
from limner.model.annotations import Annotation
from limner.model.conflict import Conflict
from limner.model.document import Document
from limner.model.history import History
from limner.model.patch import Patch
from limner.model.selection import Selection
from limner.storage.entry import Copy, Entry, Kept, Outgoing
from limner.storage.errors import StorageError
from limner.storage.workspace_file import WorkspaceFile

_IN_MEMORY: Final = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a folder of its own in it
_ERROR_RATE: Final = 0.02
_MOST_CALLS: Final = 150
_CLEAN_END: Final = 0.2
_PATIENT: Final = 0.3
_RETRY_S: Final = 0.001


def power_cuts(runs: int, seed: int) -> Tally:
    """Cut the power `runs` times, over as many lives as that takes, whose seeds begin at `seed`.

    Raises:
        NotMeasured: SQLite's way to the disk cannot be reached here.
    """
    cuts, edits, notes = 0, 0, list[str]()
    logging.disable()  # every error is made on purpose
    try:
        for each in count(seed):
            life = _one(each)
            cuts, edits = cuts + life.cuts, edits + life.edits
            notes += [f"life {each}: {life.failure}"] if life.failure else []
            if cuts >= runs:
                return Tally(cuts, edits, tuple(notes))
    except NoSuchDisk as reason:
        raise NotMeasured(str(reason)) from reason
    finally:
        logging.disable(logging.NOTSET)
    raise AssertionError("seeds never end")


def _one(seed: int) -> CutLife:
    power = Power(Random(seed))  # noqa: S311 - it is to come again
    folder = tempfile.TemporaryDirectory(prefix="limner-power-", dir=_IN_MEMORY)
    with folder as place, faulty_disk(power):
        life = CutLife(Path(place), seed, power)
        try:
            life.live()
        except (AssertionError, StorageError) as error:
            life.failure = str(error) or repr(error)
        finally:
            life.end()
    return life


@dataclass(frozen=True)
class Moment:
    """Everything that is kept of an image, as it was after one of its writes."""

    document: tuple[Annotation, ...]
    conflicts: tuple[Conflict, ...]
    done: tuple[Patch, ...]
    undone: tuple[Patch, ...]
    base: tuple[Annotation, ...]
    copy: Copy
    outgoing: Outgoing | None
    frozen: Document | None


class CutLife(Life):
    """A life whose restarts are power cuts, with errors of the disk now and then."""

    def __init__(self, folder: Path, seed: int, power: Power) -> None:
        self._power = power
        self._folder = folder
        self._moments: list[Moment] = []
        self._safe = 0
        self._is_there = False
        self._sketches: set[bytes | None] = {None}
        self.cuts = 0
        self.failure: str | None = None
        path = folder / "workspace.db"
        WorkspaceFile(path).close(30)  # what the first start of all makes is there
        super().__init__(path, seed)
        self._moments.append(self._now())
        self._begin_trouble()

    @override
    def _write(self, entry: Entry) -> None:
        self.edits += entry.op is not None
        self._moments.append(self._now())
        number, told = len(self._moments) - 1, threading.Event()

        def durable() -> None:
            self._safe = max(self._safe, number)
            told.set()

        self._journal.write(entry, durable, lambda _error: told.set())
        if self._dice.random() < _PATIENT:
            assert told.wait(30), "never told"

    @override
    def _draws(self) -> None:
        super()._draws()
        self._sketches.add(self._sketch)

    @override
    def _restarts(self) -> None:
        """The power goes, if it has not gone already, and what is left is opened."""
        if self._dice.random() < _CLEAN_END:
            self._file.close(30)
        self.cuts += 1
        left = self._folder / str(self.cuts) / "workspace.db"
        self._power.cut(self._path, left)
        assert self._file.close(30), "never closed"
        self._path = left
        self._power.error_rate = 0.0
        self._power.comes_back()
        self._file = WorkspaceFile(left)
        assert self._file.recovered is None, f"damaged: {self._file.recovered}"
        assert self._file._database.read("PRAGMA integrity_check") == [("ok",)], "damaged"
        self._journal = self._opened()
        self._find(self._journal.read())
        self._begin_trouble()

    def _begin_trouble(self) -> None:
        self._file._writer._retry_s = _RETRY_S
        self._power.error_rate = self._dice.choice([0.0, _ERROR_RATE])
        self._power.goes_within(_MOST_CALLS)

    def _find(self, kept: Kept | None) -> None:
        """Go on from the newest moment that is what was kept; none before `_safe` may be."""
        candidates = self._moments[self._safe :]
        if kept is None:
            assert not self._is_there, "everything is gone"
            assert self._safe == 0, "everything is gone"
            self._go_to(self._moments[0])
            self._journal.begin(self._base, self._copy)
        else:
            self._sketch = self._journal.read_sketch()
            assert self._sketch in self._sketches, "another sketch"
            assert any(self._is(moment, kept) for moment in reversed(candidates)), (
                f"it is none of the {len(candidates)} states from the last safe one on"
            )
            self._is_there = True
        self._moments, self._safe = [self._now()], 0

    def _is(self, moment: Moment, kept: Kept) -> bool:
        self._go_to(moment)
        try:
            self._compare(kept)
        except AssertionError:
            return False
        return True

    def _go_to(self, moment: Moment) -> None:
        self._document = Document(moment.document, moment.conflicts)
        self._history = History(self._document, Selection(), moment.done, moment.undone)
        self._base, self._copy = moment.base, moment.copy
        self._outgoing, self._frozen = moment.outgoing, moment.frozen

    def _now(self) -> Moment:
        return Moment(
            self._document.snapshot(),
            tuple(self._document.conflicts.values()),
            tuple(step.patch for step in self._history._done),
            tuple(step.patch for step in self._history._undone),
            self._base,
            self._copy,
            self._outgoing,
            self._frozen,
        )
