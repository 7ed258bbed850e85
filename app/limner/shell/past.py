"""The history of the image on the canvas: its versions in the panel, one of them to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from limner.canvas.preview_frame import PreviewFrame
from limner.model.annotations import Annotation, AnnotationId, Opaque
from limner.model.document import Document
from limner.model.rules import RuleBroken
from limner.panels import history as panel
from limner.panels.history_rows import who
from limner.panels.text import plain
from limner.panels.when import when
from limner.shell.editor import Editor
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.version_reader import VersionReader
from limner.shell.window import Window
from limner.sync.decisions import made_as
from limner.sync.past import Moment, Story, Version, compared
from limner.sync.session import Session
from limner.sync.state import State
from limner.tasks import Ticket
from limner.tools.bench import Bench

_UNCHANGED: Final = "#8a909c"
_READING: Final = "Looking up what was saved…"
_MISSING: Final = "Only what was seen on this computer is listed. "


class LookingBack:
    """While a version is looked at, the document is off the canvas and nothing can be edited."""

    def __init__(self, window: Window, project: Project, editor: Editor) -> None:
        self._window = window
        self._project = project
        self._editor = editor
        self._panel = window.history
        self._frame = PreviewFrame(window.canvas)
        self._session: Session | None = None
        self._stops: list[Callable[[], None]] = []
        self._state: State | None = None
        self._unsent = 0
        self._listing = Ticket()
        self._comparing = Ticket()
        self._reader = VersionReader(self._came, self._did_not_come, self._panel.show_progress)
        self._moment: Moment | None = None
        self._then: tuple[Annotation, ...] | None = None
        self._version: Version | None = None
        self._connect()

    def _connect(self) -> None:
        self._project.watch(self._image_changed)
        self._window.escaped.connect(self._escaped)
        self._panel.chosen.connect(self._choose)
        self._panel.restore_wanted.connect(self.restore)
        self._panel.marks_switched.connect(lambda _on: self._show())
        self._panel.closed.connect(self.close)

    @property
    def is_open(self) -> bool:
        return not self._panel.isHidden()

    @property
    def is_looking(self) -> bool:
        """Whether an earlier version is on the canvas, or about to be."""
        return self._moment is not None

    @property
    def title(self) -> str:
        """What is written on the frame around the canvas; empty when there is none."""
        return self._frame.title

    # --- the panel

    def toggle(self) -> None:
        """Open the history with the keyboard on it, or close it."""
        if self.is_open:
            self.close()
        else:
            self._window.show_history(is_open=True)
            self._image_changed()
            self._panel.view.setFocus()

    def close(self) -> None:
        """Back to the present, and to the panels that were there before."""
        self._let_go()
        self._window.show_history(is_open=False)
        self._window.canvas.setFocus()

    def _escaped(self) -> None:
        if self.is_looking:
            self._panel.select_present()
        elif self.is_open:
            self.close()

    def _image_changed(self) -> None:
        """Another image, or its document has come."""
        workspace = self._project.workspace
        session = workspace.current if workspace is not None else None
        if session is not None and session.document is None:
            session = None
        if not self.is_open or session is self._session:
            return
        self._let_go()
        self._panel.show_story((), _READING)
        self._session = session
        if session is None or session.document is None:
            return
        self._stops = [
            session.watch(self._session_changed),
            session.document.watch(lambda _patch: self._compare()),
        ]
        self._session_changed()

    def _let_go(self) -> None:
        """Of the image that was looked at."""
        for stop in self._stops:
            stop()
        self._stops, self._state = [], None
        self._listing.cancel()
        self._leave_version()
        self._session = None

    # --- the list

    def _session_changed(self) -> None:
        session = self._session
        if session is None or session.state is self._state:
            return
        self._state = session.state
        self._describe_present(session)
        if session.state in (State.ON_SERVER, State.SAFE_HERE, State.NEEDS_YOU):
            self._list(session)

    def _list(self, session: Session) -> None:
        workspace = self._project.workspace
        if workspace is None:
            return
        self._listing.cancel()
        archive = session.archive
        self._listing = workspace.link.tasks.run(archive.story, self._listed, self._not_listed)

    def _listed(self, story: Story) -> None:
        self._unsent = story.unsent
        if self._session is not None:
            self._describe_present(self._session)
        note = f"{_MISSING}{words(story.trouble)}" if story.trouble is not None else ""
        self._panel.show_story(story.moments, note)

    def _not_listed(self, error: Exception) -> None:
        self._panel.show_story((), words(error))

    def _describe_present(self, session: Session) -> None:
        said = session.state.value
        if session.is_dirty and self._unsent:
            edits = "1 edit" if self._unsent == 1 else f"{self._unsent:,} edits"
            said = f"{said} · {edits} not on the server"
        self._panel.describe_present(said[:1].upper() + said[1:])

    # --- a version

    def _choose(self, moment: Moment | None) -> None:
        session, workspace = self._session, self._project.workspace
        self._comparing.cancel()
        self._then = self._version = None
        if moment is None or session is None or workspace is None:
            self._leave_version()
            return
        self._moment = moment
        self._panel.show_version(None)
        self._reader.read(workspace.link, session.archive, moment)

    def _did_not_come(self, error: Exception) -> None:
        self._panel.show_version(None, words(error))

    def _came(self, then: tuple[Annotation, ...]) -> None:
        self._then = then
        self._compare()

    def _compare(self) -> None:
        """Tell the version from the present, as both are now."""
        session, workspace, then = self._session, self._project.workspace, self._then
        if session is None or session.document is None or workspace is None or then is None:
            return
        now = session.document.snapshot()
        self._comparing.cancel()
        self._comparing = workspace.link.tasks.run(
            lambda: compared(then, now), self._compared, self._did_not_come
        )

    def _compared(self, version: Version) -> None:
        self._version = version
        self._panel.show_version(version)
        self._show()

    def _show(self) -> None:
        """Put the version on the canvas, in place of the document."""
        session, moment, version = self._session, self._moment, self._version
        if session is None or moment is None or version is None:
            return
        marked = self._panel.marks.isChecked()
        shapes = (*version.annotations, *version.added) if marked else version.annotations
        size = (session.row.width or 0, session.row.height or 0)
        bench = Bench.over(Document(shapes), self._editor.ontology, size)
        self._editor.look_back(bench, _tints(version) if marked else {})
        self._window.status.show_shapes(len(version.annotations))
        self._frame.show_title(f"Preview of {_named(moment)} · Esc leaves")

    def _leave_version(self) -> None:
        """The present is on the canvas again."""
        self._reader.drop()
        self._comparing.cancel()
        self._moment = self._then = self._version = None
        self._frame.show_title("")
        self._panel.show_version(None)
        self._editor.look_on()

    def restore(self) -> None:
        """Make the image as it was in the version that is looked at: one step of the history."""
        session, moment, version = self._session, self._moment, self._version
        if session is None or moment is None or version is None:
            return
        self._panel.select_present()
        if session.document is None or session.history is None:
            return
        try:
            session.history.do(made_as(session.document, version.annotations), select=())
        except RuleBroken as error:
            self._window.notice.say("past", words(error), Tone.WARNING)
        else:
            said = f"The image is as it was at {_named(moment)}. Ctrl+Z takes that back."
            self._window.notice.say("past", said)


def _named(moment: Moment) -> str:
    name = who(moment)
    return f"{when(moment.at)} by {plain(name, 60)}" if name else when(moment.at)


def _tints(version: Version) -> dict[AnnotationId, str]:
    """What differs in its colour, and all else in none."""
    tints = dict.fromkeys((a.id for a in version.annotations), _UNCHANGED)
    tints |= dict.fromkeys((a.id for a in version.added if not isinstance(a, Opaque)), panel.ADDED)
    tints |= dict.fromkeys(version.changed, panel.CHANGED)
    tints |= dict.fromkeys(version.removed, panel.REMOVED)
    return tints
