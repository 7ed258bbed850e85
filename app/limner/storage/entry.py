"""What the journal of one image is told, and what it gives back after a restart.

An image has two lines of patches, both from the list with which it began (its stem):

    work    what was done to the document: gestures, undo and redo, and what came from others
    base    what the server was seen to hold: every list that was fetched or saved

A line can be walked forwards and backwards, so the document, the base of the next merge, the undo
history and every version that was ever seen are all in it. Nothing in a line is ever changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from limner.model.annotations import Annotation, AnnotationId
from limner.model.patch import Patch

Versions = frozenset[bytes]
"""Short names of versions of one annotation (`model/fingerprint.version`)."""


class Kind(StrEnum):
    """What kind of change to the document an op is."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"
    NEWS = "news"
    """Came from the server: no step of the history, and carried into every one."""


class Cause(StrEnum):
    """How a copy of the server became known."""

    FETCHED = "fetched"
    SAVED = "saved"


@dataclass(frozen=True, slots=True)
class Copy:
    """A list that the server holds or held, as it names it; all None before it was ever read.

    `print` is the fingerprint of the list, where the server has no ETag to tell versions apart;
    `rev` its number, where it counts; `author` and `at` (ISO 8601) who made it and when.
    """

    etag: str | None = None
    print: str | None = None
    rev: int | None = None
    author: str | None = None
    at: str | None = None


@dataclass(frozen=True, slots=True)
class Op:
    """A change that the document has gone through."""

    kind: Kind
    patch: Patch


@dataclass(frozen=True, slots=True)
class Advance:
    """The server was seen to hold another list: `patch` leads there from the one before.

    `upto` is the number of the newest gesture that is in it, for one that was saved.
    """

    cause: Cause
    patch: Patch
    copy: Copy
    upto: int | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A body that is frozen to be sent, by the number of the newest gesture that is in it.

    `held_back` are annotations that are in it as the server has them, and not as the document
    does: they were refused, or a person has to decide. After a restart it counts as sent without
    an answer.
    """

    upto: int
    key: str
    held_back: frozenset[AnnotationId] = frozenset()


class Unchanged:
    """Says that an entry leaves a part as it is."""


UNCHANGED = Unchanged()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What goes to the disk together or not at all, in this order.

    `known` are versions of annotations that were now sent or seen, to be remembered for ever:
    a late answer to an old request must not bring back what was deleted since. With
    `forgets_known` all that were remembered before are forgotten first: the server tells versions
    apart, and no old request can succeed any more.
    `refused` are the server's words about annotations it did not take.
    """

    op: Op | None = None
    advance: Advance | None = None
    forgets_known: bool = False
    known: Mapping[AnnotationId, Versions] = field(default_factory=dict)
    outgoing: Outgoing | Unchanged | None = UNCHANGED
    refused: Mapping[AnnotationId, str] | Unchanged = UNCHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An image as the journal has it.

    `base` and `document` are lists in z-order; `ahead` leads from the one to the other, with the
    conflicts that are open, and is empty when the server has everything. `done` and `undone` are
    the steps of the history, the latest last. `last` is the number of the newest op; `unsent`
    counts the gestures that the server does not have, the first made at `unsent_since` (Unix time).
    With an `outgoing`, `since` is what the gestures after its newest one did: they came into
    `ahead` too late to be in the frozen body.
    """

    base: tuple[Annotation, ...]
    copy: Copy
    document: tuple[Annotation, ...]
    ahead: Patch
    done: tuple[Patch, ...] = ()
    undone: tuple[Patch, ...] = ()
    known: Mapping[AnnotationId, Versions] = field(default_factory=dict)
    outgoing: Outgoing | None = None
    since: Patch | None = None
    refused: Mapping[AnnotationId, str] = field(default_factory=dict)
    last: int = 0
    unsent: int = 0
    unsent_since: float | None = None
