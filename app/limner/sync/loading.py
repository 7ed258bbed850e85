"""Reads the image of a session on a worker: at the start, and again when it was away."""

from __future__ import annotations

import logging
from collections.abc import Callable

from limner.api.pictograph import Dataset, ImageRow
from limner.api.wire_texts import WireTexts
from limner.model.annotations import Annotation
from limner.model.patch import Patch
from limner.storage.image_draft import ImageDraft
from limner.sync.known import Known
from limner.sync.link import Link
from limner.sync.progress import Activity, Progress, Reporter
from limner.sync.reading import Opened, read_image, read_news
from limner.tasks import Ticket

_LOG = logging.getLogger(__name__)


class Loading:
    """One read at a time, which can be stopped. Main thread only."""

    def __init__(
        self, dataset: Dataset, row: ImageRow, draft: ImageDraft, texts: WireTexts
    ) -> None:
        self._dataset = dataset
        self._row = row
        self._draft = draft
        self._texts = texts
        self._ticket = Ticket()

    def begin(
        self,
        link: Link,
        done: Callable[[Opened], None],
        failed: Callable[[Exception], None],
        moved: Callable[[Progress], None],
    ) -> None:
        """Read what is unsent here and what the server holds; `moved` hears how far it is."""
        ticket = self._ticket = Ticket()
        told = Reporter(Activity.LOADING, ticket, link.main, moved)

        def work() -> Opened:
            return read_image(link, self._dataset, self._row, self._draft, self._texts, told)

        link.tasks.run(work, done, failed, ticket)

    def stop(self) -> None:
        """Nobody hears of the read any more."""
        self._ticket.cancel()

    def look_again(
        self,
        link: Link,
        held: tuple[Annotation, ...],
        known: Known,
        changed: Callable[[Known, Patch], None],
    ) -> None:
        """Call `changed` when the server holds something else than it was `known` to.

        It hears what, and what makes a document of `held` the same.
        """

        def looked(found: tuple[Known, Patch] | None) -> None:
            if found is not None:
                changed(*found)

        def failed(error: Exception) -> None:
            _LOG.info("%s was not looked at again: %s", self._row.id, error)

        def work() -> tuple[Known, Patch] | None:
            return read_news(link, self._dataset, self._row, held, known)

        link.tasks.run(work, looked, failed)
