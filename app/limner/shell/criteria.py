"""The dialog that asks for a new criterion."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QWidget,
)

from limner.model.verdicts import Category, CriteriaKind

_KINDS = {
    "Pass or fail": CriteriaKind.BINARY,
    "Score (any number)": CriteriaKind.CONTINUOUS,
    "Rating (one of some scores)": CriteriaKind.DISCRETE,
    "Category (one of some labels)": CriteriaKind.CATEGORICAL,
    "Text": CriteriaKind.TEXT,
}


class BadCategory(ValueError):
    """A line of the categories that is not “label” or “label = score”."""


class CriteriaDialog(QDialog):
    """Asks for name, kind, description and, where the kind has them, categories."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add a criterion")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._name = QLineEdit()
        self._name.setMaxLength(100)
        self._name.setPlaceholderText("Boxes are tight")
        self._kind = QComboBox()
        self._kind.addItems(list(_KINDS))
        self._description = QLineEdit()
        self._description.setPlaceholderText("What to look at; a range as (0-10)")
        self._categories = QPlainTextEdit()
        self._categories.setPlaceholderText("one a line: good = 1")
        self._categories.setTabChangesFocus(True)
        self._problem = QLabel()
        self._problem.setObjectName("problem")
        self._problem.setTextFormat(Qt.TextFormat.PlainText)
        self._problem.setWordWrap(True)
        self._form = QFormLayout(self)
        self._form.addRow("&Name", self._name)
        self._form.addRow("&Answered by", self._kind)
        self._form.addRow("&Description", self._description)
        self._form.addRow("&Categories", self._categories)
        self._form.addRow(self._problem)
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._form.addRow(buttons)
        self._ok = buttons.button(QDialogButtonBox.StandardButton.Ok)
        for changed in (self._name.textChanged, self._categories.textChanged):
            changed.connect(self._check)
        self._kind.currentTextChanged.connect(self._check)
        self._check()

    def answer(self) -> tuple[str, CriteriaKind, str, tuple[Category, ...]]:
        """Name, kind, description and categories, as they were typed."""
        kind = _KINDS[self._kind.currentText()]
        lines = self._categories.toPlainText().splitlines() if _has_categories(kind) else []
        categories = tuple(_category(line, kind) for line in lines if line.strip())
        return self._name.text().strip(), kind, self._description.text().strip(), categories

    def _check(self) -> None:
        kind = _KINDS[self._kind.currentText()]
        self._form.setRowVisible(self._categories, _has_categories(kind))
        problem = ""
        try:
            name, _, _, categories = self.answer()
            if _has_categories(kind) and not categories:
                problem = "List at least one category."
        except BadCategory as error:
            name, problem = self._name.text().strip(), str(error)
        self._problem.setText(problem)
        self._form.setRowVisible(self._problem, bool(problem))
        self._ok.setEnabled(bool(name) and not problem)


def _has_categories(kind: CriteriaKind) -> bool:
    return kind in (CriteriaKind.DISCRETE, CriteriaKind.CATEGORICAL)


def _category(line: str, kind: CriteriaKind) -> Category:
    label, _, number = line.rpartition("=") if "=" in line else (line, "", "")
    try:
        score = float(number) if number.strip() else None
    except ValueError:
        score = math.nan
    if score is not None and not math.isfinite(score):
        raise BadCategory(f"“{number.strip()}” is not a number: write “label = 1”.")
    if kind is CriteriaKind.DISCRETE and score is None:
        raise BadCategory(f"“{line.strip()}” needs a score: write “{line.strip()} = 1”.")
    return Category(label.strip() or None, score)
