"""The way through a file of several pages."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from limner.panels.icons import icon


class PageChooser(QWidget):
    """The page that is shown, between two arrows; hidden where there is one page only."""

    wanted = Signal(int)
    """-1 or +1: the page before or after."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._before = _arrow("chevron-left", "Previous page (Alt+PgUp)")
        self._after = _arrow("chevron-right", "Next page (Alt+PgDown)")
        self._before.clicked.connect(lambda: self.wanted.emit(-1))
        self._after.clicked.connect(lambda: self.wanted.emit(+1))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for part in (self._before, self._words, self._after):
            row.addWidget(part)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown; empty when nothing is."""
        return "" if self.isHidden() else self._words.text()

    def show_place(self, page: int, pages: int) -> None:
        """Offer the pages before and after `page`, counted from 1."""
        self._words.setText(f"Page {page} of {pages}")
        self._before.setEnabled(page > 1)
        self._after.setEnabled(page < pages)
        self.setVisible(pages > 1)


def _arrow(name: str, words: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(icon(name))
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    button.setToolTip(words)
    button.setAccessibleName(words)
    return button
