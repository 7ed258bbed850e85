"""The small button that says by what a list is sorted."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from limner.panels.icons import icon
from limner.panels.sorting import SortBy


class SortButton(QToolButton):
    """Opens a menu of the orders; each may be reversed."""

    changed = Signal(object, bool)
    """SortBy, and whether it is reversed."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("small")
        self.setIcon(icon("arrow-up-down"))
        self.setIconSize(QSize(16, 16))
        self.setAccessibleName("Sort")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.orders = {by: QAction(by.value, self) for by in SortBy}
        self.reverse = QAction("Reverse", self)
        self.setMenu(self._menu())
        self._tell()

    def _menu(self) -> QMenu:
        menu, group = QMenu(self), QActionGroup(self)
        for action in self.orders.values():
            action.setCheckable(True)
            group.addAction(action)
            menu.addAction(action)
        self.orders[SortBy.Z_ORDER].setChecked(True)
        menu.addSeparator()
        self.reverse.setCheckable(True)
        menu.addAction(self.reverse)
        menu.triggered.connect(self._tell)
        return menu

    def _tell(self) -> None:
        by = next(by for by, action in self.orders.items() if action.isChecked())
        is_reversed = self.reverse.isChecked()
        self.setToolTip(f"Sorted by {by.value.lower()}{', reversed' if is_reversed else ''}")
        self.changed.emit(by, is_reversed)
