"""The filter line of the object list: what to type into it, and what it did not understand."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

from limner.panels.icons import icon
from limner.panels.search_field import SearchField
from limner.panels.tokens import tokens_now

_HINT: Final = """<p>Words that must all match, such as</p>
<table cellspacing="4">
<tr><td><b>car 12</b></td><td>label and number, or the beginning of the id</td></tr>
<tr><td><b>-truck</b></td><td>not this; also before what follows</td></tr>
<tr><td><b>class:car,bus</b></td><td>one of these classes</td></tr>
<tr><td><b>type:polygon</b></td><td>bbox, polygon, polyline, keypoint, kept</td></tr>
<tr><td><b>size&gt;100</b></td><td>longer side in px; <b>area</b> in px²</td></tr>
<tr><td><b>conf&lt;0.5</b></td><td>confidence from 0 to 1</td></tr>
<tr><td><b>occluded=true</b></td><td>an attribute; <b>has:occluded</b> for any value</td></tr>
<tr><td><b>is:hidden</b></td><td>hidden, selected, refused</td></tr>
<tr><td><b>id:3f2a</b></td><td>the id has this</td></tr>
</table>
<p>Esc empties the line, Return goes to the first row,<br>Alt+Down opens the choices.</p>"""


class FilterField(SearchField):
    """A pin keeps the filter for the next image; a button and Alt+Down open the choices."""

    entered = Signal()
    """The person is about to type."""
    choices_wanted = Signal()

    def __init__(self) -> None:
        super().__init__("Filter: car size>100", "Filter objects")
        self.setToolTip(_HINT)
        self.removeAction(self.glass)  # the choices say the same, and room is scarce
        self._choices = QAction("Filter by class, type, size …", self)
        self._choices.setIcon(icon("list-filter"))
        self._choices.triggered.connect(self.choices_wanted)
        self.pin = QAction("Keep this filter for the next image", self)
        self.pin.setIcon(icon("pin"))
        self.pin.setCheckable(True)
        self.pin.toggled.connect(self._colour_pin)
        for action in (self._choices, self.pin):
            self.addAction(action, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(self._show_pin)
        self._show_pin()

    @property
    def is_pinned(self) -> bool:
        """Whether the filter stays when another image comes."""
        return self.pin.isChecked()

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        if is_alt and event.key() == Qt.Key.Key_Down:
            self.choices_wanted.emit()
        else:
            super().keyPressEvent(event)

    def _colour_pin(self, is_pinned: bool) -> None:
        self.pin.setIcon(icon("pin", tokens_now().accent if is_pinned else None))

    def _show_pin(self) -> None:
        self.pin.setVisible(bool(self.text()))
        if not self.text():
            self.pin.setChecked(False)
