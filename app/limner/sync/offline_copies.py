"""Images that a person wants here without their server: fetched ahead, and kept until let go.

The pixels go to a folder of their own, the annotations into the journal, both pinned. One image
comes at a time, in what the line has to spare; what is on its way goes on after a break, and after
a restart.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limner.api.errors import waits_by_itself
from limner.api.pictograph import Dataset, ImageRow
from limner.api.wire_texts import WireTexts
from limner.storage.image_files import ImageFiles, Name
from limner.sync.image_source import ImageSource
from limner.sync.line import Line
from limner.sync.link import Link
from limner.sync.offline_size import Estimate, estimated
from limner.sync.reading import fetch_image
from limner.sync.remembered import OfflinePlan, Remembered
from limner.sync.turns import Rank
from limner.tasks import Ticket

_NOTED_EVERY: Final = 20
"""Images between two notes of how far it is: what came since the last is quickly found again."""


@dataclass(frozen=True, slots=True)
class Copying:
    """How far it is: images done of all, those that could not be had, and bytes that came."""

    done: int
    total: int
    failed: int = 0
    size_bytes: int = 0
    trouble: Exception | None = None
    """Why the last one could not be had."""


class OfflineCopies:
    """Those of one dataset. Main thread only.

    `is_open` says of an image whether a session has it: then its annotations come with that.
    """

    def __init__(
        self,
        link: Callable[[], Link],
        remembered: Remembered,
        files: ImageFiles,
        dataset: Dataset,
        is_open: Callable[[str], bool],
    ) -> None:
        self._link = link
        self._remembered = remembered
        self._files = files
        self._dataset = dataset
        self._is_open = is_open
        self._rows: dict[str, ImageRow] = {}
        self._plan = OfflinePlan()
        self._here: set[str] = set()
        self._queue: deque[str] = deque()
        self._now: Ticket | None = None
        self.progress: Copying | None = None
        """How far a fetch is; None while nothing is fetched."""
        self._watchers: list[Callable[[], None]] = []
        self._stop_watching = link().traffic.watch(self._line_turned)

    @property
    def here(self) -> frozenset[str]:
        """The images that are here, whatever becomes of the line, by id."""
        return frozenset(self._here)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when something came, went, or could not be had."""
        self._watchers.append(watcher)

    def close(self) -> None:
        """Leave the dataset; what is missing comes when it is open again."""
        self._stop_watching()
        self._watchers.clear()
        if self._now is not None:
            self._now.cancel()
            self._note()

    # --- what there is

    def resume(self, rows: Iterable[ImageRow]) -> Ticket:
        """See what is here of what was wanted, and go on with the rest."""
        self._rows = {row.id: row for row in rows}
        rows_by_id, link = self._rows, self._link()

        def look() -> tuple[OfflinePlan, set[str]]:
            plan = self._remembered.plan(self._dataset.id)
            known = [rows_by_id[id_] for id_ in plan.here if id_ in rows_by_id]
            return plan, {row.id for row in known if self._files.is_kept(*self._name(row))}

        return link.tasks.run(look, self._found, self._failed_to_look)

    def _found(self, found: tuple[OfflinePlan, set[str]]) -> None:
        self._plan, self._here = found
        missing = [id_ for id_ in self._plan.wanted if id_ in self._rows and id_ not in self._here]
        if missing and self._now is None:
            self._begin(missing)
        self._tell()

    def _failed_to_look(self, error: Exception) -> None:
        raise error

    def estimate(self, rows: Sequence[ImageRow], done: Callable[[Estimate], None]) -> Ticket:
        """How much is to be fetched to have `rows` here."""
        files, origin, here = self._files, self._link().origin, self.here
        return self._link().tasks.run(
            lambda: estimated(files, origin, rows, here), done, self._failed_to_look
        )

    # --- fetching

    def fetch(self, rows: Iterable[ImageRow]) -> None:
        """Bring these here, and keep them."""
        wanted = {row.id: row for row in rows}
        self._rows |= wanted
        everything = dict.fromkeys((*self._plan.wanted, *wanted))
        self._plan = OfflinePlan(tuple(everything), tuple(self._here))
        origin = self._link().origin
        self._link().file.pin([(origin, id_) for id_ in wanted])
        self._note()
        self._begin([id_ for id_ in wanted if id_ not in self._here and id_ not in self._queue])

    def stop(self) -> None:
        """Fetch no more; what has come stays."""
        if self._now is not None:
            self._now.cancel()
        self._now, self.progress = None, None
        self._queue.clear()
        self._plan = OfflinePlan(tuple(self._here), tuple(self._here))
        self._note()
        self._tell()

    def remove(self, rows: Iterable[ImageRow], failed: Callable[[Exception], None]) -> Ticket:
        """Keep these no longer; the room of their pixels is given back at once."""
        gone = {row.id: row for row in rows}
        self._queue = deque(id_ for id_ in self._queue if id_ not in gone)
        self._here -= gone.keys()
        wanted = tuple(id_ for id_ in self._plan.wanted if id_ not in gone)
        self._plan = OfflinePlan(wanted, tuple(self._here))
        self._note()
        origin = self._link().origin
        self._link().file.unpin([(origin, id_) for id_ in gone])
        self._tell()

        def give_back() -> None:
            for row in gone.values():
                self._files.keep_no_more(*self._name(row))

        return self._link().tasks.run(give_back, lambda _none: None, failed)

    def _begin(self, ids: Iterable[str]) -> None:
        self._queue.extend(ids)
        before = self.progress or Copying(0, 0)
        total = before.done + before.failed + len(self._queue) + (self._now is not None)
        self.progress = replace(before, total=total)
        self._next()

    def _next(self) -> None:
        if self._now is not None or not self._queue:
            return
        row = self._rows[self._queue[0]]
        ticket = self._now = Ticket()
        self._link().traffic.run(
            lambda: self._fetch(row, ticket),
            lambda size: self._came(row, size),
            lambda error: self._not_come(row, error),
            image_id=row.id,
            rank=Rank.SPARE,
            ticket=ticket,
        )

    def _fetch(self, row: ImageRow, ticket: Ticket) -> int:
        """Bring pixels and annotations of one image; on a worker."""
        link, name = self._link(), self._name(row)
        if not self._files.is_kept(*name):
            source = ImageSource(link.server, link.origin, self._files)
            source.path(row, _unheard, lambda: ticket.is_cancelled)
        size = self._files.keep(*name)
        if not self._is_open(row.id):
            texts = WireTexts()
            journal = link.file.image(link.origin, row.id, texts, row.filename)
            if journal.read() is None:
                fetch_image(link, self._dataset, row, journal, texts, _unheard_fraction)
        self._remembered.keep_place(row)
        return size

    def _came(self, row: ImageRow, size_bytes: int) -> None:
        self._here.add(row.id)
        if self.progress is not None:
            so_far = self.progress.size_bytes + size_bytes
            self.progress = replace(self.progress, done=self.progress.done + 1, size_bytes=so_far)
        self._go_on(row)

    def _not_come(self, row: ImageRow, error: Exception) -> None:
        if waits_by_itself(error):
            self._now = None  # it is wanted still, and goes on when the line is open again
            self._tell()
            return
        if self.progress is not None:
            failed = self.progress.failed + 1
            self.progress = replace(self.progress, failed=failed, trouble=error)
        if isinstance(error, OSError):  # the disk takes no more of them either
            self._queue.clear()
        self._go_on(row)

    def _go_on(self, row: ImageRow) -> None:
        self._now = None
        self._queue = deque(id_ for id_ in self._queue if id_ != row.id)
        if not self._queue or len(self._here) % _NOTED_EVERY == 0:
            self._note()
        self._tell()
        if not self._queue:
            self.progress = None
        self._next()

    def _line_turned(self) -> None:
        if self._link().traffic.line is Line.OPEN:
            self._next()

    # --- small parts

    def _name(self, row: ImageRow) -> Name:
        return self._link().origin, row.id, row.created_at

    def _note(self) -> None:
        self._plan = OfflinePlan(self._plan.wanted, tuple(sorted(self._here)))
        self._remembered.keep_plan(self._dataset.id, self._plan)

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()


def _unheard(_so_far: int, _in_all: int | None) -> None:
    """The images are counted, not their bytes."""


def _unheard_fraction(_fraction: float) -> None:
    """The images are counted, not their annotations."""
