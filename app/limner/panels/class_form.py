"""The small form in which a new class gets its name, its type and its colour."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QColorDialog,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from limner.model.annotations import Kind
from limner.model.ontology import LabelClass, Ontology
from limner.panels.icons import KIND_ICONS, dot, icon

COLOURS: Final = {
    "Blue": "#4c8dff",
    "Coral": "#ff7a59",
    "Amber": "#f5b83d",
    "Teal": "#3fc1b0",
    "Violet": "#a78bfa",
    "Pink": "#f472b6",
    "Green": "#6fcf6a",
    "Sky": "#38bdf8",
    "Red": "#f2545b",
    "Lime": "#b8d432",
    "Orange": "#fb923c",
    "Orchid": "#d06ee0",
}
"""Colours that are told apart from each other and seen on photographs."""

_LONGEST_NAME: Final = 120
"""Pictograph contract, 4.2."""

_KIND_WORDS: Final = {
    Kind.BBOX: "Box",
    Kind.POLYGON: "Polygon",
    Kind.POLYLINE: "Polyline",
    Kind.KEYPOINT: "Keypoint",
}


class ClassForm(QWidget):
    """Return adds the class, Esc leaves the form."""

    wanted = Signal(object)
    """LabelClass: the form was filled in."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._ontology = Ontology()
        self._colour = COLOURS["Blue"]
        self.name = QLineEdit()
        self.kind = QComboBox()
        self.colour = QToolButton()
        self.add = QPushButton("Add")
        self.cancel = QPushButton("Cancel")
        self.why = QLabel()
        self._dress()
        self._lay_out()
        self._connect()

    def begin(self, ontology: Ontology) -> None:
        """Open the form for a class that `ontology` does not have yet."""
        self._ontology = ontology
        used = {label.colour.lower() for label in ontology}
        free = (colour for colour in COLOURS.values() if colour not in used)
        self._take_colour(next(free, COLOURS["Blue"]))
        self.name.clear()
        self._judge()
        self.setVisible(True)
        self.name.setFocus()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _dress(self) -> None:
        self.name.setPlaceholderText("Name of the class")
        self.name.setAccessibleName("Name of the class")
        self.name.setMaxLength(_LONGEST_NAME)
        for kind, words in _KIND_WORDS.items():
            self.kind.addItem(icon(KIND_ICONS[kind]), words, kind)
        self.kind.setAccessibleName("Type of the class")
        self.kind.setToolTip("What is drawn for this class")
        self.colour.setAccessibleName("Colour of the class")
        self.colour.setToolTip("Choose the colour of the class")
        self.colour.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.colour.setIconSize(QSize(18, 18))
        self.colour.setMenu(self._menu())
        self.add.setObjectName("primary")
        self.cancel.setToolTip("Leave without adding (Esc)")
        self.why.setObjectName("bad")
        self.why.setWordWrap(True)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        for words, colour in COLOURS.items():
            action = menu.addAction(dot(colour, 14), words)
            action.triggered.connect(lambda _=False, chosen=colour: self._take_colour(chosen))
        menu.addSeparator()
        menu.addAction(icon("palette"), "Another colour…").triggered.connect(self._ask_colour)
        return menu

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 4)
        column.setSpacing(6)
        rows = ((self.name, self.colour), (self.kind,), (self.cancel, self.add))
        for parts in rows:  # no wider than the panel is without the form
            row = QHBoxLayout()
            row.setSpacing(6)
            for part in parts:
                row.addWidget(part)
            column.addLayout(row)
        column.addWidget(self.why)

    def _connect(self) -> None:
        self.name.textChanged.connect(self._judge)
        self.kind.currentIndexChanged.connect(self._judge)
        self.name.returnPressed.connect(self._finish)
        self.add.clicked.connect(self._finish)
        self.cancel.clicked.connect(self.left)

    def _take_colour(self, colour: str) -> None:
        self._colour = colour
        self.colour.setIcon(dot(colour, 16))

    def _ask_colour(self) -> None:
        chosen = QColorDialog.getColor(self._colour, self, "Colour of the class")
        if chosen.isValid():
            self._take_colour(chosen.name())

    def _objection(self) -> str:
        """Why there can be no such class; empty when there can."""
        name, kind = self.name.text().strip(), self._kind()
        if self._ontology.find(name, kind):
            return f"There is a {_KIND_WORDS[kind].lower()} class of this name already."
        return ""

    def _kind(self) -> Kind:
        return Kind(self.kind.currentData())

    def _judge(self) -> None:
        objection, name = self._objection(), self.name.text().strip()
        self.why.setText(objection)
        self.why.setVisible(bool(objection))
        self.add.setEnabled(bool(name) and not objection)
        self.add.setToolTip(objection or ("Add the class (Return)" if name else "Name it first"))

    def _finish(self) -> None:
        if self.add.isEnabled():
            name = self.name.text().strip()
            self.wanted.emit(LabelClass(name, self._kind(), self._colour))
