"""The classes of an ontology as a Qt model, with how often each is on the image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import IntEnum
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, Qt
from typing_extensions import override

from limner.model.annotations import Annotation, Kind, Opaque, kind_of
from limner.model.ontology import LabelClass, Ontology
from limner.model.patch import Patch
from limner.panels.rows import ModelIndex
from limner.panels.text import plain, tooltip
from limner.tools.bench import Bench

_ROOT: Final = QModelIndex()


class Column(IntEnum):
    NAME = 0
    COUNT = 1
    KIND = 2
    DIGIT = 3
    EYE = 4


class ClassList(QAbstractTableModel):
    """One row a class, in the order of the ontology."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)  # a parent, so that it dies with the panel and on its thread
        self._ontology = Ontology()
        self._counts: Counter[tuple[str, Kind]] = Counter()
        self.hidden: frozenset[LabelClass] = frozenset()

    @override
    def rowCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._ontology)

    @override
    def columnCount(self, parent: ModelIndex = _ROOT) -> int:
        return 0 if parent.isValid() else len(Column)

    @override
    def data(self, index: ModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        label = self.at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(label, Column(index.column()))
            case Qt.ItemDataRole.ToolTipRole if index.column() == Column.EYE:
                return "Hide or show every shape of this class (Space)"
            case Qt.ItemDataRole.ToolTipRole:
                return tooltip(self._words(label))
            case Qt.ItemDataRole.AccessibleTextRole:
                return plain(self._words(label).replace("\n", ", "))
            case Qt.ItemDataRole.UserRole:
                return label
            case _:
                return None

    def at(self, row: int) -> LabelClass:
        return self._ontology.classes[row]

    def row_of(self, label: LabelClass | None) -> int | None:
        """The row of the class with the same name and kind."""
        for row, each in enumerate(self._ontology):
            if label is not None and (each.name, each.kind) == (label.name, label.kind):
                return row
        return None

    def edit(self, bench: Bench | None) -> None:
        """Show the ontology of a bench and count what is on its image."""
        self.beginResetModel()
        self._ontology = bench.ontology if bench else Ontology()
        self._counts = Counter(_keys(bench.document.snapshot() if bench else ()))
        if bench is not None:  # between two images nothing is shown, and nothing is forgotten
            self.hidden &= frozenset(self._ontology)
        self.endResetModel()

    def follow(self, patch: Patch) -> None:
        """Count what a patch that was just applied has changed."""
        changes = patch.changes.values()
        more = Counter(_keys(after for _, after in changes))
        more.subtract(_keys(before for before, _ in changes))
        self._counts.update(more)
        for row, label in enumerate(self._ontology):
            if more[label.name, label.kind]:
                self._repaint(row, row)

    def set_hidden(self, hidden: frozenset[LabelClass]) -> None:
        self.hidden = hidden
        self._repaint(0, len(self._ontology) - 1)

    def _repaint(self, first: int, last: int) -> None:
        if last >= 0:
            self.dataChanged.emit(self.index(first, 0), self.index(last, len(Column) - 1))

    def _text(self, label: LabelClass, column: Column) -> str:
        match column:
            case Column.NAME:
                return plain(label.name)
            case Column.COUNT:
                count = self._counts[label.name, label.kind]
                return f"{count:,}" if count else ""
            case Column.DIGIT:
                return self._ontology.digit_of(label) or ""
            case Column.KIND | Column.EYE:
                return ""

    def _words(self, label: LabelClass) -> str:
        count = self._counts[label.name, label.kind]
        lines = [plain(label.name), f"{label.kind}, {count:,} on this image"]
        if digit := self._ontology.digit_of(label):
            lines.append(f"key {digit}")
        if label in self.hidden:
            lines.append("hidden")
        return "\n".join(lines)


def _keys(annotations: Iterable[Annotation | None]) -> list[tuple[str, Kind]]:
    return [
        (annotation.name, kind_of(annotation))
        for annotation in annotations
        if annotation is not None and not isinstance(annotation, Opaque)
    ]
