"""The controls of the filter's choices: lists to check, bounds, an attribute."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QWidget,
)
from typing_extensions import override

from limner.panels.filter_choices import ClassChoice
from limner.panels.numbers import NumberField
from limner.panels.object_filter import Among, Attribute, Comparison, Subject, Term

_ROW: Final = 28
_MOST_ROWS: Final = 7
_NUMBER_WIDTH: Final = 76
_NAME: Final = Qt.ItemDataRole.UserRole


class Checks(QWidget):
    """Check boxes in two columns, each with a count."""

    changed = Signal(object)
    """tuple[str, ...]: what is checked."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: dict[str, QCheckBox] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(4)

    def show_choices(self, counts: Mapping[str, int], checked: Iterable[str]) -> None:
        chosen = frozenset(checked)
        for name, count in counts.items():
            box = self.boxes.get(name) or self._add(name)
            box.setText(f"{name}  {count:,}")
            box.setChecked(name in chosen)

    def _add(self, name: str) -> QCheckBox:
        box = self.boxes[name] = QCheckBox()
        box.setToolTip(f"Show only what is {name}")
        box.clicked.connect(self._clicked)
        row, column = divmod(len(self.boxes) - 1, 2)
        self._grid.addWidget(box, row, column)
        return box

    def _clicked(self) -> None:
        self.changed.emit(tuple(name for name, box in self.boxes.items() if box.isChecked()))


class ClassChecks(QListView):
    """The classes of the image, to be checked; any number of them."""

    changed = Signal(object)
    """tuple[str, ...]: what is checked."""

    def __init__(self) -> None:
        super().__init__()
        self._items = QStandardItemModel(self)
        self.setModel(self._items)
        self.setAccessibleName("Classes")
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._toggle)

    def show_choices(self, classes: tuple[ClassChoice, ...], checked: Iterable[str]) -> None:
        chosen = frozenset(checked)
        shown = [self._items.item(row).data(_NAME) for row in range(self._items.rowCount())]
        if shown != [choice.name for choice in classes]:
            self._items.clear()
            for choice in classes:
                self._items.appendRow(_item(choice.name))
        for row, choice in enumerate(classes):
            item = self._items.item(row)
            item.setText(f"{choice.shown}  {choice.count:,}")
            is_on = choice.name in chosen
            item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
        self.setFixedHeight(max(1, min(len(classes), _MOST_ROWS)) * _ROW)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return) and self.currentIndex().isValid():
            self._toggle(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _toggle(self, index: QModelIndex) -> None:
        names = self._checked()
        name = index.data(_NAME)
        self.changed.emit(tuple(n for n in names if n != name) if name in names else (*names, name))

    def _checked(self) -> tuple[str, ...]:
        items = (self._items.item(row) for row in range(self._items.rowCount()))
        return tuple(i.data(_NAME) for i in items if i.checkState() == Qt.CheckState.Checked)


class Bounds(QWidget):
    """From a number to a number; an empty field is no bound."""

    changed = Signal()

    def __init__(self, title: str, lowest: float, highest: float, step: float) -> None:
        super().__init__()
        self.title = QLabel(title)
        self.low = NumberField(lowest, highest, step)
        self.high = NumberField(lowest, highest, step)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for field, name in ((self.low, "from"), (self.high, "to")):
            field.setPlaceholderText(name)
            field.setAccessibleName(f"{title} {name}")
            field.setFixedWidth(_NUMBER_WIDTH)
            field.changed.connect(self.changed)
        row.addWidget(self.title, 1)
        row.addWidget(self.low)
        row.addWidget(QLabel("\N{EN DASH}"))
        row.addWidget(self.high)

    def show_values(self, low: float | None, high: float | None) -> None:
        for field, value in ((self.low, low), (self.high, high)):
            if field.value != value:  # what is being typed stays as it is spelled
                field.show_value(value)


class AttributeChoice(QWidget):
    """One attribute: its key alone asks whether there is one, a value asks for it."""

    changed = Signal(object)
    """Attribute, Among or None."""

    def __init__(self) -> None:
        super().__init__()
        self.key = QComboBox()
        name = QLineEdit()
        name.setPlaceholderText("name")
        self.key.setLineEdit(name)  # makes it editable
        self.key.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.key.setAccessibleName("Attribute")
        self.value = QLineEdit()
        self.value.setAccessibleName("Value of the attribute")
        self.value.setPlaceholderText("any value")
        self.key.editTextChanged.connect(self._tell)
        self.value.textChanged.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.key, 3)
        row.addWidget(QLabel("="))
        row.addWidget(self.value, 2)

    def show_choices(self, keys: Iterable[str], wanted: Term | None) -> None:
        """Offer `keys` and show what is wanted, without telling `changed`."""
        key, value = _key_and_value(wanted)
        self.blockSignals(True)
        if [self.key.itemText(at) for at in range(self.key.count())] != list(keys):
            self.key.clear()
            self.key.addItems(list(keys))
        if self.key.currentText() != key:
            self.key.setEditText(key)
        if self.value.text() != value:
            self.value.setText(value)
        self.blockSignals(False)

    def _tell(self) -> None:
        key, value = self.key.currentText(), self.value.text()
        if not key:
            self.changed.emit(None)
        elif value:
            self.changed.emit(Attribute(key, Comparison.EQUAL, value))
        else:
            self.changed.emit(Among(Subject.HAS, (key,)))


def _key_and_value(term: Term | None) -> tuple[str, str]:
    match term:
        case Attribute():
            return term.key, term.value
        case Among():
            return term.values[0], ""
        case _:
            return "", ""


def _item(name: str) -> QStandardItem:
    item = QStandardItem()
    item.setData(name, _NAME)
    item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    return item
