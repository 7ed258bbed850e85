"""The work that is on this computer and not on a server yet: annotations of images, and verdicts.

After a crash it is simply there. The file is SQLite with bodies in JSON, readable without this
program; its tables stand in `schema.py`.
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
from limner.storage.draft_text import Wording
from limner.storage.image_draft import ImageDraft
from limner.storage.journal import Journal
from limner.storage.shelf import Shelf
from limner.storage.writer import Durable, Failed, Writer

_WAITING: Final = "SELECT origin, image_id, kept_at FROM waiting ORDER BY kept_at, number"
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """That an image has unsent annotations, without them; `saved_at` is Unix time."""

    origin: str
    image_id: str
    saved_at: float


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


class Drafts:
    """Everything unsent, in one file; safe from any thread, and writing never blocks."""

    def __init__(self, path: Path) -> None:
        """Open the file.

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

    def image(self, origin: str, image_id: str, wording: Wording) -> ImageDraft:
        """The draft of an image, whose annotations are written and read by `wording`."""
        return ImageDraft(self._journal, (origin, image_id), wording)

    def waiting(self) -> list[WaitingDraft]:
        """Every image with unsent work on the disk, the one begun longest ago first.

        Raises:
            StoreFailed: the file cannot be read.
        """
        return [WaitingDraft(*row) for row in self._database.read(_WAITING)]

    def put_verdict(self, verdict: UnsentVerdict, durable: Durable, failed: Failed) -> int:
        """Keep an answer until it is sent; returns its revision at once.

        `durable` is called when it would survive a power cut, `failed` when it could not be
        written. Both come from the writer's thread.
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
