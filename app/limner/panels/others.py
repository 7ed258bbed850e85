"""What others did to the open image while it was open here, and the way back from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from limner.model.merge import News
from limner.panels.card import EmptyWords
from limner.panels.others_list import OthersList, Told
from limner.panels.text import ElidedLabel
from limner.panels.two_lines import TwoLines

_EMPTY: Final = "Nobody else has changed this image since you opened it."
_GAP: Final = 6


class OthersPage(QWidget):
    """Shows rows and says what the person wants; it changes nothing itself."""

    chosen = Signal(object)
    """News: the person looks at this annotation."""
    put_back = Signal(object)
    """News: the annotation is to be again what it was before."""
    seen = Signal()
    """The person knows now, and the list can go."""

    def __init__(self) -> None:
        super().__init__()
        self._model = OthersList(self)
        self._current: News | None = None
        self.summary = ElidedLabel(muted=True)
        self.view = TwoLines(self._model, "What others did", "p")
        self.empty = EmptyWords(_EMPTY)
        self.back = QPushButton("Put back mine")
        self.done = QPushButton("Clear the list")
        self._lay_out()
        self._connect()
        self._describe()

    def show_rows(self, rows: Sequence[Told], summary: str) -> None:
        """Show these; `summary` says the same in one line."""
        self.summary.say(summary)
        self._model.show(rows)
        self._go_to(self._model.number_of(self._current))

    def begin(self) -> None:
        """Give the keyboard to the list."""
        self.view.setFocus()

    def _lay_out(self) -> None:
        self.back.setToolTip("Make it again as it was before others changed or removed it (P)")
        self.done.setToolTip("Nothing on the image changes")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        for part in (self.summary, self.view, self.empty):
            column.addWidget(part, 0 if part is self.summary else 1)
        row = QHBoxLayout()
        row.setSpacing(_GAP)
        for button in (self.back, self.done):
            button.setObjectName("tight")
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            row.addWidget(button, 1)
        column.addLayout(row)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.view.stepped.connect(self._stepped)
        self.view.lettered.connect(lambda _letter: self.back.click())
        self.back.clicked.connect(self._put_back)
        self.done.clicked.connect(self.seen)

    def _go_to(self, number: int | None) -> None:
        self._current = None if number is None else self._model.at(number).news
        self.view.go_to(number)
        self._describe()

    def _stepped(self, number: int) -> None:
        self._go_to(number)
        self.chosen.emit(self._current)

    def _put_back(self) -> None:
        if self._current is not None:
            self.put_back.emit(self._current)

    def _describe(self) -> None:
        has_rows = self._model.rowCount() > 0
        for part in (self.summary, self.view, self.back, self.done):
            part.setVisible(has_rows)
        self.empty.setVisible(not has_rows)
        number = self._model.number_of(self._current)
        row = None if number is None else self._model.at(number)
        can_go_back = row is not None and row.news.before is not None and not row.is_back
        self.back.setEnabled(can_go_back)
