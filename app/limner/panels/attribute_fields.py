"""One control per type of attribute, and the form that shows the attributes of an annotation."""

from __future__ import annotations

import json
from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QWidget,
)
from typing_extensions import override

from limner.model.ontology import AttributeSpec
from limner.panels.card import clear
from limner.panels.numbers import NumberField
from limner.panels.text import ElidedLabel, caption, plain

_NAME_WIDTH: Final = 84

MISSING: Final = object()
"""The value of an attribute that the annotation does not have."""


class AttributeField(QWidget):
    """A control for one attribute; a value of another type is told beside it and kept."""

    changed = Signal()

    def __init__(self, spec: AttributeSpec) -> None:
        super().__init__()
        self.spec = spec

    @property
    @abstractmethod
    def value(self) -> Any:
        """What the person has put in; MISSING for nothing."""

    @abstractmethod
    def show_value(self, value: Any) -> None:
        """Show what the annotation has, without telling `changed`."""

    def fill(self, control: QWidget) -> None:
        """Put the one control in and give it its name."""
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(control)
        control.setAccessibleName(plain(self.spec.name))
        self.setFocusProxy(control)


class TextField(AttributeField):
    """One line; a text that a line cannot hold is shown and kept, not edited."""

    def __init__(self, spec: AttributeSpec) -> None:
        super().__init__(spec)
        self.line = QLineEdit()
        self.line.editingFinished.connect(self._finished)
        self.fill(self.line)

    @property
    @override
    def value(self) -> Any:
        return self.line.text() or MISSING

    @override
    def show_value(self, value: Any) -> None:
        text = value if isinstance(value, str) else ""
        fits = text.isprintable() and len(text) <= self.line.maxLength()
        self.line.setReadOnly(not fits)
        if self.line.text() != text:
            self.line.setText(text if fits else plain(text, 1000))
        self.line.setPlaceholderText(_other(value, str))

    def _finished(self) -> None:
        if self.line.isModified():
            self.line.setModified(False)
            self.changed.emit()


class Number(AttributeField):
    def __init__(self, spec: AttributeSpec) -> None:
        super().__init__(spec)
        self.line = NumberField()
        self.line.editingFinished.connect(self._finished)
        self.fill(self.line)

    @property
    @override
    def value(self) -> Any:
        number = self.line.value
        if number is None:
            return MISSING
        return int(number) if number.is_integer() else number

    @override
    def show_value(self, value: Any) -> None:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        self.line.show_value(value if is_number else None)
        self.line.setPlaceholderText("" if is_number else _other(value, int))

    def _finished(self) -> None:
        if self.line.isModified() and not self.line.is_wrong:
            self.line.setModified(False)
            self.changed.emit()


class Select(AttributeField):
    def __init__(self, spec: AttributeSpec) -> None:
        super().__init__(spec)
        self._choices: list[Any] = []
        self.combo = QComboBox()
        self.combo.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.combo.setMinimumContentsLength(6)
        self.combo.activated.connect(self.changed)
        self.fill(self.combo)

    @property
    @override
    def value(self) -> Any:
        return self._choices[max(0, self.combo.currentIndex())]

    @override
    def show_value(self, value: Any) -> None:
        choices = [MISSING, *self.spec.values]
        if value not in choices:
            choices.append(value)  # what is no choice any more is kept until it is changed
        if choices != self._choices:
            self._offer(choices)
        self.combo.setCurrentIndex(choices.index(value))

    def _offer(self, choices: list[Any]) -> None:
        self._choices = choices
        self.combo.clear()
        for choice in choices:
            words = choice if isinstance(choice, str) else _other(choice, str)
            self.combo.addItem("not set" if choice is MISSING else plain(words, 80))


class Check(AttributeField):
    def __init__(self, spec: AttributeSpec) -> None:
        super().__init__(spec)
        self.box = QCheckBox()
        self.box.clicked.connect(self.changed)
        self.fill(self.box)

    @property
    @override
    def value(self) -> Any:
        return self.box.isChecked()

    @override
    def show_value(self, value: Any) -> None:
        self.box.setChecked(value is True)
        is_set = isinstance(value, bool)
        self.box.setText("" if is_set else caption(_other(value, bool) or "not set"))


_FIELDS: Final[Mapping[str, type[AttributeField]]] = {
    "number": Number,
    "select": Select,
    "checkbox": Check,
}


def field_for(spec: AttributeSpec) -> AttributeField:
    """The control for an attribute; a type that this version does not know is edited as text."""
    return _FIELDS.get(spec.type, TextField)(spec)


class AttributeForm(QWidget):
    """The attributes that a class asks for, one row each, and those that it does not know."""

    changed = Signal(object)
    """dict[str, Any]: all attributes, with what the person has just changed."""

    def __init__(self) -> None:
        super().__init__()
        self._specs: tuple[AttributeSpec, ...] = ()
        self._fields: list[AttributeField] = []
        self._values: dict[str, Any] = {}
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(10)
        self._rows.setVerticalSpacing(6)
        self._rows.setColumnMinimumWidth(0, _NAME_WIDTH)
        self._rows.setColumnStretch(1, 1)

    @property
    def fields(self) -> list[AttributeField]:
        """The controls, in the order of the class."""
        return self._fields

    def show_values(self, specs: tuple[AttributeSpec, ...], values: dict[str, Any]) -> None:
        """Show the attributes; the controls stay as they are while the class is the same."""
        if specs != self._specs:
            self._build(specs)
        self._values = dict(values)
        for field in self._fields:
            field.show_value(values.get(field.spec.name, MISSING))

    def _build(self, specs: tuple[AttributeSpec, ...]) -> None:
        clear(self._rows)
        self._specs = specs
        self._fields = [field_for(spec) for spec in specs]
        for row, field in enumerate(self._fields):
            name = ElidedLabel(muted=True)
            name.say(field.spec.name)
            name.setBuddy(field)
            self._rows.addWidget(name, row, 0)
            self._rows.addWidget(field, row, 1)
            field.changed.connect(lambda field=field: self._take(field))

    def _take(self, field: AttributeField) -> None:
        name, value = field.spec.name, field.value
        after = {key: kept for key, kept in self._values.items() if key != name}
        if value is not MISSING:
            after = {**self._values, name: value}
        if after != self._values:
            self.changed.emit(after)


def _other(value: Any, expected: type) -> str:
    """A value that is not of the expected type, as JSON in few characters."""
    if value is MISSING or isinstance(value, expected):
        return ""
    return plain(json.dumps(value, ensure_ascii=False), 80)
