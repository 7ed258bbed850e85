"""What was sent and may have come to the server or not, and what is remembered because of it.

Two kinds of server. One that counts versions executes each key only once: it gets the very same
request again until it has answered, and no later one can pass it by. Any other may execute an
old request at any time, so every version that was ever sent to it is remembered: when it holds
one of them, nobody else has done that.
"""

from __future__ import annotations

from random import Random

from limner.model.annotations import AnnotationId
from limner.storage.entry import Copy, Kept
from limner.sync.frozen import Frozen, frozen_again
from limner.sync.moves import Looked
from limner.sync.versions import NOTHING_KNOWN, KnownVersions, VersionNames


class Doubt:
    """What is not known about the requests of one image."""

    def __init__(self, kept: Kept, random: Random) -> None:
        self.known = KnownVersions(kept.known) if kept.known else NOTHING_KNOWN
        self.unanswered: Frozen | None = None
        """What must be sent again as it is before anything else."""
        self.must_look = False
        self._random = random
        self._key: str | None = None
        self._under_key: tuple[VersionNames, ...] = ()
        self._spent: set[AnnotationId] = set()
        if kept.outgoing is not None and obeys_keys(kept.copy):
            self.begin(frozen_again(kept, kept.outgoing), kept.copy)
        elif kept.outgoing is not None:
            self.must_look = True

    def key(self) -> tuple[str, bool]:
        """The key of the next request, and whether it is new.

        One stays in use until the server has executed something under it: a copy of an older
        request, late on some proxy, can do nothing then, even when the list has become again
        what it was made for.
        """
        if self._key is not None:
            return self._key, False
        return f"{self._random.getrandbits(128):032x}", True

    def note(self, frozen: Frozen, copy: Copy) -> VersionNames | None:
        """It is about to be sent; the names to be kept on the disk, for a server without order."""
        names = VersionNames(frozen.send.ahead.changes)
        if obeys_keys(copy):
            self._key, self._under_key = frozen.send.key, (*self._under_key, names)
            return None
        if self._spent:
            rows = frozen.send.ahead.changes
            names = VersionNames({i: row for i, row in rows.items() if i not in self._spent})
        self.known = self.known.and_also(names)
        return names

    def begin(self, frozen: Frozen, copy: Copy) -> None:
        """It was sent, and there is no answer that says what became of it."""
        if obeys_keys(copy):
            self.unanswered = frozen
            if self._key is None:  # after a restart
                self._key = frozen.send.key
                self._under_key = (VersionNames(frozen.send.ahead.changes),)
        else:
            self.must_look = True

    def confirmed(self, copy: Copy) -> None:
        """The server has answered, and everything under this key with it."""
        # The answer to a repeated request may be an old one.
        self.must_look = self.unanswered is not None
        self._key, self._under_key, self.unanswered = None, (), None

    def not_executed(self) -> None:
        """What was sent surely did not happen so far."""
        self.unanswered = None

    def overtaken(self) -> None:
        """What was sent once more came too late: the list is another one now.

        Perhaps because of the first time, when the server has forgotten the key since: a server
        does so after a day or two, by its clock. So what it holds of it is nobody else's doing.
        """
        self.known = KnownVersions({}, self._under_key, are_late=True)
        self._key, self._under_key, self.unanswered, self.must_look = None, (), None, True

    def executed_before(self, frozen: Frozen) -> bool:
        """The server has executed another body under this key; whether it must be `frozen`.

        It is when no other was sent: the same annotations in other words, after a restart.
        """
        is_it = self.unanswered is not None and frozen.is_first
        if is_it:
            self._key, self._under_key, self.unanswered, self.must_look = None, (), None, True
        else:
            self.overtaken()
        return is_it

    def looked(self, known: KnownVersions) -> None:
        """The server was read, and what was known has been taken into account."""
        self.known, self.must_look = known, False

    def forget(self, copy: Copy, looked: Looked | None = None) -> bool:
        """Drop what no old request can bring back any more; whether anything was dropped.

        Where versions are told apart that is everything. Else it is what others removed, for who
        makes it again means it. And the versions of what was removed once more because it came
        back: if it comes a second time, a person is asked.
        """
        was = self.known
        if copy.etag is not None:
            self.known = NOTHING_KNOWN
            return bool(was)
        if looked is not None:
            self._spent.update(looked.removed_again)
            known = self.known.without(looked.news.removed())
            self.known = known.only_absent(looked.removed_again)
        return self.known is not was


def obeys_keys(copy: Copy) -> bool:
    """Whether the server of this copy executes one key only once, as those do that count."""
    return copy.rev is not None
