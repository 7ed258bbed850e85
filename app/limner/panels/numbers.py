"""Numbers as people read them, and the field in which they type them."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

_LONG: Final = 1e6


def short(number: float) -> str:
    """A length in image pixels, to the pixel; huge ones in powers of ten."""
    if not math.isfinite(number) or abs(number) >= _LONG:
        return f"{number:.3g}"
    return f"{number:.0f}" if number <= -0.5 or number >= 0.5 else "0"


def exact(number: float) -> str:
    """A number as a person would type it: nothing is rounded, whole numbers bear no point."""
    is_whole = isinstance(number, int) or (number.is_integer() and abs(number) < 1e15)
    return str(int(number)) if is_whole else repr(number)


def read(text: str) -> float | None:
    """The finite number that `text` spells, with a point or a comma; None when it spells none."""
    try:
        number = float(text.strip().replace(",", ".", 1))
    except ValueError:
        return None
    return number if math.isfinite(number) else None


class NumberField(QLineEdit):
    """A line for one number, which may be left empty; Up and Down change it by `step`."""

    changed = Signal()
    """What the field holds has changed by a person's hand."""

    def __init__(
        self, lowest: float = -math.inf, highest: float = math.inf, step: float = 1.0
    ) -> None:
        super().__init__()
        self._lowest = lowest
        self._highest = highest
        self._step = step
        self.textEdited.connect(self._edited)

    @property
    def value(self) -> float | None:
        """The number; None when the field is empty or holds none within the range."""
        number = read(self.text())
        return number if number is not None and self._holds(number) else None

    @property
    def is_wrong(self) -> bool:
        """Whether there is text that is no number within the range."""
        return bool(self.text().strip()) and self.value is None

    def show_value(self, value: float | None) -> None:
        """Show a number, or nothing, without telling `changed`."""
        text = "" if value is None else exact(value)
        if text != self.text():
            self.setText(text)
        self._mark()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._go(1 if event.key() == Qt.Key.Key_Up else -1)
        else:
            super().keyPressEvent(event)

    def _go(self, steps: int) -> None:
        start = self.value
        if start is None:
            wanted = self._lowest if math.isfinite(self._lowest) else 0.0
        else:
            wanted = round(start + steps * self._step, 10)
        self.show_value(min(max(wanted, self._lowest), self._highest))
        self.changed.emit()

    def _edited(self) -> None:
        self._mark()
        self.changed.emit()

    def _holds(self, number: float) -> bool:
        return self._lowest <= number <= self._highest

    def _mark(self) -> None:
        if self.property("invalid") != self.is_wrong:
            self.setProperty("invalid", self.is_wrong)
            self.style().polish(self)
