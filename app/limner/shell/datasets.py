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
from limner.shell.services import LOCAL_ORIGIN, Services
from limner.shell.trouble import words
from limner.storage.settings import Connection
from limner.sync.remembered import Remembered

_DATASET = Qt.ItemDataRole.UserRole
_CONNECTION = Qt.ItemDataRole.UserRole + 1


class DatasetsDialog(QDialog):
    """Shows what each server listed the last time, asks it anew, and emits what was chosen."""

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
        if local is None:
            return  # nothing can be opened
        memory = Remembered(local.file, LOCAL_ORIGIN)
        self._section("This computer", None, memory, local.server.datasets)
        for connection in self._services.settings.connections:
            if connection.kind == "pictograph":
                self._remote(connection, Remembered(local.file, connection.url))

    def _remote(self, connection: Connection, memory: Remembered) -> None:
        def read() -> list[Dataset]:
            return self._services.remote(connection).datasets()

        self._section(connection.name or connection.url, connection, memory, read)

    def _section(
        self,
        title: str,
        connection: Connection | None,
        memory: Remembered,
        read: Callable[[], list[Dataset]],
    ) -> None:
        top = QTreeWidgetItem(self.tree, [plain(title), ""])
        top.setFlags(Qt.ItemFlag.ItemIsEnabled)
        waiting = QTreeWidgetItem(top, ["Loading…", ""])
        waiting.setFlags(Qt.ItemFlag.NoItemFlags)
        top.setExpanded(True)

        def show(datasets: list[Dataset]) -> None:
            top.takeChildren()
            for dataset in datasets:
                _row(top, connection, dataset)

        def recalled(datasets: list[Dataset] | None) -> None:
            if self._is_open and datasets:
                show(datasets)
            self._services.tasks.run(asked, done, failed)

        def asked() -> list[Dataset]:
            datasets = read()
            memory.keep_datasets(datasets)
            return datasets

        def done(datasets: list[Dataset]) -> None:
            if self._is_open:
                chosen = self._chosen_in(top)
                show(datasets)
                self._choose_again(top, chosen)
                if not datasets:
                    _note(top, "No datasets yet")

        def failed(error: Exception) -> None:
            if self._is_open:
                waiting.setHidden(True)
                _note(top, words(error))

        self._services.tasks.run(memory.datasets, recalled, failed)

    def _chosen_in(self, top: QTreeWidgetItem) -> str | None:
        """The dataset that the person has gone to in this section."""
        item = self.tree.currentItem()
        dataset = item.data(0, _DATASET) if item is not None and item.parent() is top else None
        return None if dataset is None else dataset.id

    def _choose_again(self, top: QTreeWidgetItem, dataset_id: str | None) -> None:
        for at in range(top.childCount() if dataset_id is not None else 0):
            row = top.child(at)
            if row is not None and row.data(0, _DATASET).id == dataset_id:
                self.tree.setCurrentItem(row)

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
