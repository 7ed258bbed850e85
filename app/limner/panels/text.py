"""The one way to show text that came from a file or a server: as what it is, never as markup."""

from __future__ import annotations

import html
import unicodedata
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

_BREAKS: Final = {"\n": "⏎", "\u2028": "⏎", "\u2029": "⏎", "\x85": "⏎", "\t": "⇥"}
_JOINERS: Final = frozenset("\u200c\u200d")
"""Persian words and joined emoji need these two; the other format characters only deceive."""


def plain(text: str, limit: int = 200) -> str:
    """`text` on one line, at most `limit` characters of it, with nothing invisible left in it.

    Line ends become ⏎; control characters, overrides of the reading direction and other invisible
    characters become `\\u202e`. What is cut off ends in an ellipsis.
    """
    kept = text[: limit + 1].replace("\r\n", "\n").replace("\r", "\n")
    shown = kept if kept.isprintable() else "".join(map(_visible, kept))
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def caption(text: str, limit: int = 200) -> str:
    """Foreign text for a button, a check box or a menu, where `&` would mark a key."""
    return plain(text, limit).replace("&", "&&")


def tooltip(text: str, limit: int = 600) -> str:
    """Foreign text for a tooltip, which Qt would read as HTML if it looked like it.

    Line ends are kept.
    """
    lines = (plain(line, limit) for line in text[: limit * 2].splitlines())
    body = "<br>".join(html.escape(line) for line in lines)
    return f"<p>{body}</p>" if body else ""


def label(text: str = "", *, muted: bool = False, parent: QWidget | None = None) -> QLabel:
    """A label that shows `text` to the letter."""
    made = QLabel(plain(text), parent)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if muted:
        made.setObjectName("m")
    return made


class ElidedLabel(QLabel):
    """One line of foreign text that gives way to its neighbours: it elides, it never pushes."""

    def __init__(self, *, muted: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if muted:
            self.setObjectName("m")

    def say(self, text: str) -> None:
        """Show `text`; the tooltip and the accessible name hold all of it."""
        self.setText(plain(text))
        self.setToolTip(tooltip(text))
        self.setAccessibleName(plain(text))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = self.contentsRect()
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, rect.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(rect, int(self.alignment()), shown)


def _visible(char: str) -> str:
    if char in _BREAKS:
        return _BREAKS[char]
    if unicodedata.category(char) in {"Cc", "Cf", "Cs"} and char not in _JOINERS:
        code = ord(char)
        return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
    return char
