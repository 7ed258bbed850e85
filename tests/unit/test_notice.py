"""The card that tells a person something, where there is little room."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from limner.shell.notice import Choice, Notice, Tone

LONG = "The server cannot be reached. Your work is kept here and will be sent when it is back."


def test_a_choice_that_joins_a_message_in_a_narrow_window_has_room_at_once(qtbot: QtBot) -> None:
    narrow = QWidget()
    qtbot.addWidget(narrow)
    narrow.resize(373, 580)
    narrow.show()
    notice = Notice(narrow)
    notice.say("server", LONG)
    without = notice.height()
    notice.say("server", LONG, Tone.WARNING, [Choice("Try again", lambda: None)])

    button = notice.button("Try again")
    assert notice.height() >= without + button.sizeHint().height()
    qtbot.waitUntil(lambda: button.height() == button.sizeHint().height())
