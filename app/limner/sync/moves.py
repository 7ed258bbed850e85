"""What happens to the work on one image, and what is to be done then: the words of the machine.

The machine (`machine.py`) takes one event at a time and answers with effects, to be carried out in
their order. It knows no clock, network, disk or thread; whoever runs it has those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from limner.model.annotations import Annotation, AnnotationId
from limner.model.conflict import Conflict
from limner.model.merge import News
from limner.model.patch import Patch
from limner.storage.entry import Copy, Entry
from limner.sync.versions import KnownVersions

Annotations = tuple[Annotation, ...]

# --- effects


@dataclass(frozen=True, slots=True)
class Keep:
    """Write to the journal; `Kept` or `NotKept` follows when `is_awaited`."""

    entry: Entry
    is_awaited: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """Read the server and merge what it holds; `Looked` or `NotLooked` follows.

    The merge is of `base`, `mine` (the document as it is now, with its open conflicts) and what is
    read. Where the server still has `copy`, nothing is merged. For workers, as is `looked_at`
    (`looked.py`), which makes the answer.
    """

    base: Annotations
    copy: Copy
    mine: Annotations
    conflicts: Mapping[AnnotationId, Conflict]
    held_back: frozenset[AnnotationId]
    known: KnownVersions


@dataclass(frozen=True, slots=True)
class Send:
    """Overwrite the server's list by `body`; `Sent` or `NotSent` follows.

    `base` and `ahead` explain it: whoever sends checks first that the body is `base` with the
    changes of `ahead` and no others (`explained.py`), for workers. `ahead` has no row of what is
    `held_back`: that stands in the body as the server has it. The same `Send` may come again,
    with the same key, where the server is known to carry out a key only once.
    """

    body: Annotations
    key: str
    if_match: str | None
    base: Annotations
    ahead: Patch
    held_back: frozenset[AnnotationId]


@dataclass(frozen=True, slots=True)
class Change:
    """Put what came from the server into the document, and carry it through the history."""

    news: Patch


@dataclass(frozen=True, slots=True)
class Wake:
    """Send `Woken` after so many seconds, instead of any `Wake` before; None: not at all."""

    after_s: float | None


Effect = Keep | Look | Send | Change | Wake

# --- events


@dataclass(frozen=True, slots=True)
class Edited:
    """A gesture, undo or redo has changed the document; its op is kept by who runs the machine.

    `number` is that of the op, `at` the time in seconds, of a clock that only grows.
    """

    patch: Patch
    number: int
    at: float


@dataclass(frozen=True, slots=True)
class Woken:
    """The time of the last `Wake` has come."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The person wants it sent now: Ctrl+S, another image, the end; or the key was changed."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The image is looked at, again: the server is read even if there is nothing to be sent."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What was to be written and awaited is safe on the disk."""


@dataclass(frozen=True, slots=True)
class NotKept:
    """It is not: the disk refuses."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Looked:
    """What the server holds, and what comes of it; made by `looked_at` on a worker.

    `theirs` and `copy` become the base. `advance` leads from the old base to it, `news` from the
    document that was looked at to the merged one, with new conflicts, `ahead` from `theirs` to
    that. `told` is what others did. What is in `removed_again` came back there, as an old request
    of ours would bring it back, and goes once more. Of the `remaining` annotations of the old base
    that nobody removed here, `removed` are gone there. With `is_same` the server held the copy of
    `Look` still, and the patches are empty.
    """

    theirs: Annotations
    copy: Copy
    known: KnownVersions
    advance: Patch
    news: Patch
    ahead: Patch
    told: tuple[News, ...] = ()
    removed_again: tuple[AnnotationId, ...] = ()
    removed: int = 0
    remaining: int = 0
    is_same: bool = False


@dataclass(frozen=True, slots=True)
class NotLooked:
    """The server could not be read."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Sent:
    """The server confirmed what was sent, as `copy`; it held `previous_count` before."""

    copy: Copy
    previous_count: int


@dataclass(frozen=True, slots=True)
class NotSent:
    """It is not known to have it: refused, not reached, or open (the tree of `api/errors.py`)."""

    error: Exception


@dataclass(frozen=True, slots=True)
class Accepted:
    """The person accepts what was held up: so much of their image would go, or be older."""


@dataclass(frozen=True, slots=True)
class Declined:
    """The person keeps what is here of what was held up: it goes back to the server."""


Event = (
    Edited
    | Woken
    | Wanted
    | Opened
    | Kept
    | NotKept
    | Looked
    | NotLooked
    | Sent
    | NotSent
    | Accepted
    | Declined
)
