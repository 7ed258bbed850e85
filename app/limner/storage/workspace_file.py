"""Everything of a workspace that must survive: the journals of its images, unsent verdicts, copies
of what the server said for when it cannot be reached.

After a crash it is simply there. The file is SQLite with bodies in JSON, readable without this
program: docs/workspace-format.md.
"""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from limner.model.verdicts import Answer, Target
from limner.storage.database import Database
from limner.storage.image_journal import ImageJournal
from limner.storage.journal import Journal
from limner.storage.journal_text import Wording
from limner.storage.shelf import Shelf
from limner.storage.writer import Durable, Failed, Writer

_WAITING: Final = (
    "SELECT origin, image_id, unsent_since, unsent, conflicts, refusals, name FROM waiting "
    "ORDER BY unsent_since, number"
)
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
    """An answer to send; (origin, target, criteria) is its key, as on the wire."""

    origin: str
    project_id: str
    criteria_id: str
    target: Target
    answer: Answer


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

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            StoreBusy, StoreNewer, StoreFailed: it cannot be opened.
        """
        self._database = Database(path)
        self._writer = Writer(self._database)
        self._journal = Journal(self._database, self._writer)
        self._verdicts = Shelf(
            "verdict", self._database, self._writer, msgspec.json.encode, _read_verdict
        )

    @property
    def set_aside(self) -> Path | None:
        """Where a file that could not be read was put at opening, to be told to the person."""
        return self._database.set_aside

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
        done = self._writer.close(timeout_s)
        if done:
            self._database.close()
        return done


_read_verdict = msgspec.json.Decoder(UnsentVerdict).decode


def _reference(verdict: UnsentVerdict) -> str:
    return json.dumps([verdict.target.type, verdict.target.reference, verdict.criteria_id])
