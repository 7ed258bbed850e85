"""The open dataset: its images in the list, the one on the canvas, and the way between them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

from limner.api.pictograph import Dataset, ImageRow
from limner.imaging.picture import Picture
from limner.model.ontology import LabelClass, Ontology
from limner.panels.text import plain
from limner.shell.editor import Editor
from limner.shell.notice import Choice, Tone
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.workspace import Workspace
from limner.tasks import Ticket


class Project:
    """One dataset of one workspace. Main thread only."""

    def __init__(self, window: Window, editor: Editor) -> None:
        self._window = window
        self._editor = editor
        self.workspace: Workspace | None = None
        self.dataset: Dataset | None = None
        self.rows: dict[str, ImageRow] = {}
        self.current: str | None = None
        self.has_pixels = False
        """Whether the image on the canvas is decoded and shown."""
        self._wanted_first: str | None = None
        self._listing: Ticket | None = None
        self._pixels: Ticket | None = None
        self._thumbnails: set[str] = set()
        self._stop = _nothing
        self._watchers: list[Callable[[], None]] = []
        window.images.chosen.connect(self.open_image)
        window.images.thumbnail_wanted.connect(self._want_thumbnail)
        window.classes.wanted.connect(self.add_class)
        window.arrow.connect(self.step)
        window.escaped.connect(self.stop_loading)

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` when another dataset or image was opened."""
        self._watchers.append(watcher)

    @property
    def is_ready(self) -> bool:
        """Whether pixels and annotations of the current image are on the canvas."""
        session = self._editor.session
        return self.has_pixels and session is not None and session.row.id == self.current

    # --- the dataset

    def open(self, workspace: Workspace, dataset: Dataset, first: str | None = None) -> None:
        """Show a dataset; `first` names the image (filename) to begin with, else the first."""
        self.close()
        self.workspace, self.dataset, self._wanted_first = workspace, dataset, first
        self._stop = workspace.watch(self._session_changed)
        self._window.canvas.show_message("Loading…", plain(dataset.name))
        self._listing = workspace.images(dataset, self._listed, self._not_listed)
        self._tell()

    def close(self) -> None:
        """Leave the dataset; what is unsaved is sent and kept until it has arrived."""
        self._stop()
        self._stop = _nothing
        self._editor.finish_drawing()
        if self.workspace is not None:
            self.workspace.save_all()
        for ticket in (self._listing, self._pixels):
            if ticket is not None:
                ticket.cancel()
        self._editor.leave()
        self._window.canvas.show_picture(None)
        self._window.images.set_images([])
        self.rows, self.current, self.dataset = {}, None, None
        self._thumbnails.clear()

    def _listed(self, rows: list[ImageRow]) -> None:
        if self.workspace is None or self.dataset is None:
            return
        self.rows = {row.id: row for row in rows}
        self._window.images.set_images(rows)
        if not rows:
            self._window.canvas.show_message(
                "No images here yet", "Open a folder of photographs, or drop one on this window."
            )
            return
        self.workspace.resume(self.dataset, rows, self._said("resume"))
        named = [row.id for row in rows if row.filename == self._wanted_first]
        first = named[0] if named else self._window.images.next_id()
        if first is not None:
            self.open_image(first)

    def _not_listed(self, error: Exception) -> None:
        workspace, dataset = self.workspace, self.dataset
        self._window.canvas.show_message("The images could not be listed", words(error))
        if workspace is not None and dataset is not None:
            again = Choice("Try again", lambda: self.open(workspace, dataset, self._wanted_first))
            self._window.notice.say("project", words(error), Tone.WARNING, [again])

    # --- the image

    def open_image(self, image_id: str) -> None:
        """Put an image on the canvas; the one before is saved."""
        row, workspace, dataset = self.rows.get(image_id), self.workspace, self.dataset
        if row is None or workspace is None or dataset is None or image_id == self.current:
            return
        if self._pixels is not None:
            self._pixels.cancel()
        self._editor.finish_drawing()
        self._editor.leave()
        self._window.notice.dismiss()
        for topic in ("image", "rule"):
            self._window.notice.clear(topic)
        self.current, self.has_pixels = image_id, False
        self._window.canvas.show_picture(None)
        self._window.canvas.show_message("Loading…", plain(row.filename))
        self._window.status.show_image(row.width, row.height)
        self._window.images.set_current(image_id)
        session = workspace.open(dataset, row)
        if session.document is not None:
            self._editor.show(session, dataset.ontology)
        self._pixels = workspace.picture(row, self._decoded, self._not_decoded, self._progress)
        self._tell()

    def step(self, by: int) -> None:
        """To the next (+1) or previous (-1) image of the list as it is filtered."""
        images = self._window.images
        wanted = images.next_id() if by > 0 else images.previous_id()
        if wanted is not None:
            self.open_image(wanted)
        elif self.current is not None:
            end = "last" if by > 0 else "first"
            self._window.notice.say("image", f"This is the {end} image of the list.")

    def retry(self) -> None:
        """Read the image on the canvas again: pixels, and annotations when all are saved."""
        current, self.current = self.current, None
        if current is not None and self.workspace is not None:
            self.workspace.forget(current)
            self.open_image(current)

    def stop_loading(self) -> None:
        """Cancel the transfer of an image that is still coming in."""
        self._window.notice.dismiss(also_warnings=True)
        if self._pixels is not None and not self.has_pixels and not self._pixels.is_cancelled:
            self._pixels.cancel()
            self._window.canvas.show_message("Loading was stopped", "F5 loads the image again.")

    def _progress(self, so_far: int, in_all: int | None) -> None:
        row = self.rows.get(self.current or "")
        if row is None or in_all is None or in_all < 1_000_000:
            return
        self._window.canvas.show_message(
            "Loading…",
            f"{plain(row.filename)} · {so_far / 1e6:.1f} of {in_all / 1e6:.1f} MB · Esc stops",
        )

    def _decoded(self, picture: Picture) -> None:
        self.has_pixels = True
        self._window.canvas.show_message("")
        self._window.canvas.show_picture(picture)
        row = self.rows.get(self.current or "")
        if row is not None:
            row = replace(row, width=picture.width, height=picture.height)
            self.rows[row.id] = row
        self._window.status.show_image(picture.width, picture.height)
        self._editor.set_image_size(picture.width, picture.height)
        if picture.warning:
            self._window.notice.say("image", picture.warning, Tone.WARNING)
        self._tell()

    def _not_decoded(self, error: Exception) -> None:
        self._pixels = None
        self._window.canvas.show_message("This image cannot be shown", words(error))
        if self.current is not None:
            self._window.images.set_problem(self.current, words(error))

    def _session_changed(self, session: Session) -> None:
        known = self.rows.get(session.row.id)
        if known is not None and session.row.annotation_count != known.annotation_count:
            known = replace(known, annotation_count=session.row.annotation_count)
            self.rows[known.id] = known
            self._window.images.update_row(known)
        self._window.images.set_state(
            session.row.id, session.state.value if session.state is State.NEEDS_YOU else ""
        )
        if session.row.id != self.current or self.dataset is None:
            return
        if session.document is not None and self._editor.session is not session:
            row = self.rows[session.row.id]  # knows the size when the pixels came first
            session.row = replace(session.row, width=row.width, height=row.height)
            self._editor.show(session, self.dataset.ontology)
            self._tell()
            if session.restored:
                text = f"{session.restored} annotations came back from this computer."
                self._window.notice.say(
                    "image", f"{text} The server does not have all of them yet."
                )
        self._window.objects.set_refusals(dict(session.refusals))

    # --- thumbnails

    def _want_thumbnail(self, image_id: str) -> None:
        row, workspace = self.rows.get(image_id), self.workspace
        if row is None or workspace is None or image_id in self._thumbnails:
            return
        self._thumbnails.add(image_id)

        def made(pixels: NDArray[np.uint8]) -> None:
            if image_id in self.rows:
                self._window.images.set_thumbnail(image_id, to_qimage(pixels))

        def failed(error: Exception) -> None:
            if image_id in self.rows:
                self._window.images.set_problem(image_id, words(error))

        workspace.thumbnail(row, made, failed)

    # --- classes and stages

    def add_class(self, label: LabelClass) -> None:
        """Add a class to the dataset; refused in words when its name is taken."""
        dataset, workspace = self.dataset, self.workspace
        if dataset is None or workspace is None:
            return
        if dataset.ontology.find(label.name, label.kind) is not None:
            text = f"There is a class “{label.name}” for {label.kind} shapes already."
            self._window.notice.say("classes", text, Tone.WARNING)
            return
        wanted = Ontology((*dataset.ontology.classes, label))

        def changed(now: Dataset) -> None:
            self._classes_changed(now)
            self._editor.choose_class(now.ontology.find(label.name, label.kind) or label)

        workspace.change_classes(dataset, wanted, changed, self._said("classes"))

    def _classes_changed(self, dataset: Dataset) -> None:
        if self.dataset is not None and dataset.id == self.dataset.id:
            self.dataset = dataset
            self._window.notice.clear("classes")
            self._editor.set_ontology(dataset.ontology)

    def set_stage(self, action: str, note: str) -> None:
        """Approve the image on the canvas, or ask for changes, by the wire's review route."""
        dataset, workspace, row = self.dataset, self.workspace, self.rows.get(self.current or "")
        if dataset is None or workspace is None or row is None:
            return
        wanted: Literal["approve", "request_changes"] = (
            "approve" if action == "approve" else "request_changes"
        )
        workspace.review(dataset, row, wanted, note, self._stage_set, self._said("stage"))

    def _stage_set(self, row: ImageRow) -> None:
        if row.id in self.rows:
            row = replace(self.rows[row.id], status=row.status)
            self.rows[row.id] = row
            self._window.images.update_row(row)
            session = self.workspace.current if self.workspace is not None else None
            if session is not None and session.row.id == row.id:
                session.row = replace(session.row, status=row.status)
            self._window.notice.say("stage", f"{plain(row.filename)} is now “{row.status}”.")

    # --- small parts

    def _said(self, topic: str) -> Callable[[Exception], None]:
        return lambda error: self._window.notice.say(topic, words(error), Tone.WARNING)

    def _tell(self) -> None:
        for watcher in self._watchers:
            watcher()


def to_qimage(pixels: NDArray[np.uint8]) -> QImage:
    """A (h, w, 4) BGRX array as a picture of its own; the array may change afterwards."""
    height, width = pixels.shape[:2]
    image = QImage(pixels.data, width, height, width * 4, QImage.Format.Format_RGB32)
    return image.copy()


def _nothing() -> None:
    """Nothing is watched."""
