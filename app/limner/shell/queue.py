"""Joins the queue panel with every server that was opened in this run."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer

from limner.api.pictograph import ImageRow
from limner.imaging.small import SmallPicture
from limner.panels.queue_rows import Act, Key, Row
from limner.shell.list_pictures import to_qimage
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.queue_rows import Kept, rows_of
from limner.shell.remedies import Remedies
from limner.shell.reviewing import Reviewing
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.opening import Wanted
from limner.sync.small_pictures import SmallPictures
from limner.sync.workspace import Workspace
from limner.tasks import Ticket

_PAUSE_MS: Final = 200
"""The queue is gathered no more often than this while something moves …"""

_LOOK_UP_MS: Final = 2000
"""… and again so long after, for what moves without a word."""


class Queue:
    """Gathers what is not on a server while the panel is seen. Main thread only."""

    def __init__(
        self,
        window: Window,
        project: Project,
        small: SmallPictures,
        remedies: Remedies,
        reviewing: Reviewing,
    ) -> None:
        self._window = window
        self._project = project
        self._small = small
        self._remedies = remedies
        self._reviewing = reviewing
        self._panel = window.queue
        self._workspaces: dict[str, Workspace] = {}
        self.is_paused = False
        """Whether the person wants nothing to be sent, to any server."""
        self._kept = Kept()
        self._reading = Ticket()
        self._soon = QTimer(window, singleShot=True, interval=_PAUSE_MS)
        self._later = QTimer(window, singleShot=True, interval=_LOOK_UP_MS)
        self._connect()

    def _connect(self) -> None:
        for timer in (self._soon, self._later):
            timer.timeout.connect(self._gather)
        self._project.watch(self._project_changed)
        self._reviewing.watch(self._changed)
        self._window.status.state_clicked.connect(self.toggle)
        panel = self._panel
        panel.act_wanted.connect(self._act)
        panel.send_wanted.connect(self.send_all)
        panel.pause_switched.connect(self.pause)
        panel.export_wanted.connect(self._remedies.export)
        panel.thumbnail_wanted.connect(self._want_picture)
        panel.closed.connect(self.close)

    # --- what the person does

    @property
    def is_open(self) -> bool:
        return not self._panel.isHidden()

    def toggle(self) -> None:
        """Show the queue with the keyboard on it, or put it away."""
        if self.is_open:
            self.close()
        else:
            self._show()
            self._panel.open()
            self._gather()

    def close(self) -> None:
        self._panel.hide()
        self._window.canvas.setFocus()

    def send_all(self) -> None:
        """Try everything at once, and go on when it was paused."""
        self.pause(is_paused=False)
        for workspace in self._workspaces.values():
            workspace.save_all()
        self._reviewing.send()

    def pause(self, is_paused: bool) -> None:
        """Send nothing of any server any more, or go on."""
        self.is_paused = is_paused
        for workspace in self._workspaces.values():
            self._tell(workspace)
        self._reviewing.pause(is_paused=is_paused)
        self._changed()

    def _tell(self, workspace: Workspace) -> None:
        traffic = workspace.traffic
        (traffic.pause if self.is_paused else traffic.resume)()

    def _act(self, row: Row, act: Act) -> None:
        waiting = row.verdict
        if waiting is None or act is Act.CHANGE_KEY:
            self._remedies.do(row.key, act)
        elif act is Act.TRY_AGAIN:
            self._reviewing.send()
        elif waiting.item is not None:
            key = waiting.item.origin, waiting.item.image_id
            self._remedies.open(key, lambda: self._reviewing.show(waiting))

    # --- what is shown

    def _project_changed(self) -> None:
        workspace = self._project.workspace
        if workspace is not None and workspace.link.origin not in self._workspaces:
            self._workspaces[workspace.link.origin] = workspace
            workspace.watch(lambda _session: self._changed())
            workspace.traffic.watch(self._changed)
            if self.is_paused:
                self._tell(workspace)
        self._changed()

    def _changed(self) -> None:
        """Show it soon, however much changes at once."""
        if self.is_open and not self._soon.isActive():
            self._soon.start()

    def _gather(self) -> None:
        """Read what the disk has, and show it with what is going on."""
        workspace = self._project.workspace
        if workspace is None or not self.is_open:
            return
        file = workspace.link.file
        self._reading.cancel()
        self._reading = workspace.link.tasks.run(
            lambda: Kept.read(file), self._read, self._not_read
        )

    def _read(self, kept: Kept) -> None:
        self._kept = kept
        self._show()
        self._later.start()

    def _not_read(self, error: Exception) -> None:
        self._window.notice.say("queue", words(error), Tone.WARNING)

    def _show(self) -> None:
        self._panel.show_rows(rows_of(self._kept, self._workspaces, self._reviewing.desk))
        current = self._project.workspace
        line = current.traffic.line.value if current is not None else ""
        self._panel.show_paused(is_paused=self.is_paused, line=line)

    # --- small pictures

    def _want_picture(self, key: Key) -> None:
        origin, image_id = key
        workspace = self._workspaces.get(origin)
        if workspace is None:
            return
        row = self._project.rows.get(image_id)
        if row is not None:
            self._fetch_picture(workspace, key, row)
            return

        def found(row: ImageRow | None) -> None:
            if row is not None:
                self._fetch_picture(workspace, key, row)

        workspace.link.tasks.run(lambda: _row(workspace, image_id), found, _without_picture)

    def _fetch_picture(self, workspace: Workspace, key: Key, row: ImageRow) -> None:
        def made(small: SmallPicture) -> None:
            self._panel.set_thumbnail(key, to_qimage(small.pixels))

        self._small.want(Wanted(workspace.source(), row), made, _without_picture)


def _row(workspace: Workspace, image_id: str) -> ImageRow | None:
    """An image of another dataset; on a worker."""
    place = workspace.remembered.place(image_id)
    return None if place is None else place.row


def _without_picture(_error: Exception) -> None:
    """A row is told by its name, too; the list of images says what is wrong with the file."""
