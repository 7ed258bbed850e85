"""One line over the canvas that says what happened and what can be done; never in the way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from limner.panels.icons import icon


class Tone(Enum):
    """How much a notice matters: the value is its icon."""

    INFO = "info"
    WARNING = "triangle-alert"


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a notice; `run` is called once and the notice goes away."""

    text: str
    run: Callable[[], None]


class Notice(QFrame):
    """Shows one message at a time, the newest; plain text only. Hidden when there is none.

    A message has a `topic`: clearing a topic takes away its message and no other.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("notice")
        self._topic = ""
        self._icon = QLabel()
        self._text = QLabel()
        self._text.setObjectName("noticeText")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._choices = QHBoxLayout()
        close = QToolButton()
        close.setIcon(icon("x"))
        close.setAccessibleName("Close this message")
        close.setToolTip("Close this message")
        close.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 6, 6, 6)
        row.setSpacing(10)
        row.addWidget(self._icon)
        row.addWidget(self._text, 1)
        row.addLayout(self._choices)
        row.addWidget(close)
        self.hide()

    @property
    def text(self) -> str:
        """What is shown now; empty when nothing is."""
        return "" if self.isHidden() else self._text.text()

    def button(self, text: str) -> QPushButton:
        """The choice that is shown with this text.

        Raises:
            KeyError: it is not offered now.
        """
        for button in self.findChildren(QPushButton):
            if button.text() == text and not button.isHidden():
                return button
        raise KeyError(text)

    def say(
        self, topic: str, text: str, tone: Tone = Tone.INFO, choices: Sequence[Choice] = ()
    ) -> None:
        """Show `text`, in place of what was shown before."""
        self._topic = topic
        self._text.setText(text[:600])
        self._icon.setPixmap(icon(tone.value).pixmap(18, 18))
        self.setAccessibleName(text[:600])
        while (item := self._choices.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for choice in choices:
            self._choices.addWidget(self._button(choice))
        self.show()

    def clear(self, topic: str) -> None:
        """Take the message away when it is about `topic`."""
        if self._topic == topic:
            self.hide()

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.text)

        def chosen() -> None:
            self.hide()
            choice.run()

        button.clicked.connect(chosen)
        return button
