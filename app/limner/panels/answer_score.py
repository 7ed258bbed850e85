"""A number as the answer to a question of the review."""

from __future__ import annotations

import math
import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider
from typing_extensions import override

from limner.model.verdicts import Answer
from limner.panels.answer_field import AnswerField
from limner.panels.numbers import NumberField, exact

_STEPS: Final = 100
_NUMBER: Final = r"[-+]?\d+(?:\.\d+)?"
_RANGE: Final = re.compile(rf"\(\s*({_NUMBER})\s*(?:-|\u2013|\.\.|to)\s*({_NUMBER})\s*\)")
"""The wire has no field for a range: it is told in the description (Patronus contract, 2)."""


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
        if not is_ranged:  # to show it before it has a parent would open a window of its own
            self.slider.hide()
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
        self.setFocusProxy(self.number)
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


def range_of(description: str) -> tuple[float, float] | None:
    """The range a description tells, such as "(0-10)"; None when it tells none."""
    found = _RANGE.search(description)
    if found is None:
        return None
    lowest, highest = float(found[1]), float(found[2])
    is_range = math.isfinite(highest - lowest) and lowest < highest
    return (lowest, highest) if is_range else None


def _nice(step: float) -> float:
    """The nearest of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return min((1, 2, 5, 10), key=lambda times: abs(times * power - step)) * power
