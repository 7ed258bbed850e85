"""One control per kind of criterion: how a question of the review is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from limner.model.verdicts import Answer, Category, Criteria, CriteriaKind, answer_of_category
from limner.panels.answer_field import AnswerField, text_box
from limner.panels.answer_score import Score, range_of
from limner.panels.icons import dress
from limner.panels.numbers import exact
from limner.panels.text import plain, tooltip


class PassFail(AnswerField):
    """Two buttons, P and F."""

    reason = "Choose Pass or Fail first"
    keys = frozenset("pf")

    def __init__(self) -> None:
        super().__init__()
        self.passes = _verdict_button("Pass", "circle-check", "pass", "P")
        self.fails = _verdict_button("Fail", "circle-x", "fail", "F")
        self._group = _one_of(self, [self.passes, self.fails])
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.passes)
        row.addWidget(self.fails)
        self.setFocusProxy(self.passes)
        self._group.idClicked.connect(lambda _: self.changed.emit())

    @property
    @override
    def answer(self) -> Answer:
        chosen = self._group.checkedButton()
        return Answer(value_pass=None if chosen is None else chosen is self.passes)

    @override
    def show_answer(self, answer: Answer) -> None:
        which = {True: 0, False: 1, None: None}[answer.value_pass]
        _check(self._group, which)

    @override
    def take_key(self, key: str) -> None:
        (self.passes if key == "p" else self.fails).click()


class Choices(AnswerField):
    """A button per category, the first nine with a digit."""

    reason = "Choose one of the answers first"

    def __init__(self, categories: tuple[Category, ...]) -> None:
        super().__init__()
        self.keys = frozenset("123456789"[: len(categories)])
        self._answers = [answer_of_category(category) for category in categories]
        buttons = [_Choice(at, category) for at, category in enumerate(categories)]
        self._group = _one_of(self, buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        for button in buttons:
            column.addWidget(button)
        self.setFocusProxy(buttons[0])
        self._group.idClicked.connect(lambda _: self.changed.emit())

    @property
    @override
    def answer(self) -> Answer:
        chosen = self._group.checkedId()
        return self._answers[chosen] if chosen >= 0 else Answer()

    @override
    def show_answer(self, answer: Answer) -> None:
        shown = replace(answer, value_pass=None, explanation=None)
        _check(self._group, self._answers.index(shown) if shown in self._answers else None)

    @override
    def take_key(self, key: str) -> None:
        self._group.button(int(key) - 1).click()


class Words(AnswerField):
    """Free text."""

    reason = "Write an answer first"

    def __init__(self) -> None:
        super().__init__()
        self.text = text_box("Your answer", "Answer")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.text)
        self.setFocusProxy(self.text)
        self.text.textChanged.connect(self.changed)

    @property
    @override
    def answer(self) -> Answer:
        return Answer(value_text=self.text.toPlainText().strip() or None)

    @override
    def show_answer(self, answer: Answer) -> None:
        self.text.blockSignals(True)
        self.text.setPlainText(answer.value_text or "")
        self.text.blockSignals(False)


def field_for(criteria: Criteria) -> AnswerField:
    """The control that fits the question."""
    match criteria.kind:
        case CriteriaKind.BINARY:
            return PassFail()
        case CriteriaKind.DISCRETE | CriteriaKind.CATEGORICAL if criteria.categories:
            return Choices(criteria.categories)
        case CriteriaKind.CONTINUOUS | CriteriaKind.DISCRETE:
            return Score(*(range_of(criteria.description) or ()))
        case CriteriaKind.CATEGORICAL | CriteriaKind.TEXT:
            return Words()


class _Choice(QPushButton):
    """A category; a long one elides and is told whole in the tooltip."""

    def __init__(self, at: int, category: Category) -> None:
        super().__init__()
        words = category.label or ""
        if category.score is not None:
            words = f"{words} ({exact(category.score)})" if words else exact(category.score)
        key = f"{at + 1}   " if at < 9 else ""
        self._words = f"{key}{plain(words)}"
        self.setObjectName("choice")
        self.setAccessibleName(plain(words))
        self.setToolTip(tooltip(f"{words}\nKey {at + 1}" if key else words))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.width() - 24
        cut = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room)
        self.setText(cut.replace("&", "&&"))


def _verdict_button(words: str, icon_name: str, name: str, key: str) -> QPushButton:
    button = QPushButton(words)
    button.setObjectName(name)
    dress(button, icon_name)
    button.setToolTip(f"{words} ({key})")
    return button


def _one_of(owner: QWidget, buttons: Sequence[QPushButton]) -> QButtonGroup:
    group = QButtonGroup(owner)
    for at, button in enumerate(buttons):
        button.setCheckable(True)
        group.addButton(button, at)
    return group


def _check(group: QButtonGroup, which: int | None) -> None:
    group.setExclusive(False)  # an exclusive group would not let go of its last button
    for button in group.buttons():
        button.setChecked(group.id(button) == which)
    group.setExclusive(True)
