"""The editor as a whole: the window, its parts, and what happens from the start to the end."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from limner.api.patronus import Patronus
from limner.api.pictograph import Dataset, ImageRow
from limner.panels.people import Page
from limner.panels.text import plain
from limner.review.binding import Binding
from limner.shell import theme
from limner.shell.about import AboutDialog, KeysDialog
from limner.shell.afterwards import Afterwards
from limner.shell.beginning import Beginning
from limner.shell.catalog import commands
from limner.shell.connections import ConnectionsDialog
from limner.shell.dataset_changes import DatasetChanges
from limner.shell.editor import Editor
from limner.shell.garbage import MainThreadCollector
from limner.shell.hand import TookTooLong, wait_until
from limner.shell.keeping import Keeping
from limner.shell.list_pictures import ListPictures
from limner.shell.notice import Tone
from limner.shell.offline import Offline
from limner.shell.opening import Opening
from limner.shell.past import LookingBack
from limner.shell.people import People
from limner.shell.project import Project
from limner.shell.queue import Queue
from limner.shell.remedies import Remedies
from limner.shell.reviewing import Reviewing
from limner.shell.saving import Saving
from limner.shell.servers import Servers
from limner.shell.services import LOCAL_ORIGIN, Local, Services
from limner.shell.toning import Toning
from limner.shell.trouble import words
from limner.shell.viewing import Viewing
from limner.shell.window import Window
from limner.storage.errors import StoreBusy
from limner.storage.settings import Connection, LastProject

_LOG = logging.getLogger("limner")
_MOST_SURPRISES: Final = 20
_QUIT_S: Final = 1.5
"""How long quitting may wait for a save on its way; what is not sent is on the disk."""


class Application:
    """Puts the window's parts together and opens what the person asked for."""

    def __init__(self, services: Services, collector: MainThreadCollector) -> None:
        self.services = services
        self._collector = collector
        self.tokens = theme.apply(_qt(), dark=self._is_dark())
        self.window = Window()
        self.editor = Editor(self.window, services.main)
        self.project = Project(self.window, self.editor, services.pixels, services.main)
        self._servers = Servers(services, self._warn("resume"))
        self.opening = Opening(
            self.window,
            self.project,
            services,
            self._servers,
            self._postpone,
        )
        self._beginning = Beginning(services, self.project, self.opening, self)
        self.changes = DatasetChanges(self.window, self.project, self.editor)
        self.offline = Offline(self.window, self.project, services.places.data)
        self._list_pictures = ListPictures(self.window, self.project, services.pixels.small)
        self.remedies = Remedies(
            self.window,
            self.project,
            self.editor,
            change_key=self.show_connections,
            open_elsewhere=self.opening.open_place,
            resolve=lambda: self.people.show(Page.CONFLICTS),
        )
        self.keeping = Keeping(services, self.window.notice)
        self.looking_back = LookingBack(self.window, self.project, self.editor)
        self.people = People(self.window, self.editor)
        self.reviewing = Reviewing(self.window, self.project, self.editor, self._binding_of)
        self.saving = Saving(self.window, self.project, self.remedies, self.reviewing)
        self.queue = Queue(
            self.window, self.project, services.pixels.small, self.remedies, self.reviewing
        )
        self.toning = Toning(self.window, self.project)
        self.viewing = Viewing(self.window, self.project, self.editor, services)
        self.window.install(commands(self))
        self.window.dropped.connect(self.opening.open_path)
        self.window.closing.connect(self._leave)
        self.project.watch(self._project_changed)
        self.editor.watch(self.window.refresh_soon)
        self._held_by = ""
        self._aware_of: Sequence[str] = ()
        self._has_left = False
        self.surprises: list[BaseException] = []
        """The first errors that nobody expected; none of them ended the program."""
        self._paint_theme()

    # --- the start

    def start(
        self, wanted: Path | None = None, held_by: str = "", aware_of: Sequence[str] = ()
    ) -> None:
        """Show the window, then open `wanted` or the last project.

        `held_by` is who else has this person's work, when somebody has; `aware_of` are sentences
        on the place where it is kept.
        """
        self._held_by, self._aware_of = held_by, aware_of
        self.window.canvas.show_message("Starting…")
        self.window.show()
        self._beginning.begin(wanted)

    def _postpone(self, wanted: Path) -> None:
        self._beginning.want(wanted)

    def is_up(self, local: Local) -> None:
        """The server inside answers from now on."""
        self._collector.begin()
        self.keeping.follow(local.file, self._aware_of)
        self.window.review.setDisabled(local.file.is_read_only)
        Afterwards(self.project, self.services.main, lambda: self._begin_the_rest(local))

    def _begin_the_rest(self, local: Local) -> None:
        """What can wait until the image is there."""
        self._use_review(local)
        self._servers.send_what_waits(local)

    def is_not_up(self, error: Exception) -> None:
        """Nothing can be opened here."""
        self._collector.begin()
        text = words(error)
        if isinstance(error, StoreBusy) and self._held_by:
            text = f"{text} It is {plain(self._held_by)}, which does not answer."
        self.window.canvas.show_message("Limner cannot start here", text)

    # --- servers

    def show_connections(self, kind: str = "pictograph") -> None:
        """Add, change and remove servers and their keys; `kind` is what a new one would be."""
        ConnectionsDialog(self.services, self._connections_changed, self.window, kind).open()

    def _connections_changed(self) -> None:
        local = self.services.local
        if local is not None and local.hosted is not None:
            self._use_review(local)
        workspace, connection = self.project.workspace, self.opening.connection
        if workspace is None or connection is None:
            return
        changed = self._connection_called(connection.id)
        if changed is not None and changed.url == connection.url:
            # Perhaps with another key: what is open stays as it is and is sent anew.
            self.services.tasks.run(
                lambda: self.services.remote(changed),
                lambda server: workspace.relink(replace(workspace.link, server=server)),
                self._warn("project"),
            )

    def _use_review(self, local: Local) -> None:
        """Review on the connection that the settings name, else on the server inside."""
        connection = self._connection_called(self.services.settings.review_connection)
        if connection is None:
            self.reviewing.use(self.services.desk(local.review, LOCAL_ORIGIN))
            return
        self.services.tasks.run(
            lambda: Patronus(self.services.wire(connection)),
            lambda review: self.reviewing.use(self.services.desk(review, connection.url)),
            self._warn("review"),
        )

    def _connection_called(self, id_: str | None) -> Connection | None:
        return self.services.settings.connection(id_) if id_ is not None else None

    def _binding_of(self, dataset: Dataset) -> Binding:
        chosen = self.services.settings.binding_of(dataset.id)
        return Binding(
            chosen.image_type, chosen.image_reference, chosen.object_type, chosen.object_reference
        )

    # --- the look

    def switch_theme(self) -> None:
        self.services.change(theme="light" if self._is_dark() else "dark")
        self.tokens = theme.apply(_qt(), dark=self._is_dark())
        self._paint_theme()

    def _paint_theme(self) -> None:
        self.window.canvas.set_background(QColor(self.tokens.canvas))

    def _is_dark(self) -> bool:
        chosen = self.services.settings.theme
        if chosen == "system":
            return _qt().styleHints().colorScheme() is not Qt.ColorScheme.Light
        return chosen == "dark"

    def show_keys(self) -> None:
        KeysDialog(commands(self), self.window).open()

    def show_about(self) -> None:
        dialog = AboutDialog(self.services.places.data, self.window)
        dialog.export_wanted.connect(self.remedies.export)
        dialog.open()

    # --- while working

    def has_image(self) -> bool:
        return self.project.current is not None

    def _project_changed(self) -> None:
        project, dataset = self.project, self.project.dataset
        row = project.rows.get(project.current or "")
        names = [plain(row.filename)] if row else []
        if dataset is not None:
            names.append(plain(dataset.name))
        self.window.setWindowTitle(" — ".join([*names, "Limner"]))
        self.window.position.setText(self.window.images.aside.text())
        if dataset is not None and row is not None and project.is_ready:
            self._remember(dataset, row)
        self.window.refresh()

    def _remember(self, dataset: Dataset, row: ImageRow) -> None:
        connection, now = self.opening.connection, self.project.display.now
        last = LastProject(
            connection_id=connection.id if connection is not None else None,
            dataset_id=dataset.id,
            image=row.filename,
            image_id=row.id,
            file=str(now.path) if now is not None else None,
            folder=self.opening.folder,
        )
        if last != self.services.settings.last_project:
            self.services.change(last_project=last)

    def surprised(self, error: BaseException) -> None:
        """An error that nobody expected: said in words, and the work goes on."""
        if len(self.surprises) < _MOST_SURPRISES:  # each holds on to all that was at work
            self.surprises.append(error)
        self.window.notice.say("surprise", words(error), Tone.WARNING)

    # --- the end

    def come_forth(self, wanted: Path | None) -> None:
        """Somebody started the editor once more: this window is the one, and opens `wanted`."""
        window = self.window
        if window.isMinimized():
            window.showNormal()
        window.raise_()
        window.activateWindow()
        if wanted is not None:
            self.opening.open_path(wanted)

    def quit(self) -> None:
        if not self._has_left:
            self.window.close()

    def _leave(self) -> None:
        if self._has_left:
            return
        self._has_left = True
        leaves_at = time.monotonic() + _QUIT_S
        self.window.hide()
        workspace = self.project.workspace
        self.project.close()
        if workspace is not None:
            try:
                wait_until(lambda: workspace.is_settled, "the last save", _QUIT_S)
            except TookTooLong:
                _LOG.info("left with work waiting to be sent; it is on this computer's disk")
        self.reviewing.close()
        self.services.close(max(0.0, leaves_at - time.monotonic()))
        self._collector.close()
        self.window.deleteLater()

    def warn(self, topic: str, error: Exception) -> None:
        """Say what did not work."""
        self.window.notice.say(topic, words(error), Tone.WARNING)

    def _warn(self, topic: str) -> Callable[[Exception], None]:
        return lambda error: self.warn(topic, error)


def _qt() -> QApplication:
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        raise TypeError("the editor needs a QApplication")
    return app
