"""What every control that answers a question of the review can do."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from limner.model.verdicts import Answer

_TEXT_HEIGHT: Final = 62


class AnswerField(QWidget):
    """A control whose `answer` has a value or is empty; the explanation is not its business."""

    changed = Signal()
    reason = "Answer first"
    """What to do while there is no answer."""
    keys: frozenset[str] = frozenset()
    """The keys that answer, while the keyboard is in the panel and in no text."""

    @property
    def answer(self) -> Answer:
        """What the person has answered so far."""
        raise NotImplementedError

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, which may be empty, without telling `changed`."""
        raise NotImplementedError

    def take_key(self, key: str) -> None:
        """One of `keys` was pressed."""


def text_box(hint: str, name: str) -> QPlainTextEdit:
    """A few lines of plain text; Tab leaves it."""
    box = QPlainTextEdit()
    box.setPlaceholderText(hint)
    box.setAccessibleName(name)
    box.setTabChangesFocus(True)
    box.setFixedHeight(_TEXT_HEIGHT)
    return box
