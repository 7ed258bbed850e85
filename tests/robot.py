"""An annotator made of code: what a person does with the mouse and the keyboard, and sees."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from limner.api.pictograph import Pictograph
from limner.cli.inside import host
from limner.model.annotations import Annotation, Drawable, Opaque
from limner.model.document import Document
from limner.shell.application import Application
from limner.shell.hand import Hand, wait_until
from limner.shell.services import Host
from limner.shell.start import make
from limner.storage.places import Places
from limner.sync.session import Session
from limner.sync.state import State
from limner.sync.traffic import Line

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier


class Starts(Protocol):
    """What the fixture `starts` is: starts an editor; the options are those of `Annotator`."""

    def __call__(self, path: Path | None = None, **options: Any) -> Annotator: ...


class Annotator:
    """One person with one editor; points are image pixels."""

    def __init__(
        self,
        home: Path,
        path: Path | None = None,
        *,
        hosted_by: Host = host,
        waits: bool = True,
    ) -> None:
        self.application: Application = make(hosted_by, Places.find({"LIMNER_HOME": str(home)}))
        self.window = self.application.window
        self.canvas = self.window.canvas
        self.hand = Hand(self.window, self.canvas)
        self.application.start(path)
        if waits:
            self.waits_for_the_image()
            self.waits_for_the_server()

    # --- images

    def opens(self, filename: str) -> None:
        """Go from image to image with D until this one is there."""
        for _ in range(len(self.application.project.rows)):
            if self.session.row.filename == filename:
                return
            self.hand.press(Key.Key_D)
            self.waits_for_the_image()
        assert self.session.row.filename == filename

    def clicks_in_the_list(self, filename: str) -> None:
        """Click on an image in the list, wherever it stands there."""
        view = self.window.images.view
        for row in range(view.model().rowCount()):
            index = view.model().index(row, 0)
            if index.data() == filename:
                view.scrollTo(index)
                at = view.visualRect(index).center()
                self.hand.click_on(view.viewport(), at)
                return
        raise AssertionError(filename)

    @property
    def says_of_loading(self) -> str:
        """What is said over a bare canvas, or above one with something to look at."""
        return f"{self.canvas.message} {self.notice}"

    def waits_for_the_image(self) -> None:
        wait_until(self._has_image, "the image", 60.0)

    def waits_for_the_server(self) -> None:
        """Until the server inside is up, and what was remembered was compared with what it says."""
        wait_until(self._has_server, "the server inside", 60.0)

    def _has_server(self) -> bool:
        local, project = self.application.services.local, self.application.project
        is_up = local is not None and local.hosted is not None
        workspace = project.workspace
        is_away = workspace is not None and workspace.traffic.line is not Line.OPEN
        return is_up and (is_away or not project.is_remembered)

    def _has_image(self) -> bool:
        session, project = self.application.editor.session, self.application.project
        return (
            session is not None
            and session.row.id == project.current
            and project.has_pixels
            and self.canvas.is_settled
        )

    # --- drawing

    def takes(self, key: Qt.Key) -> None:
        self.hand.press(key)

    def draws_box(self, left: float, top: float, right: float, bottom: float) -> Annotation:
        self.hand.press(Key.Key_B)
        self.hand.drag((left, top), (right, bottom))
        return self.newest

    def draws_polygon(self, points: Sequence[tuple[float, float]]) -> Annotation:
        self.hand.press(Key.Key_P)
        self.hand.click_through(points)
        self.hand.press(Key.Key_Return)
        return self.newest

    def draws_polyline(self, points: Sequence[tuple[float, float]]) -> Annotation:
        self.hand.press(Key.Key_L)
        self.hand.click_through(points)
        self.hand.press(Key.Key_Return)
        return self.newest

    def places_keypoint(self, x: float, y: float) -> Annotation:
        self.hand.press(Key.Key_K)
        self.hand.click(x, y)
        return self.newest

    def undoes(self) -> None:
        self.hand.press(Key.Key_Z, CTRL)

    def redoes(self) -> None:
        self.hand.press(Key.Key_Z, CTRL | SHIFT)

    # --- saving and leaving

    def saves(self) -> None:
        self.hand.press(Key.Key_S, CTRL)
        self.waits_until_saved()

    def waits_until_saved(self) -> None:
        wait_until(lambda: self.session.state is State.ON_SERVER, "the work to be on the server")

    def waits_until_safe(self) -> None:
        """Until what was drawn is on this computer's disk."""
        done = (State.SAFE_HERE, State.ON_SERVER, State.NEEDS_YOU)
        wait_until(lambda: self.session.state in done, "the work to be on the disk")

    def waits_for_the_word(self, word: str) -> None:
        wait_until(lambda: word in self.status, f"the status {word!r}")

    def reloads(self) -> None:
        before = self.session
        self.hand.press(Key.Key_F5)
        wait_until(lambda: self.application.editor.session is not before, "the image again")
        self.waits_for_the_image()

    def quits(self) -> None:
        self.application.quit()

    # --- what the person sees

    @property
    def session(self) -> Session:
        session = self.application.editor.session
        assert session is not None
        return session

    @property
    def document(self) -> Document:
        assert self.session.document is not None
        return self.session.document

    @property
    def shapes(self) -> list[Drawable]:
        return [a for a in self.document if not isinstance(a, Opaque)]

    @property
    def newest(self) -> Drawable:
        shapes = self.shapes
        assert shapes, f"nothing is drawn on {self.session.row.filename}: {self.says}"
        return shapes[-1]

    def sees(self) -> QImage:
        """The canvas itself, without map and messages, which come and go by the clock."""
        wait_until(lambda: self.canvas.is_settled, "the canvas to be painted")
        for child in self.canvas.findChildren(QWidget):
            child.hide()
        return self.canvas.grab().toImage()

    @property
    def says(self) -> str:
        """What the status bar and the notice tell the person now."""
        hint = self.window.status.hint_text
        return f"{self.application.editor.tool_name}: {hint} | {self.status} | {self.notice}"

    @property
    def status(self) -> str:
        return self.window.status.state_text

    @property
    def notice(self) -> str:
        return self.window.notice.text

    # --- what the server holds

    @property
    def server(self) -> Pictograph:
        local = self.application.services.local
        assert local is not None
        return local.server

    def held_by_the_server(self) -> list[Annotation]:
        return self.server.load(self.session.dataset, self.session.row).annotations
