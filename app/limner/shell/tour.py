"""A walk through the whole job with real mouse and key events, checked by reading back.

What a person does in the first minutes: open the sample, draw one annotation of each type, undo
and redo, save, look again, give a verdict of each kind and change one. What the servers then hold,
not the editor's own memory, decides whether it worked.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from limner.model.annotations import Drawable, Kind, Opaque, kind_of
from limner.model.document import Document
from limner.model.fingerprint import fingerprint
from limner.model.verdicts import Verdict
from limner.review.desk import Mark
from limner.shell.application import Application
from limner.shell.hand import Hand, TookTooLong, wait_until
from limner.shell.services import Local
from limner.sync.session import Session
from limner.sync.state import State

_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_PHOTOGRAPH: Final = "coins.png"


@dataclass
class Report:
    """What the tour did and found, as it is written to report.json; times in milliseconds."""

    passed: bool = False
    checks: dict[str, bool] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    replies: dict[str, object] = field(default_factory=dict)
    timings_ms: dict[str, float] = field(default_factory=dict)
    pictures: list[str] = field(default_factory=list)
    trouble: str = ""


class Tour:
    """One walk over one application, which must use an empty home of its own."""

    def __init__(self, application: Application, out: Path, say: Callable[[str], None]) -> None:
        self._app = application
        self._out = out
        self._say = say
        self._hand = Hand(application.window, application.window.canvas)
        self.report = Report()

    def walk(self) -> Report:
        """Do everything, write the pictures and report.json, and return the report."""
        self._out.mkdir(parents=True, exist_ok=True)
        try:
            self._walk()
        except TookTooLong as error:
            self.report.trouble = str(error)
        checks = self.report.checks
        self.report.passed = not self.report.trouble and bool(checks) and all(checks.values())
        text = json.dumps(asdict(self.report), indent=2, default=str)
        (self._out / "report.json").write_text(text + "\n", "utf-8")
        return self.report

    def _walk(self) -> None:
        with self._timed("start to the first image"):
            self._app.start()
            wait_until(self._is_settled, "the sample project", 60.0)
        self._picture("first-image-dark")
        self._open(_PHOTOGRAPH)
        self.report.counts["before"] = len(self._session.document or ())
        with self._timed("draw one of each type"):
            self._draw()
        self._undo_and_redo()
        self._save_and_read_back()
        self._review()
        self._picture("reviewed-dark")
        self._hand.press(Qt.Key.Key_F9)
        self._picture("reviewed-light")
        self._open("chelsea.png")
        self._picture("annotated-light")
        self._hand.press(Qt.Key.Key_F9)
        self._picture("annotated-dark")

    # --- what a person does

    def _open(self, filename: str) -> None:
        """Back to the canvas with Esc, then press D or A until the photograph is there."""
        self._hand.press(Qt.Key.Key_Escape)
        key = Qt.Key.Key_D if self._session.row.filename < filename else Qt.Key.Key_A
        for _ in range(len(self._app.project.rows)):
            if self._session.row.filename == filename:
                break
            self._hand.press(key)
            wait_until(self._is_settled, "the next image")
        self._check(f"{filename} opens", self._session.row.filename == filename)

    def _draw(self) -> None:
        hand, key = self._hand, Qt.Key
        hand.press(key.Key_1)
        hand.press(key.Key_B)
        hand.drag((21, 32), (68, 76))
        hand.press(key.Key_R)
        hand.drag((79, 44), (115, 34))
        hand.click(123, 70)
        hand.press(key.Key_P)
        hand.click_through(_around(216, 52, 25, 12))
        hand.press(key.Key_Return)
        hand.press(key.Key_O)
        hand.click_through(_around(216, 52, 12, 7))
        hand.press(key.Key_Return)
        hand.press(key.Key_L)
        hand.click_through([(18, 158), (70, 152), (150, 160), (240, 150), (300, 156)])
        hand.press(key.Key_Return)
        hand.press(key.Key_K)
        hand.click(97, 203)
        hand.press(key.Key_V)
        found = [kind_of(a) for a in self._drawn()]
        expected = [Kind.BBOX, Kind.BBOX, Kind.POLYGON, Kind.POLYLINE, Kind.KEYPOINT]
        self._check("one of each type was drawn", found == expected)
        self.report.counts["drawn"] = len(found)

    def _undo_and_redo(self) -> None:
        drawn = self._drawn()
        steps = 0
        with self._timed("undo and redo everything"):
            while self._app.editor.undo_title is not None:
                self._hand.press(Qt.Key.Key_Z, _CTRL)
                steps += 1
            self._check("undo takes back everything", not self._drawn())
            for _ in range(steps):
                self._hand.press(Qt.Key.Key_Y, _CTRL)
        self.report.counts["steps undone and redone"] = steps
        self._check("six gestures are six steps", steps == 6)
        self._check("redo brings everything back", self._drawn() == drawn)

    def _save_and_read_back(self) -> None:
        local = self._local
        with self._timed("save"):
            self._hand.press(Qt.Key.Key_S, _CTRL)
            wait_until(lambda: self._session.state is State.ON_SERVER, "the save")
        session = self._session
        sent = fingerprint(_held(session).snapshot())
        loaded = local.server.load(session.dataset, session.row)
        self._check("the server holds what was drawn", fingerprint(loaded.annotations) == sent)
        self.report.counts["on the server"] = len(loaded.annotations)
        self.report.replies["save"] = {"etag": loaded.etag, "count": len(loaded.annotations)}
        self._hand.press(Qt.Key.Key_F5)
        wait_until(
            lambda: self._app.editor.session is not session and self._is_settled(), "the reload"
        )
        shown = _held(self._session).snapshot()
        self._check("reloading shows what was saved", fingerprint(shown) == sent)

    def _review(self) -> None:
        wait_until(lambda: self._app.reviewing.desk is not None, "a desk to review at")
        desk = self._app.reviewing.desk
        if desk is None:
            raise TookTooLong("the desk is gone again")
        wait_until(lambda: bool(desk.criteria), "the criteria")
        self._hand.press(Qt.Key.Key_R, _CTRL)
        passing, score, text = desk.criteria[:3]
        project, coins = self._app.project, self._app.project.current
        with self._timed("three verdicts"):
            self._hand.press(Qt.Key.Key_P)
            self._submit(passing.id, Mark.SUBMITTED)
            self._hand.type("8.5")
            self._submit(score.id, Mark.SUBMITTED)
            self._hand.type("The coin at the left edge is cut off.")
            self._submit(text.id, None)  # after the last question comes the next image
        wait_until(lambda: project.current != coins and self._is_settled(), "the next image")
        self._hand.press(Qt.Key.Key_Escape)
        self._hand.press(Qt.Key.Key_A)
        wait_until(lambda: project.current == coins and self._is_settled(), "the image before")
        wait_until(lambda: desk.mark(passing.id) is Mark.STORED, "the stored verdict")
        self._hand.press(Qt.Key.Key_R, _CTRL)
        self._hand.press(Qt.Key.Key_F)
        self._submit(passing.id, Mark.UPDATED)
        stored = self._stored()
        self._check("three verdicts are stored", len(stored) == 3)
        self._check("the update replaced the first", stored[passing.id].answer.value_pass is False)
        self._check("the score is stored", stored[score.id].answer.value_score == 8.5)
        said = stored[text.id].answer.value_text or ""
        self._check("the text is stored", said.startswith("The coin"))
        self.report.replies["verdicts"] = [asdict(verdict) for verdict in stored.values()]

    def _submit(self, criteria_id: str, expected: Mark | None) -> None:
        """Ctrl+Enter sends the answer and goes on to the next criterion."""
        desk = self._app.reviewing.desk
        self._hand.press(Qt.Key.Key_Return, _CTRL)
        if expected is None:
            return
        wait_until(
            lambda: desk is not None and desk.mark(criteria_id) is expected, f"a verdict {expected}"
        )

    def _stored(self) -> dict[str, Verdict]:
        desk = self._app.reviewing.desk
        if desk is None or desk.target is None or desk.project_id is None:
            return {}
        verdicts = self._local.review.verdicts(desk.target, desk.project_id)
        return {verdict.criteria_id: verdict for verdict in verdicts}

    # --- what is seen

    @property
    def _local(self) -> Local:
        if self._app.services.local is None:
            raise TookTooLong("the server inside has not started")
        return self._app.services.local

    @property
    def _session(self) -> Session:
        session = self._app.editor.session
        if session is None:
            raise TookTooLong("no image is open")
        return session

    def _drawn(self) -> list[Drawable]:
        return [a for a in self._session.document or () if not isinstance(a, Opaque)]

    def _is_settled(self) -> bool:
        """Whether the image on the canvas is painted to the last tile."""
        session, project = self._app.editor.session, self._app.project
        return (
            session is not None
            and session.row.id == project.current
            and project.has_pixels
            and self._app.window.canvas.is_settled
        )

    def _picture(self, name: str) -> None:
        QApplication.processEvents()
        wait_until(lambda: self._app.window.canvas.is_settled, "the canvas to be painted")
        file = self._out / f"{name}.png"
        self._app.window.grab().save(str(file))
        self.report.pictures.append(file.name)

    def _check(self, what: str, holds: bool) -> None:
        self.report.checks[what] = holds
        self._say(f"{'ok    ' if holds else 'FAILED'}  {what}")

    @contextmanager
    def _timed(self, what: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.report.timings_ms[what] = round((time.perf_counter() - began) * 1000, 1)


def _around(x: float, y: float, radius: float, corners: int) -> list[tuple[float, float]]:
    """The corners of a regular ring about (x, y), in image pixels."""
    angles = [2 * math.pi * corner / corners for corner in range(corners)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


def _held(session: Session) -> Document:
    if session.document is None:
        raise TookTooLong("the image has not been loaded")
    return session.document
