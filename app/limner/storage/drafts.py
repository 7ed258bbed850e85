"""The work that is on this computer and not on a server yet: annotations of images, and verdicts.

Each draft is the whole unsent state of an image with the version of the server's copy it stands
on, so after a crash it is simply there. The file is SQLite with bodies in JSON: readable without
this program.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from limner.model.annotations import Annotation
from limner.model.verdicts import Answer, Target
from limner.storage.database import Database
from limner.storage.shelf import Shelf
from limner.storage.writer import Durable, Failed, Writer

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Base:
    """Which copy of the server a draft stands on; both None when none was ever read."""

    etag: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The unsent annotations of an image, in z-order; `saved_at` is Unix time."""

    annotations: tuple[Annotation, ...]
    base: Base
    revision: int
    saved_at: float


@dataclass(frozen=True, slots=True)
class WaitingDraft:
    """That an image has a draft, without its annotations."""

    origin: str
    image_id: str
    revision: int
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

    def __init__(
        self,
        path: Path,
        *,
        encode: Callable[[Iterable[Annotation]], bytes],
        decode: Callable[[bytes], Sequence[Annotation]],
    ) -> None:
        """Open the file. `encode` writes a JSON list, `decode` reads {"annotations": that list}.

        Raises:
            StoreBusy, StoreNewer, StoreFailed: it cannot be opened.
        """
        self._database = Database(path)
        self._writer = Writer(self._database)
        self._decode = decode
        self._encode = encode
        self._images = Shelf("image", self._database, self._writer, self._packed, self._unpacked)
        self._verdicts = Shelf(
            "verdict", self._database, self._writer, msgspec.json.encode, _read_verdict
        )

    @property
    def set_aside(self) -> Path | None:
        """Where a file that could not be read was put at opening, to be told to the person."""
        return self._database.set_aside

    def put(
        self,
        origin: str,
        image_id: str,
        annotations: tuple[Annotation, ...],
        base: Base,
        durable: Durable,
        failed: Failed,
    ) -> int:
        """Keep the unsent annotations of an image; returns the draft's revision at once.

        `durable` is called when they, or newer ones, would survive a power cut; `failed` when
        they could not be written (a later put may succeed). Both come from the writer's thread.
        """
        return self._images.put(origin, image_id, (annotations, base), durable, failed)

    def get(self, origin: str, image_id: str) -> Draft | None:
        """The newest draft of an image, written already or not.

        Raises:
            StoreFailed: the file cannot be read.
            Exception: what `decode` raises for a draft that was damaged on the disk.
        """
        kept = self._images.get(origin, image_id)
        return None if kept is None else Draft(*kept.value, kept.revision, kept.saved_at)

    def waiting(self) -> list[WaitingDraft]:
        """Every image with a draft, the one put longest ago first."""
        return [
            WaitingDraft(place.origin, place.reference, place.revision, place.saved_at)
            for place in self._images.places()
        ]

    def drop(self, origin: str, image_id: str, revision: int, failed: Failed = _report) -> None:
        """Forget a draft that reached the server; one put after `revision` stays."""
        self._images.drop(origin, image_id, revision, failed)

    def put_verdict(self, verdict: UnsentVerdict, durable: Durable, failed: Failed) -> int:
        """Keep an answer until it is sent; callbacks and revision as in `put`."""
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

    def _packed(self, value: tuple[tuple[Annotation, ...], Base]) -> bytes:
        annotations, base = value
        return (
            msgspec.json.encode(base)[:-1] + b',"annotations":' + self._encode(annotations) + b"}"
        )

    def _unpacked(self, body: bytes) -> tuple[tuple[Annotation, ...], Base]:
        return tuple(self._decode(body)), msgspec.json.decode(body, type=Base)


_read_verdict = msgspec.json.Decoder(UnsentVerdict).decode


def _reference(verdict: UnsentVerdict) -> str:
    return json.dumps([verdict.target.type, verdict.target.reference, verdict.criteria_id])
