"""The rounded panel with an icon and a title that every panel of the editor is."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from limner.panels.icons import icon
from limner.panels.text import label

_MARGIN: Final = 12
_GAP: Final = 8
_ICON: Final = 18
_HEADER: Final = 28


class Card(QFrame):
    """A framed area: title row on top, `body` below; `aside` is a muted fact in the title row."""

    def __init__(self, title: str, icon_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("panel")
        self.setAccessibleName(title)
        self._icon_name = icon_name
        self._picture = QLabel()
        self.title = QLabel(title)
        self.title.setObjectName("h")
        self.aside = label(muted=True)
        self._header = QHBoxLayout()
        self._header.setSpacing(_GAP)
        self._header.addStrut(_HEADER)
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(_MARGIN, _GAP, _MARGIN, _MARGIN)
        self.body.setSpacing(_GAP)
        self._lay_out_header()

    def add_to_header(self, widget: QWidget) -> None:
        """Put something at the right of the title row."""
        self._header.addWidget(widget)

    def add_button(self, icon_name: str, name: str, hint: str) -> QToolButton:
        """A small button at the right of the title row; `name` is what a screen reader says."""
        button = small_button(icon_name, name, hint)
        self._header.addWidget(button)
        return button

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_picture()

    def _lay_out_header(self) -> None:
        self._draw_picture()
        self._header.addWidget(self._picture)
        self._header.addWidget(self.title)
        self._header.addStretch(1)
        self._header.addWidget(self.aside)
        self.body.addLayout(self._header)

    def _draw_picture(self) -> None:
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(icon(self._icon_name).pixmap(QSize(_ICON, _ICON), ratio))


def small_button(icon_name: str, name: str, hint: str) -> QToolButton:
    """A button of an icon only, for title rows and the like; `name` is what is spoken."""
    button = QToolButton()
    button.setObjectName("small")
    button.setIcon(icon(icon_name))
    button.setIconSize(QSize(16, 16))
    button.setAccessibleName(name)
    button.setToolTip(hint)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


class EmptyWords(QLabel):
    """What a panel says instead of an empty list: what would be here and how it comes here."""

    def __init__(self, words: str = "") -> None:
        super().__init__(words)
        self.setObjectName("m")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)


class Scroller(QScrollArea):
    """A column of controls that scrolls when there is no room; it asks for all of its height.

    Whoever changes what is inside calls `updateGeometry`: a scroll area does not notice.
    """

    def __init__(self, least: int) -> None:
        """`least` is the height, in device-independent pixels, below which it never goes."""
        super().__init__()
        self._least = least
        self._inside = QWidget()
        self._inside.setObjectName("inside")
        self.column = QVBoxLayout(self._inside)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(_GAP)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @override
    def sizeHint(self) -> QSize:
        hint = self._inside.sizeHint()
        if not self._inside.hasHeightForWidth():
            return hint
        return QSize(hint.width(), self._inside.heightForWidth(max(hint.width(), self.width())))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(self._least, self.sizeHint().height()))


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
