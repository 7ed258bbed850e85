"""Opens images before anybody asked for them, one at a time."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from limner.sync.heap import give_back
from limner.sync.lanes import Lanes
from limner.sync.opening import Key, Opened, Opener, Wanted

_LOG = logging.getLogger(__name__)


class Ahead:
    """Main thread only. `came` hears of what was opened, `gone` of what was not after all.

    `room_for` says how many bytes an image may take when its turn comes.
    """

    def __init__(
        self,
        opener: Opener,
        lanes: Lanes,
        room_for: Callable[[Key], int],
        came: Callable[[Wanted, Opened], None],
        gone: Callable[[Wanted], None],
    ) -> None:
        self._opener = opener
        self._lanes = lanes
        self._room_for = room_for
        self._came = came
        self._gone = gone
        self._now: _Begun | None = None
        self._queue: deque[Wanted] = deque()
        self._has_opened = False

    @property
    def is_idle(self) -> bool:
        return self._now is None and not self._queue

    def is_at(self, key: Key) -> bool:
        """Whether this image is being opened now, and is worth waiting for."""
        return self._now is not None and self._now.is_worth_waiting_for(key)

    def begin(self, wanted: Sequence[Wanted]) -> None:
        """Open these, in their order, and nothing else any more."""
        self._queue = deque(wanted)
        if self._now is not None and self._now.wanted.key not in {each.key for each in wanted}:
            self._now.wanted.ticket.cancel()
        self._next()

    def give_up_but(self, key: Key) -> None:
        """Open nothing more; only if it is decoding this very image it may end that."""
        self._queue.clear()
        if self._now is not None and not self.is_at(key):
            self._now.wanted.ticket.cancel()

    def _next(self) -> None:
        if self._now is not None:
            return
        if not self._queue:
            self._tidy()
            return
        begun = self._now = _Begun(self._queue.popleft())
        wanted, room = begun.wanted, self._room_for(begun.wanted.key)
        # Without its ticket: one that was given up is to be heard of, for the next to begin.
        self._lanes.ahead.run(
            lambda: self._opener.open_ahead(wanted, room, lambda: self._passing(begun)),
            lambda opened: self._opened(wanted, opened),
            lambda error: self._failed(wanted, error),
        )

    def _tidy(self) -> None:
        """Give back what the images that made room have left, now that nothing is to be done."""
        if self._has_opened:
            self._has_opened = False
            self._lanes.ahead.run(give_back, lambda _none: None, _raise)

    @contextmanager
    def _passing(self, begun: _Begun) -> Iterator[None]:
        """On a worker: through the gate, and not waiting for others any more."""
        with self._lanes.gate.for_ahead():
            begun.is_decoding = True
            yield

    def _opened(self, wanted: Wanted, opened: Opened | None) -> None:
        self._now = None
        if opened is None:
            self._gone(wanted)
        else:
            self._has_opened = True
            self._came(wanted, opened)
        self._next()

    def _failed(self, wanted: Wanted, error: Exception) -> None:
        _LOG.info("%s was not opened ahead: %s", wanted.name, error)
        self._now = None
        self._gone(wanted)
        self._next()


def _raise(error: Exception) -> None:
    raise error


@dataclass(slots=True)
class _Begun:
    """An image whose turn it is; `is_decoding` once nothing else comes before it."""

    wanted: Wanted
    is_decoding: bool = False

    def is_worth_waiting_for(self, key: Key) -> bool:
        return self.is_decoding and self.wanted.key == key and not self.wanted.is_given_up()
