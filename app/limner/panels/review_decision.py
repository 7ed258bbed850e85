"""The bar under the question: somebody else answered meanwhile, or the server refused."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from limner.model.verdicts import Answer, PastAnswer
from limner.panels.text import plain
from limner.panels.when import when
from limner.review.delivery import Clash

_THEIRS_STAYS = "Your answer is let go; theirs stays"
_LONGEST_NAME = 60
_LONGEST_VALUE = 80
_LONGEST_EXPLANATION = 160


class DecisionBar(QFrame):
    """Asks without standing in the way: everything else goes on meanwhile."""

    replace_wanted = Signal()
    """One's own answer is to replace the other."""
    drop_wanted = Signal()
    """One's own answer is not to be sent any more."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("decision")
        self.words = QLabel()
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        self.replace = QPushButton("Replace")
        self.replace.setToolTip("Send your answer; theirs is not shown any more")
        self.drop = QPushButton("Keep theirs")
        self.drop.setToolTip(_THEIRS_STAYS)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.drop)
        buttons.addWidget(self.replace, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addLayout(buttons)
        self.replace.clicked.connect(self.replace_wanted)
        self.drop.clicked.connect(self.drop_wanted)
        self.hide()

    def ask(self, clash: Clash, mine: Answer) -> None:
        """Show what stands on the server, and offer both ways."""
        self.words.setText(f"{clash_words(clash)} Replace with your {value_words(mine)}?")
        self.replace.setText(f"Replace with {value_words(mine, 24)}")
        self.replace.show()
        self.drop.setText("Keep theirs")
        self.drop.setToolTip(_THEIRS_STAYS)
        self.show()

    def offer_to_drop(self) -> None:
        """The answer was refused: it can be mended above, or let go."""
        self.words.setText("Change the answer and submit it again, or let it go.")
        self.replace.hide()
        self.drop.setText("Discard my answer")
        self.drop.setToolTip("The answer is not sent any more")
        self.show()


def clash_words(clash: Clash) -> str:
    """Who answered what meanwhile."""
    theirs = clash.theirs
    return _said(clash.author, theirs.answer, when(theirs.updated_at.timestamp()))


def overrun_words(past: PastAnswer) -> str:
    """What is told when somebody answered in the moment in which one's own answer was sent."""
    said = _said(past.author, past.answer, when(past.at.timestamp()))
    return f"{said} Your answer came right after and replaced it."


def value_words(answer: Answer, longest: int = _LONGEST_VALUE) -> str:
    """The value of an answer in a word or two: "Pass", "8.5", "“too dark”"."""
    if answer.value_pass is not None:
        return "Pass" if answer.value_pass else "Fail"
    if answer.value_text:
        return f"“{plain(answer.value_text, longest)}”"
    return "answer" if answer.value_score is None else f"{answer.value_score:g}"


def _said(author: str, answer: Answer, at: str) -> str:
    who = plain(author, _LONGEST_NAME) or "Somebody"
    said = f"{who} answered {value_words(answer)} ({at})"
    if answer.explanation:
        said = f"{said}: “{plain(answer.explanation, _LONGEST_EXPLANATION)}”"
    return f"{said}."
