"""What a person changes of a dataset itself: its classes, the stages of its images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from limner.api.pictograph import Dataset, ImageRow
from limner.model.ontology import LabelClass, Ontology
from limner.panels.text import plain
from limner.shell.editor import Editor
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window


class DatasetChanges:
    """Asks the server for each change, and shows what came of it. Main thread only."""

    def __init__(self, window: Window, project: Project, editor: Editor) -> None:
        self._window = window
        self._project = project
        self._editor = editor
        window.classes.wanted.connect(self.add_class)
        window.review.stage_wanted.connect(self.set_stage)

    def add_class(self, label: LabelClass) -> None:
        """Add a class to the dataset; refused in words when its name is taken."""
        dataset, workspace = self._project.dataset, self._project.workspace
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

        workspace.catalogue.change_classes(dataset, wanted, changed, self._said("classes"))

    def _classes_changed(self, dataset: Dataset) -> None:
        shown = self._project.dataset
        if shown is not None and dataset.id == shown.id:
            self._project.dataset = dataset
            self._window.notice.clear("classes")
            self._editor.set_ontology(dataset.ontology)

    def set_stage(self, action: str, note: str) -> None:
        """Approve the image on the canvas, or ask for changes, by the wire's review route."""
        project = self._project
        dataset, workspace = project.dataset, project.workspace
        row = project.rows.get(project.current or "")
        if dataset is None or workspace is None or row is None:
            return
        wanted: Literal["approve", "request_changes"] = (
            "approve" if action == "approve" else "request_changes"
        )
        ask = workspace.catalogue.review
        ask(dataset, row, wanted, note, self._stage_set, self._said("stage"))

    def _stage_set(self, row: ImageRow) -> None:
        project = self._project
        if row.id not in project.rows:
            return
        project.update_row(replace(project.rows[row.id], status=row.status))
        session = project.workspace.current if project.workspace is not None else None
        if session is not None and session.row.id == row.id:
            session.row = replace(session.row, status=row.status)
        self._window.notice.say("stage", f"{plain(row.filename)} is now “{row.status}”.")

    def _said(self, topic: str) -> Callable[[Exception], None]:
        return lambda error: self._window.notice.say(topic, words(error), Tone.WARNING)
