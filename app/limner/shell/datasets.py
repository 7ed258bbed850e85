"""The dialog that lists every dataset that can be opened, by server."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from limner.api.pictograph import Dataset
from limner.panels.text import plain
from limner.shell.services import Services
from limner.shell.trouble import words
from limner.storage.settings import Connection

_DATASET = Qt.ItemDataRole.UserRole
_CONNECTION = Qt.ItemDataRole.UserRole + 1


class DatasetsDialog(QDialog):
    """Asks each server on a worker and shows what has come; emits what was chosen."""

    chosen = Signal(object, object)
    """(Connection or None for this computer, Dataset)."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Open a dataset")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self._services = services
        self._is_open = True
        self.tree = QTreeWidget()
        self.tree.setHeaderLabels(["Dataset", "Images"])
        self.tree.setColumnWidth(0, 380)
        self.tree.setAccessibleName("Datasets")
        self.tree.itemActivated.connect(self._activated)
        self.tree.currentItemChanged.connect(self._selected)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        self._open = buttons.button(QDialogButtonBox.StandardButton.Open)
        self._open.setEnabled(False)
        buttons.accepted.connect(lambda: self._activated(self.tree.currentItem()))
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(self.tree, 1)
        column.addWidget(buttons)
        self.finished.connect(self._closed)
        self._ask()

    def _ask(self) -> None:
        local = self._services.local
        if local is not None:
            self._section("This computer", None, local.server.datasets)
        for connection in self._services.settings.connections:
            if connection.kind == "pictograph":
                self._remote(connection)

    def _remote(self, connection: Connection) -> None:
        def read() -> list[Dataset]:
            return self._services.remote(connection).datasets()

        self._section(connection.name or connection.url, connection, read)

    def _section(
        self, title: str, connection: Connection | None, read: Callable[[], list[Dataset]]
    ) -> None:
        top = QTreeWidgetItem(self.tree, [plain(title), ""])
        top.setFlags(Qt.ItemFlag.ItemIsEnabled)
        waiting = QTreeWidgetItem(top, ["Loading…", ""])
        waiting.setFlags(Qt.ItemFlag.NoItemFlags)
        top.setExpanded(True)

        def done(datasets: list[Dataset]) -> None:
            if self._is_open:
                top.takeChildren()
                for dataset in datasets:
                    _row(top, connection, dataset)
                if not datasets:
                    _note(top, "No datasets yet")

        def failed(error: Exception) -> None:
            if self._is_open:
                top.takeChildren()
                _note(top, words(error))

        self._services.tasks.run(read, done, failed)

    def _selected(self, item: QTreeWidgetItem | None) -> None:
        self._open.setEnabled(item is not None and item.data(0, _DATASET) is not None)

    def _activated(self, item: QTreeWidgetItem | None) -> None:
        dataset = item.data(0, _DATASET) if item is not None else None
        if item is not None and dataset is not None:
            self.chosen.emit(item.data(0, _CONNECTION), dataset)
            self.accept()

    def _closed(self) -> None:
        self._is_open = False


def _row(top: QTreeWidgetItem, connection: Connection | None, dataset: Dataset) -> None:
    row = QTreeWidgetItem(top, [plain(dataset.name), f"{dataset.image_count:,}"])
    row.setData(0, _DATASET, dataset)
    row.setData(0, _CONNECTION, connection)


def _note(top: QTreeWidgetItem, text: str) -> None:
    note = QTreeWidgetItem(top, [plain(text), ""])
    note.setFlags(Qt.ItemFlag.NoItemFlags)
    note.setToolTip(0, "")
