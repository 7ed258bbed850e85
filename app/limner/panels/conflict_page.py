"""The conflicts of the open image, and what a person can make of each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from limner.model.annotations import AnnotationId, Opaque
from limner.panels.card import EmptyWords
from limner.panels.conflict_fields import FieldList, FieldTable
from limner.panels.conflict_list import ConflictList, Row
from limner.panels.two_lines import TwoLines
from limner.sync.decisions import Choice

_KEYS: Final = {"m": Choice.MINE, "t": Choice.THEIRS, "b": Choice.BOTH}
_HINTS: Final = {
    Choice.MINE: "Mine stays, and goes to the server",
    Choice.THEIRS: "What others made of it replaces mine",
    Choice.BOTH: "Mine stays, and theirs comes beside it",
}
_ALL: Final = {Choice.MINE: "Keep all mine", Choice.THEIRS: "Take all theirs"}
_EMPTY: Final = (
    "Nothing to decide.\nWhen somebody changes the same part of a shape as you do, both are "
    "kept, and you choose here."
)
_GAP: Final = 6


class ConflictPage(QWidget):
    """Shows rows and says what the person wants; it changes nothing itself.

    Keys in the list: Up and Down look at a conflict, M, T and B decide it, F opens the fields.
    After a decision the next conflict is looked at.
    """

    chosen = Signal(str)
    """AnnotationId: the person looks at this conflict."""
    hovered = Signal(str)
    """AnnotationId under the pointer; "" when it is over none."""
    decided = Signal(str, object)
    """AnnotationId and Choice."""
    decided_by_field = Signal(str, object)
    """AnnotationId, and tuple[str, ...]: the fields that are taken from them."""
    all_decided = Signal(object)
    """Choice.MINE or Choice.THEIRS, for every conflict."""

    def __init__(self) -> None:
        super().__init__()
        self._model = ConflictList(self)
        self._fields = FieldList(self)
        self._current: AnnotationId | None = None
        self.view = TwoLines(self._model, "Conflicts", "mtbf")
        self.table = FieldTable(self._fields)
        self.empty = EmptyWords(_EMPTY)
        self.buttons = {choice: _button(choice.value) for choice in Choice}
        self.by_field = _button("Field by field")
        self.everything = _button("All…")
        self.take_fields = _button("Use what is ticked")
        self._dress()
        self._lay_out()
        self._connect()
        self._describe()

    @property
    def current(self) -> AnnotationId | None:
        """The conflict that is looked at."""
        return self._current

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show these conflicts; who was at one that is gone now goes on to the next."""
        following = self._model.nearest(self._current, rows)
        was_decided = self._current is not None and following != self._current
        self._model.show(rows)
        self._go_to(following)
        if was_decided and following is not None and self.isVisible():
            self.chosen.emit(following)

    def look_at(self, id_: AnnotationId) -> None:
        """Mark a conflict that was chosen elsewhere, without telling `chosen`."""
        if self._model.number_of(id_) is not None and id_ != self._current:
            self._go_to(id_)

    def begin(self) -> None:
        """Give the keyboard to the list and look at the conflict that it stands at."""
        self.view.setFocus()
        if self._current is not None:
            self.chosen.emit(self._current)

    # --- small parts

    def _dress(self) -> None:
        for letter, choice in _KEYS.items():
            self.buttons[choice].setToolTip(f"{_HINTS[choice]} ({letter.upper()})")
        self.by_field.setCheckable(True)
        self.by_field.setToolTip("Choose for each field whose value is taken (F)")
        self.take_fields.setToolTip("Decide it so (Enter)")
        self.take_fields.setObjectName("primary")
        self.everything.setToolTip("Decide all conflicts of this image in one step")
        menu = QMenu(self.everything)
        for choice, text in _ALL.items():
            menu.addAction(text).triggered.connect(partial(self._decide_all, choice))
        self.everything.setMenu(menu)
        self.setFocusProxy(self.view)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addWidget(self.view, 1)
        column.addWidget(self.empty, 1)
        column.addWidget(self.table)
        column.addLayout(_row(*self.buttons.values()))
        column.addLayout(_row(self.by_field, self.everything, self.take_fields))

    def _connect(self) -> None:
        self.view.stepped.connect(self._stepped)
        self.view.lettered.connect(self._type)
        self.view.hovered.connect(self._hover)
        for choice, button in self.buttons.items():
            button.clicked.connect(partial(self._decide, choice))
        self.by_field.clicked.connect(self._open_fields)
        self.table.entered.connect(self._decide_fields)
        self.take_fields.clicked.connect(self._decide_fields)

    def _go_to(self, id_: AnnotationId | None) -> None:
        self._current = id_
        number = self._model.number_of(id_)
        self.view.go_to(number)
        self._fields.show(None if number is None else self._model.at(number))
        self._describe()

    def _stepped(self, number: int) -> None:
        self._go_to(self._model.at(number).id)
        self.chosen.emit(self._current)

    def _hover(self, number: int) -> None:
        self.hovered.emit(self._model.at(number).id if number >= 0 else "")

    def _type(self, letter: str) -> None:
        if letter == "f":
            self.by_field.click()
        else:
            self.buttons[_KEYS[letter]].click()

    def _decide(self, choice: Choice) -> None:
        if self._current is not None:
            self.decided.emit(self._current, choice)

    def _decide_fields(self) -> None:
        if self._current is not None:
            self.decided_by_field.emit(self._current, self._fields.theirs)
            self.view.setFocus()

    def _decide_all(self, choice: Choice) -> None:
        self.all_decided.emit(choice)

    def _open_fields(self) -> None:
        self._describe()
        (self.table if self.table.isVisible() else self.view).setFocus()

    def _describe(self) -> None:
        """Offer what can be done about the conflict that is looked at."""
        count = self._model.rowCount()
        row = self._row()
        has_fields = row is not None and bool(row.conflict.fields)
        is_open = has_fields and self.by_field.isChecked()
        self.view.setVisible(count > 0)
        self.empty.setVisible(count == 0)
        self.table.setVisible(is_open)
        self.take_fields.setVisible(is_open)
        self.everything.setVisible(count > 1 and not is_open)
        self.by_field.setVisible(count > 0)
        self.by_field.setEnabled(has_fields)
        for choice, button in self.buttons.items():
            button.setVisible(count > 0)
            button.setEnabled(row is not None and _is_offered(choice, row))
        if is_open and self.table.currentIndex() == QModelIndex():
            self.table.setCurrentIndex(self._fields.index(0, 0))

    def _row(self) -> Row | None:
        number = self._model.number_of(self._current)
        return None if number is None else self._model.at(number)


def _is_offered(choice: Choice, row: Row) -> bool:
    """Both are only to be had where there are two that can be drawn."""
    theirs = row.conflict.theirs
    return choice is not Choice.BOTH or not (
        theirs is None or row.held is None or isinstance(theirs, Opaque)
    )


def _button(text: str) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName("tight")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def _row(*buttons: QPushButton) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(_GAP)
    for button in buttons:
        row.addWidget(button, 1)
    return row
