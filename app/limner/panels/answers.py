"""One control per kind of criterion: how a question of the review is answered."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from limner.model.verdicts import Answer, Category, Criteria, CriteriaKind, answer_of_category
from limner.panels.icons import dress
from limner.panels.numbers import NumberField, exact
from limner.panels.text import plain, tooltip

_STEPS: Final = 100
_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?"
_RANGE: Final = re.compile(rf"\(\s*({_NUMBER})\s*(?:-|\u2013|\.\.|to)\s*({_NUMBER})\s*\)")
"""The wire has no field for a range: it is told in the description (Patronus contract, 2)."""

_TEXT_HEIGHT: Final = 62


class AnswerField(QWidget):
    """A control whose `answer` has a value or is empty; the explanation is not its business."""

    changed = Signal()
    reason = "Answer first"
    """What to do while there is no answer."""

    @property
    def answer(self) -> Answer:
        """What the person has answered so far."""
        raise NotImplementedError

    def show_answer(self, answer: Answer) -> None:
        """Show an answer, which may be empty, without telling `changed`."""
        raise NotImplementedError

    def take_key(self, text: str) -> bool:
        """A key pressed in the panel, outside a text; True when it answered the question."""
        return False


class PassFail(AnswerField):
    """Two buttons, P and F."""

    reason = "Choose Pass or Fail first"

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
    def take_key(self, text: str) -> bool:
        button = {"p": self.passes, "f": self.fails}.get(text.casefold())
        if button is None:
            return False
        button.click()
        return True


class Score(AnswerField):
    """A number; a slider beside it when the description tells a range."""

    reason = "Give a number first"

    def __init__(self, lowest: float = -math.inf, highest: float = math.inf) -> None:
        super().__init__()
        self._lowest = lowest
        is_ranged = math.isfinite(lowest) and math.isfinite(highest)
        self._step = (highest - lowest) / _STEPS if is_ranged else 1.0
        self.number = NumberField(lowest, highest, _nice(self._step) if is_ranged else 1.0)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _STEPS)
        self.slider.setVisible(is_ranged)
        if is_ranged:
            span = f"{exact(lowest)} to {exact(highest)}"
            self.reason = f"Give a number from {span} first"
            self.number.setPlaceholderText(f"{exact(lowest)}\u2013{exact(highest)}")
        self._lay_out(is_ranged=is_ranged)
        self.slider.valueChanged.connect(self._slid)
        self.number.changed.connect(self._typed)

    @property
    @override
    def answer(self) -> Answer:
        return Answer(value_score=self.number.value)

    @override
    def show_answer(self, answer: Answer) -> None:
        self.number.show_value(answer.value_score)
        self._follow()

    def _lay_out(self, *, is_ranged: bool) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        title = QLabel("Score")
        title.setObjectName("m")
        title.setBuddy(self.number)
        row.addWidget(title)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number, 0 if is_ranged else 1)
        self.number.setAccessibleName("Score")
        self.number.setToolTip("The score; Up and Down change it")
        self.slider.setAccessibleName("Score")
        self.slider.setToolTip("The score; Left and Right change it")
        if is_ranged:
            self.number.setFixedWidth(self.fontMetrics().horizontalAdvance("0000.00") + 18)
        self.setFocusProxy(self.slider if is_ranged else self.number)
        self._follow()

    def _slid(self, place: int) -> None:
        self.number.show_value(round(self._lowest + place * self._step, 10))
        self._mark(is_answered=True)
        self.changed.emit()

    def _typed(self) -> None:
        self._follow()
        self.changed.emit()

    def _follow(self) -> None:
        """Put the slider where the number is."""
        value = self.number.value
        self._mark(is_answered=value is not None)
        if math.isfinite(self._lowest):
            self.slider.blockSignals(True)
            self.slider.setValue(round(((value or self._lowest) - self._lowest) / self._step))
            self.slider.blockSignals(False)

    def _mark(self, *, is_answered: bool) -> None:
        if self.slider.property("unanswered") != (not is_answered):
            self.slider.setProperty("unanswered", not is_answered)
            self.slider.style().polish(self.slider)


class Choices(AnswerField):
    """A button per category, the first nine with a digit."""

    reason = "Choose one of the answers first"

    def __init__(self, categories: tuple[Category, ...]) -> None:
        super().__init__()
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
    def take_key(self, text: str) -> bool:
        if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= len(self._answers):
            return False
        self._group.button(int(text) - 1).click()
        return True


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


def range_of(description: str) -> tuple[float, float] | None:
    """The range a description tells, such as "(0-10)"; None when it tells none."""
    found = _RANGE.search(description)
    if found is None:
        return None
    lowest, highest = float(found[1]), float(found[2])
    is_range = math.isfinite(highest - lowest) and lowest < highest
    return (lowest, highest) if is_range else None


def text_box(hint: str, name: str) -> QPlainTextEdit:
    """A few lines of plain text; Tab leaves it."""
    box = QPlainTextEdit()
    box.setPlaceholderText(hint)
    box.setAccessibleName(name)
    box.setTabChangesFocus(True)
    box.setFixedHeight(_TEXT_HEIGHT)
    return box


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


def _nice(step: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1, 2, 5, 10), key=lambda times: abs(times * power - step)) * power
