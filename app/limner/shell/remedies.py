"""What a person can do about work that is not on its server, from the queue and from notices."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFileDialog

from limner.api.wire_texts import WireTexts
from limner.panels.queue_rows import Act, Key
from limner.panels.text import plain
from limner.shell.editor import Editor
from limner.shell.notice import Tone
from limner.shell.project import Project
from limner.shell.trouble import words
from limner.shell.window import Window
from limner.storage.unsent_export import export_unsent
from limner.sync.remembered import Place, Remembered
from limner.sync.workspace import Workspace

_UNKNOWN: Final = "It is not known here in which dataset this image is: open its dataset first."
_FILE: Final = "limner unsent work.json"


class Remedies:
    """Does each `Act` for an image, which it opens first where that is needed."""

    def __init__(
        self,
        window: Window,
        project: Project,
        editor: Editor,
        *,
        change_key: Callable[[], None],
        open_elsewhere: Callable[[str, Place], None],
        resolve: Callable[[], None],
    ) -> None:
        """`open_elsewhere` opens an image of another dataset or server, by its origin.

        `resolve` shows the conflicts of the image on the canvas.
        """
        self._window = window
        self._project = project
        self._editor = editor
        self._change_key = change_key
        self._open_elsewhere = open_elsewhere
        self._resolve = resolve
        self._next: tuple[str, Callable[[], None]] | None = None
        editor.watch(self._image_came)

    def do(self, key: Key, act: Act) -> None:
        """Do this about the image of `key`."""
        match act:
            case Act.OPEN:
                self.open(key, _nothing)
            case Act.RESOLVE:
                self.open(key, self._resolve)
            case Act.SHOW_SHAPE:
                self.open(key, self._show_refused)
            case Act.TRY_AGAIN:
                self._try_again(key)
            case Act.CHANGE_KEY:
                self._change_key()
            case Act.EXPORT:
                self.export()

    def export(self) -> None:
        """Ask for a file, and write into it everything that no server has."""
        chosen, _ = QFileDialog.getSaveFileName(
            self._window, "Export my unsent work", _FILE, "JSON (*.json)"
        )
        if chosen:
            self.export_to(Path(chosen))

    def export_to(self, target: Path) -> None:
        """Write everything that no server has to `target`, on a worker."""
        workspace = self._project.workspace
        if workspace is None:
            return
        file, notice = workspace.link.file, self._window.notice

        def done(count: int) -> None:
            what = "1 image or verdict" if count == 1 else f"{count:,} images and verdicts"
            notice.say("export", f"What waits of {what} is in {plain(str(target))}.")

        workspace.link.tasks.run(
            lambda: export_unsent(file, target, WireTexts),
            done,
            lambda error: notice.say("export", words(error), Tone.WARNING),
        )

    # --- the image first

    def open(self, key: Key, then: Callable[[], None]) -> None:
        """Put the image of `key` on the canvas, then go on."""
        origin, image_id = key
        workspace = self._project.workspace
        self._next = image_id, then
        is_here = workspace is not None and workspace.link.origin == origin
        if is_here and image_id in self._project.rows:
            self._project.open_image(image_id)
        elif workspace is not None:
            self._find(workspace, origin, image_id)
        self._image_came()

    def _find(self, workspace: Workspace, origin: str, image_id: str) -> None:
        """Where an image is that is not in the open dataset."""
        notice, remembered = self._window.notice, Remembered(workspace.link.file, origin)

        def found(place: Place | None) -> None:
            if place is None:
                notice.say("queue", _UNKNOWN, Tone.WARNING)
            else:
                self._open_elsewhere(origin, place)

        workspace.link.tasks.run(
            lambda: remembered.place(image_id),
            found,
            lambda error: notice.say("queue", words(error), Tone.WARNING),
        )

    def _image_came(self) -> None:
        session = self._editor.session
        if self._next is None or session is None or session.row.id != self._next[0]:
            return
        (_, then), self._next = self._next, None
        then()

    def _show_refused(self) -> None:
        session = self._editor.session
        if session is None or session.document is None:
            return
        found = session.document.held(session.refusals)
        session.selection.choose(found[:1])
        for id_ in found[:1]:
            self._editor.reveal(id_)

    def _try_again(self, key: Key) -> None:
        workspace = self._project.workspace
        if workspace is None:
            return
        for session in workspace.sessions():
            if (workspace.link.origin, session.row.id) == key:
                workspace.traffic.try_again()
                session.save_now()
                return
        workspace.save_all()


def _nothing() -> None:
    """To open the image is all there is to do."""
