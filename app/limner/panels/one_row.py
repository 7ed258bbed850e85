"""A list of which one row is chosen; Enter confirms it."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from limner.panels.rows import RowsView

_NOT_FOR_THE_CANVAS: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
"""What is selected there must not be deleted by who looks at a list."""


class OneRowView(RowsView):
    """Esc is left to the panel."""

    confirmed = Signal()
    """Enter."""

    def __init__(self, row_height: int, name: str) -> None:
        super().__init__(row_height)
        self.setSelectionMode(self.SelectionMode.SingleSelection)
        self.setAccessibleName(name)

    def choose(self, row: int) -> None:
        """Make this row the chosen one, if it is there."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.model().index(row, 0), flags)

    @override
    def event(self, event: QEvent) -> bool:
        is_question = event.type() == QEvent.Type.ShortcutOverride
        if is_question and isinstance(event, QKeyEvent) and event.key() in _NOT_FOR_THE_CANVAS:
            event.accept()
            return True
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.confirmed.emit()
        elif event.key() == Qt.Key.Key_Escape:
            event.ignore()
        else:
            super().keyPressEvent(event)
