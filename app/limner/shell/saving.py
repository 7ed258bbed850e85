"""How safe the work is, in three words, and what the person can do when it needs them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu

from limner.api.errors import Forbidden, Refused, Unauthorized
from limner.panels.text import caption, plain
from limner.shell.editor import Editor
from limner.shell.notice import Choice, Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.sync.progress import Activity
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.troubles import MassRemoval, WentBack


class Saving:
    """Shows the state of the image on the canvas, and of everything that waits."""

    def __init__(
        self, window: Window, project: Project, editor: Editor, change_key: Callable[[], None]
    ) -> None:
        self._window = window
        self._project = project
        self._editor = editor
        self._change_key = change_key
        self._stop: Callable[[], None] | None = None
        self._told: Exception | None = None
        self._noticed: Exception | None = None
        project.watch(self._project_changed)
        window.status.state_clicked.connect(self.show_waiting)

    def save_now(self) -> None:
        """Send everything that the server does not have, or say again what is in the way."""
        workspace = self._project.workspace
        if workspace is not None:
            workspace.save_all()
            self._say_again()

    def _say_again(self) -> None:
        workspace = self._project.workspace
        if workspace is not None and workspace.current is not None:
            self._told = None
            self._speak(workspace.current)

    def show_waiting(self) -> None:
        """List the images whose work is not on the server yet, with reasons; a click opens one."""
        self._say_again()
        workspace = self._project.workspace
        menu = QMenu(self._window)
        waiting = [s for s in workspace.sessions() if s.is_dirty] if workspace else []
        if not waiting:
            menu.addAction("Everything is on the server").setEnabled(False)
        for session in waiting:
            reason = words(session.trouble) if session.trouble else session.state.value
            text = f"{plain(session.row.filename)} — {plain(reason, 80)}"
            image_id = session.row.id
            menu.addAction(caption(text, 300)).triggered.connect(
                lambda _checked=False, wanted=image_id: self._project.open_image(wanted)
            )
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(QCursor.pos())

    def _project_changed(self) -> None:
        if self._stop is not None:
            self._stop()
        workspace = self._project.workspace
        self._stop = workspace.watch(self._session_changed) if workspace is not None else None
        self._told = self._noticed = None
        for topic in ("save", "size", "annotations"):
            self._window.notice.clear(topic)
        if workspace is not None and workspace.current is not None:
            self._session_changed(workspace.current)

    def _session_changed(self, session: Session) -> None:
        workspace = self._project.workspace
        if workspace is None or workspace.current is None:
            return
        standing = workspace.standing
        state = workspace.current.state
        progress = workspace.current.progress
        self._window.status.show_state(state, standing.waiting, standing.needs_you, progress)
        if session is workspace.current:
            self._count(session)
            self._speak(session)
            self._mention(session)
        if session.progress is None:
            self._window.refresh_soon()

    def _count(self, session: Session) -> None:
        """Say how far annotations are that take long to come."""
        progress = session.progress
        if progress is None or progress.activity is not Activity.LOADING:
            self._window.notice.clear("annotations")
            return
        name, share = plain(session.row.filename, 60), f"{progress.fraction:.0%}"
        text = f"Loading the annotations of {name}… {share} · Esc stops"
        self._window.notice.say("annotations", text)

    def _mention(self, session: Session) -> None:
        """Say once what should be known though nothing is wrong."""
        if session.notice is not self._noticed:
            self._noticed = session.notice
            if session.notice is not None:
                self._window.notice.say("size", words(session.notice), Tone.WARNING)

    def _speak(self, session: Session) -> None:
        trouble = session.trouble
        if trouble is self._told:
            return
        self._told = trouble
        if trouble is None:
            self._window.notice.clear("save")
            return
        tone = Tone.INFO if session.state is State.SAFE_HERE else Tone.WARNING
        self._window.notice.say("save", words(trouble), tone, self._choices(session, trouble))

    def _choices(self, session: Session, trouble: Exception) -> list[Choice]:
        if isinstance(trouble, MassRemoval | WentBack):
            return [Choice("Keep mine", session.decline), Choice("Accept", session.accept)]
        if session.state is State.FAILED:
            return [Choice("Try again", self._project.retry)]
        if isinstance(trouble, Unauthorized | Forbidden):
            return [Choice("Change key…", self._change_key), Choice("Try again", session.save_now)]
        if isinstance(trouble, Refused):
            choices = [Choice("Try again", session.save_now)]
            if session.refusals:
                first = next(iter(session.refusals))
                choices.insert(0, Choice("Show the shape", lambda: self._show(session, first)))
            return choices
        return []

    def _show(self, session: Session, id_: str) -> None:
        found = [a.id for a in session.document or () if a.id == id_]
        session.selection.choose(found)
        for shape in found:
            self._editor.reveal(shape)
