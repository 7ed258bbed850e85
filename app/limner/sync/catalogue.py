"""The datasets and images of one server: asked for, and remembered for when it cannot be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, Literal, TypeVar

from limner.api.pictograph import Dataset, ImageRow
from limner.model.ontology import Ontology
from limner.sync.link import Link
from limner.sync.remembered import Remembered
from limner.sync.turns import Rank
from limner.tasks import Ticket

T = TypeVar("T")
Failed = Callable[[Exception], None]

_LISTING: Final = "listing"
"""What these questions are called in the traffic, where one of a name goes at a time."""


class Catalogue:
    """Main thread only; answers come on it too. Somebody waits for each of them."""

    def __init__(self, link: Link, remembered: Remembered) -> None:
        self.link = link
        self._remembered = remembered

    def datasets(self, done: Callable[[list[Dataset]], None], failed: Failed) -> Ticket:
        """Every dataset, as the server has them now."""

        def work() -> list[Dataset]:
            found = self.link.server.datasets()
            self._remembered.keep_datasets(found)
            return found

        return self._ask(work, done, failed)

    def dataset(self, dataset_id: str, done: Callable[[Dataset], None], failed: Failed) -> Ticket:
        """One dataset with its present classes."""

        def work() -> Dataset:
            found = self.link.server.dataset(dataset_id)
            self._remembered.keep_dataset(found)
            return found

        return self._ask(work, done, failed)

    def images_here(
        self, dataset: Dataset, done: Callable[[list[ImageRow] | None], None], failed: Failed
    ) -> Ticket:
        """The images of `dataset` as they were listed last; None when they never were."""
        return self.link.tasks.run(lambda: self._remembered.images(dataset.id), done, failed)

    def images(
        self,
        dataset: Dataset,
        done: Callable[[list[ImageRow]], None],
        failed: Failed,
        progress: Callable[[int, int | None], None] | None = None,
    ) -> Ticket:
        """Every image of `dataset`; `progress` hears (rows so far, rows in all)."""
        told = self._on_main(progress)

        def work() -> list[ImageRow]:
            rows = self.link.server.images(dataset, told)
            self._remembered.keep_dataset(dataset)
            self._remembered.keep_images(dataset.id, rows)
            return rows

        return self._ask(work, done, failed)

    def change_classes(
        self, dataset: Dataset, wanted: Ontology, done: Callable[[Dataset], None], failed: Failed
    ) -> Ticket:
        """Write the classes; what others added to the dataset in the meantime stays."""

        def work() -> Dataset:
            changed = self.link.server.update_classes(dataset.id, wanted, dataset.ontology)
            self._remembered.keep_dataset(changed)
            return changed

        return self._ask(work, done, failed)

    def review(
        self,
        dataset: Dataset,
        row: ImageRow,
        action: Literal["approve", "request_changes"],
        note: str,
        done: Callable[[ImageRow], None],
        failed: Failed,
    ) -> Ticket:
        """Approve an image or ask for changes; `done` hears the row in its new stage."""

        def work() -> ImageRow:
            return replace(row, status=self.link.server.review(dataset, row, action, note))

        return self._ask(work, done, failed)

    def _ask(self, work: Callable[[], T], done: Callable[[T], None], failed: Failed) -> Ticket:
        return self.link.traffic.run(work, done, failed, image_id=_LISTING, rank=Rank.WAITED_FOR)

    def _on_main(
        self, progress: Callable[[int, int | None], None] | None
    ) -> Callable[[int, int | None], None]:
        if progress is None:
            return _unheard
        return lambda so_far, in_all: self.link.main.post(lambda: progress(so_far, in_all))


def _unheard(_so_far: int, _in_all: int | None) -> None:
    """Nobody asked for the progress."""
