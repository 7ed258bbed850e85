"""Images made available offline: asked for with their size, fetched with progress, given back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from limner.api.errors import megabytes
from limner.api.pictograph import ImageRow
from limner.panels.icons import icon
from limner.shell.notice import Choice, Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.offline_copies import Copying, OfflineCopies
from limner.sync.offline_size import Estimate
from limner.sync.workspace import Workspace

_TOPIC = "offline"
_WORTH_TELLING = 100_000
"""Bytes."""


class Offline:
    """What a person does about images being here without their server. Main thread only."""

    def __init__(self, window: Window, project: Project, folder: Path) -> None:
        """`folder` is where the copies go: how much room there is, is said."""
        self._window = window
        self._project = project
        self._folder = folder
        self._copies: OfflineCopies | None = None
        self._of: tuple[Workspace, str] | None = None
        self._rows: dict[str, ImageRow] | None = None
        self._chip = QToolButton()
        self._chip.setObjectName("offline")
        self._chip.setIcon(icon("download"))
        self._chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._chip.setAutoRaise(True)
        self._chip.setToolTip("Images are being made available offline. Click to stop.")
        self._chip.clicked.connect(self.stop)
        self._chip.hide()
        window.status.add_chore(self._chip)
        project.watch(self._project_changed)

    # --- commands

    @property
    def is_possible(self) -> bool:
        """Whether the images are elsewhere; those of this computer are here anyway."""
        return self._copies is not None and bool(self._project.rows)

    @property
    def is_fetching(self) -> bool:
        return self._copies is not None and self._copies.progress is not None

    @property
    def has_some(self) -> bool:
        return self._copies is not None and bool(self._copies.here)

    @property
    def text(self) -> str:
        """What the status bar says of it; empty when nothing is fetched."""
        return "" if self._chip.isHidden() else self._chip.text()

    def fetch_dataset(self) -> None:
        """Every image of the dataset."""
        self._ask(list(self._project.rows.values()))

    def fetch_shown(self) -> None:
        """The images that the filter of the list lets through."""
        rows = self._project.rows
        self._ask([rows[id_] for id_ in self._window.images.shown_ids() if id_ in rows])

    def fetch_current(self) -> None:
        """The image on the canvas."""
        row = self._project.rows.get(self._project.current or "")
        self._ask([row] if row is not None else [])

    def remove(self) -> None:
        """Give the room of the dataset's copies back; what is not on the server stays."""
        copies = self._copies
        if copies is None:
            return
        rows = [self._project.rows[id_] for id_ in copies.here if id_ in self._project.rows]
        copies.remove(rows, self._failed)
        self._say(f"{_images(len(rows))} no longer kept here. Unsent work stays.")

    def stop(self) -> None:
        """Fetch no more of them."""
        if self._copies is not None and self.is_fetching:
            self._copies.stop()
            self._say(f"Stopped. {_images(len(self._copies.here))} available offline.")

    # --- fetching

    def _ask(self, rows: Sequence[ImageRow]) -> None:
        """Tell the size first."""
        copies = self._copies
        if copies is None or not rows:
            return

        def sized(estimate: Estimate) -> None:
            if copies is not self._copies:
                return
            if not estimate.images:
                self._say(f"{_images(len(rows))} available offline already.".capitalize())
                return
            self._window.notice.say(
                _TOPIC,
                _question(estimate, shutil.disk_usage(self._folder).free),
                Tone.INFO,
                [
                    Choice("Download", lambda: copies.fetch(rows)),
                    Choice("Not now", _nothing),
                ],
            )

        copies.estimate(rows, sized)

    def _moved(self) -> None:
        copies = self._copies
        if copies is None:
            return
        self._window.images.set_kept(copies.here)
        progress = copies.progress
        self._chip.setVisible(progress is not None)
        if progress is not None:
            self._chip.setText(f"Offline: {progress.done:,} of {progress.total:,}")
            if progress.done + progress.failed >= progress.total:
                self._chip.hide()
                self._sum_up(progress)
        self._window.refresh_soon()

    def _sum_up(self, progress: Copying) -> None:
        text = f"{_images(progress.done)} available offline: {megabytes(progress.size_bytes)} MB."
        if progress.trouble is not None:
            text = f"{text} {_images(progress.failed)} not. {words(progress.trouble)}"
        self._say(text.capitalize(), Tone.INFO if progress.trouble is None else Tone.WARNING)

    def _failed(self, error: Exception) -> None:
        self._say(words(error), Tone.WARNING)

    def _say(self, text: str, tone: Tone = Tone.INFO) -> None:
        self._window.notice.say(_TOPIC, text, tone)

    # --- the dataset that is open

    def _project_changed(self) -> None:
        workspace, dataset = self._project.workspace, self._project.dataset
        now = None if workspace is None or dataset is None else (workspace, dataset.id)
        if now != self._of:
            self._turn_to(now)
        rows = self._project.rows
        if self._copies is not None and rows and rows is not self._rows:
            self._rows = rows
            self._copies.resume(rows.values())

    def _turn_to(self, of: tuple[Workspace, str] | None) -> None:
        if self._copies is not None:
            self._copies.close()
        self._of, self._copies, self._rows = of, None, None
        self._chip.hide()
        dataset = self._project.dataset
        if of is not None and dataset is not None and not of[0].is_inside:
            self._copies = of[0].offline_copies(dataset)
            self._copies.watch(self._moved)


def _question(estimate: Estimate, free_bytes: int) -> str:
    question = (
        f"Make {estimate.images:,} image{'' if estimate.images == 1 else 's'} available offline?"
    )
    if estimate.size_bytes < _WORTH_TELLING:
        return f"{question} Hardly anything is to be fetched for that."
    short = " That is more than there is." if estimate.size_bytes > free_bytes else ""
    return (
        f"{question} About {megabytes(estimate.size_bytes)} MB are to be fetched; "
        f"{free_bytes / 1e9:.1f} GB are free here.{short}"
    )


def _images(count: int) -> str:
    return "1 image is" if count == 1 else f"{count:,} images are"


def _nothing() -> None:
    """The person does not want it now."""
