"""What was done to an image and the server does not have, as seen from what it is known to hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Final

from limner.model.annotations import AnnotationId
from limner.model.document import Document
from limner.model.patch import Patch
from limner.storage.entry import Advance, Cause, Copy, Kept, Outgoing
from limner.sync.frozen import Frozen, Ground, freeze
from limner.sync.looked import with_edits
from limner.sync.moves import Look, Looked
from limner.sync.unsent import Unsent
from limner.sync.versions import KnownVersions

MANY_EDITS: Final = 1_000

Choice = Callable[[Looked, Document], Looked]
"""What a person makes of what was found on the server."""


class Work:
    """The document, the ground it stands on, and all that lies between."""

    def __init__(self, document: Document, kept: Kept) -> None:
        self.ground = Ground(kept.base, kept.copy)
        self.refused: Mapping[AnnotationId, str] = dict(kept.refused)
        """The server's words about annotations that it did not take."""
        self._document = document
        self._ahead = Unsent(kept.ahead)
        self._since = Unsent(kept.since)
        self._last = kept.last

    @property
    def is_ahead(self) -> bool:
        return bool(self._ahead.changes)

    @property
    def can_be_sent(self) -> bool:
        """Whether there is more than what is held back."""
        return len(self._ahead.changes) > len(self.held_back)

    @property
    def held_back(self) -> frozenset[AnnotationId]:
        """Changed annotations that are not sent: refused, or a person must decide."""
        asked = (*self.refused, *self._document.conflicts)
        return frozenset(id_ for id_ in asked if id_ in self._ahead.changes)

    @property
    def has_changed_much(self) -> bool:
        """Whether more was edited since the look than is merged in a moment."""
        return len(self._since.changes) > MANY_EDITS

    def edited(self, patch: Patch, number: int) -> None:
        self._ahead.add(patch)
        self._since.add(patch)
        self._last = number

    def allow(self, ids: Collection[AnnotationId]) -> bool:
        """Try again those of `ids` that were refused; whether there are any."""
        if self.refused.keys().isdisjoint(ids):
            return False
        self.refused = {id_: words for id_, words in self.refused.items() if id_ not in ids}
        return True

    def refuse(self, words: Mapping[AnnotationId, str]) -> None:
        """Hold these back, but for what was edited since it was sent."""
        since = self._since.changes
        new = {id_: said for id_, said in words.items() if id_ not in since}
        self.refused = {**self.refused, **new}

    def look(self, known: KnownVersions) -> Look:
        """What is to be merged with the server's list; edits are counted from here."""
        self._since = Unsent()
        document, ground = self._document, self.ground
        return Look(
            base=ground.base,
            copy=ground.copy,
            mine=document.snapshot(),
            conflicts=dict(document.conflicts),
            held_back=self.held_back,
            known=known,
        )

    def freeze(self, key: str, *, is_first: bool) -> Frozen:
        """What is to be sent; edits are counted from here."""
        self._since = Unsent()
        held_back = self.held_back
        outgoing = Outgoing(self._last, key, held_back)
        return freeze(
            self.ground, self._document, self._ahead, held_back, outgoing, is_first=is_first
        )

    def stored(self, frozen: Frozen, copy: Copy) -> Advance:
        """The server has this as `copy`: ahead is what was held back, and what came since."""
        self.ground = Ground(frozen.send.body, copy)
        self._ahead = Unsent(frozen.held)
        self._ahead.add(self._since.patch())
        return Advance(Cause.SAVED, frozen.send.ahead, copy, frozen.upto)

    def same(self, copy: Copy) -> None:
        """The server holds the ground still."""
        self.ground = Ground(self.ground.base, copy)

    def take(self, looked: Looked, choice: Choice | None) -> Looked:
        """What the server holds is the ground; what it comes to for the document as it is now."""
        looked = with_edits(looked, self._since, self._document)
        if choice is not None:
            looked = choice(looked, self._document)
        self.ground = Ground(looked.theirs, looked.copy)
        self._ahead, self._since = Unsent(looked.ahead), Unsent()
        return looked
