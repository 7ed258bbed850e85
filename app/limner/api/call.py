"""One call to a server, before it is made, and the time it may take."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from limner.api.errors import NoAnswer

_BASE_S: Final = 60.0
_S_PER_MB: Final = 1.0
STREAM_S_PER_MB: Final = 10.0
"""Image bytes may come at 100 kB/s: a slow line is no fault, and the person can cancel."""
_SLICE: Final = 1 << 18

Sent = Callable[[int, int], None]
"""Called with the bytes that are on their way so far, and how many will be."""


class Deadline:
    """The end of one call: 60 s, and so many seconds for each megabyte that is transferred.

    httpx limits only each silence, and a server that dripped held a call for ever. What comes
    before the body of an answer is not counted; it may have 100 kB (h11).
    """

    def __init__(self, s_per_mb: float = _S_PER_MB, *, base_s: float = _BASE_S) -> None:
        self._ends_at = time.monotonic() + base_s
        self._s_per_byte = s_per_mb / 1e6

    def spend(self, size_bytes: int) -> None:
        """Note that `size_bytes` more have gone over the line, and see that the time is not up.

        Raises:
            NoAnswer: it is.
        """
        self._ends_at += size_bytes * self._s_per_byte
        if time.monotonic() > self._ends_at:
            raise NoAnswer("The server took too long.")


@dataclass(frozen=True, slots=True)
class Call:
    """A request whose `url` is absolute; `params` go into its query.

    The content is in pieces, because to join a hundred megabytes only costs time; `sent` hears of
    each that is on its way.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str | int] | None = None
    content: Sequence[bytes] | None = None
    deadline: Deadline = field(default_factory=Deadline)
    sent: Sent | None = None

    @property
    def size_bytes(self) -> int:
        return sum(map(len, self.content or ()))

    def slices(self) -> Iterator[bytes]:
        """The content bit by bit: a server that reads slowly runs into the deadline too."""
        done, total = 0, self.size_bytes
        for piece in self.content or ():
            for start in range(0, len(piece), _SLICE):
                some = piece[start : start + _SLICE]
                self.deadline.spend(len(some))
                done += len(some)
                if self.sent is not None:
                    self.sent(done, total)
                yield some
