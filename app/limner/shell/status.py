"""The status bar: hint, image size, shapes, zoom, pointer, and how safe the work is."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import (
    QLabel,
    QSizePolicy,
    QStatusBar,
    QToolButton,
    QToolTip,
    QWidget,
)
from typing_extensions import override

from limner.panels.icons import dot
from limner.panels.soon import Soon
from limner.panels.text import tooltip
from limner.shell.look_chips import LookChips
from limner.shell.page_chooser import PageChooser
from limner.shell.pointer_place import PointerPlace
from limner.sync.progress import Activity, Progress
from limner.sync.state import State
from limner.sync.traffic import Line
from limner.sync.workspace import Standing

_COLOURS = {
    State.LOADING: "#9aa1ae",
    State.FAILED: "#d9534f",
    State.ON_SERVER: "#2e9e6b",
    State.WRITING: "#9aa1ae",
    State.SAFE_HERE: "#4c8dff",
    State.NEEDS_YOU: "#d9a440",
}

_FIRST_PERMANENT = 2
"""The state and the hint stand before it."""

_HELD_UP = (Line.OFFLINE, Line.PAUSED, Line.NO_KEY, Line.ASKED_TO_WAIT)


class Status(QStatusBar):
    """What the person glances at; `state_clicked` asks for the reasons behind the state."""

    state_clicked = Signal()
    page_wanted = Signal(int)
    """-1 or +1: the page before or after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizeGripEnabled(False)
        self._shown = State.LOADING, ""
        self.state_button = QToolButton()
        self.state_button.setObjectName("state")
        self.state_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.state_button.setToolTip("How safe the work is. Click to see what waits and why.")
        self.state_button.clicked.connect(self.state_clicked)
        self._hint = _plain("hint")
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._size = _SizeLabel()
        self._pages = PageChooser()
        self._pages.wanted.connect(self.page_wanted)
        self._shapes = _plain("shapes")
        self._zoom = _plain("zoom")
        self.looks = LookChips()
        self._pointer = PointerPlace()
        self.addWidget(self.state_button)
        self.addWidget(self._hint, 1)
        for part in (self.looks, self._pages, self._size, self._shapes, self._zoom, self._pointer):
            self.addPermanentWidget(part)
        self._telling = Soon(self, self._tell_state)
        self.show_state(State.LOADING, Standing(0, 0))
        self._telling.flush()

    def add_chore(self, chip: QWidget) -> None:
        """Show `chip`, which tells of something that goes on by itself, before all that stands."""
        self.insertPermanentWidget(_FIRST_PERMANENT, chip)

    @property
    def state_text(self) -> str:
        self._telling.flush()
        return self.state_button.text()

    @property
    def size_text(self) -> str:
        return self._size.text()

    @property
    def shapes_text(self) -> str:
        return self._shapes.text()

    @property
    def hint_text(self) -> str:
        return self._hint.text()

    def show_state(
        self, state: State, standing: Standing, progress: Progress | None = None
    ) -> None:
        """`standing` is that of the whole workspace, `state` that of the image on the canvas.

        So is `progress`, when it takes long. It is seen once the canvas has been painted: the
        words of another length make the whole bar be laid out anew.
        """
        text, needs_you, waits = state.value, standing.needs_you, _waits(standing)
        if progress is not None and progress.activity is Activity.SAVING:
            text = f"{text} · {progress.activity.value} {progress.fraction:.0%}"
        if needs_you:
            state, text = State.NEEDS_YOU, f"{State.NEEDS_YOU.value} ({needs_you})"
        elif standing.line in _HELD_UP:
            text = f"{text} · {standing.line.value}" + (f": {waits}" if waits else "")
        elif standing.waiting > (state is not State.ON_SERVER) or standing.verdicts:
            text = f"{text} · {waits} to be sent"
        if (state, text) != self._shown:
            self._shown = state, text
            self._telling.start()

    def _tell_state(self) -> None:
        state, text = self._shown
        self.state_button.setText(text)
        self.state_button.setIcon(dot(_COLOURS[state]))
        self.state_button.setAccessibleName(f"State of the work: {text}")

    def show_hint(self, text: str) -> None:
        self._hint.setText(text)

    def show_image(self, width: int | None, height: int | None) -> None:
        """The size in image pixels; None while it is not known."""
        self._size.setText(f"{width} × {height}" if width and height else "")

    def show_pages(self, page: int, pages: int) -> None:
        """Offer the way through a file of several pages, counted from 1; one needs none."""
        self._pages.show_place(page, pages)

    @property
    def pages_text(self) -> str:
        """Such as "Page 3 of 12"; empty when there is one page only."""
        return self._pages.text

    def describe_size_with(self, words: Callable[[], str]) -> None:
        """What the size's tool tip says, asked whenever it is shown."""
        self._size.words = words

    @property
    def size_words(self) -> str:
        return self._size.words()

    def show_shapes(self, count: int | None) -> None:
        self._shapes.setText("" if count is None else f"{count:,} shape{'' if count == 1 else 's'}")

    def show_zoom(self, zoom: float | None) -> None:
        """Device pixels per image pixel; None where there is no image."""
        words = "" if zoom is None else f"{zoom:.0%}" if zoom >= 0.1 else f"{zoom:.1%}"
        self._zoom.setText(words)

    def show_pointer(self, x: float, y: float) -> None:
        self._pointer.show_place((x, y))

    def hide_pointer(self) -> None:
        self._pointer.show_place(None)


class _SizeLabel(QLabel):
    """The size of the image; its tool tip is asked for when it is shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("size")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.words: Callable[[], str] = str

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tooltip(self.words()), self)
            return True
        return super().event(event)


def _waits(standing: Standing) -> str:
    """Such as "2 images and 1 verdict wait"; empty when nothing does."""
    counts = {"image": standing.waiting, "verdict": standing.verdicts}
    said = [f"{n:,} {what}{'' if n == 1 else 's'}" for what, n in counts.items() if n]
    verb = "waits" if sum(counts.values()) == 1 else "wait"
    return f"{' and '.join(said)} {verb}" if said else ""


def _plain(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label
