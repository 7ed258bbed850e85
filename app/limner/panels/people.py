"""The card about other people's work on the open image: what to decide, and what they did."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QStackedWidget

from limner.panels.card import Card
from limner.panels.conflict_page import ConflictPage
from limner.panels.others import OthersPage


class Page(Enum):
    """The value is the word on its switch."""

    CONFLICTS = "Conflicts"
    OTHERS = "Others’ work"


class PeoplePanel(Card):
    """Two pages, one at a time; the counts of both are seen on the switch."""

    closed = Signal()
    """The person wants the card out of the way."""
    turned = Signal()
    """Another page is shown."""

    def __init__(self) -> None:
        super().__init__("Other people", "user")
        self.conflicts = ConflictPage()
        self.others = OthersPage()
        self._stack = QStackedWidget()
        self._switch = QFrame()
        self.buttons = {page: QPushButton() for page in Page}
        self._lay_out()
        self.closer = self.add_button("x", "Close", "Back to the objects (Esc)")
        self.closer.clicked.connect(self.closed)
        self.show_counts(0, 0)
        self.turn_to(Page.CONFLICTS)

    @property
    def page(self) -> Page:
        return Page.CONFLICTS if self._stack.currentWidget() is self.conflicts else Page.OTHERS

    def turn_to(self, page: Page) -> None:
        """Show this page."""
        self.buttons[page].setChecked(True)
        self._stack.setCurrentWidget(self._widget(page))
        self.setFocusProxy(self._widget(page))
        self.turned.emit()

    def begin(self) -> None:
        """Give the keyboard to the page that is shown."""
        self._widget(self.page).begin()

    def show_counts(self, conflicts: int, others: int) -> None:
        """How many conflicts are open, and how many annotations others touched."""
        for page, count in ((Page.CONFLICTS, conflicts), (Page.OTHERS, others)):
            self.buttons[page].setText(f"{page.value} {count:,}" if count else page.value)

    def _lay_out(self) -> None:
        self.title.hide()  # the switch says what this is about
        self._switch.setObjectName("segments")
        row = QHBoxLayout(self._switch)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        group = QButtonGroup(self)
        for page, button in self.buttons.items():
            button.setObjectName("segment")
            button.setCheckable(True)
            button.clicked.connect(lambda _=False, page=page: self.turn_to(page))
            group.addButton(button)
            row.addWidget(button)
        self.add_to_header(self._switch)
        self._stack.addWidget(self.conflicts)
        self._stack.addWidget(self.others)
        self.body.addWidget(self._stack, 1)

    def _widget(self, page: Page) -> ConflictPage | OthersPage:
        return self.conflicts if page is Page.CONFLICTS else self.others
