"""A card over the canvas that says what happened and what can be done; it moves nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)
from typing_extensions import override

from limner.panels.icons import icon

_READ_MS: Final = 8000
"""How long a message that asks for nothing stays."""
_WIDEST: Final = 760
_BESIDE: Final = 560
"""With less room than this, choices stand below the text."""
_MARGIN: Final = 12
_ICON: Final = 18


class Tone(Enum):
    """How much a notice matters: the value is its icon."""

    INFO = "info"
    DONE = "circle-check"
    """What was wrong is well again."""
    WARNING = "triangle-alert"
    ALARM = "circle-x"
    """Stays first until it is over."""


_PASSING: Final = (Tone.INFO, Tone.DONE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of a notice; `run` is called once and the notice goes away."""

    text: str
    run: Callable[[], None]


class Notice(QFrame):
    """Shows one message at a time, the newest; plain text only. Hidden when there is none.

    A message has a `topic`: clearing a topic takes away its message and no other. The card lies at
    the top of `over` and not in a layout: what comes up must not move the image under the hand.
    """

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over = over
        over.installEventFilter(self)
        self.setAttribute(Qt.WidgetAttribute.WA_NoMousePropagation)  # or the tool would draw below
        self.setObjectName("notice")
        self._topic = ""
        self._asks = False
        self._tone = Tone.INFO
        self._fade = QTimer(self, singleShot=True, interval=_READ_MS)
        self._fade.timeout.connect(self.dismiss)
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
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(14, 10, 8, 10)
        self._grid.setSpacing(10)
        self._grid.setColumnStretch(1, 1)
        self._grid.addWidget(self._icon, 0, 0)
        self._grid.addWidget(self._text, 0, 1)
        self._grid.addLayout(self._choices, 0, 2)
        self._grid.addWidget(close, 0, 3)
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
        self,
        topic: str,
        text: str,
        tone: Tone = Tone.INFO,
        choices: Sequence[Choice] = (),
        *,
        passes: bool = False,
    ) -> None:
        """Show `text`, in place of what was shown before; what asks for a choice stays first.

        With `passes` the choices are an offer: unless it is taken up, it goes by itself.
        """
        asks = tone is Tone.ALARM or (bool(choices) and not passes)
        is_other = topic != self._topic and not self.isHidden()
        if is_other and (self._tone is Tone.ALARM or (self._asks and not asks)):
            return
        self._asks, self._topic = asks, topic
        self._set_tone(tone)
        self._text.setText(text[:600])
        self.setAccessibleName(text[:600])
        while (item := self._choices.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.deleteLater()
        for choice in choices:
            button = self._button(choice)
            self._choices.addWidget(button)
            button.show()  # Qt would do so in the next turn: too late for the height below
        self.show()
        self._place()
        if tone in _PASSING and not asks:
            self._fade.start()
        else:
            self._fade.stop()

    def dismiss(self, *, also_warnings: bool = False) -> None:
        """Take the message away, unless it asks for a choice or, if so wished, warns."""
        if not self._asks and (also_warnings or self._tone in _PASSING):
            self.hide()

    def clear(self, topic: str) -> None:
        """Take the message away when it is about `topic`."""
        if self._topic == topic:
            self.hide()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _set_tone(self, tone: Tone) -> None:
        self._tone = tone
        self.setProperty("tone", tone.name)
        self.style().unpolish(self)  # a style sheet does not see by itself that it has changed
        self.style().polish(self)
        self._draw_icon()

    def _draw_icon(self) -> None:
        """In the colour of the theme that is on now."""
        size = QSize(_ICON, _ICON)
        self._icon.setPixmap(icon(self._tone.value).pixmap(size, self.devicePixelRatioF()))

    def _place(self) -> None:
        """As wide as there is room, as high as the text needs."""
        if self.isHidden():
            return
        room = min(_WIDEST, self._over.width() - 2 * _MARGIN)
        self._put_choices(below=room < _BESIDE)
        width = max(room, self.minimumSizeHint().width())
        self.setFixedSize(width, max(self.heightForWidth(width), self.minimumSizeHint().height()))
        self.move((self._over.width() - width) // 2, _MARGIN)
        self.raise_()

    def _put_choices(self, *, below: bool) -> None:
        """Beside the text where that leaves room to read it."""
        self._grid.removeItem(self._choices)
        align = Qt.AlignmentFlag.AlignLeft if below else Qt.AlignmentFlag(0)
        self._grid.addLayout(self._choices, int(below), 1 if below else 2, align)

    def _button(self, choice: Choice) -> QPushButton:
        button = QPushButton(choice.text)

        def chosen() -> None:
            self.hide()
            choice.run()

        button.clicked.connect(chosen)
        return button
