"""What is special about the way the image is shown, and the way back to plain."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from limner.canvas.turn import Turn
from limner.panels.icons import icon

_TURNED: Final = {1: "90° right", 2: "180°", 3: "90° left"}


class LookChips(QWidget):
    """A chip for a turned view and one for levels of one's own; a click undoes what it names."""

    unturn_wanted = Signal()
    untone_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.turned = _chip("rotate-cw", "The view is turned or mirrored; the image is not.")
        self.toned = _chip("sliders-horizontal", "Brightness or contrast of the view are changed.")
        self.turned.clicked.connect(self.unturn_wanted)
        self.toned.clicked.connect(self.untone_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        for chip in (self.turned, self.toned):
            row.addWidget(chip)

    @property
    def words(self) -> tuple[str, ...]:
        """What the chips that are seen say."""
        return tuple(chip.text() for chip in (self.turned, self.toned) if not chip.isHidden())

    def show_turn(self, turn: Turn) -> None:
        """The view is turned this way, or not at all."""
        words = words_for(turn)
        self.turned.setText(words)
        self.turned.setVisible(bool(words))

    def show_tone(self, *, is_changed: bool) -> None:
        """Whether samples are shown another way than the image itself asks for."""
        self.toned.setText("Levels changed")
        self.toned.setVisible(is_changed)


def words_for(turn: Turn) -> str:
    """Such as "Mirrored, turned 90° right", in this order; empty for a view as the image is."""
    turned = f"turned {_TURNED[turn.quarters]}" if turn.quarters else ""
    mirrored = "mirrored" if turn.is_mirrored else ""
    return ", ".join(filter(None, (mirrored, turned))).capitalize()


def _chip(name: str, words: str) -> QToolButton:
    chip = QToolButton()
    chip.setIcon(icon(name))
    chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    chip.setAutoRaise(True)
    chip.setToolTip(f"{words} Click to show it plainly again.")
    chip.hide()
    return chip
