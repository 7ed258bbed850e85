"""What can be done with everything that the filter of the object list found."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from limner.panels.card import small_button
from limner.panels.icons import icon
from limner.panels.text import ElidedLabel


class FoundBar(QWidget):
    """How many were found, and the buttons: select them, hide or show them, show only them."""

    select_wanted = Signal()
    hide_wanted = Signal()
    only_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = ElidedLabel(muted=True)
        self.select = small_button("list-checks", "Select all found", "Select all found (Ctrl+A)")
        self.only = small_button(
            "scan-eye", "Show only these", "Show only these; again for the rest"
        )
        self.only.setCheckable(True)
        self.hide_all = small_button(
            "eye", "Hide or show all found", "Hide all found, or show them"
        )
        self.select.clicked.connect(self.select_wanted)
        self.only.clicked.connect(self.only_wanted)
        self.hide_all.clicked.connect(self.hide_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self.words, 1)
        for button in (self.select, self.only, self.hide_all):
            row.addWidget(button)

    def show_found(self, found: int, total: int) -> None:
        """ "12,345 of 100,000"."""
        self.words.say(f"{found:,} of {total:,}")
        for button in (self.select, self.hide_all):
            button.setEnabled(found > 0)

    def show_hidden(self, *, are_hidden: bool, is_only: bool) -> None:
        """Whether everything found is hidden, and whether everything else is."""
        self.hide_all.setIcon(icon("eye-off" if are_hidden else "eye"))
        self.only.setChecked(is_only)
