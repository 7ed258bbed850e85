"""The filter of the object list as people meet it: a line, its choices, and what was found."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from limner.panels.filter_choices import FilterChoices
from limner.panels.filter_field import FilterField
from limner.panels.filter_popup import FilterPopup
from limner.panels.filter_words import read
from limner.panels.found_bar import FoundBar
from limner.panels.object_filter import ObjectFilter
from limner.panels.text import label, plain

_GAP = 6
_MOST = 160
"""Characters of a complaint: two lines of a narrow panel."""


class Finder(QWidget):
    """The words in the line are the filter; the choices only write words."""

    changed = Signal()
    """`wanted` is another filter."""

    def __init__(self, choices: Callable[[ObjectFilter], FilterChoices]) -> None:
        """`choices` counts what there is to choose, when the choices are opened."""
        super().__init__()
        self._choices = choices
        self.wanted = ObjectFilter()
        self.line = FilterField()
        self.complaint = label()
        self.complaint.setObjectName("warn")
        self.complaint.setWordWrap(True)
        self.bar = FoundBar()
        self._popup: FilterPopup | None = None
        self._lay_out()
        self.line.textChanged.connect(self._read)
        self.line.choices_wanted.connect(self.open_choices)
        self._read("")

    def open_choices(self) -> FilterPopup:
        """Show the choices under the line."""
        if self._popup is None:
            self._popup = FilterPopup(self)
            self._popup.changed.connect(lambda wanted: self.line.setText(wanted.words))
        self._show_choices(self._popup)
        self._popup.open_under(self.line)
        return self._popup

    def show_found(self, found: int, total: int) -> None:
        """How many of how many match."""
        self.bar.setVisible(bool(self.wanted) and total > 0)
        self.bar.show_found(found, total)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        for part in (self.line, self.complaint, self.bar):
            column.addWidget(part)

    def _read(self, words: str) -> None:
        reading = read(words)
        complaint = reading.complaints[-1] if reading.complaints else ""
        self.complaint.setText(plain(complaint, _MOST))
        self.complaint.setVisible(bool(complaint))
        if reading.filter != self.wanted:
            self.wanted = reading.filter
            self.changed.emit()
        if self._popup is not None and self._popup.isVisible():
            self._show_choices(self._popup)

    def _show_choices(self, popup: FilterPopup) -> None:
        popup.show_filter(self.wanted, self._choices(self.wanted))
