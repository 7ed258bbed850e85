"""The history of an image as one list: what this computer has seen, and what its server keeps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from limner.api.codec import Told
from limner.api.errors import ApiError, NotOffered
from limner.api.moments import read_moment
from limner.api.pictograph import Dataset, ImageRow, Pictograph, Revision
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation, AnnotationId
from limner.model.merge import Doing, merge
from limner.storage.entry import Cause
from limner.storage.errors import StorageError
from limner.storage.image_journal import ImageJournal
from limner.storage.past import Past

_SAVED: Final = "Saved"
_SEEN: Final = "As it was on the server"
_BLANK: Final = "Before anything was saved"


@dataclass(frozen=True, slots=True)
class Moment:
    """One version of an image that can be shown again.

    It is known here by its `number`, on the server by its `rev`, or by both. `at` is Unix time:
    the server's where the server says it. `is_mine` tells that it was made on this computer;
    `author` is empty where nobody says who it was.
    """

    number: int | None
    rev: int | None
    at: float
    author: str
    count: int | None
    is_mine: bool
    title: str


@dataclass(frozen=True, slots=True)
class Story:
    """Every known version before the present one, newest first, and how many edits came since.

    `trouble` is why only what is known here is in it; None also where the server keeps nothing.
    """

    moments: tuple[Moment, ...]
    unsent: int = 0
    trouble: Exception | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """An earlier list beside the present one.

    `annotations` is that list in z-order, with the records and ranks of the present one wherever
    both say the same. Since then were `added`, `changed` and `removed`: what is `added` is in the
    present list only, the other two are ids of `annotations`.
    """

    annotations: tuple[Annotation, ...]
    added: tuple[Annotation, ...] = ()
    changed: frozenset[AnnotationId] = frozenset()
    removed: frozenset[AnnotationId] = frozenset()


class Archive:
    """The versions of one image. Every method blocks and belongs on a worker."""

    def __init__(
        self,
        server: Pictograph,
        dataset: Dataset,
        row: ImageRow,
        journal: ImageJournal,
        texts: WireTexts,
    ) -> None:
        self._server = server
        self._dataset = dataset
        self._row = row
        self._journal = journal
        self._texts = texts

    def story(self) -> Story:
        """Everything that is known of the image, here and on its server.

        Raises:
            StoreFailed: the workspace file cannot be read.
        """
        seen = self._journal.past()
        trouble: Exception | None = None
        revisions: Sequence[Revision] = ()
        try:
            revisions = self._server.revisions(self._dataset, self._row)
        except NotOffered:
            pass  # what was seen here is all there is
        except ApiError as error:
            trouble = error
        return Story(tuple(joined(seen, revisions)), _unsent(seen), trouble)

    def list_of(self, moment: Moment, told: Told) -> tuple[Annotation, ...]:
        """The annotations of a version, in z-order; `told` as for a load.

        Raises:
            StorageError, ApiError: it is kept no longer, or cannot be reached.
            Cancelled: `told` said so.
        """
        if moment.number is not None:
            try:
                return self._journal.list_at(moment.number)
            except StorageError:
                if moment.rev is None:
                    raise
        if moment.rev is None:
            raise AssertionError("a version is known here or on the server")
        loaded = self._server.revision(self._dataset, self._row, moment.rev, self._texts, told)
        return tuple(loaded.annotations)


def compared(then: Sequence[Annotation], now: Sequence[Annotation]) -> Version:
    """What has happened from an earlier list to the present one; for workers."""
    merged = merge(now, now, then, _never)
    news = {doing: [n for n in merged.news if n.doing is doing] for doing in Doing}
    return Version(
        merged.annotations,
        added=tuple(n.before for n in news[Doing.REMOVED] if n.before is not None),
        changed=frozenset(n.before.id for n in news[Doing.CHANGED] if n.before is not None),
        removed=frozenset(n.after.id for n in news[Doing.ADDED] if n.after is not None),
    )


def joined(seen: Sequence[Past], revisions: Sequence[Revision]) -> Iterator[Moment]:
    """Both histories as one, newest first; the numbers of the server's versions tie them.

    No clock decides: what only the server has stands by its number between those that were seen.
    """
    by_rev = {revision.rev: revision for revision in revisions}
    ahead = sorted(by_rev, reverse=True)
    for past, edits in _told_apart(seen):
        if past.rev is not None:
            while ahead and ahead[0] > past.rev:
                yield _from_server(by_rev[ahead.pop(0)])
            if past.rev in ahead:
                ahead.remove(past.rev)
        yield _from_here(past, edits, by_rev.get(past.rev or 0))
    for rev in ahead:
        yield _from_server(by_rev[rev])


def _told_apart(seen: Sequence[Past]) -> Iterator[tuple[Past, str]]:
    """What was seen, with what was done for each save; the newest edits are the present."""
    repeated: set[int] = set()
    for place, past in enumerate(seen):
        if past.steps and place == 0:
            continue
        older = seen[place + 1] if place + 1 < len(seen) else None
        edits = ""
        if past.cause is Cause.SAVED and older is not None and older.steps:
            edits = older.title
            repeated.add(older.number)
        if past.number not in repeated and not _is_again(past, seen[place + 1 :]):
            yield past, edits


def _is_again(past: Past, earlier: Sequence[Past]) -> bool:
    """Whether the copy before it is the very same version of the server."""
    before = next((each for each in earlier if each.cause is not None), None)
    return past.rev is not None and before is not None and before.rev == past.rev


def _from_here(past: Past, edits: str, revision: Revision | None) -> Moment:
    is_mine = past.cause is not Cause.FETCHED
    author = (revision.author if revision else past.author) or ""
    made = None if past.copied_at is None else read_moment(past.copied_at)
    at = revision.at if revision is not None else made
    return Moment(
        past.number,
        past.rev,
        past.at if at is None else at.timestamp(),
        author,
        past.count,
        is_mine,
        _title(past, edits, revision),
    )


def _title(past: Past, edits: str, revision: Revision | None) -> str:
    if past.cause is None:
        return past.title
    if revision is not None and revision.restored_from is not None:
        return _brought_back(revision.restored_from)
    if past.rev == 0:
        return _BLANK
    if past.cause is Cause.FETCHED and past.author is None and revision is None:
        return _SEEN
    return f"{_SAVED} · {edits}" if edits else _SAVED


def _from_server(revision: Revision) -> Moment:
    title = _SAVED
    if revision.restored_from is not None:
        title = _brought_back(revision.restored_from)
    return Moment(
        None,
        revision.rev,
        revision.at.timestamp(),
        revision.author,
        revision.count,
        is_mine=False,
        title=title,
    )


def _brought_back(rev: int) -> str:
    return f"Version {rev} brought back"


def _unsent(seen: Sequence[Past]) -> int:
    """How many edits came after the newest copy of the server."""
    count = 0
    for past in seen:
        if past.cause is not None:
            break
        count += past.steps
    return count


def _never(_id: AnnotationId, _version: Annotation | None) -> bool:
    return False
