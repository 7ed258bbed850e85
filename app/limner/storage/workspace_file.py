"""Everything of a workspace that must survive: the journals of its images, unsent verdicts, copies
of what the server said for when it cannot be reached.

After a crash it is simply there. The file is SQLite with bodies in JSON, readable without this
program: docs/workspace-format.md.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

import msgspec

from limner.model.verdicts import Answer, Item, Target, Verdict
from limner.storage.data_folder import place_warnings
from limner.storage.database import Database, Statement
from limner.storage.disk import Disk
from limner.storage.image_journal import ImageJournal
from limner.storage.journal import Journal, Place
from limner.storage.journal_text import Wording
from limner.storage.recovery import Recovered
from limner.storage.remembered import Memory, Remembered
from limner.storage.shelf import Shelf
from limner.storage.upkeep import Upkeep
from limner.storage.writer import Durable, Failed, Job, Writer

_WAITING: Final = (
    "SELECT origin, image_id, unsent_since, unsent, conflicts, refusals, name FROM waiting "
    "ORDER BY unsent_since, number"
)
_ASIDE: Final = (
    "SELECT origin, image_id, unsent_since, unsent, conflicts, refusals, name FROM image "
    "WHERE is_aside = 1 ORDER BY number"
)
_META: Final = "SELECT value FROM meta WHERE name = ?"
_UNPIN: Final = "DELETE FROM pin WHERE origin = ? AND image_id = ?"
_PIN: Final = "INSERT OR IGNORE INTO pin VALUES (?, ?)"
_ENDED: Final = "INSERT OR REPLACE INTO meta VALUES ('ended', ?)"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """That the server does not have everything of an image.

    `unsent` gestures are on this computer only, the first since `since` (Unix time; None when
    only a decision is open); `conflicts` and `refusals` wait for the person.
    """

    origin: str
    image_id: str
    since: float | None
    unsent: int
    conflicts: int = 0
    refusals: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True)
class UnsentVerdict:
    """An answer to send; (origin, target, criteria) is its key, as on the wire.

    `base` is what the person saw stored when answering, None for nothing. `earlier` are answers
    that this one replaced and that may have reached the server. `item` is where it was given.
    """

    origin: str
    project_id: str
    criteria_id: str
    target: Target
    answer: Answer
    base: Verdict | None = None
    earlier: tuple[Answer, ...] = ()
    item: Item | None = None


@dataclass(frozen=True, slots=True)
class WaitingVerdict:
    """An unsent verdict as it is kept; `saved_at` is Unix time."""

    verdict: UnsentVerdict
    revision: int
    saved_at: float


def _report(error: Exception) -> None:
    """What could not be forgotten will be sent again, which changes nothing."""
    log.warning("an unsent entry could not be removed: %s", error)


class WorkspaceFile:
    """One file for all; safe from any thread, and writing never blocks."""

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        """Open the file, or make it.

        Raises:
            StoreReadOnly: nothing can be written there; `open_read_only` shows what there is.
            StoreBusy, StoreNewer, StoreFailed: it cannot be opened.
        """
        self._database = Database(path, is_read_only=is_read_only)
        self.disk = Disk(path)
        self._writer = Writer(self._database, heed=self._heed)
        self._journal = Journal(self._database, self._writer)
        self._verdicts = Shelf(
            "verdict", self._database, self._writer, msgspec.json.encode, _read_verdict
        )
        self._memory = Memory(self._database, self._writer)
        self._upkeep = Upkeep(self._journal)
        rows = self._database.read(_META, "ended")
        self.ended_cleanly = not rows or rows[0][0] == "yes"
        """Whether the run before this one closed the file; True for a new file."""
        if not is_read_only:
            self._writer.submit("ended", Job(lambda: [(_ENDED, ("no",))]))
            self._upkeep.begin(self._writer.do_when_idle)

    @classmethod
    def open_read_only(cls, path: Path) -> WorkspaceFile:
        """Open the file where nothing can be written: every write fails with `StoreReadOnly`.

        Raises:
            StoreNewer, StoreFailed: it cannot be opened.
        """
        return cls(path, is_read_only=True)

    @property
    def is_read_only(self) -> bool:
        return self._database.is_read_only

    @property
    def path(self) -> Path:
        return self._database.path

    @property
    def recovered(self) -> Recovered | None:
        """What became of a file that was damaged; `str(recovered)` is for the person."""
        return self._database.recovered

    def warnings(self) -> list[str]:
        """What is wrong with the place of the file, in sentences for the person. For workers."""
        return place_warnings(self.path.parent)

    # --- images

    def image(self, origin: str, image_id: str, wording: Wording, name: str = "") -> ImageJournal:
        """The journal of an image, whose annotations are written and read by `wording`.

        `name` is what people call it.
        """
        return ImageJournal(self._journal, (origin, image_id), wording, name)

    def waiting(self) -> list[Waiting]:
        """The images of which the server does not have everything, the one worked on first first.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return [Waiting(*row) for row in self._database.read(_WAITING)]

    def put_aside(self) -> list[Waiting]:
        """Images whose work could not be read and was put where nothing is written over it.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return [Waiting(*row) for row in self._database.read(_ASIDE)]

    def pin(self, places: Iterable[Place]) -> None:
        """Let these images stay, whatever room they need: (origin, image id)."""
        self._submit_pins([(_PIN, place) for place in places])

    def unpin(self, places: Iterable[Place]) -> None:
        """Let these make room again, when others need it."""
        self._submit_pins([(_UNPIN, place) for place in places])

    def _submit_pins(self, statements: list[Statement]) -> None:
        self._writer.submit(("pins", uuid4()), Job(lambda: statements, (), (_report,)))

    # --- what the server said

    def remember(self, origin: str, kind: str, reference: str, body: bytes) -> None:
        """Keep something that the server said, for when it cannot be reached; returns at once."""
        self._memory.remember(origin, kind, reference, body)

    def recall(self, origin: str, kind: str, reference: str) -> Remembered | None:
        """What was remembered by that name last; None when there is nothing.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return self._memory.recall(origin, kind, reference)

    def recall_all(self, origin: str, kind: str) -> dict[str, Remembered]:
        """Everything of a kind, by its reference.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return self._memory.recall_all(origin, kind)

    # --- verdicts

    def put_verdict(self, verdict: UnsentVerdict, durable: Durable, failed: Failed) -> int:
        """Keep an answer until it is sent; returns its revision at once.

        `durable` is called when it would survive a power cut, `failed` when it could not be
        written yet. Both come from the writer's thread.
        """
        return self._verdicts.put(verdict.origin, _reference(verdict), verdict, durable, failed)

    def verdicts_waiting(self) -> list[WaitingVerdict]:
        """Every unsent answer, the one given longest ago first.

        Raises:
            StoreFailed: the file cannot be read.
        """
        places = self._verdicts.places()
        kept = [self._verdicts.get(place.origin, place.reference) for place in places]
        return [WaitingVerdict(k.value, k.revision, k.saved_at) for k in kept if k is not None]

    def drop_verdict(self, verdict: UnsentVerdict, revision: int, failed: Failed = _report) -> None:
        """Forget an answer that reached the server; one given after `revision` stays."""
        self._verdicts.drop(verdict.origin, _reference(verdict), revision, failed)

    # --- the end

    def close(self, timeout_s: float) -> bool:
        """Write what is waiting and close the file; False when that took too long.

        Then the file stays open until the process ends, and the writing goes on until then.
        """
        done = self._writer.close(timeout_s, None if self.is_read_only else self._farewell())
        if done:
            self._database.close()
        return done

    def _heed(self) -> None:
        self.disk.stands(is_full=self._writer.is_full, is_spent=self._database.ballast.is_spent)

    def _farewell(self) -> Job:
        return Job(lambda: [(_ENDED, ("yes",))], (self._upkeep.end,))


_read_verdict = msgspec.json.Decoder(UnsentVerdict).decode


def _reference(verdict: UnsentVerdict) -> str:
    return json.dumps([verdict.target.type, verdict.target.reference, verdict.criteria_id])
