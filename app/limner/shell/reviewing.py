"""Joins the reviewer's desk with the image on the canvas and the shape that is selected."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from limner.api.pictograph import Dataset, ImageRow
from limner.model.annotations import AnnotationId
from limner.model.verdicts import Item
from limner.panels.text import plain
from limner.review.binding import BadTemplate, Binding
from limner.review.desk import Desk, Scope
from limner.review.waiting import Tally, Waiting
from limner.shell.criteria import CriteriaDialog
from limner.shell.editor import Editor
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window


class Reviewing:
    """Puts on the desk what the person looks at. Main thread only."""

    def __init__(
        self,
        window: Window,
        project: Project,
        editor: Editor,
        binding_of: Callable[[Dataset], Binding],
    ) -> None:
        self._window = window
        self._project = project
        self._editor = editor
        self._binding_of = binding_of
        self.desk: Desk | None = None
        self._opened: str | None = None
        self._is_paused = False
        self._watchers: list[Callable[[], None]] = []
        window.review.next_wanted.connect(lambda: project.step(+1))
        window.review.create_wanted.connect(self.add_criteria)
        project.watch(self._follow)
        editor.watch(self._follow)

    def use(self, desk: Desk) -> None:
        """Review with this desk from now on."""
        if self.desk is not None:
            self.desk.close()
        self.desk, self._opened = desk, None
        desk.pause(is_paused=self._is_paused)
        desk.watch(self._tell)
        self._window.review.edit(desk)
        self._follow()
        self._tell()

    def watch(self, watcher: Callable[[], None]) -> None:
        """Call `watcher` after every change on the desk, and when another is used."""
        self._watchers.append(watcher)

    @property
    def tally(self) -> Tally:
        """How many verdicts wait on the desk."""
        return Tally() if self.desk is None else self.desk.tally

    def _tell(self) -> None:
        for watcher in tuple(self._watchers):
            watcher()

    def send(self) -> None:
        """Try again to send the verdicts that wait."""
        if self.desk is not None:
            self.desk.send_waiting()

    def pause(self, *, is_paused: bool) -> None:
        """Send no verdict any more, to any server, or go on."""
        self._is_paused = is_paused
        if self.desk is not None:
            self.desk.pause(is_paused=is_paused)

    def show(self, waiting: Waiting) -> None:
        """Turn to a verdict, of which the image is on the canvas."""
        self._follow()
        session, item = self._editor.session, waiting.item
        if self.desk is None or session is None or session.document is None or item is None:
            return
        found = session.document.held([AnnotationId(item.annotation_id)])
        if found:
            session.selection.choose(found)
            self._editor.reveal(found[0])
        self.desk.set_scope(Scope.OBJECT if item.annotation_id else Scope.IMAGE)
        self._window.review.go_to(waiting.criteria_id)
        self.focus()

    def close(self) -> None:
        """Show nothing any more: the window is going away."""
        if self.desk is not None:
            self.desk.close()
        self.desk = None
        self._window.review.edit(None)

    def add_criteria(self) -> None:
        """Ask for a new criterion and add it to the project."""
        desk = self.desk
        if desk is None:
            return
        dialog = CriteriaDialog(self._window)
        dialog.accepted.connect(
            lambda: desk.create_criteria(*dialog.answer(), failed=self._refused)
        )
        dialog.open()

    def focus(self) -> None:
        """Give the keyboard to the review panel."""
        panel: QWidget = self._window.review
        panel.setFocus()

    def _refused(self, error: Exception) -> None:
        self._window.notice.say("criteria", words(error), Tone.WARNING)

    def _follow(self) -> None:
        desk, dataset = self.desk, self._project.dataset
        if desk is None:
            return
        if dataset is not None and dataset.id != self._opened:
            self._opened = dataset.id
            desk.open(dataset.name)
        row = self._project.rows.get(self._project.current or "")
        if dataset is None or row is None or self._project.is_skimming:
            desk.face(Scope.IMAGE, None)
            desk.face(Scope.OBJECT, None)
            return
        try:
            self._face(desk, dataset, row)
        except BadTemplate as error:
            self._window.notice.say("binding", words(error), Tone.WARNING)

    def _face(self, desk: Desk, dataset: Dataset, row: ImageRow) -> None:
        binding = self._binding_of(dataset)
        image_words = {
            "dataset": dataset.name,
            "directory": row.directory,
            "filename": row.filename,
            "image_id": row.id,
        }
        item = Item(self._origin, row.id, plain(row.filename))
        desk.face(Scope.IMAGE, binding.image(image_words), item.name, item)
        shape = self._editor.selected_drawable
        if shape is None:
            desk.face(Scope.OBJECT, None)
            return
        shape_words = {**image_words, "annotation_id": shape.id, "name": shape.name}
        name = self._window.objects.name_of(shape.id)
        item = replace(item, name=f"{name} · {item.name}", annotation_id=shape.id)
        desk.face(Scope.OBJECT, binding.annotation(shape_words), name, item)

    @property
    def _origin(self) -> str:
        """Of the server that has the images; the verdicts may go to another."""
        workspace = self._project.workspace
        return "" if workspace is None else workspace.link.origin
