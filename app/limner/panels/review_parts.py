"""The parts around the question of the review: what is judged, which question, which stage."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import QEvent, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QWidget,
)
from typing_extensions import override

from limner.model.verdicts import Criteria, Verdict
from limner.panels.icons import dress, icon
from limner.panels.text import plain
from limner.panels.tokens import Tokens, tokens_now
from limner.review.marks import Mark, Scope

_ICONS: Final = {
    Mark.NONE: ("circle-dashed", "muted"),
    Mark.STORED: ("circle-check", "ok"),
    Mark.SENDING: ("cloud-upload", "muted"),
    Mark.SUBMITTED: ("circle-check", "ok"),
    Mark.UPDATED: ("circle-check", "ok"),
    Mark.WAITING: ("cloud-off", "warn"),
    Mark.ASKS: ("triangle-alert", "warn"),
    Mark.FAILED: ("triangle-alert", "bad"),
}
"""How far an answer is, as an icon and the name of a token."""


class ScopeSwitch(QFrame):
    """Image or object, side by side."""

    chosen = Signal(object)
    """Scope: what the person wants to judge."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("segments")
        self.buttons = {scope: QPushButton(scope.value) for scope in Scope}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for scope, button in self.buttons.items():
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setToolTip(_SCOPE_HINTS[scope])
            button.clicked.connect(lambda _=False, scope=scope: self.chosen.emit(scope))
            self._group.addButton(button)
            row.addWidget(button)

    def show_scope(self, scope: Scope) -> None:
        """Show what is judged without telling `chosen`."""
        self.buttons[scope].setChecked(True)


_SCOPE_HINTS: Final = {
    Scope.IMAGE: "Judge the image as a whole",
    Scope.OBJECT: "Judge the selected object",
}


class CriteriaCombo(QComboBox):
    """The questions, each with how far its answer is; letters and digits are left to the panel."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Question")
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setIconSize(QSize(15, 15))
        self._ids: list[str] = []
        self._marks: list[Mark] = []

    def show_criteria(self, criteria: Sequence[Criteria], marks: Sequence[Mark]) -> None:
        """Show these questions; the one that was chosen stays chosen while it is among them."""
        ids = [each.id for each in criteria]
        chosen = self._ids[self.currentIndex()] if 0 <= self.currentIndex() < len(self._ids) else ""
        with QSignalBlocker(self):
            if ids != self._ids:
                self.clear()
                self.addItems([plain(each.name, 80) for each in criteria])
                self.setCurrentIndex(ids.index(chosen) if chosen in ids else 0)
        self._ids, self._marks = ids, list(marks)
        self._draw_marks()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_marks()

    def _draw_marks(self) -> None:
        for row, mark in enumerate(self._marks):
            self.setItemIcon(row, _mark_icon(mark, tokens_now()))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().isprintable() and event.text().strip():
            event.ignore()
        else:
            super().keyPressEvent(event)


class StageRow(QWidget):
    """What becomes of the image, and the note to the annotator when it goes back."""

    wanted = Signal(str, str)
    """("approve" or "request_changes", note)."""

    def __init__(self) -> None:
        super().__init__()
        self.note = QLineEdit()
        self.note.setPlaceholderText("What should be changed? (optional)")
        self.note.setAccessibleName("Note to the annotator")
        self.note.setToolTip("The note to the annotator (Return sends it, Esc leaves)")
        self.note.setVisible(False)
        self.approve = QPushButton("Approve")
        dress(self.approve, "check")
        self.approve.setToolTip("The image is done: its stage becomes complete")
        self.request = QPushButton("Request changes")
        dress(self.request, "rotate-ccw")
        self.request.setToolTip("The image goes back with a note: its stage becomes annotate")
        self._lay_out()
        self.approve.clicked.connect(lambda: self._want("approve"))
        self.request.clicked.connect(self._request)
        self.note.returnPressed.connect(self._request)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.note.isVisible():
            self._open_note(is_open=False)
        else:
            super().keyPressEvent(event)

    def _lay_out(self) -> None:
        line = QFrame()
        line.setObjectName("line")
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 2, 0, 0)
        grid.setSpacing(8)
        grid.addWidget(line, 0, 0, 1, 2)
        grid.addWidget(self.note, 1, 0, 1, 2)
        grid.addWidget(self.approve, 2, 0)
        grid.addWidget(self.request, 2, 1)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)

    def _want(self, action: str) -> None:
        note = self.note.text().strip()
        self.note.clear()
        self._open_note(is_open=False)
        self.wanted.emit(action, note)

    def _request(self) -> None:
        """The first press asks for the note, the second sends it."""
        if self.note.isVisible():
            self._want("request_changes")
        else:
            self._open_note(is_open=True)

    def _open_note(self, *, is_open: bool) -> None:
        self.note.setVisible(is_open)
        self.request.setText("Send back" if is_open else "Request changes")
        (self.note if is_open else self.request).setFocus()


def stored_words(mark: Mark, verdict: Verdict | None, now: datetime | None = None) -> str:
    """The mark with the time of the verdict on this computer's clock: "stored 14:02"."""
    timed = (Mark.STORED, Mark.SUBMITTED, Mark.UPDATED)
    if verdict is None or mark not in timed:
        return mark.value
    at = verdict.updated_at.astimezone()
    today = (now or datetime.now().astimezone()).date()
    day = "" if at.date() == today else f"{at.day} {at:%b %Y} "
    return f"{mark.value} {day}{at:%H:%M}"


def _mark_icon(mark: Mark, tokens: Tokens) -> QIcon:
    name, colour = _ICONS[mark]
    return icon(name, getattr(tokens, colour))
