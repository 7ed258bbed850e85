"""What one server says of a dataset: as it is remembered at first, then as it is, in place."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from limner.api.pictograph import Dataset, ImageRow
from limner.sync.traffic import Line
from limner.sync.workspace import Workspace
from limner.tasks import Ticket


class Heard(Protocol):
    """Who shows it."""

    def rows_came(self, rows: list[ImageRow]) -> None:
        """These are the images; whether they are only remembered, the listing says."""
        ...

    def dataset_came(self, dataset: Dataset) -> None:
        """This is the dataset, with its present classes."""
        ...

    def rows_missing(self, error: Exception) -> None:
        """The server did not say which images there are."""
        ...

    def line_opened(self) -> None:
        """What could not be had may be had now."""
        ...


class Listing:
    """Of one dataset, as long as it is open. Main thread only."""

    def __init__(self, workspace: Workspace, dataset: Dataset, heard: Heard) -> None:
        self.is_remembered = False
        """Whether the images are those of an earlier run, and the server has not been heard."""
        self._workspace = workspace
        self._dataset = dataset
        self._heard = heard
        self._is_stale = False
        self._asked = Ticket()
        self._stop_watching = workspace.traffic.watch(self._line_turned)

    def begin(self, rows: list[ImageRow] | None) -> None:
        """Show `rows` and ask nobody yet; without any, what is remembered, and ask the server."""
        if rows is not None:
            self._recalled(rows)
        else:
            here = self._workspace.catalogue.images_here
            self._asked = here(self._dataset, self._recalled_first, self._not_listed)

    def refresh(self, failed: Callable[[Exception], None]) -> None:
        """Ask the server what the dataset and its images are now."""
        self._is_stale = True
        ask = self._workspace.catalogue.dataset
        self._asked.cancel()
        self._asked = ask(self._dataset.id, self.take_over, failed)

    def take_over(self, dataset: Dataset) -> None:
        """This is the dataset as its server has it now; have its images listed anew."""
        if dataset.id == self._dataset.id:
            self._dataset = dataset
            self._heard.dataset_came(dataset)
            self._list()

    def close(self) -> None:
        """Nobody wants to know any more."""
        self._stop_watching()
        self._asked.cancel()

    def _recalled_first(self, rows: list[ImageRow] | None) -> None:
        if rows:
            self._recalled(rows)
        self._list()

    def _recalled(self, rows: list[ImageRow]) -> None:
        self.is_remembered = True
        self._heard.rows_came(rows)

    def _list(self) -> None:
        ask = self._workspace.catalogue.images
        self._asked = ask(self._dataset, self._listed, self._not_listed)

    def _listed(self, rows: list[ImageRow]) -> None:
        self.is_remembered = self._is_stale = False
        self._heard.rows_came(rows)

    def _not_listed(self, error: Exception) -> None:
        self._is_stale = True
        self._heard.rows_missing(error)

    def _line_turned(self) -> None:
        """What could not be asked is asked when the server is back."""
        if self._workspace.traffic.line is Line.OPEN:
            if self._is_stale:
                self.refresh(_unheard)
            self._heard.line_opened()


def _unheard(_error: Exception) -> None:
    """It is asked again when the line turns."""
