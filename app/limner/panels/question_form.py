"""One question of the review with the control that answers it and the explanation."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QLabel, QVBoxLayout

from limner.model.verdicts import Answer, Criteria
from limner.panels.answer_field import AnswerField, text_box
from limner.panels.answers import field_for
from limner.panels.card import Scroller
from limner.panels.text import plain


class QuestionForm(Scroller):
    """What is judged, the question in full, the answer and why."""

    changed = Signal()
    """The person changed the answer or the explanation."""

    def __init__(self, least: int) -> None:
        super().__init__(least)
        self._about = ""
        self._question = ""
        self.description = QLabel()
        self.description.setObjectName("m")
        self.description.setTextFormat(Qt.TextFormat.PlainText)
        self.description.setWordWrap(True)
        self.explanation = text_box("Explanation (optional)", "Explanation")
        self.field: AnswerField | None = None
        self._place = QVBoxLayout()
        self.column.addWidget(self.description)
        self.column.addLayout(self._place)
        self.column.addWidget(self.explanation)
        self.column.addStretch(1)
        self.explanation.textChanged.connect(self.changed)

    @property
    def about(self) -> str:
        """The name of what is judged."""
        return self._about

    @about.setter
    def about(self, name: str) -> None:
        self._about = plain(name, 60)
        self._describe()

    @property
    def answer(self) -> Answer:
        """The answer with its explanation; empty while there is no value."""
        given = self.field.answer if self.field else Answer()
        return replace(given, explanation=self.explanation.toPlainText().strip() or None)

    @property
    def has_focus(self) -> bool:
        """Whether the keyboard is in the form."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def ask(self, criteria: Criteria) -> None:
        """Put the control that fits the question in its place, with no answer."""
        had_focus = self.has_focus
        if self.field is not None:
            self._place.removeWidget(self.field)
            self.field.hide()
            self.field.deleteLater()
        self.field = field_for(criteria)
        self.field.changed.connect(self.changed)
        self._place.addWidget(self.field)
        self.setFocusProxy(self.field)
        self.setTabOrder(self.field, self.explanation)
        self._question = plain(criteria.description, 300)
        self._describe()
        if had_focus:
            self.field.setFocus()

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, which may be empty, without telling `changed`."""
        if self.field is not None:
            self.field.show_answer(answer)
        self.explanation.blockSignals(True)
        self.explanation.setPlainText(answer.explanation or "")
        self.explanation.blockSignals(False)

    def _describe(self) -> None:
        parts = filter(None, (self._about, self._question))
        self.description.setText("  \N{MIDDLE DOT}  ".join(parts))
        self.updateGeometry()
