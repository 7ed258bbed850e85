"""Reads one earlier version of an image at a time, the one that was asked for last."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limner.model.annotations import Annotation
from limner.sync.link import Link
from limner.sync.past import Archive, Moment
from limner.sync.progress import Activity, Progress, Reporter
from limner.tasks import Ticket

_SILENT_S: Final = 0.3
"""What takes less time than this needs no word."""

Annotations = tuple[Annotation, ...]


class VersionReader:
    """Main thread only. Who goes through the list quickly has not every version read."""

    def __init__(
        self,
        came: Callable[[Annotations], None],
        failed: Callable[[Exception], None],
        progress: Callable[[float | None], None],
    ) -> None:
        """`progress` hears how much has come, from 0 to 1; None when nothing is waited for."""
        self._came = came
        self._failed = failed
        self._progress = progress
        self._ticket = Ticket()
        self._is_busy = False
        self._next: Callable[[], None] | None = None
        self._stop_waiting = _nothing

    def read(self, link: Link, archive: Archive, moment: Moment) -> None:
        """Read this version, and no other that was asked for before."""
        self.drop()
        ticket = self._ticket = Ticket()
        self._stop_waiting = link.main.after(_SILENT_S, lambda: self._progress(0.0))
        if self._is_busy:
            self._next = lambda: self._begin(link, archive, moment, ticket)
        else:
            self._begin(link, archive, moment, ticket)

    def drop(self) -> None:
        """Want no version any more."""
        self._ticket.cancel()
        self._next = None
        self._quiet()

    def _begin(self, link: Link, archive: Archive, moment: Moment, ticket: Ticket) -> None:
        self._is_busy = True
        told = Reporter(Activity.LOADING, ticket, link.main, self._came_further)
        link.tasks.run(
            lambda: archive.list_of(moment, told),
            lambda found: self._ended(ticket, lambda: self._came(found)),
            lambda error: self._ended(ticket, lambda: self._failed(error)),
        )

    def _came_further(self, progress: Progress) -> None:
        self._progress(progress.fraction)

    def _ended(self, ticket: Ticket, tell: Callable[[], None]) -> None:
        self._is_busy = False
        following, self._next = self._next, None
        if following is not None:
            following()
        elif not ticket.is_cancelled:
            self._quiet()
            tell()

    def _quiet(self) -> None:
        self._stop_waiting()
        self._stop_waiting = _nothing
        self._progress(None)


def _nothing() -> None:
    """Nothing is waited for."""
