"""The open dataset: its images in the list, the one on the canvas, and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from limner.api.errors import waits_by_itself
from limner.api.pictograph import Dataset, ImageRow
from limner.panels.text import plain
from limner.shell.display import Display
from limner.shell.editor import Editor
from limner.shell.listing import Listing
from limner.shell.notice import Choice, Tone
from limner.shell.pace import Pace
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.pixels import Pixels, Shown, Wanted
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.workspace import Workspace
from limner.tasks import MainThread

_AHEAD_S: Final = 0.1
"""How long after an image is there its neighbours are fetched: it is painted first."""


class Project:
    """One dataset of one workspace. Main thread only."""

    def __init__(self, window: Window, editor: Editor, pixels: Pixels, main: MainThread) -> None:
        self._window = window
        self._editor = editor
        self._pixels = pixels
        self._main = main
        self.display = Display(window, pixels, main, self._pixels_came, self._pixels_broke)
        self._pace = Pace(main, self._rest)
        self._direction = +1
        self.workspace: Workspace | None = None
        self.dataset: Dataset | None = None
        self.rows: dict[str, ImageRow] = {}
        self.current: str | None = None
        self.is_skimming = False
        """Whether the person goes from image to image without looking at any."""
        self._is_missing = False
        """Whether the pixels of the current image are not here, and their server is away."""
        self._wanted_first: str | None = None
        self._listing: Listing | None = None
        self._stop_waiting = _nothing
        self._stop = _nothing
        self._watchers: list[Callable[[], None]] = []
        window.images.chosen.connect(self.open_image)
        window.arrow.connect(self.step)
        window.escaped.connect(self.stop_loading)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when another dataset or image was opened."""
        self._watchers.append(watcher)

    @property
    def has_pixels(self) -> bool:
        """Whether the pixels of the image, and no preview, are on the canvas."""
        return self.display.now is not None

    @property
    def is_ready(self) -> bool:
        """Whether pixels and annotations of the current image are on the canvas."""
        session = self._editor.session
        return self.has_pixels and session is not None and session.row.id == self.current

    @property
    def is_remembered(self) -> bool:
        """Whether the images are those of an earlier run, and the server has not been heard."""
        return self._listing is not None and self._listing.is_remembered

    # --- the dataset

    def open(
        self,
        workspace: Workspace,
        dataset: Dataset,
        first: str | None = None,
        rows: list[ImageRow] | None = None,
    ) -> None:
        """Show a dataset; `first` names the image (filename) to begin with, else the first.

        With `rows` these are shown, as they are remembered, and nobody is asked before `refresh`
        or `take_over`.
        """
        if self.dataset is not None:  # else what was decoded ahead for this one would be given up
            self.close()
        self.workspace, self.dataset, self._wanted_first = workspace, dataset, first
        self._stop = workspace.watch(self._session_changed)
        self._window.canvas.show_message("Loading…", plain(dataset.name))
        self._listing = Listing(workspace, dataset, self)
        self._listing.begin(rows)
        self._tell()

    def refresh(self, failed: Callable[[Exception], None]) -> None:
        """Ask the server what the dataset and its images are now."""

        def not_read(error: Exception) -> None:
            self._begin_resuming()
            failed(error)

        if self._listing is not None:
            self._listing.refresh(not_read)

    def take_over(self, dataset: Dataset) -> None:
        """This is the dataset as its server has it now; have its images listed anew."""
        if self._listing is not None:
            self._listing.take_over(dataset)

    def close(self) -> None:
        """Leave the dataset; what is unsaved is sent and kept until it has arrived."""
        self._stop()
        self._stop = _nothing
        self._editor.finish_drawing()
        if self.workspace is not None:
            self.workspace.save_all()
        if self._listing is not None:
            self._listing.close()
        self._stop_looking()
        self._pixels.prefetch(())
        self._editor.leave()
        self.display.clear()
        self._window.images.set_images([])
        self.rows, self.current, self.dataset, self._listing = {}, None, None, None

    def dataset_came(self, dataset: Dataset) -> None:
        """The server says what the dataset is now."""
        if self.dataset is not None and self.dataset.ontology.classes != dataset.ontology.classes:
            self._editor.set_ontology(dataset.ontology)
        self.dataset = dataset

    def rows_came(self, rows: list[ImageRow]) -> None:
        """Show the images; what is on the canvas stays there."""
        is_first = not self.rows
        if not is_first and self.current not in {row.id for row in rows}:
            self._leave_what_is_gone()
        self._take_rows(rows)
        if not self.is_remembered:
            self._begin_resuming()
        if not self.rows:
            self._window.canvas.show_message(
                "No images here yet", "Open a folder of photographs, or drop one on this window."
            )
        elif self.current is None:
            self._begin_somewhere()
        self._tell()

    def line_opened(self) -> None:
        """What could not be had of the image is asked for again."""
        session = self.workspace.current if self.workspace is not None else None
        if self._is_missing or _is_missing(session):
            self.retry()
        self._tell()

    def _leave_what_is_gone(self) -> None:
        """Do not stay on an image that went and cannot be shown, unless there is work on it."""
        session = self.workspace.current if self.workspace is not None else None
        is_worked_on = session is not None and session.is_dirty
        if self.workspace is not None and not is_worked_on and not self.has_pixels:
            self._leave_image(self.workspace)
            self.current = None

    def _take_rows(self, rows: list[ImageRow]) -> None:
        before, self.rows = self.rows, {row.id: row for row in rows}
        current = before.get(self.current or "")
        if current is not None:
            now = self.rows.get(current.id, current)  # gone there, it is on the canvas here still
            size = (current.width or now.width, current.height or now.height)
            self.rows[now.id] = replace(now, width=size[0], height=size[1])
        self._window.images.set_images(self.rows.values(), is_same=bool(before))

    def _begin_somewhere(self) -> None:
        named = [row.id for row in self.rows.values() if row.filename == self._wanted_first]
        first = named[0] if named else self._window.images.neighbour_id(+1)
        if first is not None:
            self.open_image(first)

    def _begin_resuming(self) -> None:
        """Have the work of earlier runs sent."""
        if self.workspace is not None:
            self.workspace.resume(self._said("resume"), self.rows.values())

    def rows_missing(self, error: Exception) -> None:
        """Those that are remembered do, where there are any; else say why there is nothing."""
        workspace, dataset = self.workspace, self.dataset
        self._begin_resuming()
        if self.rows:
            if not waits_by_itself(error):
                self._said("project")(error)
            return
        self._window.canvas.show_message("The images could not be listed", words(error))
        if workspace is not None and dataset is not None:
            again = Choice("Try again", lambda: self.open(workspace, dataset, self._wanted_first))
            self._window.notice.say("project", words(error), Tone.WARNING, [again])

    # --- the image

    def open_image(self, image_id: str) -> None:
        """Put an image on the canvas; the one before is saved.

        Who goes on within a moment sees a small picture only, and nothing is loaded for it.
        """
        row, workspace = self.rows.get(image_id), self.workspace
        if row is None or workspace is None or image_id == self.current:
            return
        self._leave_image(workspace)
        self.current = image_id
        self._is_missing = False
        self._window.status.show_image(row.width, row.height)
        self._window.images.set_current(image_id)
        if self._pace.is_skimming():
            self.is_skimming = True
            self.display.glance(workspace.source(), row)
            self._tell()
            self._pace.wait_for_rest()
        else:
            self._look(workspace, row)
        self._pace.stepped()

    def _leave_image(self, workspace: Workspace) -> None:
        self._stop_looking()
        if self.is_skimming:
            return
        self._editor.finish_drawing()
        self._editor.leave()
        workspace.leave()
        self._window.notice.dismiss()
        for topic in ("image", "rule"):
            self._window.notice.clear(topic)

    def _stop_looking(self) -> None:
        self._pace.stop()
        self._stop_waiting()
        self._stop_waiting = _nothing

    def _rest(self) -> None:
        """The person looks at the image that they came to."""
        row, workspace = self.rows.get(self.current or ""), self.workspace
        if row is not None and workspace is not None:
            self._look(workspace, row)

    def _look(self, workspace: Workspace, row: ImageRow) -> None:
        """Load all of the current image."""
        self.is_skimming = False
        if self.dataset is None:
            return
        session = workspace.open(self.dataset, row)
        if session.document is not None:
            self._editor.show(session, self.dataset.ontology)
        self.display.show(workspace.source(), row)
        self._tell()

    def step(self, by: int) -> None:
        """To the next (+1) or previous (-1) image of the list as it is filtered."""
        wanted = self._window.images.neighbour_id(by)
        self._direction = by
        if wanted is not None:
            self.open_image(wanted)
        elif self.current is not None:
            end = "last" if by > 0 else "first"
            self._window.notice.say("image", f"This is the {end} image of the list.")

    def retry(self) -> None:
        """Read the image on the canvas again: pixels, and annotations when all are saved."""
        current = self.current
        if current is not None and self.workspace is not None:
            self._leave_image(self.workspace)
            self.workspace.forget(current)
            self.display.forget()
            self._window.images.set_problem(current, "")
            self._rest()

    def stop_loading(self) -> None:
        """Give up what is still coming in of the image, pixels or annotations."""
        self._window.notice.dismiss(also_warnings=True)
        self.display.stop()
        session = self.workspace.current if self.workspace is not None else None
        if session is not None and session.progress is not None:
            session.cancel_load()

    def _pixels_came(self, shown: Shown) -> None:
        self._is_missing = False
        row, (width, height) = self.rows.get(self.current or ""), shown.size
        if row is not None:
            self.rows[row.id] = replace(row, width=width, height=height)
        self._editor.set_image_size(width, height)
        self._tell()
        self._stop_waiting = self._main.after(_AHEAD_S, self._prefetch)

    def _pixels_broke(self, error: Exception) -> None:
        self._is_missing = waits_by_itself(error)
        if self.current is not None and not self._is_missing:
            self._window.images.set_problem(self.current, words(error))

    def _prefetch(self) -> None:
        """Load the neighbours: two in the direction in which the person goes, one behind."""
        workspace, dataset, by = self.workspace, self.dataset, self._direction
        if workspace is None or dataset is None:
            return
        ids = [self._window.images.neighbour_id(step) for step in (by, 2 * by, -by)]
        rows = [self.rows[id_] for id_ in ids if id_ is not None and id_ in self.rows]
        source = workspace.source()
        page_of = self.display.page_of
        self._pixels.prefetch([Wanted(source, row, page_of(row)) for row in rows])
        for row in rows:
            workspace.prefetch(dataset, row)

    def update_row(self, row: ImageRow) -> None:
        """Take over what a server says of an image of the dataset."""
        self.rows[row.id] = row
        self._window.images.update_row(row)

    def _session_changed(self, session: Session) -> None:
        known = self.rows.get(session.row.id)
        if known is not None and session.row.annotation_count != known.annotation_count:
            self.update_row(replace(known, annotation_count=session.row.annotation_count))
        self._window.images.set_state(
            session.row.id, session.state.value if session.state is State.NEEDS_YOU else ""
        )
        is_open = self.workspace is not None and session is self.workspace.current
        if session.row.id != self.current or self.dataset is None or not is_open:
            return
        if session.document is not None and self._editor.session is not session:
            row = self.rows[session.row.id]  # knows the size when the pixels came first
            session.row = replace(session.row, width=row.width, height=row.height)
            self._editor.show(session, self.dataset.ontology)
            self._tell()
        self._window.objects.set_refusals(dict(session.refusals))

    # --- small parts

    def _said(self, topic: str) -> Callable[[Exception], None]:
        return lambda error: self._window.notice.say(topic, words(error), Tone.WARNING)

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()


def _nothing() -> None:
    """Nothing is watched."""


def _is_missing(session: Session | None) -> bool:
    """Whether the annotations could not be had because the server is away."""
    return (
        session is not None and session.state is State.FAILED and waits_by_itself(session.trouble)
    )
