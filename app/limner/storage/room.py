"""Keeps the workspace file within its bounds; what is not on the server, or is pinned, stays.

Two things may go, each when all of its kind need more than their bound:

    history  ops that no list needs any more, the oldest first; the newest 1,000 of each image go
             only when all others are gone
    lists    of images that the server has in full, those first that were not opened for longest;
             what is known of their annotations stays

Order is that of the numbers, never a clock.
"""

from __future__ import annotations

from itertools import chain
from typing import Final

from limner.storage.database import Statement
from limner.storage.journal import Journal

HISTORY_BYTES: Final = 1 << 30
LISTS_BYTES: Final = 1 << 30
_AT_ONCE: Final = 200
_STEPS: Final = 1_000

_LISTS: Final = (
    "SELECT coalesce(sum(stem_bytes + op_bytes), 0) FROM image "
    "WHERE is_aside = 0 AND stem > 0 AND is_ahead = 0"
)
_LEAST_USED: Final = """
    SELECT number, origin, image_id FROM image AS i
    WHERE is_aside = 0 AND stem > 0 AND is_ahead = 0
    AND number NOT IN (SELECT image FROM outgoing)
    AND NOT EXISTS (SELECT 1 FROM pin WHERE pin.origin = i.origin AND pin.image_id = i.image_id)
    ORDER BY used
"""
_HISTORY: Final = "SELECT coalesce(sum(history_bytes), 0) FROM image WHERE is_aside = 0"
_OLDEST: Final = """
    SELECT seq, image, length(changes) + coalesce(length(op.conflicts), 0)
    FROM op JOIN image AS i ON image = number
    WHERE seq < stem AND is_ahead = 0 AND is_aside = 0 AND (? OR seq < coalesce((
        SELECT seq FROM op AS o WHERE o.image = i.number AND o.line = 'work'
        ORDER BY seq DESC LIMIT 1 OFFSET ?
    ), 0)) ORDER BY seq LIMIT ?
"""
# A number that was used is never used again, or an op might come to stand before its stem.
_NEVER_AGAIN: Final = (
    "INSERT OR REPLACE INTO meta VALUES ('last', max("
    "coalesce((SELECT value FROM meta WHERE name = 'last'), 0), "
    "coalesce((SELECT max(seq) FROM op), 0)))"
)
_EMPTY: Final = (
    "UPDATE image SET stem = 0, stem_bytes = 0, op_bytes = 0, history_bytes = 0 WHERE number = ?"
)
_LESS: Final = "UPDATE image SET history_bytes = max(0, history_bytes - ?) WHERE number = ?"


class Room:
    """Makes room a little at a time. On the writer's thread only."""

    def __init__(
        self,
        journal: Journal,
        history_bytes: int = HISTORY_BYTES,
        lists_bytes: int = LISTS_BYTES,
    ) -> None:
        self._journal = journal
        self._database = journal.database
        self._history_bytes = history_bytes
        self._lists_bytes = lists_bytes

    def make_some(self) -> bool:
        """Remove a little of what is too much; whether there was any.

        Raises:
            StoreFailed: it could not be removed.
        """
        return self._drop_a_list() or self._drop_history()

    def _drop_a_list(self) -> bool:
        if self._sum(_LISTS) <= self._lists_bytes:
            return False
        candidates = self._database.do_in_spare_time(_LEAST_USED) or []
        return any(
            self._journal.write_unless_open((origin, image_id), _without_lists(number))
            for number, origin, image_id in candidates
        )

    def _drop_history(self) -> bool:
        if self._sum(_HISTORY) <= self._history_bytes:
            return False
        for even_recent in (False, True):
            found = self._database.do_in_spare_time(_OLDEST, even_recent, _STEPS, _AT_ONCE)
            if found:
                gone = chain.from_iterable(_without_op(*row) for row in found)
                self._database.write(chain([(_NEVER_AGAIN, ())], gone))
            if found is None or found:
                return True
        return False

    def _sum(self, sql: str) -> int:
        size: int = self._database.read(sql)[0][0]
        return size


def _without_lists(number: int) -> list[Statement]:
    return [
        (_NEVER_AGAIN, ()),
        ("DELETE FROM piece WHERE stem = (SELECT stem FROM image WHERE number = ?)", (number,)),
        ("DELETE FROM op WHERE image = ?", (number,)),
        ("DELETE FROM sketch WHERE image = ?", (number,)),
        (_EMPTY, (number,)),
    ]


def _without_op(seq: int, image: int, size_bytes: int) -> list[Statement]:
    return [("DELETE FROM op WHERE seq = ?", (seq,)), (_LESS, (size_bytes, image))]
