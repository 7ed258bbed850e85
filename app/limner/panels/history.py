"""The history panel: every version of the image on the canvas, one of them to look at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QProgressBar, QPushButton
from typing_extensions import override

from limner.panels.card import Card, EmptyWords
from limner.panels.history_rows import ROW_HEIGHT, MomentList, MomentPainter
from limner.panels.icons import dress, paint_dot
from limner.panels.one_row import OneRowView
from limner.panels.text import plain
from limner.sync.past import Moment, Version

ADDED: Final = "#2fa66e"
CHANGED: Final = "#e0a02f"
REMOVED: Final = "#e0524d"
"""How what came, changed and went since a version is coloured, here and on the canvas."""

_COLOURS: Final = {"added": ADDED, "changed": CHANGED, "removed": REMOVED}

_NONE: Final = "Nothing was saved for this image yet. Every save will be listed here."
_FULL: Final = 1000
_DOT: Final = 10


class HistoryPanel(Card):
    """Select a version to look at it; row 0 is the present."""

    chosen = Signal(object)
    """Moment, or None for the present."""
    restore_wanted = Signal()
    marks_switched = Signal(bool)
    """Whether what differs is to be coloured on the canvas."""
    closed = Signal()

    def __init__(self) -> None:
        super().__init__("History of this image", "history")
        self._model = MomentList(self)
        self.view = OneRowView(ROW_HEIGHT, "Versions of this image")
        self.view.setModel(self._model)
        self.view.setItemDelegate(MomentPainter(self.view))
        self.view.stretch(0, {})
        self.none = EmptyWords(_NONE)
        self.note = EmptyWords()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _FULL)
        self.progress.setAccessibleName("How much of the version has come")
        self.differences = QLabel()
        self.differences.setTextFormat(Qt.TextFormat.PlainText)
        self._counts = {name: _Count(colour) for name, colour in _COLOURS.items()}
        self.marks = QCheckBox("Show what differs")
        self.marks.setToolTip("Colour what came, changed and went since then")
        self.marks.setChecked(True)
        self.restore = QPushButton("Restore this version")
        self.restore.setObjectName("primary")
        self.restore.setToolTip("Make the image as it was then: one step, which can be undone")
        dress(self.restore, "undo-2", "#ffffff")
        self._is_listing = False
        self._lay_out()
        self._connect()

    # --- what is shown

    @property
    def selected(self) -> Moment | None:
        """The version that is looked at; None is the present."""
        return self._model.at(self.view.currentIndex().row())

    @property
    def said(self) -> list[str]:
        """How the version differs, as it is shown: "3 added"."""
        return [count.text() for count in self._counts.values() if not count.isHidden()]

    def show_story(self, moments: Sequence[Moment], note: str) -> None:
        """List these versions, newest first; what is selected stays selected.

        `note` says what may be missing, or why nothing is listed; empty when all there is, is.
        """
        was = self.selected
        self._is_listing = True
        self._model.show(moments)
        self.view.choose(self._model.row_of(was))
        self._is_listing = False
        if was is not None and self.selected is None:
            self.chosen.emit(None)
        self.none.setVisible(not moments and not note)
        self.note.setText(plain(note, 400))
        self.note.setVisible(bool(note))
        self.aside.setText(f"{len(moments):,}" if moments else "")

    def describe_present(self, words: str) -> None:
        """What stands beside "Now": how far the work has come."""
        self._model.describe_present(words)

    def select_present(self) -> None:
        """Look at no version any more."""
        self.view.choose(0)

    def show_progress(self, fraction: float | None) -> None:
        """How much of the version has come, from 0 to 1; None when nothing is waited for."""
        self.progress.setVisible(fraction is not None)
        self.progress.setValue(round((fraction or 0.0) * _FULL))

    def show_version(self, version: Version | None, trouble: str = "") -> None:
        """Say how the selected version differs; None while it is not there, or `trouble` why."""
        self.restore.setEnabled(version is not None)
        self.marks.setEnabled(version is not None)
        counts = _counts(version) if version is not None else {}
        for name, button in self._counts.items():
            button.setVisible(bool(counts.get(name)))
            button.setText(f"{counts.get(name, 0):,} {name}")
        if trouble:
            words = plain(trouble, 400)
        elif version is None:
            words = "Select a version to look at it." if self.selected is None else ""
        else:
            words = "Since then:" if any(counts.values()) else "Nothing differs from now."
        self.differences.setText(words)

    # --- what the person does

    def _moved(self, index: QModelIndex) -> None:
        if not self._is_listing:
            self.chosen.emit(self._model.at(index.row()))

    def _restore_by_key(self) -> None:
        if self.restore.isEnabled():
            self.restore_wanted.emit()

    # --- the parts

    def _lay_out(self) -> None:
        closer = self.add_button("x", "Close the history", "Close the history (Esc)")
        closer.clicked.connect(self.closed)
        self.differences.setWordWrap(True)
        counts = QHBoxLayout()
        counts.setSpacing(10)
        for button in self._counts.values():
            counts.addWidget(button)
        counts.addStretch(1)
        for part in (self.view, self.none, self.note, self.progress, self.differences):
            self.body.addWidget(part, 1 if part is self.view else 0)
        self.body.addLayout(counts)
        self.body.addWidget(self.marks)
        self.body.addWidget(self.restore)
        self.note.hide()
        self.none.hide()
        self.show_progress(None)
        self.show_version(None)

    def _connect(self) -> None:
        self.view.selectionModel().currentRowChanged.connect(self._moved)
        self.view.confirmed.connect(self._restore_by_key)
        self.restore.clicked.connect(self.restore_wanted)
        self.marks.toggled.connect(self.marks_switched)


def _counts(version: Version) -> dict[str, int]:
    return {
        "added": len(version.added),
        "changed": len(version.changed),
        "removed": len(version.removed),
    }


class _Count(QLabel):
    """So many, with the dot in whose colour they are on the canvas."""

    def __init__(self, colour: str) -> None:
        super().__init__()
        self._colour = colour
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setContentsMargins(_DOT + 6, 0, 0, 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        with QPainter(self) as painter:
            circle = QRectF(0, (self.height() - _DOT) / 2, _DOT, _DOT)
            paint_dot(painter, circle, QColor(self._colour))
