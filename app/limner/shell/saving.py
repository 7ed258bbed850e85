"""How safe the work is, in three words, and what the person can do when it needs them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from limner.model.annotations import AnnotationId
from limner.panels.queue_rows import Act
from limner.panels.text import plain
from limner.panels.when import when
from limner.review.waiting import Tally
from limner.shell.notice import Choice, Tone
from limner.shell.project import Project
from limner.shell.queue_words import acts, refusals_in_words
from limner.shell.remedies import Remedies
from limner.shell.reviewing import Reviewing
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.storage.workspace_file import Waiting
from limner.sync.progress import Activity
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.troubles import MassRemoval, WentBack
from limner.sync.workspace import Workspace


class Saving:
    """Shows the state of the image on the canvas, and says what is in its way."""

    def __init__(
        self, window: Window, project: Project, remedies: Remedies, reviewing: Reviewing
    ) -> None:
        self._window = window
        self._project = project
        self._remedies = remedies
        self._reviewing = reviewing
        self._verdicts = Tally()
        self._stop: Callable[[], None] | None = None
        self._told: Exception | Mapping[AnnotationId, str] | None = None
        self._noticed: Exception | None = None
        self._is_crash_told = False
        project.watch(self._project_changed)
        reviewing.watch(self._verdicts_changed)

    def save_now(self) -> None:
        """Send everything that the server does not have, or say again what is in the way."""
        workspace = self._project.workspace
        if workspace is not None:
            workspace.save_all()
            if workspace.current is not None:
                self._told = None
                self._speak(workspace.current)

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
        current = workspace.current
        self._show_state(workspace, current)
        if session is current:
            self._count(session)
            self._speak(session)
            self._mention(session)
            self._tell_of_a_crash(workspace, session)
        if session.progress is None:
            self._window.refresh_soon()

    def _verdicts_changed(self) -> None:
        workspace, self._verdicts = self._project.workspace, self._reviewing.tally
        if workspace is not None and workspace.current is not None:
            self._show_state(workspace, workspace.current)

    def _show_state(self, workspace: Workspace, current: Session) -> None:
        """The three words, for verdicts as for images."""
        standing, verdicts = workspace.standing, self._verdicts
        needs_you = standing.needs_you + verdicts.needs_you
        standing = replace(standing, needs_you=needs_you, verdicts=verdicts.waiting)
        self._window.status.show_state(current.state, standing, current.progress)

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

    def _tell_of_a_crash(self, workspace: Workspace, session: Session) -> None:
        """After a run that did not end well, say once that its work is here."""
        file = workspace.link.file
        if self._is_crash_told or file.ended_cleanly or session.document is None:
            return
        self._is_crash_told = True
        notice = self._window.notice

        def found(waiting: list[Waiting]) -> None:
            text = _came_back(waiting)
            if text:
                notice.say("restored", text)

        workspace.link.tasks.run(
            file.waiting, found, lambda error: notice.say("restored", words(error), Tone.WARNING)
        )

    def _speak(self, session: Session) -> None:
        told = session.trouble or session.refusals or None
        if told is self._told:
            return
        self._told = told
        if told is None:
            self._window.notice.clear("save")
            return
        text = words(told) if isinstance(told, Exception) else refusals_in_words(told)
        tone = Tone.INFO if session.state is State.SAFE_HERE else Tone.WARNING
        choices = self._choices(session, session.trouble)
        self._window.notice.say("save", text, tone, choices)

    def _choices(self, session: Session, trouble: Exception | None) -> list[Choice]:
        if isinstance(trouble, MassRemoval | WentBack):
            return [Choice("Keep mine", session.decline), Choice("Accept", session.accept)]
        if session.state is State.FAILED:
            return [Choice("Try again", self._project.retry)]
        if not session.needs_you:
            return []
        return [self._choice(session, act) for act in acts(trouble, 0, len(session.refusals))]

    def _choice(self, session: Session, act: Act) -> Choice:
        origin = "" if self._project.workspace is None else self._project.workspace.link.origin
        return Choice(act.value, lambda: self._remedies.do((origin, session.row.id), act))


def _came_back(waiting: list[Waiting]) -> str:
    """What of the run before is here and not on a server, in one line; empty for nothing."""
    edits = sum(each.unsent for each in waiting)
    since = [each.since for each in waiting if each.since is not None]
    if not edits or not since:
        return ""
    count = "1 edit" if edits == 1 else f"{edits:,} edits"
    images = f" on {len(since):,} images" if len(since) > 1 else ""
    return f"Restored {count}{images} from {when(min(since))}."
